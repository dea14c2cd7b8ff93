//! `subscribers` and `suppressions` as a person runs them: words, documents, exit codes.

use serde_json::{Value, json};

use super::list::CONFIGURATION;
use crate::support::{Ran, TestPublication};

/// A publication whose list is empty.
fn publication() -> TestPublication {
    TestPublication::new()
        .config(CONFIGURATION)
        .without("subscribers.yaml")
}

/// Runs a command line without quotation marks; the program's clock stands near 2026-11-23.
fn run(publication: &TestPublication, line: &str) -> Ran {
    let clock = ["--at", "2026-11-23T09:00:00+09:00"];
    publication.run(clock.into_iter().chain(line.split(' ')))
}

/// What a person does is dated by the true clock, whatever is pretended.
fn without_today(text: &str) -> String {
    let dates =
        regex::Regex::new(r"(came +|since |unsubscribed  )\d{4}-\d\d-\d\d \d\d:\d\d").unwrap();
    dates.replace_all(text, "${1}TODAY").into_owned()
}

/// Each command, what it says, and how it ends.
fn told(publication: &TestPublication, lines: &[&str]) -> String {
    let told = lines
        .iter()
        .map(|line| format!("$ daily-note {line}\n{}", run(publication, line).shown()));
    without_today(&told.collect::<Vec<_>>().join("\n\n"))
}

#[test]
fn a_reader_comes_is_shown_goes_and_comes_back() {
    insta::assert_snapshot!(told(
        &publication(),
        &[
            "subscribers list",
            "subscribers add minji@example.com --name 김민지 --edition monday --tag 창업 --consent-at 2026-03-01 --consent meet-up",
            "subscribers add ada@example.com --name Ada",
            "subscribers add ada@example.com",
            "subscribers list",
            "subscribers show MINJI@example.com",
            "subscribers remove minji@example.com nobody@example.com --asked",
            "subscribers add minji@example.com",
            "subscribers show minji@example.com",
            "subscribers list --state suppressed",
            "suppressions list",
            "suppressions remove minji@example.com",
            "suppressions remove minji@example.com",
            "subscribers show nobody@example.com",
            "suppressions add trap@example.com --detail trap",
            "subscribers add trap@example.com",
        ],
    ));
}

#[test]
fn an_import_tells_what_it_took_and_why_not_the_rest() {
    let publication = publication().file(
        "구독자.csv",
        "이메일 주소,이름,구독 상태,구독일,그룹,메모
minji@example.com,김민지,구독 중,2025-03-01 09:12:33,창업,
jun@example.com,이준,수신거부,2024-11-02 18:00:00,,
hana@example.com,하나,구독 확인 대기,2026-01-01 10:00:00,,
bad.example.com,,구독 중,,,
sua@example.com,수아,구독 중,어제,,
",
    );
    let told = told(
        &publication,
        &[
            "subscribers import 구독자.csv --dry-run",
            "subscribers import 구독자.csv --report report.csv",
            "subscribers import 구독자.csv",
        ],
    );
    let report = std::fs::read_to_string(publication.path("report.csv")).unwrap();
    insta::assert_snapshot!(format!("{told}\n\nreport.csv\n{report}"));
}

#[test]
fn what_columns_are_is_kept_and_used_again() {
    let publication = publication()
        .file(
            "october.csv",
            "Kontakt,Nick,Erlaubnis\na@example.com,Ada,ja\n",
        )
        .file(
            "november.csv",
            "Kontakt,Nick,Erlaubnis\nb@example.com,Bo,nein\nc@example.com,Cy,ja\n",
        );
    insta::assert_snapshot!(told(
        &publication,
        &[
            "subscribers import october.csv --map Kontakt=email --map Nick=name",
            "subscribers import october.csv --map Kontakt=email --map Nick=name --map Erlaubnis=subscribed --save-map list.map",
            "subscribers import november.csv --map-file list.map",
            "subscribers import november.csv --map-file none.map",
        ],
    ));
    let kept = std::fs::read_to_string(publication.path("list.map")).unwrap();
    assert!(
        kept.ends_with("\nKontakt=email\nNick=name\nErlaubnis=subscribed\n"),
        "{kept}"
    );
}

#[test]
fn a_reader_moves_and_the_file_is_named_that_does_not_know_it() {
    let publication = publication().file(
        "subscribers.yaml",
        "- email: other@example.com\n- email: minji@example.com\n  name: 민지\n",
    );
    insta::assert_snapshot!(told(
        &publication,
        &[
            "subscribers add minji@example.com --name 민지",
            "subscribers move minji@example.com minji@new.example",
            "subscribers show minji@new.example",
            "subscribers move minji@example.com minji@newer.example",
            "subscribers move nobody@example.com x@example.com",
            "subscribers show minji@example.com",
        ],
    ));
}

#[test]
fn documents_are_one_json_value_on_stdout() {
    let publication = publication().file(
        "list.csv",
        "email,status\na@example.com,active\nb@example.com,bounced\n",
    );
    let document = |line: &str| run(&publication, &format!("--json {line}")).json();
    let imported = document("subscribers import list.csv");
    assert_eq!(imported[0]["format"], "generic");
    assert_eq!(imported[0]["added"], 1);
    let column =
        json!({"name": "email", "field": "email", "samples": ["a@example.com", "b@example.com"]});
    assert_eq!(imported[0]["columns"][0], column);
    assert_eq!(imported[0]["suppressed"], json!({"hard_bounce": 1}));
    let listed = document("subscribers list");
    assert_eq!(listed[0]["email"], "a@example.com");
    assert_eq!(listed[0]["suppression"], Value::Null);
    let shown = document("subscribers show b@example.com");
    assert_eq!(shown["gets_mail"], false);
    assert_eq!(shown["suppression"]["reason"], "hard_bounce");
    assert_eq!(document("suppressions list").as_array().unwrap().len(), 1);
    let exported = document("subscribers export --out out.csv");
    assert_eq!(
        exported,
        json!({"subscribers": 1, "suppressed": 1, "left_out": 0})
    );
    let added = document("subscribers add b@example.com");
    assert_eq!(
        added,
        json!({"email": "b@example.com", "outcome": "suppressed", "reason": "hard_bounce"})
    );
    let removed = document("subscribers remove a@example.com");
    assert_eq!(
        removed,
        json!([{"email": "a@example.com", "outcome": "removed"}])
    );
    let erased = document("subscribers erase a@example.com --yes");
    assert_eq!(
        erased,
        json!({"email": "a@example.com", "erased": true, "was_known": true, "mails": 0, "in_file": false})
    );
    assert_eq!(document("subscribers list"), json!([]));
}

#[cfg(unix)]
#[test]
fn an_exported_list_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let publication = publication();
    run(&publication, "subscribers add a@example.com").exits(0);
    run(&publication, "subscribers export --out out.csv").exits(0);
    let file = std::fs::metadata(publication.path("out.csv")).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
}

#[test]
fn what_cannot_be_done_says_so_with_its_exit_code() {
    let publication = publication().file("names.csv", "who,when\nAda,today\n");
    insta::assert_snapshot!(told(
        &publication,
        &[
            "subscribers add ada@example.com --edition mondy",
            "subscribers add ada.example.com",
            "subscribers import missing.csv",
            "subscribers import names.csv",
            "subscribers import names.csv --map who=mail",
            "subscribers erase ada@example.com",
            "--json subscribers export",
        ],
    ));
}
