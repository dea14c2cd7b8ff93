//! A try-out, then the real thing: what went through the inbox or was played by `--at` takes nothing
//! from readers.

use std::{fs, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use daily_note::clock::Clock;

use crate::{
    crash::relay::Relay,
    postfix::Postfix,
    schedule::harness::{Serve, wait_until},
    support::TestPublication,
};

const ISSUE: &str = "2026-11-23-quiet";

/// A publication whose one slot came two minutes ago by the true clock.
fn due_now() -> (TestPublication, DateTime<Utc>) {
    let slot = Clock::System.now() - TimeDelta::minutes(2);
    let publication = TestPublication::new();
    let config = fs::read_to_string(publication.path("daily-note.yaml")).unwrap();
    let config = config
        .replace("Europe/London", "UTC")
        .replace(
            "day: mon",
            &format!("day: {}", slot.format("%a")).to_lowercase(),
        )
        .replace("08:00", &slot.format("%H:%M").to_string());
    let publication = publication
        .config(&config)
        .issue_with("2026-11-23", &slot.format("%Y-%m-%d").to_string());
    (publication, slot)
}

/// From now on the relay is a real one, on loopback.
fn with_relay(publication: TestPublication, port: u16) -> TestPublication {
    publication.variable(
        "DAILY_NOTE_SMTP__URL",
        &format!("smtp://127.0.0.1:{port}?tls=none"),
    )
}

#[test]
fn a_first_try_out_then_a_real_postfix_the_issue_still_goes_out_once() {
    let Some(postfix) = Postfix::start(&[]) else {
        return;
    };
    let publication = TestPublication::new();
    publication.run(["send", ISSUE, "--yes"]).exits(0);
    assert_eq!(publication.inbox().len(), 2);
    let again = publication.run(["send", ISSUE, "--yes"]).exits(6);
    assert!(again.stderr.contains("has been sent"), "{}", again.stderr);
    let played = publication.run(["status", "--json"]).exits(0).json();
    assert_eq!(played[0]["rehearsal"], true);
    let shown = publication.run(["status"]).exits(0).stdout;
    assert!(shown.contains("(a rehearsal)"), "{shown}");

    let publication = with_relay(publication, postfix.addr().port());
    publication.run(["status"]).exits(6);
    let real = publication.run(["send", ISSUE, "--yes"]).exits(0);
    assert!(real.stderr.contains("1 rehearsal"), "{}", real.stderr);
    publication.run(["send", ISSUE, "--yes"]).exits(6);
    assert_eq!(postfix.wait_for_mail(2), 2);
    assert_eq!(publication.inbox().len(), 2);
    let status = publication.run(["status", "--json"]).exits(0).json();
    assert_eq!(status[0]["counts"]["accepted"], 2);
    assert_eq!(status[0].get("rehearsal"), None);
}

#[test]
fn a_slot_that_was_tried_out_is_kept_by_the_calendar_under_each_command() {
    for command in [["send", "--due"].as_slice(), ["serve"].as_slice()] {
        let (publication, _) = due_now();
        publication.run(["send", "--due"]).exits(0);
        publication.run(["send", "--due"]).exits(6);
        assert_eq!(publication.inbox().len(), 2, "{command:?}");

        let relay = Relay::start(Duration::ZERO);
        let publication = with_relay(publication, relay.port());
        if command == ["serve"] {
            let serve = Serve::spawn(&mut publication.command(["serve", "--json"]));
            wait_until(|| serve.has_told("batch_ended"), "the batch's end");
            assert_eq!(serve.stop(), Some(0));
        } else {
            let ran = publication.run(command.iter().copied()).exits(0);
            assert!(
                ran.stderr.contains("tried out before is dropped"),
                "{}",
                ran.shown()
            );
        }
        publication.run(["send", "--due"]).exits(6);
        let taken = relay.finish();
        assert_eq!(
            (taken.len(), taken.values().max()),
            (2, Some(&1)),
            "{command:?}"
        );
    }
}

#[test]
fn days_played_follow_on_from_each_other_and_the_real_ledger_knows_nothing_of_them() {
    let relay = Relay::start(Duration::ZERO);
    let publication = with_relay(TestPublication::new(), relay.port());
    let at = |time: &str, line: &[&str], code| {
        let line = ["--at", time].into_iter().chain(line.iter().copied());
        publication.run(line).exits(code)
    };
    at("2026-11-23T08:00:05Z", &["send", "--due"], 0);
    at("2026-11-23T08:00:30Z", &["send", "--due"], 6);
    at("2026-11-23T08:01:00Z", &["send", ISSUE, "--yes"], 6);
    let played = at("2026-11-24T08:00:00Z", &["status", ISSUE, "--json"], 0).json();
    assert_eq!(played["rehearsal"], true);
    publication.run(["status", ISSUE]).exits(6);
    publication.run(["send", ISSUE, "--yes"]).exits(0);
    let taken = relay.finish();
    assert_eq!(taken.values().copied().collect::<Vec<_>>(), [2, 2]);
}

#[test]
fn what_a_person_does_under_a_pretended_clock_is_dated_by_the_true_one() {
    let publication = TestPublication::new();
    let pretended = ["--at", "2031-05-05T08:00:00Z"];
    let at = |line: &[&str]| publication.run(pretended.iter().chain(line).copied());
    at(&["subscribers", "add", "ada@example.com"]).exits(0);
    at(&["subscribers", "remove", "ada@example.com"]).exits(0);
    at(&["suppressions", "add", "eve@example.com"]).exits(0);
    // Folds the file in.
    at(&["send", ISSUE, "--yes"]).exits(0);
    for email in ["ada@example.com", "eve@example.com", "minji@example.com"] {
        let shown = at(&["subscribers", "show", email]).stdout;
        assert!(
            shown.contains(email) && !shown.contains("came       2031"),
            "{shown}"
        );
        assert!(!shown.contains("since 2031"), "{shown}");
    }
}

#[test]
fn a_cleared_inbox_lets_the_issue_be_tried_out_again() {
    let publication = TestPublication::new();
    publication.run(["inbox", "clear"]).exits(6);
    assert!(!publication.path(".daily-note/daily-note.sqlite").exists());
    publication.run(["send", ISSUE, "--yes"]).exits(0);
    let cleared = publication.run(["inbox", "clear"]).exits(0);
    assert_eq!(cleared.stdout.trim(), "Cleared 2 mails and 1 rehearsal.");
    assert!(publication.inbox().is_empty());
    publication.run(["status"]).exits(6);
    publication.run(["send", ISSUE, "--yes"]).exits(0);
    let cleared = publication
        .run(["inbox", "clear", "--json"])
        .exits(0)
        .json();
    assert_eq!(cleared, serde_json::json!({"mails": 2, "rehearsals": 1}));
}

#[test]
fn what_really_went_out_is_not_cleared() {
    let relay = Relay::start(Duration::ZERO);
    let publication = with_relay(TestPublication::new(), relay.port());
    publication.run(["send", ISSUE, "--yes"]).exits(0);
    publication.run(["inbox", "clear"]).exits(6);
    publication.run(["send", ISSUE, "--yes"]).exits(6);
    assert_eq!(relay.finish().len(), 2);
}

#[test]
fn a_relay_on_this_machine_is_a_real_one() {
    let relay = Relay::start(Duration::ZERO);
    let silent = TestPublication::new();
    let config = fs::read_to_string(silent.path("daily-note.yaml")).unwrap();
    let config = config.replace("  unsubscribe_email: leave@note.example.com\n", "");
    let silent = with_relay(silent.config(&config), relay.port());
    let refused = silent.run(["send", ISSUE, "--yes"]).exits(3);
    assert!(refused.stderr.contains("unsubscribe"), "{}", refused.stderr);

    // What listens on a mail system's own port carries mail to the world: no day is played into it.
    let publication = with_relay(TestPublication::new(), 25);
    let pretended = ["--at", "2026-11-23T08:00:05Z"];
    for line in [
        ["send", "--due"].as_slice(),
        &["send", ISSUE, "--yes"],
        &["serve"],
    ] {
        let ran = publication
            .run(pretended.iter().chain(line).copied())
            .exits(2);
        assert!(
            ran.stderr.contains("the relay is a real one"),
            "{}",
            ran.stderr
        );
    }
    assert!(relay.finish().is_empty());
}
