//! What is told when, how often, and what is not.

use daily_note::{
    notice,
    publication::{Environment, Publication},
};

use super::{Hook, SECRET, mails, now, publication, subjects};

/// London's Monday 08:00.
const HOUR: &str = "2026-11-23T08:00:05Z";

#[test]
fn a_batch_is_reported_once_by_mail_and_webhook() {
    let hook = Hook::answering(&[204]);
    let publication = publication(Some(&hook));
    publication.run(["--at", HOUR, "send", "--due"]).exits(0);
    let told = mails(&publication);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "[The Note] A quiet week has been sent");
    assert!(told[0].1.contains("all 2 readers"), "{}", told[0].1);
    let mut types = hook.types();
    types.sort();
    assert_eq!(types, ["batch.began", "batch.ended"]);
    publication.run(["--at", HOUR, "send", "--due"]).exits(6);
    assert_eq!(mails(&publication).len(), 1);
    assert_eq!(hook.calls().len(), 2);
}

#[test]
fn an_event_carries_a_signature_that_the_other_side_can_check() {
    let hook = Hook::answering(&[204]);
    publication(Some(&hook))
        .run(["--at", HOUR, "send", "--due"])
        .exits(0);
    let yaml = format!(
        "publication: {{name: n, timezone: UTC, from: n@example.com}}\n\
         editions: {{monday: {{title: m, day: mon, time: '08:00'}}}}\n\
         notify: {{webhook: {{url: 'https://example.com/', secret: {SECRET}}}}}\n"
    );
    let settings = Publication::from_yaml("/".as_ref(), &yaml, &Environment::empty()).unwrap();
    let secret = settings.notify.webhook.unwrap().secret;
    for call in hook.calls() {
        assert!(
            call.head.starts_with("POST /hook HTTP/1.1"),
            "{}",
            call.head
        );
        assert_eq!(call.header("content-type"), "application/json");
        let (id, timestamp) = (call.header("webhook-id"), call.header("webhook-timestamp"));
        let timestamp: i64 = timestamp.parse().unwrap();
        let expected = notice::signature(&secret, &id, timestamp, call.body.as_bytes());
        assert_eq!(call.header("webhook-signature"), expected);
        let document = call.json();
        assert_eq!(document["data"]["issue"], "monday-2026-11-23");
        assert!(!call.body.contains("minji@"), "{}", call.body);
    }
}

#[test]
fn what_could_not_be_told_is_told_by_the_next_run_as_the_same_event() {
    let hook = Hook::answering(&[500, 302, 204]);
    let publication = publication(Some(&hook));
    publication.run(["--at", HOUR, "send", "--due"]).exits(0);
    assert_eq!(hook.calls().len(), 2, "each was tried once");
    // Five seconds have not passed; then they have.
    publication
        .run(["--at", "2026-11-23T08:00:07Z", "send", "--due"])
        .exits(6);
    assert_eq!(hook.calls().len(), 2);
    // Signed at the real time, in seconds.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    publication
        .run(["--at", "2026-11-23T08:01:00Z", "send", "--due"])
        .exits(6);
    let calls = hook.calls();
    assert_eq!(calls.len(), 4, "a redirect is no success either");
    for call in &calls[2..] {
        let first = calls[..2]
            .iter()
            .find(|it| it.header("webhook-id") == call.header("webhook-id"));
        let first = first.expect("the same id again");
        assert_eq!(first.body, call.body);
        assert_ne!(
            first.header("webhook-timestamp"),
            call.header("webhook-timestamp")
        );
        assert_ne!(
            first.header("webhook-signature"),
            call.header("webhook-signature")
        );
    }
    publication
        .run(["--at", "2026-11-24T08:01:00Z", "send", "--due"])
        .exits(6);
    assert_eq!(hook.calls().len(), 4, "told is told");
}

#[test]
fn a_writer_is_reminded_at_each_of_the_times_and_once_at_each() {
    let publication = publication(None).issue_with("status: ready", "status: draft");
    let at = |time: &str| publication.run(["--at", time, "send", "--due"]).exits(6);
    at("2026-11-22T07:00:00Z");
    assert!(subjects(&publication).is_empty());
    at("2026-11-22T08:01:00Z");
    at("2026-11-22T14:00:00Z");
    assert_eq!(
        subjects(&publication),
        ["[The Note] Monday is still a draft"]
    );
    at("2026-11-23T05:01:00Z");
    at("2026-11-23T06:00:00Z");
    assert_eq!(subjects(&publication).len(), 2);
    at("2026-11-23T08:01:00Z");
    at("2026-11-23T09:01:00Z");
    let told = subjects(&publication);
    assert_eq!(told.len(), 3);
    assert_eq!(told[2], "[The Note] Monday is late");
}

#[test]
fn the_times_of_reminders_are_the_configurations() {
    let publication = publication(None)
        .and_config("  remind_before: [2d]\n")
        .issue_with("status: ready", "status: draft");
    let at = |time: &str| publication.run(["--at", time, "send", "--due"]).exits(6);
    at("2026-11-21T07:00:00Z");
    assert!(subjects(&publication).is_empty());
    at("2026-11-21T08:01:00Z");
    at("2026-11-23T07:59:00Z");
    assert_eq!(subjects(&publication).len(), 1);
}

#[test]
fn what_stops_an_issue_is_told_with_its_places() {
    let publication =
        publication(None).issue_with("[here is the report]", "![A plan](plan.png) [here]");
    publication.run(["--at", HOUR, "send", "--due"]).exits(4);
    let told = mails(&publication);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "[The Note] Monday was stopped");
    assert!(
        told[0].1.contains("issues/2026-11-23-quiet.md:"),
        "{}",
        told[0].1
    );
    assert!(told[0].1.contains("plan.png"), "{}", told[0].1);
    assert!(told[0].1.contains("daily-note check monday-2026-11-23"));
}

#[test]
fn a_reminder_leaves_a_daemon_that_runs_and_not_twice_when_it_starts_again() {
    let hook = Hook::answering(&[204]);
    let publication = publication(Some(&hook)).issue_with("status: ready", "status: draft");
    let started = now();
    for _ in 0..2 {
        let mut daemon = publication.start(["--at", "2026-11-23T06:00:00Z", "serve"]);
        while subjects(&publication).is_empty() || hook.calls().is_empty() {
            assert!(now() - started < 60, "nothing was told");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        std::thread::sleep(std::time::Duration::from_millis(1_500));
        daemon.kill().unwrap();
        daemon.wait().unwrap();
    }
    assert_eq!(subjects(&publication).len(), 1);
    assert_eq!(hook.types(), ["slot.nears"]);
}

#[test]
fn a_template_of_the_publication_is_used_and_a_broken_one_keeps_nobody_in_the_dark() {
    let publication =
        publication(None).file("templates/notice/notice.txt", "Own: {{ notice.title }}\n");
    publication.run(["--at", HOUR, "send", "--due"]).exits(0);
    assert_eq!(
        mails(&publication)[0].1.trim(),
        "Own: A quiet week has been sent"
    );

    let publication =
        super::publication(None).file("templates/notice/notice.txt", "{{ nothing.here }}");
    publication.run(["--at", HOUR, "send", "--due"]).exits(0);
    assert!(mails(&publication)[0].1.contains("all 2 readers"));
}
