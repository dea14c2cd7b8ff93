//! Chromium with axe: nothing that keeps somebody from reading, in light and in dark, and no
//! sideways scrolling on a narrow phone.

use std::{path::Path, process::Command};

use super::is_installed;
use crate::support::{TestPublication, left_out, succeeded};

#[test]
fn axe_finds_nothing_and_nothing_scrolls_sideways() {
    let missing = ["node", "npm", "chromium"]
        .into_iter()
        .find(|it| !is_installed(it));
    if let Some(program) = missing {
        left_out(&format!("{program} is not installed"));
        return;
    }
    let publication = TestPublication::of_the_house();
    let pages = ["2026-11-23-small-models", "2026-11-26-twelve-by-twelve"].map(|issue| {
        publication.run(["render", issue, "--out", issue]).exits(0);
        publication.path(issue).join("issue.html")
    });
    let run = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/run");
    let output = Command::new(run)
        .arg("look.mjs")
        .args(&pages)
        .output()
        .unwrap();
    succeeded(&output);
}
