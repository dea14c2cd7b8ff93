//! What stands in the folder of issues and is none, or not yet: told in a sentence each, and the rest is looked at.

use super::{check, told};
use crate::support::TestPublication;

const HEAD: &str =
    "---\ntitle: A quiet week\nedition: monday\ndate: 2026-11-23\nstatus: ready\n---\n";
const NAME: &str = "issues/2026-11-23-quiet.md";

#[test]
fn versions_that_nobody_merged_hide_nothing_else_in_the_text() {
    let text = format!(
        "{HEAD}Words.\n\n##No space\n\n<<<<<<< HEAD\none onze\n=======\n##two\n>>>>>>> other\n\nI recieve mail.\n"
    );
    let publication = TestPublication::new().file(NAME, text);
    let rules = [
        "issue/unreadable",
        "slip/heading-space",
        "typography/spelling",
    ];
    assert_eq!(told(&publication), rules);
}

#[test]
fn a_head_that_says_nothing_hides_nothing_in_the_text_and_may_be_mended() {
    let text = HEAD.replace("A quiet week", "#21 Between letters");
    let text = format!("{text}Words.\n\n## A story\n\nI recieve mail.\n");
    let publication = TestPublication::new().file(NAME, text);
    let rules = ["issue/unreadable", "slip/cut-value", "typography/spelling"];
    assert_eq!(told(&publication), rules);
    check(&publication, &["--fix", "--yes"]).exits(0);
    let fixed = std::fs::read_to_string(publication.path(NAME)).unwrap();
    assert!(
        fixed.contains("title: \"#21 Between letters\"\n"),
        "{fixed}"
    );
    assert!(fixed.contains("I receive mail.\n"), "{fixed}");
}

#[test]
fn files_that_are_no_text_are_told_in_a_sentence_and_the_rest_is_looked_at() {
    let publication = TestPublication::new()
        .file("issues/picture.md", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
        .file("issues/macintosh.md", "---\rtitle: x\r---\r\rWords.\r")
        .file("issues/nothing.md", "");
    let ran = check(&publication, &[]).exits(4);
    for sentence in [
        "issues/picture.md is no text: byte 8 is zero",
        "its lines end with CR alone",
        "[issues/nothing.md:1:1]",
        "4 issues: 3 errors",
    ] {
        assert!(ran.stdout.contains(sentence), "{sentence}: {}", ran.shown());
    }
}

#[test]
fn of_many_files_that_are_none_for_one_reason_a_few_are_shown() {
    let mut publication = TestPublication::new();
    for number in 0..60 {
        publication = publication.file(&format!("issues/note-{number}.md"), "A note.\n");
    }
    let ran = check(&publication, &[]).exits(4);
    assert_eq!(ran.stdout.matches("A note.").count(), 10, "{}", ran.shown());
    let rest = "the front matter is missing: 50 more files";
    assert!(ran.stdout.contains(rest), "{}", ran.shown());
    let report = check(&publication, &["--json"]).exits(4).json();
    assert_eq!(report["errors"], 60, "programs are told of all");
}

#[test]
fn a_strangers_text_gives_no_orders_to_the_terminal() {
    let text =
        format!("{HEAD}Words.\n\n## A story\n\nI \u{1b}[2J recieve \u{202e}mail {{{{\u{7}x}}}}.\n");
    let publication = TestPublication::new().file(NAME, text);
    for arguments in [&[][..], &["--fix"]] {
        let ran = check(&publication, arguments);
        let shown = format!("{}{}", ran.stdout, ran.stderr);
        let orders = ['\u{1b}', '\u{7}', '\u{202e}'];
        assert!(
            shown.contains("recieve") && !shown.contains(orders),
            "{shown:?}"
        );
    }
}
