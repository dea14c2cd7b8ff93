//! A folder that is taken away under a sender: it stops, and nobody else takes its place unasked.

use std::time::Duration;

use super::harness::{Desk, SENDERS};
use crate::schedule::{Serve, wait_until};

#[test]
fn a_sender_whose_folder_is_removed_or_moved_stops_and_a_second_one_asks() {
    for taken_away in ["rm -rf .daily-note", "mv .daily-note elsewhere"] {
        for sender in SENDERS {
            let desk = Desk::with_delay(Duration::from_millis(120));
            let mut command = desk.publication.command(sender.iter());
            command.env("DAILY_NOTE_SMTP__CONNECTIONS", "1");
            let first = Serve::spawn(&mut command);
            wait_until(|| desk.taken() > 1, "the first messages");
            desk.shell(taken_away);
            let at_the_time = desk.taken();
            std::thread::sleep(Duration::from_millis(1_500));
            // A second one, while the first may still be there.
            desk.waits(&["send", "the-issue", "--yes"], "daily-note adopt");
            // What was on the wire, and what had leave behind it.
            assert!(desk.taken() <= at_the_time + 2, "{sender:?}");
            drop(first);
            let taken = desk.relay.finish();
            assert!(taken.values().all(|times| *times == 1), "{taken:?}");
        }
    }
}

#[test]
fn what_left_before_the_folder_went_is_told() {
    let desk = Desk::with_delay(Duration::from_millis(150));
    let mut command = desk.publication.command(["send", "the-issue", "--yes"]);
    command.env("DAILY_NOTE_SMTP__CONNECTIONS", "1");
    let child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    wait_until(|| desk.taken() > 1, "the first messages");
    desk.shell("mv .daily-note elsewhere");
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("removed, moved away or replaced"), "{said}");
    assert!(said.contains("had left"), "{said}");
    // Put back where it was, it goes on and doubles nobody.
    desk.shell("mv elsewhere .daily-note");
    let code = desk.run(&["send", "the-issue", "--yes"]).code;
    assert!(matches!(code, Some(0 | 5)), "{code:?}");
    let taken = desk.relay.finish();
    assert!(taken.values().all(|times| *times == 1), "{taken:?}");
}
