//! Every command that sends – `send`, `send --due`, `serve` – ended by the machine, over and over, and another of them
//! that goes on: the process dies, the power goes out, the log is torn, the disk fails for a while in each of its
//! ways. What the relay took is held against the ledger. `ENDED_ROUNDS` sets how many rounds (`just crash-commands`).

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::failing::Failing;
use crate::{
    crash::{Dice, shim::SHIM, torn},
    identity::harness::{Desk, SENDERS},
};

const READERS: usize = 120;
const CONNECTIONS: usize = 2;
const PATIENCE: Duration = Duration::from_secs(90);

/// What the machine does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// `kill -9`: the page cache survives.
    Process,
    /// `kill -9`, and what was not synced is gone.
    Power,
    /// `kill -9`, and the bytes after the last commit in the log are torn.
    Torn,
    /// The disk fails for a while, by the shim's letter: full, writes or syncs that are answered with an error; a
    /// capital: once.
    Disk(&'static str),
}

const ENDS: [End; 9] = [
    End::Power,
    End::Disk("f"),
    End::Torn,
    End::Disk("s"),
    End::Process,
    End::Disk("w"),
    End::Disk("S"),
    End::Disk("F"),
    End::Disk("W"),
];

#[derive(Debug, Default)]
struct Totals {
    faults: BTreeMap<(String, End), u32>,
    accepted: usize,
    unknown: usize,
    /// The most that one round left, a fault and connection.
    unknown_each: f64,
}

impl Totals {
    fn table(&self, rounds: u64) -> String {
        let mut table = format!("every command, ended by the machine: {rounds} rounds\n");
        for ((command, end), count) in &self.faults {
            let _ = writeln!(table, "  {command}, {end:?}: {count}");
        }
        let _ = write!(
            table,
            "  accepted {}, unknown {}, the most a fault and connection {:.2}; nobody lost, nobody doubled",
            self.accepted, self.unknown, self.unknown_each
        );
        table
    }
}

#[test]
fn whichever_command_sends_and_however_the_machine_ends_it_nobody_is_lost_and_nobody_gets_it_twice()
{
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|it| it.parse::<u64>().ok())
    };
    let rounds = number("ENDED_ROUNDS").unwrap_or(6);
    let seed = number("ENDED_SEED").unwrap_or(1);
    let mut totals = Totals::default();
    for round in number("ENDED_FROM").unwrap_or(0)..rounds {
        let mut dice = Dice(seed * 1_000_003 + round);
        let delay = Duration::from_micros(1_000 + dice.roll(6_000));
        Round {
            number: round as usize,
            failing: Failing::of(READERS, delay),
            dice,
            faults: 0,
        }
        .play(&mut totals);
    }
    println!("{}", totals.table(rounds));
}

struct Round {
    number: usize,
    failing: Failing,
    dice: Dice,
    faults: usize,
}

impl Round {
    fn play(mut self, totals: &mut Totals) {
        for turn in 0..=self.dice.roll(3) as usize {
            let command = SENDERS[(self.number + turn) % SENDERS.len()];
            // Nine ends and three commands meet in each pair after nine rounds.
            let end = ENDS[(self.number + self.number / 9 + turn * 4) % ENDS.len()];
            if self.run_into(command, end) {
                *totals.faults.entry((command.join(" "), end)).or_default() += 1;
            }
        }
        self.finish();
        self.settle_accounts(totals);
    }

    /// Starts the command and has the machine end it somewhere in the middle; whether it got so far.
    fn run_into(&mut self, command: &[&str], end: End) -> bool {
        let mut child = spawn(&mut self.failing.command(command));
        let before = self.failing.desk.taken();
        if before == READERS {
            end_at_once(&mut child);
            return false;
        }
        let target = before + 1 + self.dice.roll((READERS - before) as u64) as usize;
        let pause = Duration::from_micros(self.dice.roll(4_000));
        let is_over = comes_true(|| self.failing.desk.taken() >= target || has_ended(&mut child));
        assert!(is_over, "round {}: {command:?} sends nothing", self.number);
        thread::sleep(pause);
        self.faults += 1;
        match end {
            End::Process | End::Power | End::Torn => end_at_once(&mut child),
            End::Disk(how) => self.disk_fails(&mut child, command, how),
        }
        let folder = self.failing.desk.path("");
        match end {
            End::Power => SHIM.take_back_unsynced(&folder),
            End::Torn => torn::tear_the_log(&folder, self.dice.roll(u64::MAX)),
            End::Process | End::Disk(_) => {}
        }
        true
    }

    /// The disk fails for a moment; who sends once ends by itself, who keeps the calendar goes on and is killed later.
    fn disk_fails(&mut self, child: &mut Child, command: &[&str], how: &str) {
        self.failing.fail(how);
        thread::sleep(Duration::from_millis(self.dice.roll(700)));
        if how.chars().all(char::is_lowercase) {
            self.failing.fix();
        } else {
            self.failing.fix_if_unused();
        }
        let before = self.failing.desk.taken();
        let calls = if command == ["serve"] { 1 } else { READERS };
        let desk = &self.failing.desk;
        let mut asked = Instant::now();
        let is_over = comes_true(|| {
            // Who is left may all be in doubt: then nothing more comes, and the batch is finished.
            let asks = asked.elapsed() > Duration::from_secs(3);
            if asks {
                asked = Instant::now();
            }
            has_ended(child)
                || desk.taken() >= (before + calls).min(READERS)
                || asks && is_finished(desk)
        });
        assert!(
            is_over,
            "round {}: {command:?} neither ends nor goes on",
            self.number
        );
        if !has_ended(child) {
            self.faults += 1;
            end_at_once(child);
        }
    }

    /// Whatever sends goes on until everybody is accounted for.
    fn finish(&mut self) {
        for command in [SENDERS[1], SENDERS[0]] {
            let ended = self.failing.command(command).output().unwrap();
            let code = ended.status.code();
            assert!(
                matches!(code, Some(0 | 5 | 6)),
                "round {}: {command:?}: {ended:?}",
                self.number
            );
        }
    }

    fn settle_accounts(self, totals: &mut Totals) {
        let round = self.number;
        let status = self
            .failing
            .desk
            .run(&["status", "the-issue", "--failed", "--json"]);
        let status = status.json();
        let failed = status["failed"].as_array().unwrap();
        let unknown: Vec<&str> = failed
            .iter()
            .map(|row| {
                assert_eq!(row["outcome"], "unknown", "round {round}: {status}");
                row["email"].as_str().unwrap()
            })
            .collect();
        let accepted = status["counts"]["accepted"].as_u64().unwrap() as usize;
        assert_eq!(accepted + unknown.len(), READERS, "round {round}: {status}");
        let taken = self.failing.desk.relay.finish();
        for reader in 1..=READERS {
            let email = format!("reader{reader}@example.com");
            let times = taken.get(&email).copied().unwrap_or_default();
            assert!(times <= 1, "round {round}: {email} got it {times} times");
            assert!(
                times == 1 || unknown.contains(&email.as_str()),
                "round {round}: {email} never got it"
            );
        }
        let most = 2 * CONNECTIONS * self.faults;
        assert!(
            unknown.len() <= most,
            "round {round}: {unknown:?}, {most} at the most"
        );
        totals.accepted += accepted;
        totals.unknown += unknown.len();
        let each = unknown.len() as f64 / (self.faults.max(1) * CONNECTIONS) as f64;
        totals.unknown_each = totals.unknown_each.max(each);
    }
}

fn is_finished(desk: &Desk) -> bool {
    let status = desk.run(&["status", "the-issue", "--json"]);
    status.json()["state"] == "finished"
}

fn spawn(command: &mut Command) -> Child {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.spawn().unwrap()
}

fn has_ended(child: &mut Child) -> bool {
    child.try_wait().unwrap().is_some()
}

fn end_at_once(child: &mut Child) {
    let _ = child.kill();
    child.wait().unwrap();
}

fn comes_true(mut is_so: impl FnMut() -> bool) -> bool {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if is_so() {
            return true;
        }
        thread::sleep(Duration::from_micros(300));
    }
    false
}
