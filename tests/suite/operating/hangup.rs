//! A terminal or an ssh session that closes (SIGHUP): whatever runs in it finishes what is on the wire.

use std::{thread, time::Duration};

use crate::{
    crash::relay::Relay,
    schedule::{
        Serve,
        harness::{git, publication},
        wait_until,
    },
    support::TestPublication,
};

const AT_THE_HOUR: &str = "2026-11-29T23:00:05Z";
const READERS: usize = 60;

/// That command beside a relay that takes its time, until some have it.
fn under_way(command: &[&str]) -> (TestPublication, Relay, Serve) {
    let relay = Relay::start(Duration::from_millis(150));
    let publication = publication().subscribers(READERS);
    git(&publication.path(""), &["add", "-A"]);
    let line = command.iter().copied().chain(["--at", AT_THE_HOUR]);
    let url = format!("smtp://127.0.0.1:{}?tls=none", relay.port());
    let mut command = publication.command(line);
    command
        .env("DAILY_NOTE_SMTP__URL", url)
        .env("DAILY_NOTE_SMTP__CONNECTIONS", "2");
    let running = Serve::spawn(&mut command);
    wait_until(|| relay.count() > 3, "the first messages");
    (publication, relay, running)
}

fn counts(publication: &TestPublication) -> serde_json::Value {
    let status = publication.run(["status", "--json", "--at", AT_THE_HOUR]);
    status.json()[0]["counts"].clone()
}

#[test]
fn what_sends_finishes_what_is_on_the_wire_and_leaves_no_doubt() {
    let send: &[&str] = &["send", "monday-2026-11-30", "--yes"];
    for command in [send, &["send", "--due"]] {
        let (publication, relay, running) = under_way(command);
        running.signal("-HUP");
        assert_eq!(running.wait(), Some(5), "{command:?}");
        let taken = relay.count();
        assert!(taken < READERS, "{command:?}: it had ended before");
        let counts = counts(&publication);
        assert_eq!(counts["accepted"], taken, "{command:?}: {counts}");
        assert_eq!(counts["unknown"], 0, "{command:?}: {counts}");
        assert!(relay.finish().values().all(|times| *times == 1));
    }
}

#[test]
fn serve_reads_its_files_again_and_goes_on() {
    let (publication, relay, running) = under_way(&["serve", "--json"]);
    running.signal("-HUP");
    relay.quicken();
    running.wait_for("batch_ended");
    assert_eq!(running.stop(), Some(0));
    assert_eq!(counts(&publication)["accepted"], READERS);
    assert!(relay.finish().values().all(|times| *times == 1));
}

#[test]
fn preview_and_inbox_end_as_asked() {
    let preview: &[&str] = &["preview", "--listen", "127.0.0.1:0"];
    let inbox: &[&str] = &["inbox", "--listen", "127.0.0.1:0", "--smtp", "127.0.0.1:0"];
    for command in [preview, inbox] {
        let publication = publication();
        let running = Serve::spawn(&mut publication.command(command));
        thread::sleep(Duration::from_secs(2));
        running.signal("-HUP");
        assert_eq!(running.wait(), Some(0), "{command:?}");
    }
}
