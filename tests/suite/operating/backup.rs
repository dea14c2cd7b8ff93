//! Backup and restore by the real program: while it runs, onto another machine, after a disaster.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use crate::support::TestPublication;

const HOUR: &str = "2026-11-23T08:00:05Z";

/// The publication after its issue was sent.
fn sent() -> TestPublication {
    let publication = TestPublication::new();
    publication.run(["--at", HOUR, "send", "--due"]).exits(0);
    publication
}

/// As after a disk's death: the state is away.
fn lose_state(publication: &TestPublication) {
    fs::rename(
        publication.path(".daily-note"),
        publication.path(".daily-note.broken"),
    )
    .unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn what_was_backed_up_comes_back_and_is_not_sent_again() {
    let publication = sent();
    let secret = fs::read(publication.path(".daily-note/secret")).unwrap();
    let ran = publication
        .run(["--at", HOUR, "backup", "copy.backup"])
        .exits(0);
    insta::assert_snapshot!("backup", ran.shown());
    assert_eq!(mode(&publication.path("copy.backup")), 0o600);
    let status = publication.run(["status", "--json"]).exits(0).json();
    lose_state(&publication);
    let ran = publication
        .run(["--at", HOUR, "restore", "copy.backup"])
        .exits(0);
    insta::assert_snapshot!("restore", ran.shown());
    assert_eq!(
        fs::read(publication.path(".daily-note/secret")).unwrap(),
        secret
    );
    for file in ["daily-note.sqlite", "secret", "witness"] {
        assert_eq!(
            mode(&publication.path(".daily-note").join(file)),
            0o600,
            "{file}"
        );
    }
    assert_eq!(mode(&publication.path(".daily-note")), 0o700);
    assert_eq!(
        publication.run(["status", "--json"]).exits(0).json(),
        status
    );
    // A rehearsal goes on where its copy ends, and asks nobody (what a real calendar asks: `identity::`).
    publication.run(["--at", HOUR, "send", "--due"]).exits(6);
    assert!(publication.inbox().is_empty());
}

#[test]
fn a_copy_that_does_not_know_of_an_issue_sends_it_to_nobody() {
    let publication = TestPublication::new();
    publication
        .run(["--at", "2026-11-22T08:00:00Z", "send", "--due"])
        .exits(6);
    publication
        .run(["--at", "2026-11-22T08:00:00Z", "backup", "old.backup"])
        .exits(0);
    publication.run(["--at", HOUR, "send", "--due"]).exits(0);
    lose_state(&publication);
    let ran = publication
        .run(["--at", "2026-11-23T09:00:00Z", "restore", "old.backup"])
        .exits(0);
    insta::assert_snapshot!("restore_of_an_older_copy", ran.shown());
    publication
        .run(["--at", "2026-11-23T09:00:01Z", "adopt", "--yes"])
        .exits(0);
    publication
        .run(["--at", "2026-11-23T09:00:02Z", "send", "--due"])
        .exits(6);
    let ran = publication
        .run(["send", "2026-11-23-quiet", "--yes"])
        .exits(3);
    assert!(ran.stderr.contains("--again"), "{}", ran.stderr);
    assert!(publication.inbox().is_empty());
}

#[test]
fn where_everything_was_stopped_before_nothing_is_doubted() {
    let publication = TestPublication::new();
    let before = "2026-11-23T07:30:00Z";
    publication.run(["--at", before, "send", "--due"]).exits(6);
    publication
        .run(["--at", before, "backup", "move.backup"])
        .exits(0);
    lose_state(&publication);
    let ran = publication
        .run([
            "--at",
            HOUR,
            "restore",
            "--stopped",
            "move.backup",
            "--json",
        ])
        .exits(0);
    assert_eq!(ran.json()["doubtful"], serde_json::json!([]));
    publication.run(["--at", HOUR, "send", "--due"]).exits(0);
    assert_eq!(publication.inbox().len(), 2);
}

#[test]
fn where_only_pictures_were_kept_there_is_nothing_to_back_up_and_no_state_is_made() {
    let publication = TestPublication::new().file(".daily-note/pictures/one", "…");
    let ran = publication.run(["backup", "copy.backup"]).exits(6);
    assert!(
        ran.stderr.contains("there is no state yet"),
        "{}",
        ran.stderr
    );
    assert!(!publication.path("copy.backup").exists());
    assert!(!publication.path(".daily-note/daily-note.sqlite").exists());
}

#[test]
fn a_restore_overwrites_nothing() {
    let publication = sent();
    publication.run(["backup", "copy.backup"]).exits(0);
    let again = publication.run(["backup", "copy.backup"]).exits(3);
    assert!(
        again.stderr.contains("is there already"),
        "{}",
        again.stderr
    );
    let ran = publication.run(["restore", "copy.backup"]).exits(3);
    insta::assert_snapshot!("restore_over_a_state", ran.shown());
    publication.run(["status"]).exits(0);
    // Another secret belongs to another state.
    lose_state(&publication);
    let publication = publication.file(".daily-note/secret", [7; 32]);
    let ran = publication.run(["restore", "copy.backup"]).exits(3);
    assert!(ran.stderr.contains("is another one"), "{}", ran.stderr);
}

#[test]
fn a_file_that_is_no_backup_or_is_damaged_is_refused_and_leaves_nothing() {
    let publication = sent();
    publication.run(["backup", "copy.backup"]).exits(0);
    let good = fs::read(publication.path("copy.backup")).unwrap();
    let mut damaged = good.clone();
    for byte in &mut damaged[8_192..16_384] {
        *byte ^= 0x5a;
    }
    let database = fs::read(publication.path(".daily-note.broken/daily-note.sqlite"));
    assert!(database.is_err());
    let other = fs::read(publication.path(".daily-note/daily-note.sqlite")).unwrap();
    lose_state(&publication);
    let publication = publication
        .file("damaged.backup", damaged)
        .file("short.backup", &good[..good.len() / 2])
        .file("text.backup", "hello")
        .file("empty.backup", "")
        .file("database.backup", other);
    for file in ["damaged", "short", "text", "empty", "database", "missing"] {
        let ran = publication
            .run(["restore", &format!("{file}.backup")])
            .exits(3);
        assert!(!ran.stderr.is_empty(), "{file}");
        assert!(
            !publication.path(".daily-note/daily-note.sqlite").exists(),
            "{file}"
        );
    }
    assert!(!publication.path("missing.backup").exists());
    publication.run(["restore", "copy.backup"]).exits(0);
}

#[test]
fn a_copy_is_made_while_a_batch_goes_out_and_adds_up() {
    let publication = TestPublication::new().subscribers(3_000);
    let mut daemon = publication.start(["--at", HOUR, "serve"]);
    let mut copies = 0;
    let mut states = std::collections::BTreeSet::new();
    let began = std::time::Instant::now();
    while began.elapsed() < std::time::Duration::from_secs(60) {
        let file = format!("copy{copies}.backup");
        let ran = publication.run(["backup", &file]);
        // Nothing to copy before the daemon has made it.
        if ran.code == Some(6) {
            continue;
        }
        let ran = ran.exits(0);
        assert!(!ran.stdout.is_empty());
        copies += 1;
        let status = publication.run(["status", "--json"]).json();
        let accepted = status[0]["counts"]["accepted"].as_u64().unwrap_or_default();
        states.insert(accepted);
        if accepted == 3_000 {
            break;
        }
    }
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    assert!(copies > 0);
    assert_eq!(states.last(), Some(&3_000), "{states:?}");
    // The last copy, on another machine.
    let other = TestPublication::new().subscribers(3_000);
    let file = format!("copy{}.backup", copies - 1);
    fs::copy(publication.path(&file), other.path("move.backup")).unwrap();
    other
        .run(["--at", HOUR, "restore", "--stopped", "move.backup"])
        .exits(0);
    let status = other.run(["status", "--json"]).json();
    if let Some(batch) = status.get(0) {
        let counts = batch["counts"].as_object().unwrap();
        let total: u64 = counts.values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!(total, batch["audience"].as_u64().unwrap());
    }
}
