//! A batch in a person's hands: paused, resumed, cancelled, watched, and what nobody knows decided.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    scripted::{At::*, ScriptedServer, close, reply},
    support::TestPublication,
};

const ISSUE: &str = "2026-11-23-quiet";

/// A publication of ten readers that sends to that server over one connection.
fn sending_to(server: &ScriptedServer) -> TestPublication {
    TestPublication::new()
        .subscribers(10)
        .and_config("smtp: {connections: 1}\n")
        .variable("DAILY_NOTE_SMTP__URL", &server.url())
}

fn keys(value: &Value) -> BTreeSet<&str> {
    let object = value.as_object().unwrap();
    object.keys().map(String::as_str).collect()
}

#[test]
fn status_in_json_is_what_the_contract_says() {
    let server = ScriptedServer::new()
        .on(Dot, close().to("reader3@"))
        .on(Rcpt, reply("550 5.1.1 No such user").to("reader5@"))
        .start();
    let publication = sending_to(&server);
    publication.run(["send", ISSUE, "--yes"]).exits(5);
    let status = publication.run(["status", ISSUE, "--json"]).exits(5).json();
    let common = ["issue", "edition", "slot", "state", "audience", "counts"];
    assert_eq!(keys(&status), BTreeSet::from(common));
    assert_eq!(status["edition"], "monday");
    assert_eq!(status["slot"], "2026-11-23T08:00:00Z");
    assert_eq!(
        (&status["state"], &status["audience"]),
        (&"finished".into(), &10.into())
    );
    let counts = serde_json::json!({
        "pending": 0, "claimed": 0, "sending": 0, "accepted": 8,
        "deferred": 0, "rejected": 1, "unknown": 1, "skipped": 0,
    });
    assert_eq!(status["counts"], counts);

    let status = publication
        .run(["status", ISSUE, "--failed", "--json"])
        .exits(5)
        .json();
    let with_failed = common.iter().copied().chain(["failed"]).collect();
    assert_eq!(keys(&status), with_failed);
    let failed = status["failed"].as_array().unwrap();
    for row in failed {
        assert_eq!(
            keys(row),
            BTreeSet::from(["email", "outcome", "reply", "at"])
        );
    }
    let told: Vec<_> = failed
        .iter()
        .map(|row| (&row["email"], &row["outcome"]))
        .collect();
    let expected = [
        ("reader3@example.com", "unknown"),
        ("reader5@example.com", "rejected"),
    ];
    let expected: Vec<(Value, Value)> = expected
        .iter()
        .map(|(email, outcome)| ((*email).into(), (*outcome).into()))
        .collect();
    assert!(
        told.into_iter()
            .eq(expected.iter().map(|(email, outcome)| (email, outcome)))
    );
    assert_eq!(failed[1]["reply"], "550 5.1.1 No such user");
    let all = publication.run(["status", "--json"]).exits(5).json();
    assert_eq!(all.as_array().map(Vec::len), Some(1));
}

#[test]
fn an_unknown_message_is_taken_as_delivered_at_a_persons_word() {
    let server = ScriptedServer::new()
        .on(Dot, close().to("reader3@"))
        .start();
    let publication = sending_to(&server);
    publication.run(["send", ISSUE, "--yes"]).exits(5);
    let status = publication
        .run(["resume", ISSUE, "--accept-unknown", "--json"])
        .exits(0)
        .json();
    assert_eq!(
        (&status["state"], &status["counts"]["accepted"]),
        (&"finished".into(), &10.into())
    );
    assert_eq!(server.taken().len(), 10);
    publication
        .run(["resume", ISSUE, "--accept-unknown"])
        .exits(6);
    publication.run(["send", ISSUE, "--yes"]).exits(6);
}

#[test]
fn an_unknown_message_is_sent_again_with_its_message_id_at_a_persons_word() {
    let server = ScriptedServer::new()
        .on(Dot, close().to("reader3@").times(1))
        .start();
    let publication = sending_to(&server);
    publication.run(["send", ISSUE, "--yes"]).exits(5);
    let status = publication
        .run(["resume", ISSUE, "--resend-unknown", "--json"])
        .exits(0)
        .json();
    assert_eq!(status["counts"]["accepted"], 10);
    let taken = server.taken();
    let ids: Vec<_> = taken
        .iter()
        .filter(|it| it.recipient == "reader3@example.com")
        .map(|it| it.message_id.as_str())
        .collect();
    assert_eq!((taken.len(), ids.len()), (11, 2));
    assert_eq!(ids[0], ids[1]);
}

/// A batch that waits: the relay did not like its sender.
fn paused() -> (ScriptedServer, TestPublication) {
    let server = ScriptedServer::new()
        .on(Mail, reply("550 5.7.1 Not you").times(1))
        .forgiving()
        .start();
    let publication = sending_to(&server);
    let ran = publication.run(["send", ISSUE, "--yes"]).exits(5);
    assert!(ran.stdout.contains("550 5.7.1 Not you"), "{}", ran.shown());
    (server, publication)
}

#[test]
fn a_paused_batch_says_why_and_goes_on_when_resumed() {
    let (server, publication) = paused();
    let status = publication.run(["status", ISSUE, "--json"]).exits(5).json();
    assert_eq!(status["state"], "paused");
    assert_eq!(
        status["reason"],
        "the relay refuses the sender address: 550 5.7.1 Not you"
    );
    assert_eq!(status["counts"]["pending"], 10);
    publication.run(["send", ISSUE, "--yes"]).exits(5);
    assert_eq!(server.taken().len(), 0);
    publication.run(["resume", ISSUE]).exits(0);
    assert_eq!(server.taken().len(), 10);
}

#[test]
fn a_template_that_broke_since_does_not_stop_a_batch() {
    let (server, publication) = paused();
    let publication = publication.file("templates/email/issue.html", "{{ broken");
    publication.run(["resume", ISSUE, "--refreeze"]).exits(4);
    assert_eq!(server.taken().len(), 0);
    publication.run(["resume", ISSUE]).exits(0);
    assert_eq!(server.taken().len(), 10);
}

#[test]
fn a_batch_goes_on_by_hand_when_its_file_is_gone_or_broken() {
    let id = "monday-2026-11-23";
    for break_it in [
        |publication: TestPublication| publication.without("issues/2026-11-23-quiet.md"),
        |publication: TestPublication| publication.issue("2026-11-23-quiet.md", "---\ntitle: [\n"),
    ] {
        let (server, publication) = paused();
        let publication = break_it(publication);
        let ran = publication.run(["send", id, "--yes"]).exits(5);
        assert!(ran.stderr.contains("is paused"), "{}", ran.shown());
        publication.run(["resume", id]).exits(0);
        assert_eq!(server.taken().len(), 10);
        publication.run(["send", id, "--yes"]).exits(6);
    }
}

#[test]
fn only_a_paused_batch_is_frozen_anew_and_who_asks_otherwise_is_told_so_first() {
    let server = ScriptedServer::new()
        .on(Dot, close().to("reader3@").times(1))
        .on(Rcpt, reply("450 4.2.0 Later").to("reader5@"))
        .start();
    let publication = sending_to(&server);
    publication.run(["send", ISSUE, "--yes"]).exits(5);
    let resume = ["resume", ISSUE, "--accept-unknown", "--refreeze"];
    let ran = publication.run(resume).exits(2);
    let hint = "daily-note pause monday-2026-11-23";
    assert!(ran.stderr.contains(hint), "{}", ran.shown());
    let unknown = || {
        let status = publication.run(["status", ISSUE, "--json"]).exits(5).json();
        status["counts"]["unknown"].as_u64()
    };
    assert_eq!(unknown(), Some(1), "nothing was decided");

    publication.run(["pause", ISSUE]).exits(0);
    let wrong = publication.issue_with("[here is the report]", "![A plan](plan.png) [here]");
    wrong.run(resume).exits(4);
    let status = wrong.run(["status", ISSUE, "--json"]).exits(5).json();
    assert_eq!(status["counts"]["unknown"], 1, "nothing was decided");
    assert_eq!(status["state"], "paused");
}

#[test]
fn pause_resume_and_cancel_tell_what_they_did_in_json() {
    let (server, publication) = paused();
    publication.run(["pause", ISSUE]).exits(6);
    let cancelled = publication
        .run(["cancel", ISSUE, "--yes", "--json"])
        .exits(0)
        .json();
    assert_eq!(cancelled["state"], "cancelled");
    assert_eq!(cancelled["counts"]["skipped"], 10);
    let status = publication
        .run(["status", ISSUE, "--failed", "--json"])
        .exits(0)
        .json();
    let rows = status["failed"].as_array().unwrap();
    assert!(
        rows.iter()
            .all(|row| row["outcome"] == "skipped" && row["reply"] == "cancelled")
    );
    for command in [
        &["cancel", ISSUE, "--yes"][..],
        &["resume", ISSUE],
        &["send", ISSUE, "--yes"],
    ] {
        publication.run(command.iter()).exits(6);
    }
    assert_eq!(server.taken().len(), 0);
}

#[test]
fn a_person_pauses_a_batch_under_way_and_another_watches() {
    let server = ScriptedServer::new()
        .on(
            Dot,
            reply("250 2.0.0 Ok").after(std::time::Duration::from_millis(300)),
        )
        .start();
    let publication = sending_to(&server).subscribers(40);
    let mut sending = publication.start(["send", ISSUE, "--yes"]);
    while server.taken().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let status = publication
        .run(["pause", ISSUE, "--reason", "a typo", "--json"])
        .exits(0)
        .json();
    assert_eq!(
        (&status["state"], &status["reason"]),
        (&"paused".into(), &"a typo".into())
    );
    assert_eq!(sending.wait().unwrap().code(), Some(5));
    let taken = server.taken().len();
    assert!(taken < 40, "it went on to {taken}");

    let mut resuming = publication.start(["resume", ISSUE]);
    while server.taken().len() == taken {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let watched = publication
        .run(["status", ISSUE, "--watch", "--json"])
        .exits(0);
    assert_eq!(resuming.wait().unwrap().code(), Some(0));
    let lines: Vec<Value> = watched
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(lines.len() > 1, "it looked once");
    assert_eq!(lines[0]["state"], "open");
    assert_eq!(lines[lines.len() - 1]["state"], "finished");
    assert_eq!(server.taken().len(), 40);
}
