//! Another program at the database while ours has it open: SQLite's own shell that only looks, its
//! backup, a second writer, and the disk full for a while. What `serve` and `send --due` keep there is
//! still theirs.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use super::harness::{Serve, publication, wait_until};
use crate::{
    crash::{relay::Relay, shim::Shim},
    support::TestPublication,
};

const READERS: usize = 120;
const AT_THE_HOUR: &str = "2026-11-29T23:00:05Z";
const COMMANDS: [&[&str]; 2] = [&["serve", "--json"], &["send", "--due", "--json"]];

fn start(publication: &TestPublication, relay: &Relay, command: &[&str]) -> Serve {
    Serve::spawn(&mut sending(publication, relay, command))
}

fn sending(publication: &TestPublication, relay: &Relay, command: &[&str]) -> Command {
    let line = command.iter().copied().chain(["--at", AT_THE_HOUR]);
    let mut command = publication.command(line);
    command
        .env(
            "DAILY_NOTE_SMTP__URL",
            format!("smtp://127.0.0.1:{}?tls=none", relay.port()),
        )
        .env("DAILY_NOTE_SMTP__CONNECTIONS", "2");
    command
}

fn database(publication: &TestPublication) -> PathBuf {
    publication.path(".daily-note/daily-note.sqlite")
}

/// SQLite's shell, as a person types it.
pub(crate) fn shell(database: &Path, line: &str) -> String {
    let output = Command::new("sqlite3").arg(database).arg(line).output();
    let output = output.expect("sqlite3, which scripts/test installs");
    assert!(output.status.success(), "{line}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// How many locks that process holds on that file.
pub(crate) fn locks(process: u32, file: &Path) -> usize {
    let inode = fs::metadata(file).unwrap().ino().to_string();
    let locks = fs::read_to_string("/proc/locks").unwrap();
    let is_its = |line: &&str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let holder = words.iter().position(|word| *word == process.to_string());
        let place = holder.and_then(|at| words.get(at + 1));
        place.is_some_and(|place| place.rsplit(':').next() == Some(&inode))
    };
    locks.lines().filter(is_its).count()
}

#[test]
fn who_has_the_database_open_holds_sqlites_lock_on_it() {
    for command in COMMANDS {
        let publication = publication().subscribers(READERS);
        let relay = Relay::start(Duration::from_millis(40));
        let running = start(&publication, &relay, command);
        wait_until(|| relay.count() > 3, "the first messages");
        assert!(
            locks(running.id(), &database(&publication)) > 0,
            "{command:?}"
        );
        relay.quicken();
        running.stop();
    }
}

#[test]
fn a_shell_a_backup_and_a_writer_beside_it_and_a_kill_leave_the_ledger_whole() {
    for command in COMMANDS {
        let publication = publication().subscribers(READERS);
        let relay = Relay::start(Duration::from_millis(20));
        let running = start(&publication, &relay, command);
        wait_until(|| relay.count() > 3, "the first messages");
        let file = database(&publication);
        let log = fs::metadata(file.with_extension("sqlite-wal"))
            .unwrap()
            .ino();
        for _ in 0..5 {
            shell(&file, "SELECT count(*) FROM deliveries");
        }
        let copy = publication.path("copy.sqlite");
        shell(&file, &format!(".backup {}", copy.display()));
        assert_eq!(shell(&copy, "PRAGMA integrity_check"), "ok");
        // Somebody leaves meanwhile, by another process of ours.
        let last = format!("reader{READERS}@example.com");
        publication
            .run(["suppressions", "add", &last, "--at", AT_THE_HOUR])
            .exits(0);
        shell(&file, "SELECT 1");
        let now = fs::metadata(file.with_extension("sqlite-wal"))
            .unwrap()
            .ino();
        assert_eq!(now, log, "{command:?}: the living log was unlinked");
        wait_until(|| relay.count() > 30, "thirty messages");
        running.kill();
        assert_eq!(shell(&file, "PRAGMA integrity_check"), "ok", "{command:?}");
        relay.quicken();
        let mut rest = sending(&publication, &relay, &["send", "--due"]);
        assert!(
            rest.stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok()
        );
        let taken = relay.finish();
        assert!(
            taken.values().all(|times| *times == 1),
            "{command:?}: {taken:?}"
        );
        assert!(!taken.contains_key(&last), "{command:?}: who left got mail");
    }
}

#[test]
fn a_disk_that_is_full_for_a_while_stops_nobody_for_good() {
    let shim = Shim::build();
    let publication = publication().subscribers(READERS);
    let relay = Relay::start(Duration::from_millis(20));
    let mut command = sending(&publication, &relay, COMMANDS[0]);
    let full = publication.path("full");
    command.env("DISK_FAILS_WHILE", &full);
    shim.preload(
        &mut command,
        &publication.path(""),
        crate::crash::shim::Fault::None,
    );
    let serve = Serve::spawn(&mut command);
    wait_until(|| relay.count() > 10, "the first messages");
    fs::write(&full, "f").unwrap();
    wait_until(
        || serve.has_told("state_refused"),
        "the full disk's telling",
    );
    thread::sleep(Duration::from_millis(500));
    let before = relay.count();
    thread::sleep(Duration::from_millis(500));
    assert_eq!(relay.count(), before, "it went on with a full disk");
    fs::remove_file(&full).unwrap();
    serve.wait_for("batch_ended");
    assert_eq!(serve.stop(), Some(0));
    let taken = relay.finish();
    assert!(taken.values().all(|times| *times == 1), "{taken:?}");
    assert!(taken.len() + 4 >= READERS, "{} got it", taken.len());
}

#[test]
fn a_lock_that_somebody_else_holds_for_longer_than_we_wait_makes_nobody_unknown() {
    let publication = publication().subscribers(READERS);
    let relay = Relay::start(Duration::from_millis(20));
    let running = start(&publication, &relay, COMMANDS[1]);
    wait_until(|| relay.count() > 3, "the first messages");
    // A shell that somebody left in the middle of a transaction.
    let mut holder = Command::new("sqlite3")
        .arg(database(&publication))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut keys = holder.stdin.take().unwrap();
    std::io::Write::write_all(&mut keys, b".timeout 9000\nBEGIN IMMEDIATE;\n").unwrap();
    thread::sleep(Duration::from_secs(36));
    drop(keys);
    holder.wait().unwrap();
    relay.quicken();
    wait_until(|| relay.count() == READERS, "everybody");
    running.wait();
    let status = publication
        .run(["status", "--json", "--at", AT_THE_HOUR])
        .json();
    assert_eq!(status[0]["counts"]["accepted"], READERS, "{status}");
    assert_eq!(status[0]["counts"]["unknown"], 0, "{status}");
    assert!(relay.finish().values().all(|times| *times == 1));
}
