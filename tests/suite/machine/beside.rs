//! Other programs at the database, over and over: SQLite's shell, its backup, Python, a second writer, and
//! `kill -9`, beside each command that runs for long. `STATE_ROUNDS` sets how many rounds (`just beside`).

use std::{
    fs,
    path::Path,
    process::{Child, Stdio},
    time::Duration,
};

use crate::{
    crash::Dice,
    identity::harness::{Desk, SENDERS},
    schedule::{locks, shell, wait_until},
};

const READERS: usize = 90;
const DELAY: Duration = Duration::from_millis(20);
/// Two connections, with two messages each that nobody can know of, a kill.
const IN_DOUBT_EACH: usize = 4;

/// What another program does meanwhile; `DB` is the database.
const OTHERS: [&str; 6] = [
    "sqlite3 DB 'SELECT count(*) FROM deliveries'",
    "sqlite3 DB '.backup copy.sqlite' && test \"$(sqlite3 copy.sqlite 'PRAGMA integrity_check')\" = ok",
    "sqlite3 -cmd '.timeout 20000' DB 'UPDATE instance SET adopted_at = adopted_at'",
    "sqlite3 -cmd '.timeout 20000' DB 'BEGIN IMMEDIATE; SELECT count(*) FROM batches; ROLLBACK'",
    "python3 -c 'import sqlite3; c = sqlite3.connect(\"DB\"); c.execute(\"select * from batches\").fetchall()'",
    "cat DB DB-wal > copy-as-it-is",
];

/// What all rounds came to.
#[derive(Debug, Default)]
struct Totals {
    rounds: u64,
    taken: usize,
    kills: usize,
    others: usize,
    left: usize,
    in_doubt: usize,
}

#[test]
fn whatever_else_has_the_database_open_and_whoever_is_killed_the_ledger_is_whole() {
    let rounds = std::env::var("STATE_ROUNDS").ok();
    let rounds = rounds.and_then(|it| it.parse().ok()).unwrap_or(3);
    let mut totals = Totals::default();
    for round in 0..rounds {
        play(round, &mut totals);
    }
    println!("{totals:?}; none lost, none doubled, nobody who had left got it");
}

fn play(round: u64, totals: &mut Totals) {
    let mut dice = Dice(round);
    let desk = Desk::of(READERS, DELAY);
    let looking = [
        &["preview", "--listen", "127.0.0.1:0"][..],
        &["inbox", "--listen", "127.0.0.1:0", "--smtp", "127.0.0.1:0"],
    ]
    .map(|command| Running::start(&desk, command));
    let database = desk.path(".daily-note/daily-note.sqlite");
    // Two that are killed, one after the other, and one that comes to the end.
    let mut left = Vec::new();
    for killed in 0..2 {
        let sender = SENDERS[dice.roll(3) as usize];
        let running = Running::start(&desk, sender);
        let before = desk.taken();
        wait_until(
            || desk.taken() > before + 2 || running.is_over(),
            "its first messages",
        );
        for process in looking.iter().chain([&running]) {
            process.assert_locked(&database);
        }
        for _ in 0..1 + dice.roll(3) {
            let other = OTHERS[dice.roll(OTHERS.len() as u64) as usize];
            desk.shell(&other.replace("DB", ".daily-note/daily-note.sqlite"));
            totals.others += 1;
        }
        // Somebody at the end of the list leaves, by a process of ours.
        let leaver = format!("reader{}@example.com", READERS - killed);
        if !desk.relay.has_taken(&leaver) {
            desk.run(&["suppressions", "add", &leaver]).exits(0);
            if !desk.relay.has_taken(&leaver) {
                left.push(leaver);
            }
        }
        let until = desk.taken() + dice.roll(12) as usize;
        wait_until(
            || desk.taken() > until || running.is_over(),
            "more messages",
        );
        drop(running);
        totals.kills += 1;
        let check = shell(&database, "PRAGMA integrity_check");
        assert_eq!(check, "ok", "round {round}, {sender:?}");
    }
    drop(looking);
    desk.relay.quicken();
    let code = desk.run(&["send", "--due"]).code;
    assert!(matches!(code, Some(0 | 5 | 6)), "round {round}: {code:?}");
    let check = shell(&database, "PRAGMA integrity_check");
    assert_eq!(check, "ok", "round {round}");
    let taken = desk.relay.finish();
    for (reader, times) in &taken {
        assert_eq!(*times, 1, "round {round}: {reader}");
        assert!(!left.contains(reader), "round {round}: {reader} had left");
    }
    let in_doubt = READERS - taken.len() - left.len();
    assert!(in_doubt <= 2 * IN_DOUBT_EACH, "round {round}: {in_doubt}");
    totals.rounds += 1;
    totals.taken += taken.len();
    totals.left += left.len();
    totals.in_doubt += in_doubt;
}

/// A command that runs until it is dropped, as by `kill -9`.
struct Running {
    name: String,
    child: std::cell::RefCell<Child>,
}

impl Running {
    fn start(desk: &Desk, command: &[&str]) -> Self {
        let mut started = desk.publication.command(command.iter());
        started.stdout(Stdio::null()).stderr(Stdio::null());
        Self {
            name: command[0].to_owned(),
            child: started.spawn().unwrap().into(),
        }
    }

    fn is_over(&self) -> bool {
        self.child.borrow_mut().try_wait().unwrap().is_some()
    }

    /// Whoever has the database open has SQLite's lock on it; who sends has it open.
    #[track_caller]
    fn assert_locked(&self, database: &Path) {
        let id = self.child.borrow().id();
        let mut open = fs::read_dir(format!("/proc/{id}/fd")).into_iter().flatten();
        let is_database = |link: std::io::Result<fs::DirEntry>| {
            link.is_ok_and(|link| fs::read_link(link.path()).is_ok_and(|file| file == database))
        };
        let is_open = open.any(is_database);
        let locks = locks(id, database);
        // It may have come to its end meanwhile.
        if !self.is_over() {
            assert_eq!(locks > 0, is_open, "{}: {locks} locks", self.name);
            let sends = !matches!(self.name.as_str(), "preview" | "inbox");
            assert!(is_open || !sends, "{} has it not open", self.name);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut child = self.child.borrow_mut();
        let _ = child.kill();
        let _ = child.wait();
    }
}
