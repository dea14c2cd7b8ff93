//! The calendar played in a state that is a copy: a rehearsal mails nobody, and needs nobody's word. What a
//! copy does to the real calendar is in `identity`.

use std::process::Command;

use super::harness::{Serve, publication};
use crate::support::TestPublication;

fn copy(publication: &TestPublication, from: &str, to: &str) {
    let (from, to) = (publication.path(from), publication.path(to));
    let mut cp = Command::new("cp");
    let copied = cp.arg("-a").arg(from).arg(to).status().unwrap();
    assert!(copied.success());
}

#[test]
fn a_rehearsal_in_a_copied_state_goes_on_without_anybodys_word() {
    let publication = publication();
    let due = |at: &str| publication.run(["send", "--due", "--at", at]);
    due("2026-11-29T22:00:00Z").exits(6);
    copy(&publication, ".daily-note", "backup");
    std::fs::remove_dir_all(publication.path(".daily-note")).unwrap();
    copy(&publication, "backup", ".daily-note");
    let serve = Serve::start(&publication, "2026-11-29T22:59:58Z");
    serve.wait_for("batch_ended");
    assert!(!serve.has_told("state_refused"));
    assert_eq!(serve.stop(), Some(0));
    due("2026-11-29T23:10:00Z").exits(6);
    assert_eq!(publication.inbox().len(), 2);
}

#[test]
fn a_database_put_back_alone_is_noticed_by_what_lies_beside_it() {
    let publication = publication();
    let due = |at: &str| publication.run(["send", "--due", "--at", at]);
    due("2026-11-29T22:00:00Z").exits(6);
    copy(&publication, ".daily-note", "backup");
    due("2026-11-29T23:00:00Z").exits(0);
    assert_eq!(publication.inbox().len(), 2);
    for end in ["", "-wal", "-shm"] {
        let file = format!("daily-note.sqlite{end}");
        let (from, to) = (format!("backup/{file}"), format!(".daily-note/{file}"));
        std::fs::remove_file(publication.path(&to)).ok();
        if publication.path(&from).exists() {
            std::fs::copy(publication.path(&from), publication.path(&to)).unwrap();
        }
    }
    // The batch is unknown to it, and the witness knows better.
    due("2026-11-29T23:10:00Z").exits(3);
    assert_eq!(publication.inbox().len(), 2);
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
