//! What is told, and what is not, by what this state knows: nothing ready stays silent, nothing from
//! before is called missed, and what a person holds stays.

use super::harness::{CONFIGURATION, Serve, issue, publication};
use crate::support::TestPublication;

const BEFORE: &str = "2026-11-29T22:00:00Z";
const HOUR: &str = "2026-11-29T23:00:00Z";

fn due(publication: &TestPublication, at: &str) -> crate::support::Ran {
    publication.run(["send", "--due", "--at", at])
}

#[test]
fn a_fresh_clone_calls_no_old_issue_missed_and_passes_in_ci() {
    let publication = publication()
        .issue("2026-11-16-old.md", issue("2026-11-16", "ready"))
        .issue(
            "2026-11-23-older.md",
            issue("2026-11-23", "ready").replace("A quiet week", "A loud week"),
        );
    let at = "2026-11-28T09:00:00Z";
    publication.run(["check", "--strict", "--at", at]).exits(0);
    let schedule = publication.run(["schedule", "--json", "--at", at]).json();
    let rows = schedule["rows"].to_string();
    assert!(!rows.contains("missed") && rows.contains("past"), "{rows}");
    let ran = due(&publication, at).exits(6);
    assert!(!ran.shown().contains("was not sent"), "{}", ran.shown());
    let serve = Serve::start(&publication, "2026-11-29T22:59:58Z");
    serve.wait_for("batch_ended");
    assert!(
        !serve.has_told("slot_missed") && !serve.has_told("issue_unplaced"),
        "{:?}",
        serve.told()
    );
    assert_eq!(publication.inbox().len(), 2);
}

#[test]
fn a_ready_issue_that_no_slot_takes_is_told_by_serve_and_by_send_due() {
    let skipping = format!("{CONFIGURATION}schedule: {{skip: [2026-11-30]}}\n");
    let publication = publication().config(&skipping);
    let ran = due(&publication, BEFORE).exits(6);
    assert!(
        ran.shown().contains("no slot takes monday-2026-11-30"),
        "{}",
        ran.shown()
    );
    let serve = Serve::start(&publication, BEFORE);
    let told = serve.wait_for("issue_unplaced");
    assert_eq!(told["issue"], "monday-2026-11-30");
    assert_eq!(publication.inbox().len(), 0);
}

#[test]
fn a_second_issue_on_a_sent_slot_is_told_by_each_and_stands_in_check_and_schedule() {
    let publication = publication();
    due(&publication, HOUR).exits(0);
    let second = issue("2026-11-30", "ready")
        .replace("edition: monday", "edition: monday\nid: second")
        .replace("A quiet week", "Another week")
        .replace("It happened", "It never happened");
    let publication = publication
        .without("issues/2026-11-30-quiet.md")
        .issue("2026-11-30-second.md", second);
    let at = "2026-11-29T23:30:00Z";
    let ran = due(&publication, at).exits(6);
    assert!(
        ran.shown().contains("no slot takes second"),
        "{}",
        ran.shown()
    );
    let check = publication.run(["check", "--at", at]);
    assert!(
        check.shown().contains("calendar/slot-sent"),
        "{}",
        check.shown()
    );
    let schedule = publication.run(["schedule", "--at", at]);
    assert!(
        schedule.shown().contains("went out on that date already"),
        "{}",
        schedule.shown()
    );
    let status = publication.run(["status", "--at", at]);
    assert!(
        status
            .shown()
            .contains("second is ready, and no slot takes it"),
        "{}",
        status.shown()
    );
    let serve = Serve::start(&publication, at);
    serve.wait_for("issue_unplaced");
    assert_eq!(publication.inbox().len(), 2);
}

#[test]
fn what_is_on_hold_stays_under_every_sender_until_it_is_released() {
    let publication = publication();
    // `pause` of what is not begun holds it, too.
    publication
        .run(["pause", "2026-11-30-quiet", "--reason", "numbers"])
        .exits(0);
    publication.run(["hold", "monday-2026-11-30"]).exits(6);
    let ran = due(&publication, HOUR).exits(6);
    assert!(ran.shown().contains("on hold"), "{}", ran.shown());
    let send = ["send", "2026-11-30-quiet", "--yes", "--at", HOUR];
    let ran = publication.run(send).exits(5);
    assert!(
        ran.shown().contains("daily-note release monday-2026-11-30"),
        "{}",
        ran.shown()
    );
    let rehearse = ["send", "2026-11-30-quiet", "--dry-run", "--at", HOUR];
    let ran = publication.run(rehearse).exits(5);
    assert!(ran.shown().contains("on hold: numbers"), "{}", ran.shown());
    let check = publication.run(["check", "--at", HOUR]);
    assert!(
        check.shown().contains("calendar/on-hold"),
        "{}",
        check.shown()
    );
    let schedule = publication.run(["schedule", "--at", HOUR]);
    assert!(schedule.shown().contains("numbers"), "{}", schedule.shown());
    assert!(
        publication
            .run(["status"])
            .shown()
            .contains("on hold: numbers")
    );
    let serve = Serve::start(&publication, HOUR);
    assert_eq!(serve.wait_for("slot_waits")["standing"], "on_hold");
    assert_eq!(publication.inbox().len(), 0);
    publication.run(["resume", "2026-11-30-quiet"]).exits(0);
    serve.signal("-HUP");
    serve.wait_for("batch_ended");
    assert_eq!(publication.inbox().len(), 2);
}

#[test]
fn a_slot_is_held_before_its_issue_is_written_and_a_word_that_is_none_is_refused() {
    let publication = publication();
    publication.run(["hold", "monday-2026-12-07"]).exits(0);
    publication.run(["release", "monday-2026-12-07"]).exits(0);
    publication.run(["release", "monday-2026-12-07"]).exits(6);
    publication.run(["hold", "monday-2026-12-08"]).exits(2);
    publication.run(["hold", "sunday-2026-12-07"]).exits(2);
    due(&publication, HOUR).exits(0);
    publication
        .run(["hold", "2026-11-30-quiet", "--at", HOUR])
        .exits(6);
}
