//! `serve` from outside: the real binary, a pretended clock, real SMTP.

use std::{fs, thread, time::Duration};

use super::harness::{Serve, issue, publication, wait_until};

#[test]
fn a_due_issue_goes_out_at_its_hour_by_itself() {
    let publication = publication();
    let serve = Serve::start(&publication, "2026-11-29T22:59:58Z");
    assert_eq!(serve.wait_for("keeping")["next"]["edition"], "monday");
    let began = serve.wait_for("batch_began");
    assert!(
        began["at"].as_str() >= Some("2026-11-29T23:00:00"),
        "{began}"
    );
    let ended = serve.wait_for("batch_ended");
    assert_eq!(ended["counts"]["accepted"], 2);
    assert_eq!(publication.inbox().len(), 2);
    assert_eq!(serve.stop(), Some(0));
}

#[test]
fn an_issue_edited_before_its_slot_goes_out_as_it_is_then() {
    let publication = publication();
    let serve = Serve::start(&publication, "2026-11-29T22:59:57Z");
    serve.wait_for("keeping");
    let edited = issue("2026-11-30", "ready").replace("A quiet week", "A loud week");
    fs::write(publication.path("issues/2026-11-30-quiet.md"), edited).unwrap();
    serve.wait_for("batch_ended");
    let mail = fs::read_to_string(&publication.inbox()[0]).unwrap();
    assert!(mail.contains("Subject: A loud week"), "{mail}");
}

#[test]
fn an_issue_that_becomes_ready_after_its_hour_goes_out_at_once() {
    let publication = publication().issue("2026-11-30-quiet.md", issue("2026-11-30", "draft"));
    let serve = Serve::start(&publication, "2026-11-29T23:30:00Z");
    let waits = serve.wait_for("slot_waits");
    assert_eq!(waits["standing"], "draft");
    assert!(!serve.has_told("batch_began"));
    let ready = issue("2026-11-30", "ready");
    fs::write(publication.path("issues/2026-11-30-quiet.md"), ready).unwrap();
    serve.signal("-HUP");
    serve.wait_for("batch_ended");
    assert_eq!(publication.inbox().len(), 2);
}

#[test]
fn an_error_in_an_issue_stops_it_until_it_is_mended() {
    let broken = issue("2026-11-30", "ready") + "\n![](missing.png)\n";
    let publication = publication().issue("2026-11-30-quiet.md", broken);
    let serve = Serve::start(&publication, "2026-11-29T23:00:00Z");
    let refused = serve.wait_for("issue_refused");
    let problem = refused["problems"][0].as_str().unwrap();
    assert!(
        problem.starts_with("issues/2026-11-30-quiet.md:13:"),
        "{problem}"
    );
    assert_eq!(publication.inbox().len(), 0);
    let fixed = issue("2026-11-30", "ready");
    fs::write(publication.path("issues/2026-11-30-quiet.md"), fixed).unwrap();
    serve.wait_for("batch_ended");
    assert_eq!(publication.inbox().len(), 2);
}

#[test]
fn a_configuration_that_can_t_be_read_lets_nothing_begin_and_is_told() {
    let publication = publication();
    let config = fs::read_to_string(publication.path("daily-note.yaml")).unwrap();
    let serve = Serve::start(&publication, "2026-11-29T22:59:58Z");
    serve.wait_for("keeping");
    fs::write(publication.path("daily-note.yaml"), "publication: [").unwrap();
    serve.wait_for("configuration_refused");
    thread::sleep(Duration::from_secs(2));
    assert_eq!(publication.inbox().len(), 0);
    fs::write(publication.path("daily-note.yaml"), config).unwrap();
    serve.signal("-HUP");
    serve.wait_for("batch_ended");
    assert_eq!(publication.inbox().len(), 2);
}

#[test]
fn the_second_of_two_says_who_keeps_the_calendar_and_takes_over_when_the_first_is_killed() {
    let publication = publication();
    let first = Serve::start(&publication, "2026-11-29T22:00:00Z");
    first.wait_for("keeping");
    let second = Serve::start(&publication, "2026-11-29T22:59:50Z");
    let waiting = second.wait_for("waiting");
    let holder = waiting["holder"].as_str().unwrap();
    assert!(
        holder.contains(&format!("process {}", first.id())),
        "{holder}"
    );
    assert!(!second.has_told("keeping"));
    first.kill();
    second.wait_for("keeping");
    second.wait_for("batch_ended");
    wait_until(|| publication.inbox().len() == 2, "two messages");
}
