//! `check --fix`: what is certain is shown, asked about, written whole; what is not is left to a person.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::support::TestPublication;

const NAME: &str = "issues/2026-11-23-quiet.md";

const SLIPS: &str = "\
---
title: A quiet week #12
edition: monday
date: 2026-11-23
status: ready
---
##No space

-항목

[here it is](https://https://example.com/report) and 몇일, \u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af} x \u{1112}\u{1161}\u{11ab}

오늘은  쉬고있다. 서울는 두사람 이야기, ‘바다’을 올런지. It was a apple.

| 이름 | 값 |
| 가 | 1 |
";

fn publication() -> TestPublication {
    TestPublication::new().file(NAME, SLIPS)
}

fn text(publication: &TestPublication) -> String {
    fs::read_to_string(publication.path(NAME)).unwrap()
}

const FIXED: [&str; 8] = [
    "title: \"A quiet week #12\"\n",
    "## No space\n",
    "- 항목\n",
    "(https://example.com/report)",
    "며칠",
    "한글 x 한\n",
    "\n오늘은 쉬고 있다. 서울은 두 사람 이야기, ‘바다’를 올는지. It was an apple.\n",
    "\n| 이름 | 값 |\n| --- | --- |\n| 가 | 1 |\n",
];

#[test]
fn what_is_certain_is_shown_and_nothing_is_written_where_nobody_says_yes() {
    let publication = publication();
    let before = text(&publication);
    let shown = publication.run(["check", "--fix"]).exits(4).stderr;
    for line in [
        "-title: A quiet week #12",
        "+title: \"A quiet week #12\"",
        "+## No space",
        "--yes writes them",
        "Nothing was changed",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert_eq!(text(&publication), before);
}

#[test]
fn with_yes_it_is_written_and_check_is_silent_about_it() {
    let publication = publication();
    let path = publication.path(NAME);
    let target = publication.path("linked.md");
    fs::write(&target, format!("\u{feff}{}", text(&publication))).unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("../linked.md", &path).unwrap();
    publication.run(["check", "--fix", "--yes"]);
    let fixed = text(&publication);
    assert!(fixed.starts_with("\u{feff}---\n"), "the mark stays");
    for piece in FIXED {
        assert!(fixed.contains(piece), "{piece}: {fixed}");
    }
    assert!(path.is_symlink(), "a link stays one");
    let mode = fs::metadata(&target).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    let left = publication.run(["check", "--json"]).json();
    let findings = left["issues"][0]["findings"].as_array().unwrap();
    let fixable: Vec<_> = findings.iter().filter(|it| !it["fix"].is_null()).collect();
    assert!(fixable.is_empty(), "{fixable:?}");
    let again = publication.run(["check", "--fix", "--yes"]);
    assert!(
        again.stderr.starts_with("Nothing here is fixed"),
        "{again:?}"
    );
}

#[test]
fn a_fix_is_data_of_its_finding_in_json_and_sarif() {
    let publication = publication();
    let report = publication.run(["check", "--json"]).json();
    let findings = report["issues"][0]["findings"].as_array().unwrap();
    let heading = findings
        .iter()
        .find(|finding| finding["rule"] == "slip/heading-space")
        .unwrap();
    let wanted = serde_json::json!(
        {"line": 7, "column": 3, "end_line": 7, "end_column": 3, "text": " "}
    );
    assert_eq!(heading["fix"], wanted);
    let sarif = publication.run(["check", "--format", "sarif"]).json();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let replaced: Vec<&str> = results
        .iter()
        .filter_map(|result| {
            result
                .pointer("/fixes/0/artifactChanges/0/replacements/0/insertedContent/text")?
                .as_str()
        })
        .collect();
    assert!(replaced.contains(&"\"A quiet week #12\""), "{replaced:?}");
}

#[test]
fn what_the_writer_allows_is_left_as_it_is() {
    let head = "status: ready\nallow: {slip/list-space: a voice}";
    let allowed = SLIPS.replace("status: ready", head);
    let publication = TestPublication::new().file(NAME, allowed);
    publication.run(["check", "--fix", "--yes"]);
    assert!(text(&publication).contains("\n-항목\n"));
}
