//! `send --due`: what cron calls.

use super::harness::{Serve, issue, publication};
use crate::support::sqlite3;

#[test]
fn an_issue_whose_hour_has_come_is_sent_once_however_often_cron_calls() {
    let publication = publication();
    let due = |at: &str| publication.run(["send", "--due", "--at", at]);
    insta::assert_snapshot!(due("2026-11-29T22:59:00Z").exits(6).shown());
    insta::assert_snapshot!(due("2026-11-29T23:00:00Z").exits(0).shown());
    insta::assert_snapshot!(due("2026-11-29T23:10:00Z").exits(6).shown());
    assert_eq!(publication.inbox().len(), 2);
}

#[test]
fn within_late_it_still_goes_out_and_after_it_waits_for_a_person() {
    let on_the_last_minute = publication();
    on_the_last_minute
        .run(["send", "--due", "--at", "2026-11-30T04:59:00Z"])
        .exits(0);
    assert_eq!(on_the_last_minute.inbox().len(), 2);

    let too_late = publication();
    // Of what came before anybody kept the calendar here, nothing is known.
    let before = ["send", "--due", "--at", "2026-11-29T22:00:00Z"];
    too_late.run(before).exits(6);
    let ran = too_late.run(["send", "--due", "--at", "2026-11-30T05:01:00Z"]);
    insta::assert_snapshot!(ran.exits(6).shown());
    assert_eq!(too_late.inbox().len(), 0);
    // The person may, at any time.
    let person = [
        "send",
        "2026-11-30-quiet",
        "--yes",
        "--at",
        "2026-12-02T00:00:00Z",
    ];
    too_late.run(person).exits(0);
    assert_eq!(too_late.inbox().len(), 2);
}

#[test]
fn a_draft_is_not_sent_and_an_issue_that_does_not_pass_exits_4() {
    let draft = publication().issue("2026-11-30-quiet.md", issue("2026-11-30", "draft"));
    let ran = draft.run(["send", "--due", "--at", "2026-11-29T23:00:00Z"]);
    insta::assert_snapshot!(ran.exits(6).shown());

    let broken = issue("2026-11-30", "ready")
        .replace("https://example.com/report/2026-11-30", "[[nowhere]]");
    let wrong = publication().issue("2026-11-30-quiet.md", broken + "\n![](missing.png)\n");
    let ran = wrong.run(["send", "--due", "--at", "2026-11-29T23:00:00Z"]);
    insta::assert_snapshot!(ran.exits(4).shown());
    assert_eq!((draft.inbox().len(), wrong.inbox().len()), (0, 0));
}

#[test]
fn a_dry_run_names_what_is_due_and_changes_nothing() {
    let publication = publication();
    let rehearse = ["send", "--due", "--dry-run", "--at", "2026-11-29T23:00:00Z"];
    insta::assert_snapshot!(publication.run(rehearse).exits(0).shown());
    assert_eq!(publication.inbox().len(), 0);
}

#[test]
fn json_is_one_document_with_the_batches() {
    let publication = publication();
    let ran = publication.run(["send", "--due", "--json", "--at", "2026-11-29T23:00:00Z"]);
    let document = ran.exits(0).json();
    assert_eq!(document["batches"][0]["issue"], "monday-2026-11-30");
    assert_eq!(document["batches"][0]["counts"]["accepted"], 2);
}

#[test]
fn a_state_that_can_t_be_read_sends_nothing_and_exits_3() {
    for broken in [
        "ALTER TABLE contents RENAME TO away",
        // Whether it is a copy decides what may go out at all.
        "ALTER TABLE instance RENAME COLUMN adopted_at TO away",
    ] {
        let publication = publication();
        let due = |at: &str| publication.run(["send", "--due", "--at", at]);
        due("2026-11-29T22:59:00Z").exits(6);
        sqlite3(&publication.path(".daily-note/daily-note.sqlite"), broken);
        due("2026-11-29T23:00:00Z").exits(3);
        assert_eq!(publication.inbox().len(), 0, "{broken}");
    }
}

#[test]
fn a_list_that_can_t_be_read_is_told_as_something_to_mend_and_keeps_no_other_hour() {
    let publication = publication()
        .and_config("schedule: {by_reader_timezone: true}\n")
        .list("- {email: nobody}\n");
    let serve = Serve::start(&publication, "2026-11-29T22:59:00Z");
    let refused = serve.wait_for("configuration_refused");
    let problem = refused["problems"][0].as_str().unwrap();
    assert!(problem.starts_with("subscribers.yaml:1:"), "{problem}");
    assert!(!serve.has_told("state_refused"));
    drop(serve);
    let ran = publication.run(["send", "--due", "--at", "2026-11-29T23:00:00Z"]);
    ran.exits(4);
    assert_eq!(publication.inbox().len(), 0);
}
