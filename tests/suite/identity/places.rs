//! The state's folder: what may happen to it without a word, and what may not.

use super::harness::{Desk, READERS, SENDERS, text};
use crate::{schedule::Serve, support::left_out};

/// What leaves a state the one that it is.
const HARMLESS: [&str; 6] = [
    "chmod -R g+r .daily-note && chmod 0640 .daily-note/home",
    "chown -R \"$(id -u):$(id -g)\" .daily-note",
    "touch .daily-note .daily-note/*",
    "cp -al .daily-note hardlinks",
    "cp -a .daily-note aside",
    "mv .daily-note away && mv away .daily-note",
];

/// What puts another in its place, by whatever way. `backup` is a copy of before the issue was sent.
const PUT_BACK: [(&str, &str); 6] = [
    (
        "a copy in its place",
        "rm -rf .daily-note && cp -a backup .daily-note",
    ),
    ("written over in place", "cp -a backup/. .daily-note"),
    (
        "the database alone",
        "rm -f .daily-note/*-wal .daily-note/*-shm && cp backup/daily-note.sqlite .daily-note/daily-note.sqlite",
    ),
    (
        "dd over the database",
        "rm -f .daily-note/*-wal .daily-note/*-shm && dd conv=notrunc status=none if=backup/daily-note.sqlite of=.daily-note/daily-note.sqlite",
    ),
    (
        "another folder moved here",
        "rm -rf .daily-note && cp -a backup other && mv other .daily-note",
    ),
    (
        "rsync in place",
        "rsync -a --inplace --delete backup/ .daily-note/",
    ),
];

#[test]
fn a_change_of_owner_of_mode_of_times_or_a_copy_beside_it_stops_no_calendar() {
    for change in HARMLESS {
        let desk = Desk::new().sent();
        desk.shell(change);
        for sender in [&["send", "the-issue", "--yes"][..], &["send", "--due"]] {
            desk.run(sender).exits(6);
        }
        desk.everybody_got(1);
    }
}

/// A state that sent an earlier issue, a copy of it, and the issue that was sent after.
fn with_an_old_copy() -> Desk {
    let desk = Desk::new().and_an_earlier_issue();
    desk.run(&["send", "earlier", "--yes"]).exits(0);
    desk.copy(".daily-note", "backup");
    desk.run(&["send", "the-issue", "--yes"]).exits(0);
    desk
}

#[test]
fn a_state_that_was_put_back_sends_nothing_by_any_command_until_a_person_says_so() {
    let has_rsync = std::process::Command::new("rsync")
        .arg("--version")
        .output()
        .is_ok();
    for (what, how) in PUT_BACK {
        if how.starts_with("rsync") && !has_rsync {
            left_out("rsync is not here");
            continue;
        }
        for sender in SENDERS {
            println!("{what}, {sender:?}");
            let desk = with_an_old_copy();
            desk.shell(how);
            desk.waits(sender, "daily-note adopt");
            desk.waits(&["resume", "earlier"], "daily-note adopt");
            desk.everybody_got(2);
        }
    }
}

#[test]
fn a_state_put_back_and_adopted_sends_what_went_out_since_by_the_word_for_it_alone() {
    let desk = with_an_old_copy();
    desk.shell("rm -rf .daily-note && cp -a backup .daily-note");
    desk.run(&["adopt", "--yes"]).exits(0);
    let refused = desk.run(&["send", "the-issue", "--yes"]).exits(3);
    assert!(refused.stderr.contains("--again"), "{}", refused.shown());
    desk.run(&["send", "--due"]).exits(6);
    desk.run(&["send", "the-issue", "--yes", "--again"])
        .exits(0);
    desk.everybody_got(3);
}

#[test]
fn a_state_that_was_removed_or_emptied_is_missed_whatever_is_typed() {
    let losses = [
        "rm -rf .daily-note",
        "find .daily-note -mindepth 1 -delete",
        "git init -q . && printf '.daily-note\\n' > .gitignore && git clean -qfdX",
    ];
    // Each waits for daemons most of the time.
    std::thread::scope(|scope| {
        for loss in losses {
            scope.spawn(move || {
                for keeper in ["true", "rm daily-note.keeper"] {
                    for sender in SENDERS {
                        println!("{loss}; {keeper}; {sender:?}");
                        let desk = Desk::new().sent();
                        desk.shell(loss);
                        desk.shell(keeper);
                        desk.waits(sender, "daily-note adopt");
                        desk.everybody_got(1);
                    }
                }
            });
        }
    });
}

#[test]
fn what_the_lost_state_had_sent_needs_a_word_of_its_own_after_adopting() {
    let desk = Desk::new().sent();
    desk.shell("rm -rf .daily-note");
    desk.run(&["adopt", "--yes"]).exits(0);
    desk.run(&["send", "--due"]).exits(6);
    let refused = desk.run(&["send", "the-issue", "--yes"]).exits(3);
    assert!(refused.stderr.contains("--again"), "{}", refused.shown());
    desk.everybody_got(1);
}

#[test]
fn a_second_checkout_asks_where_the_keeper_names_another_list() {
    for sender in SENDERS {
        let desk = Desk::new().sent();
        let keeper = text(&desk.path("daily-note.keeper"));
        assert!(keeper.contains("\nlist: \""), "{keeper}");
        let desk = desk.clone_without(&[".daily-note", "state-home"]);
        desk.waits(sender, "daily-note adopt");
        desk.run(&["adopt", "--yes"]).exits(0);
        assert_ne!(text(&desk.path("daily-note.keeper")), keeper);
        desk.run(&["send", "--due"]).exits(6);
        desk.everybody_got(1);
    }
}

#[test]
fn a_keeper_that_can_t_be_read_is_told_at_its_line_and_nothing_is_sent() {
    for broken in [
        "list: [\n",
        "",
        "<<<<<<< HEAD\nlist: \"a\"\n=======\nlist: \"b\"\n>>>>>>> other\n",
        "who: me\n",
    ] {
        let desk = Desk::new().sent();
        std::fs::write(desk.path("daily-note.keeper"), broken).unwrap();
        let ran = desk.run(&["send", "the-issue", "--yes"]).exits(3);
        assert!(ran.stderr.contains("daily-note.keeper"), "{}", ran.shown());
        desk.run(&["send", "--due"]).exits(3);
        desk.run(&["adopt", "--yes"]).exits(0);
        desk.run(&["send", "the-issue", "--yes"]).exits(6);
        desk.everybody_got(1);
    }
}

#[test]
fn a_newcomer_is_asked_once_where_past_issues_lie_and_the_relay_is_no_address_of_this_machine() {
    let desk = Desk::new().and_an_earlier_issue();
    let url = desk.url("localhost");
    let publication = desk.publication.variable("DAILY_NOTE_SMTP__URL", &url);
    let desk = Desk {
        publication,
        ..desk
    };
    for sender in SENDERS {
        desk.waits(sender, "daily-note adopt");
    }
    desk.run(&["adopt", "--yes"]).exits(0);
    desk.run(&["send", "the-issue", "--yes"]).exits(0);
    desk.run(&["send", "earlier", "--yes"]).exits(0);
    assert_eq!(desk.taken(), 2 * READERS);
    desk.everybody_got(2);
}

#[test]
fn a_rehearsal_leaves_no_trace_and_names_no_keeper() {
    let desk = Desk::new();
    let publication = desk.publication.variable("DAILY_NOTE_SMTP__URL", "inbox");
    let desk = Desk {
        publication,
        ..desk
    };
    desk.run(&["send", "the-issue", "--yes"]).exits(0);
    assert!(!desk.path("daily-note.keeper").exists());
    assert!(!desk.path("state-home").exists());
    desk.shell("rm -rf .daily-note");
    desk.run(&["send", "the-issue", "--yes"]).exits(0);
    desk.everybody_got(0);
}

#[test]
fn a_daemon_that_waits_for_a_person_goes_on_by_itself_once_they_have_said_so() {
    let desk = with_an_old_copy();
    desk.shell("rm -rf .daily-note && cp -a backup .daily-note");
    let serve = Serve::spawn(&mut desk.publication.command(["serve", "--json"]));
    serve.wait_for("state_refused");
    desk.run(&["adopt", "--yes"]).exits(0);
    serve.wait_for("keeping");
    std::thread::sleep(std::time::Duration::from_millis(1_500));
    assert!(!serve.has_told("batch_began"));
    assert_eq!(serve.stop(), Some(0));
    desk.everybody_got(2);
}
