//! The notes of what had begun to leave, and what others do to them: a killed sender's state put back in place from a
//! copy, or something else where they are to lie. Whoever sends next, nobody gets it twice.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::harness::{Desk, SENDERS};
use crate::schedule::Serve;

const MANY: usize = 40;

/// What puts an older copy over a state, file by file.
const PUT_OVER: [&str; 3] = [
    "cp -a backup/. .daily-note",
    "rsync -a --inplace --delete backup/ .daily-note/",
    "cp backup/transfers-1 .daily-note/transfers-1",
];

#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(60), "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// A sender that was killed on its way, and a copy of its state from more than a second before.
fn killed_with_a_copy() -> Desk {
    let desk = Desk::of(MANY, Duration::from_millis(100));
    let mut sending = desk.publication.start(["send", "the-issue", "--yes"]);
    wait_until("nothing was sent", || desk.taken() >= 4);
    desk.copy(".daily-note", "backup");
    let copied = desk.taken();
    wait_until("it does not go on", || desk.taken() >= copied + 26);
    sending.kill().unwrap();
    sending.wait().unwrap();
    assert!(desk.taken() < MANY, "it was killed too late to matter");
    desk
}

/// That sender does what it will.
fn let_send(desk: &Desk, sender: &[&str]) {
    if *sender != ["serve"] {
        let code = desk.run(sender).code;
        assert!(
            code.is_some_and(|code| [0, 3, 5, 6].contains(&code)),
            "{sender:?}: {code:?}"
        );
        return;
    }
    let serve = Serve::spawn(&mut desk.publication.command(["serve", "--json"]));
    wait_until("serve neither sends nor says why not", || {
        ["state_refused", "batch_ended", "batch_paused"]
            .iter()
            .any(|event| serve.has_told(event))
    });
    assert_eq!(serve.stop(), Some(0));
}

#[test]
fn an_older_copy_put_over_a_killed_senders_state_sends_to_nobody_twice() {
    // Each waits for its relay most of the time.
    thread::scope(|scope| {
        for how in PUT_OVER {
            scope.spawn(move || {
                for sender in SENDERS.into_iter().chain([&["resume", "the-issue"][..]]) {
                    println!("{how}, {sender:?}");
                    let desk = killed_with_a_copy();
                    desk.shell(how);
                    let_send(&desk, sender);
                    let taken = desk.relay.finish();
                    assert!(
                        taken.values().all(|times| *times == 1),
                        "{how}, {sender:?}: {taken:?}"
                    );
                }
            });
        }
    });
}

#[test]
fn where_something_else_lies_in_the_notes_place_nothing_leaves_and_it_is_named() {
    for sender in SENDERS {
        let desk = Desk::new();
        desk.shell("mkdir -p .daily-note/transfers-1/photos");
        if *sender == ["serve"] {
            let serve = Serve::spawn(&mut desk.publication.command(["serve", "--json"]));
            thread::sleep(Duration::from_secs(2));
            assert_eq!(serve.stop(), Some(0));
        } else {
            let ran = desk.run(sender);
            assert_ne!(ran.code, Some(0), "{}", ran.shown());
            assert!(ran.shown().contains("transfers-1"), "{}", ran.shown());
        }
        assert_eq!(desk.taken(), 0, "{sender:?}");
        desk.shell("rm -r .daily-note/transfers-1");
        desk.run(&["send", "the-issue", "--yes"]).exits(0);
        desk.everybody_got(1);
    }
}
