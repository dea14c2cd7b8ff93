//! What a person sees.

use unicode_width::UnicodeWidthStr as _;

use super::{NOW, publication};
use crate::support::TestPublication;

/// The table on a terminal of that width.
fn shown(publication: &TestPublication, columns: &str) -> String {
    let output = publication
        .command(["--at", NOW, "schedule"])
        .env("COLUMNS", columns)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_coming_weeks_are_told_with_what_they_want() {
    let publication = publication();
    publication
        .run(["send", "2026-11-23-small", "--yes"])
        .exits(0);
    let ran = publication.run(["--at", NOW, "schedule"]).exits(0);
    insta::assert_snapshot!(ran.shown());
}

#[test]
fn a_narrow_terminal_gets_the_same_without_a_line_too_long() {
    let publication = publication();
    for columns in [100, 80, 60, 40, 30] {
        let shown = shown(&publication, &columns.to_string());
        let calendar = shown.split("Beside the calendar").next().unwrap();
        for line in calendar.lines() {
            assert!(line.width() <= columns, "{columns}: {line}");
        }
        for word in ["월요일 편", "2026-12-03", "draft", "겨울 쉼", "conflict"] {
            assert!(
                shown.contains(word),
                "{columns} columns lost {word}:\n{shown}"
            );
        }
    }
    insta::assert_snapshot!("narrow_80", shown(&publication, "80"));
    insta::assert_snapshot!("narrow_40", shown(&publication, "40"));
}

#[test]
fn columns_stand_under_one_another_though_hangul_counts_two() {
    let shown = shown(&publication(), "200");
    let place = |line: &str, word: &str| line.find(word).map(|at| line[..at].width());
    let places: Vec<usize> = shown
        .lines()
        .filter_map(|line| place(line, "요일 편"))
        .collect();
    assert!(places.len() > 6);
    assert!(places.iter().all(|at| *at == places[0]), "{shown}");
}

#[test]
fn looking_makes_no_state() {
    let publication = publication();
    publication.run(["--at", NOW, "schedule"]).exits(0);
    assert!(!publication.path(".daily-note").exists());
}
