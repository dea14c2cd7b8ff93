//! `check` and axe-core on the same mail: where one sees poor contrast or broken headings, so does the
//! other, in light and in dark; on the house's mail as it is, and with one thing spoilt at a time.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use super::told;
use crate::{
    real::is_installed,
    support::{TestPublication, left_out},
};

/// What is spoilt, in which template, and how.
const SPOILT: [(&str, &str, &str, &str); 8] = [
    ("nothing", "email/inline.css", "", ""),
    (
        "quiet text",
        "email/inline.css",
        "{%- set quiet = look.light.quiet -%}",
        "{%- set quiet = \"#9AA0A6\" -%}",
    ),
    (
        "the paper",
        "email/inline.css",
        "{%- set paper = look.light.paper -%}",
        "{%- set paper = \"#7A7A7A\" -%}",
    ),
    (
        "large text alone",
        "email/inline.css",
        ".title { margin: 0;",
        ".title { color: #C9C9C9 !important; margin: 0;",
    ),
    (
        "dark paper",
        "email/head.css",
        ".paper { background-color: {{ look.dark.paper }} !important; }",
        "",
    ),
    (
        "dark quiet text",
        "email/head.css",
        ".quiet, a.quiet, .data th { color: {{ look.dark.quiet }} !important; }",
        ".quiet, a.quiet, .data th { color: #3A3F45 !important; }",
    ),
    (
        "a skipped level",
        "email/parts/participation.html",
        "h2",
        "h4",
    ),
    ("no top heading", "email/parts/opening.html", "h1", "p"),
];

/// axe's rules, and ours for the same.
const ALIKE: [(&str, &str); 5] = [
    ("light: color-contrast", "mail/contrast"),
    ("dark: color-contrast", "mail/dark-contrast"),
    ("heading-order", "mail/heading-order"),
    ("page-has-heading-one", "mail/one-h1"),
    ("empty-heading", "mail/empty-heading"),
];

fn spoilt(template: &str, from: &str, to: &str) -> TestPublication {
    let house = TestPublication::of_the_house();
    let path = house.path("templates").join(template);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{template} has no {from:?}");
    fs::write(path, text.replace(from, to)).unwrap();
    house
}

#[test]
fn check_sees_what_axe_sees() {
    let missing = ["node", "npm", "chromium"]
        .into_iter()
        .find(|it| !is_installed(it));
    if let Some(program) = missing {
        left_out(&format!("{program} is not installed"));
        return;
    }
    let publications = SPOILT.map(|(_, template, from, to)| spoilt(template, from, to));
    let pages: Vec<_> = publications
        .iter()
        .map(|publication| {
            let issue = "2026-11-23-small-models";
            publication.run(["render", issue, "--out", "out"]).exits(0);
            publication.path("out/issue.html")
        })
        .collect();
    let run = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/run");
    let output = Command::new(run)
        .arg("agree.mjs")
        .args(&pages)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let seen: Vec<Vec<String>> = serde_json::from_slice(&output.stdout).unwrap();
    for (index, (what, ..)) in SPOILT.iter().enumerate() {
        let axe: BTreeSet<&str> = ALIKE
            .iter()
            .filter(|(axe, _)| seen[index].iter().any(|seen| seen.contains(axe)))
            .map(|(_, own)| *own)
            .collect();
        let all = told(&publications[index]);
        let own: BTreeSet<&str> = ALIKE
            .iter()
            .filter(|(_, own)| all.iter().any(|rule| rule == own))
            .map(|(_, own)| *own)
            .collect();
        assert_eq!(own, axe, "{what}: check on the left, axe on the right");
        assert_eq!(*what == "nothing", axe.is_empty(), "{what}: {axe:?}");
    }
}
