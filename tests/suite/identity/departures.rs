//! A restore, a copy put back and a lost state bring nobody back who left, bounced or was erased since.

use super::harness::{Desk, READERS};

/// A state with a backup, after which reader 1 left, reader 2 was erased and reader 3 complained.
fn with_departures() -> Desk {
    let desk = Desk::new().and_an_earlier_issue();
    desk.run(&["send", "earlier", "--yes"]).exits(0);
    desk.run(&["backup", "old.backup"]).exits(0);
    desk.copy(".daily-note", "copy");
    let add = |reason, email| {
        desk.run(&["suppressions", "add", email, "--reason", reason])
            .exits(0)
    };
    add("unsubscribed", "reader1@example.com");
    add("complaint", "reader3@example.com");
    desk.run(&["subscribers", "erase", "reader2@example.com", "--yes"])
        .exits(0);
    desk
}

/// The issue goes to everybody but the three.
#[track_caller]
fn nobody_came_back(desk: Desk) {
    desk.run(&["send", "the-issue", "--yes"]).exits(0);
    let taken = desk.relay.finish();
    let doubled = taken.values().filter(|times| **times == 2).count();
    assert_eq!(doubled, READERS - 3, "{taken:?}");
    for left in [1, 2, 3] {
        assert_eq!(taken[&format!("reader{left}@example.com")], 1, "{taken:?}");
    }
}

#[test]
fn a_restore_brings_back_nobody_who_left_since_the_backup() {
    let desk = with_departures();
    desk.shell("mv .daily-note .daily-note.broken");
    let ran = desk.run(&["restore", "old.backup"]).exits(0);
    assert!(ran.stdout.contains("3 who left since"), "{}", ran.shown());
    desk.run(&["adopt", "--yes"]).exits(0);
    desk.run(&["send", "the-issue", "--yes", "--again"])
        .exits(0);
    let taken = desk.relay.finish();
    assert_eq!(taken["reader1@example.com"], 1);
    assert_eq!(
        taken.values().filter(|times| **times == 2).count(),
        READERS - 3
    );
}

#[test]
fn where_nobody_knows_who_left_nothing_is_sent_before_a_person_says_so() {
    let desk = with_departures();
    desk.shell("mv .daily-note .daily-note.broken && rm -r state-home");
    let ran = desk.run(&["restore", "old.backup"]).exits(0);
    assert!(
        ran.stdout.contains("restore --departures"),
        "{}",
        ran.shown()
    );
    desk.run(&["adopt", "--yes"]).exits(0);
    for sender in super::harness::SENDERS {
        desk.waits(sender, "restore --departures");
    }
    desk.run(&["restore", "--departures", "nothing-there"])
        .exits(3);
    desk.waits(&["send", "--due"], "restore --departures");
    let told = desk
        .run(&["restore", "--departures", ".daily-note.broken"])
        .exits(0);
    assert!(told.stdout.contains("3 who left"), "{}", told.shown());
    desk.run(&["send", "the-issue", "--yes", "--again"])
        .exits(0);
    let taken = desk.relay.finish();
    for left in [1, 2, 3] {
        assert_eq!(taken[&format!("reader{left}@example.com")], 1, "{taken:?}");
    }
}

#[test]
fn a_person_may_say_that_nobody_is_known_to_have_left() {
    let desk = Desk::new();
    desk.run(&["subscribers", "add", "new@example.com"])
        .exits(0);
    desk.run(&["backup", "old.backup"]).exits(0);
    desk.shell("rm -rf .daily-note state-home");
    desk.run(&["restore", "old.backup", "--departures", "none"])
        .exits(0);
    desk.run(&["adopt", "--yes"]).exits(0);
    // Its hour lies between the backup and now: nobody knows whether it went out.
    let waits = desk.run(&["send", "the-issue", "--yes"]).exits(3);
    assert!(waits.stderr.contains("--again"), "{}", waits.shown());
    desk.run(&["send", "--due"]).exits(6);
    desk.everybody_got(0);
}

#[test]
fn a_copy_put_back_and_adopted_brings_nobody_back() {
    let desk = with_departures();
    desk.shell("rm -rf .daily-note && mv copy .daily-note");
    let adopted = desk.run(&["adopt", "--yes"]).exits(0);
    assert!(adopted.stdout.contains("3 who left"), "{}", adopted.shown());
    nobody_came_back(desk);
}

#[test]
fn a_lost_state_that_begins_anew_mails_nobody_who_had_left() {
    let desk = with_departures();
    desk.shell("rm -rf .daily-note");
    let adopted = desk.run(&["adopt", "--yes"]).exits(0);
    assert!(adopted.stdout.contains("3 who left"), "{}", adopted.shown());
    nobody_came_back(desk);
}

#[test]
fn who_left_and_was_let_back_in_since_the_backup_stays_in() {
    let desk = Desk::new().and_an_earlier_issue();
    desk.run(&["send", "earlier", "--yes"]).exits(0);
    desk.run(&["backup", "old.backup"]).exits(0);
    desk.run(&["suppressions", "add", "reader1@example.com"])
        .exits(0);
    desk.run(&["suppressions", "remove", "reader1@example.com"])
        .exits(0);
    desk.shell("rm -rf .daily-note");
    desk.run(&["restore", "old.backup"]).exits(0);
    desk.run(&["adopt", "--yes"]).exits(0);
    desk.run(&["send", "the-issue", "--yes", "--again"])
        .exits(0);
    desk.everybody_got(2);
}

/// Another state, where somebody else left, in the place of the one that was lost.
#[test]
fn a_lost_state_s_departures_join_a_state_where_somebody_left() {
    let desk = with_departures();
    desk.shell("rm -rf .daily-note");
    desk.run(&["suppressions", "add", "reader4@example.com"])
        .exits(0);
    desk.run(&["subscribers", "erase", "reader5@example.com", "--yes"])
        .exits(0);
    let adopted = desk.run(&["adopt", "--yes"]).exits(0);
    assert!(adopted.stdout.contains("3 who left"), "{}", adopted.shown());
    // It is lost in its turn, with all that it had learned of either list.
    desk.run(&["backup", "late.backup"]).exits(0);
    desk.shell("mv .daily-note .daily-note.broken");
    desk.run(&[
        "restore",
        "late.backup",
        "--departures",
        ".daily-note.broken",
    ])
    .exits(0);
    desk.run(&["adopt", "--yes"]).exits(0);
    desk.run(&["send", "the-issue", "--yes", "--again"])
        .exits(0);
    let taken = desk.relay.finish();
    let doubled: Vec<_> = taken.iter().filter(|(_, times)| **times == 2).collect();
    assert_eq!(doubled.len(), 1, "{taken:?}");
    assert_eq!(taken["reader6@example.com"], 2);
}

#[test]
fn who_leaves_a_restored_state_is_known_when_it_is_restored_once_more() {
    let desk = Desk::new().and_an_earlier_issue();
    desk.run(&["send", "earlier", "--yes"]).exits(0);
    desk.run(&["backup", "old.backup"]).exits(0);
    // Two entries that come to nothing: the journal outside is ahead of the backup's.
    desk.run(&["suppressions", "add", "reader1@example.com"])
        .exits(0);
    desk.run(&["suppressions", "remove", "reader1@example.com"])
        .exits(0);
    for leaves in [Some("reader2@example.com"), None] {
        desk.shell("rm -rf .daily-note");
        desk.run(&["restore", "old.backup"]).exits(0);
        desk.run(&["adopt", "--yes"]).exits(0);
        if let Some(email) = leaves {
            desk.run(&["suppressions", "add", email]).exits(0);
        }
    }
    desk.run(&["send", "the-issue", "--yes", "--again"])
        .exits(0);
    let taken = desk.relay.finish();
    assert_eq!(taken["reader2@example.com"], 1, "{taken:?}");
    assert_eq!(taken["reader1@example.com"], 2, "{taken:?}");
}

/// Whatever is run next, be it a command that only looks: after it the state may be lost.
#[test]
fn who_leaves_while_the_place_outside_can_t_be_written_is_kept_there_by_the_next_command() {
    for next in [&["status"][..], &["suppressions", "list"], &["doctor"]] {
        let desk = Desk::new().and_an_earlier_issue();
        desk.run(&["send", "earlier", "--yes"]).exits(0);
        desk.run(&["backup", "old.backup"]).exits(0);
        desk.shell("mv state-home state-home.away && touch state-home");
        let left = desk.run(&["suppressions", "add", "reader1@example.com"]);
        let left = left.exits(0);
        assert!(
            left.stderr.contains("can't be kept outside the state"),
            "{}",
            left.shown()
        );
        desk.shell("rm state-home && mv state-home.away state-home");
        desk.run(next);
        desk.shell("rm -r .daily-note");
        desk.run(&["restore", "old.backup"]).exits(0);
        desk.run(&["adopt", "--yes"]).exits(0);
        desk.run(&["send", "the-issue", "--yes", "--again"])
            .exits(0);
        let taken = desk.relay.finish();
        assert_eq!(taken["reader1@example.com"], 1, "{next:?}: {taken:?}");
        assert_eq!(taken["reader2@example.com"], 2, "{next:?}: {taken:?}");
    }
}
