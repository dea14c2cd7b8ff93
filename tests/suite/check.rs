//! `check` from outside: what it looks at, what it answers, and what it keeps from being sent.

mod agreement;
mod beginnings;
mod corpora;
mod fix;
mod foreign_files;
mod korean;
mod reports;
mod watch;

use crate::support::{Ran, TestPublication};

const BEFORE: [&str; 2] = ["--at", "2026-11-22T12:00:00Z"];

/// Runs `check` on the day before the issue's.
fn check(publication: &TestPublication, arguments: &[&str]) -> Ran {
    publication.run([&BEFORE[..], &["check"], arguments].concat())
}

/// The rules that were told, of issues and of the list.
fn told(publication: &TestPublication) -> Vec<String> {
    let report = check(publication, &["--json"]).json();
    let files = report["issues"]
        .as_array()
        .unwrap()
        .iter()
        .chain([&report["list"]]);
    let mut rules: Vec<String> = files
        .filter_map(|file| file["findings"].as_array())
        .flatten()
        .map(|finding| finding["rule"].as_str().unwrap().to_owned())
        .collect();
    rules.sort();
    rules
}

#[test]
fn the_house_s_own_mail_has_nothing_but_its_dates_to_tell() {
    let house = TestPublication::of_the_house();
    assert_eq!(told(&house), Vec::<String>::new());
}

#[test]
fn an_advertising_mail_goes_to_nobody_whose_consent_is_not_on_record() {
    let korea = || {
        TestPublication::new()
            .and_config("law: {korea: true}\n")
            .issue_with("status: ready", "status: ready\nad: true")
    };
    let thin = korea().list("- email: minji@example.com\n- email: tom@example.com\n");
    let ran = thin.run(["send", "2026-11-23-quiet", "--yes"]).exits(4);
    assert!(ran.stderr.contains("law/kr-consent"), "{}", ran.shown());
    assert!(
        ran.stderr.contains("2 readers have no consent on record"),
        "{}",
        ran.shown()
    );
    assert_eq!(thin.inbox().len(), 0);

    let consent = "consent: {at: 2026-03-01T09:00:00+09:00, source: web form}";
    let sound = korea().list(format!("- email: minji@example.com\n  {consent}\n"));
    sound.run(["send", "2026-11-23-quiet", "--yes"]).exits(0);
    let mail = std::fs::read_to_string(&sound.inbox()[0]).unwrap();
    // `(광고)` at the very front, in an RFC 2047 word.
    assert!(
        mail.to_lowercase()
            .contains("\nsubject: =?utf-8?b?koq0keqzo"),
        "{}",
        mail.lines()
            .find(|line| line.starts_with("Subject"))
            .unwrap()
    );
}

#[test]
fn whoever_left_is_told_where_the_file_still_names_them() {
    let publication = TestPublication::new().list(
        "- email: minji@example.com\n  consent: {at: 2026-03-01T09:00:00+09:00, source: form}\n",
    );
    assert_eq!(told(&publication), Vec::<String>::new());
    publication
        .run(["suppressions", "add", "minji@example.com"])
        .exits(0);
    assert_eq!(told(&publication), ["list/left"]);
    // Asked about one issue, it speaks of that.
    let ran = check(&publication, &["2026-11-23-quiet", "--json"]).exits(0);
    assert_eq!(ran.json()["list"], serde_json::Value::Null);
}

#[test]
fn the_list_fails_what_would_stop_a_send_and_strict_fails_warnings() {
    let broken = TestPublication::new().list("- email: nobody\n");
    check(&broken, &[]).exits(4);
    let thin = TestPublication::new().list("- email: minji@example.com\n");
    check(&thin, &[]).exits(0);
    check(&thin, &["--strict"]).exits(4);
    check(&thin, &["--rules"]).exits(0);
    check(&thin, &["nothing"]).exits(2);
    let empty = TestPublication::new().without("issues/2026-11-23-quiet.md");
    check(&empty, &[]).exits(6);
}
