//! A disk that is nearly full, a database with torn pages, a state that can't be opened.

use std::{
    fs,
    os::unix::fs::FileExt,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use rusqlite::Connection;

use crate::{
    scripted::{At::Data, ScriptedServer, stall},
    support::{TestPublication, left_out, sqlite3},
};

const AT: &str = "2026-11-24T00:00:00Z";
const ISSUE: &str = "2026-11-23-quiet";

#[test]
fn sending_stops_before_the_disk_is_full_and_goes_on_when_there_is_room() {
    let publication = TestPublication::new();
    fs::create_dir(publication.path(".daily-note")).unwrap();
    let binary = env!("CARGO_BIN_EXE_daily-note");
    let send = format!("'{binary}' --lang en --at {AT} send {ISSUE} --yes");
    // A small disk of its own, which nobody but this shell sees.
    let script = format!(
        "mount -t tmpfs -o size=60m tmpfs .daily-note || exit 99
         dd if=/dev/zero of=.daily-note/filler bs=1M count=40 status=none
         {send} 2>said; echo $? >code
         rm .daily-note/filler
         {send} && ls .daily-note/inbox | wc -l >mails"
    );
    // Root may mount; anybody else may in a world of their own.
    let id = Command::new("id").arg("-u").output().unwrap().stdout;
    let mut unshare = Command::new("unshare");
    if id != b"0\n" {
        unshare.args(["--user", "--map-root-user"]);
    }
    let ran = unshare
        .args(["--mount", "sh", "-c", &script])
        .current_dir(publication.path(""))
        .env("XDG_STATE_HOME", publication.path("state-home"))
        .output()
        .unwrap();
    if ran.status.code() == Some(99) {
        left_out("no small disk can be made here");
        return;
    }
    let text = |name: &str| fs::read_to_string(publication.path(name)).unwrap();
    assert_eq!(text("code"), "3\n", "{}", text("said"));
    assert!(text("said").contains("MiB left"), "{}", text("said"));
    assert_eq!(text("mails").trim(), "2", "{ran:?}");
}

#[test]
fn torn_pages_are_told_after_a_crash_and_the_state_can_be_saved() {
    let publication = TestPublication::new().subscribers(2_000);
    publication
        .run(["--at", AT, "send", ISSUE, "--yes"])
        .exits(0);
    let database = publication.path(".daily-note/daily-note.sqlite");
    sqlite3(&database, "PRAGMA wal_checkpoint(TRUNCATE)");
    let mut bytes = fs::read(&database).unwrap();
    let pages = bytes.len() / 4_096;
    for page in [pages / 3, pages / 2, 2 * pages / 3] {
        bytes[page * 4_096..(page + 1) * 4_096].fill(0xA5);
    }
    fs::write(&database, &bytes).unwrap();
    // As a process that died leaves it.
    fs::write(
        publication.path(".daily-note/daily-note.sqlite-wal"),
        [0; 40],
    )
    .unwrap();
    let ran = publication.run(["--at", AT, "status"]).exits(3);
    assert!(
        ran.stderr.contains("the database is damaged"),
        "{}",
        ran.shown()
    );
    assert!(ran.stderr.contains("backup --as-is"), "{}", ran.shown());
    publication.run(["backup", "other.backup"]).exits(3);
    publication.run(["backup", "--as-is", "saved"]).exits(0);
    assert_eq!(
        fs::read(publication.path("saved/daily-note.sqlite"))
            .unwrap()
            .len(),
        bytes.len()
    );
    assert!(publication.path("saved/secret").exists());
    publication.run(["backup", "--as-is", "saved"]).exits(3);
}

/// What tore pages while a process alone died is nothing of that process: it is found beside the work, and told to
/// whoever comes next.
#[test]
fn after_a_kill_the_work_goes_on_while_every_page_is_looked_at() {
    let relay = ScriptedServer::new().on(Data, stall()).forgiving().start();
    let publication = TestPublication::new()
        .subscribers(2_000)
        .and_config("smtp: {connections: 1}\n");
    publication
        .run(["--at", AT, "send", ISSUE, "--yes"])
        .exits(0);
    let database = publication.path(".daily-note/daily-note.sqlite");
    let page: u32 = {
        let connection = Connection::open(&database).unwrap();
        let leaf =
            "SELECT max(pageno) FROM dbstat WHERE name = 'subscribers' AND pagetype = 'leaf'";
        connection.query_row(leaf, [], |row| row.get(0)).unwrap()
    };
    let mut sending = publication
        .command(["send", ISSUE, "--yes"])
        .env("DAILY_NOTE_SMTP__URL", relay.url())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while relay.heard_times("C: DATA") == 0 {
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "nobody said DATA"
        );
        thread::sleep(Duration::from_millis(5));
    }
    sending.kill().unwrap();
    sending.wait().unwrap();
    let torn = fs::OpenOptions::new().write(true).open(&database).unwrap();
    torn.write_all_at(&[0xA5; 4_096], (u64::from(page) - 1) * 4_096)
        .unwrap();

    let reads = || publication.run(["suppressions", "list"]);
    let beside = reads();
    assert_ne!(beside.code, Some(3), "{}", beside.shown());
    assert!(
        publication
            .path(".daily-note/daily-note.sqlite-wal")
            .exists()
    );
    let before = reads().exits(3);
    let said = before.stderr.as_str();
    assert!(
        said.contains("the database is damaged"),
        "{}",
        before.shown()
    );
}

#[test]
fn a_step_of_the_tables_that_fails_is_named_with_sqlites_words_and_the_state_can_be_saved() {
    let publication = TestPublication::new();
    fs::create_dir(publication.path(".daily-note")).unwrap();
    let database = publication.path(".daily-note/daily-note.sqlite");
    sqlite3(
        &database,
        "PRAGMA application_id = 0x444E6F74; CREATE TABLE subscribers (other TEXT)",
    );
    let ran = publication.run(["status"]).exits(3);
    let said = ran.stderr.as_str();
    for words in ["step 1", "subscribers already exists", "backup --as-is"] {
        assert!(said.contains(words), "{words}: {}", ran.shown());
    }
    assert!(!said.contains("room"), "{}", ran.shown());
    publication.run(["backup", "--as-is", "saved"]).exits(0);
}
