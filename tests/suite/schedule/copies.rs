//! A state that was copied, moved or put back from a backup: noticed, told, and a person decides.

use std::process::Command;

use super::harness::{Serve, publication};
use crate::support::TestPublication;

fn copy(publication: &TestPublication, from: &str, to: &str) {
    let (from, to) = (publication.path(from), publication.path(to));
    let copied = Command::new("cp")
        .arg("-a")
        .arg(from)
        .arg(to)
        .status()
        .unwrap();
    assert!(copied.success());
}

fn remove(publication: &TestPublication, name: &str) {
    std::fs::remove_dir_all(publication.path(name)).unwrap();
}

/// A publication whose state knows of an earlier issue and was copied then; the slot of 2026-11-30
/// was sent after.
fn with_an_old_copy() -> TestPublication {
    let publication = publication().issue(
        "2026-11-23-earlier.md",
        super::harness::issue("2026-11-23", "ready"),
    );
    publication
        .run(["send", "--due", "--at", "2026-11-22T23:00:00Z"])
        .exits(0);
    copy(&publication, ".daily-note", "backup");
    publication
        .run(["send", "--due", "--at", "2026-11-29T23:00:00Z"])
        .exits(0);
    assert_eq!(publication.inbox().len(), 4);
    publication
}

#[test]
fn an_old_copy_of_the_state_sends_nothing_on_its_own_until_a_person_vouches_for_it() {
    let publication = with_an_old_copy();
    remove(&publication, ".daily-note");
    copy(&publication, "backup", ".daily-note");
    let due = |at: &str| publication.run(["send", "--due", "--at", at]);
    insta::assert_snapshot!(due("2026-11-29T23:10:00Z").exits(3).shown());
    let serve = Serve::start(&publication, "2026-11-29T23:10:00Z");
    let refused = serve.wait_for("state_refused");
    assert!(
        refused["reason"]
            .as_str()
            .unwrap()
            .contains("daily-note adopt"),
        "{refused}"
    );
    assert!(!serve.has_told("keeping"));

    let adopt = ["adopt", "--yes", "--at", "2026-11-29T23:15:00Z"];
    insta::assert_snapshot!(publication.run(adopt).exits(0).shown());
    // The daemon that waited goes on by itself, and leaves what was due before to the person.
    serve.wait_for("keeping");
    serve.wait_for("slot_missed");
    assert!(!serve.has_told("batch_began"));
    assert_eq!(serve.stop(), Some(0));
    assert_eq!(publication.inbox().len(), 2);
}

#[test]
fn a_database_put_back_alone_is_noticed_too() {
    let publication = with_an_old_copy();
    std::fs::remove_file(publication.path(".daily-note/daily-note.sqlite-wal")).ok();
    std::fs::remove_file(publication.path(".daily-note/daily-note.sqlite-shm")).ok();
    for file in [
        "daily-note.sqlite",
        "daily-note.sqlite-wal",
        "daily-note.sqlite-shm",
    ] {
        if publication.path(&format!("backup/{file}")).exists() {
            let (from, to) = (format!("backup/{file}"), format!(".daily-note/{file}"));
            std::fs::copy(publication.path(&from), publication.path(&to)).unwrap();
        }
    }
    // The file is the same one, but the witness beside it knows better.
    publication
        .run(["send", "--due", "--at", "2026-11-29T23:10:00Z"])
        .exits(3);
    assert_eq!(publication.inbox().len(), 4);
}

#[test]
fn a_state_that_stays_where_it_is_is_never_doubted() {
    let publication = publication();
    for at in ["2026-11-29T22:00:00Z", "2026-11-29T22:30:00Z"] {
        let serve = Serve::start(&publication, at);
        serve.wait_for("keeping");
        serve.kill();
    }
    publication
        .run(["send", "--due", "--at", "2026-11-29T23:00:00Z"])
        .exits(0);
}
