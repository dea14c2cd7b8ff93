//! More than one thing at a time: a batch under way while another slot comes due, while a person pauses
//! and resumes, while somebody stops the daemon; and nothing at all.

use std::{fs, thread, time::Duration};

use super::harness::{Serve, git, issue, publication, wait_until};
use crate::{crash::relay::Relay, support::TestPublication};

const READERS: usize = 60;

/// A second edition, half an hour before Monday's.
const EARLY: &str = "  early: {title: Early, topic: birds, day: mon, time: \"07:30\"}\n";

fn early(status: &str) -> String {
    issue("2026-11-30", status)
        .replace("edition: monday", "edition: early")
        .replace("A quiet week", "An early week")
}

/// Two editions and sixty readers.
fn two_editions(early_status: &str) -> TestPublication {
    publication()
        .and_config(EARLY)
        .issue("2026-11-30-early.md", early(early_status))
        .subscribers(READERS)
}

/// `serve` into a relay that takes its time at each message.
fn serve(publication: &TestPublication, relay: &Relay, at: &str) -> Serve {
    let url = format!("smtp://127.0.0.1:{}?tls=none", relay.port());
    let mut command = publication.command(["serve", "--json", "--at", at]);
    command
        .env("DAILY_NOTE_SMTP__URL", url)
        .env("DAILY_NOTE_SMTP__CONNECTIONS", "2");
    Serve::spawn(&mut command)
}

/// The issues of events of that kind, in their order.
fn issues(serve: &Serve, kind: &str) -> Vec<String> {
    let told = serve.told().into_iter();
    told.filter(|event| event["event"] == kind)
        .map(|event| event["issue"].as_str().unwrap().to_owned())
        .collect()
}

/// Everybody got as many messages as issues went out.
fn everybody_got(relay: Relay, times: u32) {
    let taken = relay.finish();
    assert_eq!(taken.len(), READERS);
    assert!(taken.values().all(|taken| *taken == times), "{taken:?}");
}

#[test]
fn an_issue_that_comes_due_does_not_wait_for_the_end_of_another_s_batch() {
    let relay = Relay::start(Duration::from_millis(150));
    let publication = two_editions("draft");
    let serve = serve(&publication, &relay, "2026-11-29T23:00:00Z");
    wait_until(|| relay.count() > 3, "Monday's first messages");
    fs::write(
        publication.path("issues/2026-11-30-early.md"),
        early("ready"),
    )
    .unwrap();
    git(
        &publication.path(""),
        &["add", "issues", "daily-note.yaml", "subscribers.yaml"],
    );
    serve.signal("-HUP");
    wait_until(
        || issues(&serve, "batch_began").len() == 2,
        "the other issue",
    );
    assert!(
        issues(&serve, "batch_ended").is_empty(),
        "it waited for the end"
    );
    wait_until(|| issues(&serve, "batch_ended").len() == 2, "both ends");
    let ended = issues(&serve, "batch_ended");
    assert_eq!(ended, ["early-2026-11-30", "monday-2026-11-30"]);
    assert_eq!(serve.stop(), Some(0));
    everybody_got(relay, 2);
}

#[test]
fn a_person_pauses_and_resumes_beside_a_daemon_that_sends() {
    let relay = Relay::start(Duration::from_millis(150));
    let publication = two_editions("ready");
    let serve = serve(&publication, &relay, "2026-11-29T23:00:00Z");
    wait_until(|| relay.count() > 3, "the first messages");
    publication.run(["pause", "early-2026-11-30"]).exits(0);
    serve.wait_for("batch_paused");
    wait_until(
        || issues(&serve, "batch_began").contains(&"monday-2026-11-30".to_owned()),
        "Monday's issue",
    );
    let resumed = publication.run(["resume", "early-2026-11-30"]).exits(0);
    let holder = format!("process {}", serve.id());
    assert!(resumed.stderr.contains(&holder), "{}", resumed.stderr);
    wait_until(|| issues(&serve, "batch_ended").len() == 2, "both ends");
    everybody_got(relay, 2);
}

#[test]
fn asked_to_stop_it_finishes_what_is_in_flight_and_the_next_one_goes_on() {
    let relay = Relay::start(Duration::from_millis(50));
    let publication = publication().subscribers(READERS);
    let first = serve(&publication, &relay, "2026-11-29T23:00:00Z");
    wait_until(|| relay.count() > 3, "the first messages");
    assert_eq!(first.stop(), Some(0));
    assert!(relay.count() < READERS, "it had ended before it was asked");
    let second = serve(&publication, &relay, "2026-11-29T23:01:00Z");
    let ended = second.wait_for("batch_ended");
    assert_eq!(ended["counts"]["accepted"], READERS, "{ended}");
    everybody_got(relay, 1);
}

#[test]
fn while_it_waits_it_is_idle() {
    let publication = publication();
    let serve = Serve::start(&publication, "2026-11-28T00:00:00Z");
    serve.wait_for("keeping");
    thread::sleep(Duration::from_secs(1));
    let before = ticks(serve.id());
    thread::sleep(Duration::from_secs(6));
    let used = ticks(serve.id()) - before;
    // A hundred ticks are a second of the processor's.
    assert!(used <= 20, "{used} ticks in six seconds");
}

/// The processor time that a process has used (proc(5), fields 14 and 15).
fn ticks(process: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let (_, after_name) = stat.rsplit_once(')').unwrap();
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}
