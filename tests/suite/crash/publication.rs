//! A publication of so many readers, its state folded once and copied for each round, and the real
//! binary started on it.

use std::{
    cell::Cell,
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use chrono::{DateTime, TimeDelta};
use tempfile::TempDir;

use super::{
    CONNECTIONS,
    shim::{Fault, Shim},
    torn,
};

const BINARY: &str = env!("CARGO_BIN_EXE_daily-note");
const DATABASE: &str = ".daily-note/daily-note.sqlite";

const CONFIGURATION: &str = "
publication: {name: 데일리 노트, language: ko, timezone: Asia/Seoul, from: hello@note.example.com}
editions:
  monday: {title: 월요일 편, topic: 소프트웨어, day: mon, time: '08:00'}
delivery: {relay_backoff_first: 20ms, relay_backoff_max: 100ms}
";
const ISSUE: &str = "---
title: 정전에도 남는 것
edition: monday
date: 2026-11-23
status: ready
---
불이 꺼져도 장부는 남습니다.

## 장부

한 줄씩, 먼저 적고 나중에 보냅니다.
";

/// A publication and its folded list.
pub(super) struct Publication {
    folder: TempDir,
    readers: u64,
}

impl Publication {
    pub(super) fn new(readers: u64) -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("issues")).unwrap();
        fs::write(folder.path().join("daily-note.yaml"), CONFIGURATION).unwrap();
        fs::write(folder.path().join("issues/2026-11-23-blackout.md"), ISSUE).unwrap();
        let publication = Self { folder, readers };
        let list: String = publication
            .emails()
            .map(|email| format!("- email: {email}\n  name: 민지\n"))
            .collect();
        fs::write(publication.folder.path().join("subscribers.yaml"), list).unwrap();
        publication
    }

    pub(super) fn readers(&self) -> u64 {
        self.readers
    }

    pub(super) fn emails(&self) -> impl Iterator<Item = String> + use<> {
        let readers = self.readers;
        (0..readers).map(email)
    }

    /// A copy with nothing sent yet.
    pub(super) fn fresh_state(&self) -> State {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("issues")).unwrap();
        for file in [
            "daily-note.yaml",
            "issues/2026-11-23-blackout.md",
            "subscribers.yaml",
        ] {
            fs::copy(self.folder.path().join(file), folder.path().join(file)).unwrap();
        }
        State {
            folder,
            latest_day: Cell::new(0),
        }
    }
}

fn email(number: u64) -> String {
    format!("reader{number}@d{}.example.com", number % 7)
}

/// A publication's folder in one round.
pub(super) struct State {
    folder: TempDir,
    latest_day: Cell<u64>,
}

/// How `send` is started.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    /// The relay's port.
    pub(super) port: u16,
    /// Preloaded, with its fault.
    pub(super) shim: Option<(&'a Shim, Fault)>,
    /// What its clock shows: so many days after the slot, and a while.
    pub(super) day: u64,
    /// The kernel refuses to let a file grow beyond this.
    pub(super) largest_file_kilobytes: Option<u64>,
}

impl Run<'_> {
    /// Into that relay, with nothing wrong.
    pub(super) fn of(port: u16) -> Self {
        Self {
            port,
            shim: None,
            day: 1,
            largest_file_kilobytes: None,
        }
    }
}

/// What `status --json` says.
#[derive(Debug)]
pub(super) struct Status {
    pub(super) audience: u64,
    pub(super) accepted: u64,
    pub(super) unknown: BTreeSet<String>,
    pub(super) skipped: BTreeSet<String>,
    /// Rows that are unknown because the database was restored.
    pub(super) of_an_older_copy: usize,
}

impl State {
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts `send`.
    pub(super) fn send(&self, run: Run<'_>) -> Running {
        let at = DateTime::parse_from_rfc3339("2026-11-23T09:00:00+09:00").unwrap();
        let at = at + TimeDelta::days(run.day as i64);
        self.latest_day.set(self.latest_day.get().max(run.day));
        let mut command = match run.largest_file_kilobytes {
            None => Command::new(BINARY),
            Some(kilobytes) => {
                // Ignored, the signal leaves it to the failing write to tell; POSIX counts in 512s.
                let script = format!(
                    "trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"",
                    kilobytes * 2
                );
                let mut shell = Command::new("/bin/sh");
                shell.args(["-c", &script, BINARY]);
                shell
            }
        };
        command
            .args(["--lang", "en", "--at", &at.to_rfc3339()])
            .args(["send", "2026-11-23-blackout", "--yes", "--quiet"])
            .current_dir(self.folder())
            .env(
                "DAILY_NOTE_SMTP__URL",
                format!("smtp://127.0.0.1:{}?tls=none", run.port),
            )
            .env("DAILY_NOTE_SMTP__CONNECTIONS", CONNECTIONS.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        if let Some((shim, fault)) = run.shim {
            shim.preload(&mut command, self.folder(), fault);
        }
        Running(command.spawn().unwrap())
    }

    /// The latest day that any run's clock has shown.
    pub(super) fn latest_day(&self) -> u64 {
        self.latest_day.get()
    }

    /// So many readers leave, from that one on.
    pub(super) fn unsubscribe(&self, first: u64, count: u64) {
        let output = Command::new(BINARY)
            .args([
                "--lang",
                "en",
                "suppressions",
                "add",
                "--reason",
                "unsubscribed",
            ])
            .args((first..first + count).map(email))
            .current_dir(self.folder())
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words}");
    }

    /// The database's files, as a backup copies them.
    pub(super) fn snapshot(&self) -> Vec<(PathBuf, Vec<u8>)> {
        ["", "-wal"]
            .iter()
            .map(|end| self.folder().join(format!("{DATABASE}{end}")))
            .filter_map(|path| fs::read(&path).ok().map(|bytes| (path, bytes)))
            .collect()
    }

    /// Puts a backup back.
    pub(super) fn restore(&self, snapshot: &[(PathBuf, Vec<u8>)]) {
        for end in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(self.folder().join(format!("{DATABASE}{end}")));
        }
        for (path, bytes) in snapshot {
            fs::write(path, bytes).unwrap();
        }
    }

    pub(super) fn status(&self) -> Status {
        let output = Command::new(BINARY)
            .args(["status", "2026-11-23-blackout", "--failed", "--json"])
            .current_dir(self.folder())
            .output()
            .unwrap();
        let status: serde_json::Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
                let words = String::from_utf8_lossy(&output.stderr);
                panic!("status, {}: {error}: {words}", output.status)
            });
        let failed = status["failed"].as_array().unwrap();
        let those = |outcome: &str| {
            failed
                .iter()
                .filter(|row| row["outcome"] == outcome)
                .map(|row| row["email"].as_str().unwrap().to_owned())
                .collect()
        };
        let is_of_an_older_copy = |row: &&serde_json::Value| {
            row["reply"]
                .as_str()
                .is_some_and(|words| words.contains("older copy"))
        };
        Status {
            of_an_older_copy: failed.iter().filter(is_of_an_older_copy).count(),
            audience: status["audience"].as_u64().unwrap(),
            accepted: status["counts"]["accepted"].as_u64().unwrap(),
            unknown: those("unknown"),
            skipped: those("skipped"),
        }
    }

    /// Tears what follows the last commit in the write-ahead log.
    pub(super) fn tear_the_log(&self, chance: u64) {
        torn::tear_the_log(self.folder(), chance);
    }
}

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    Exited(i32),
    Killed,
}

/// A running `send`.
pub(super) struct Running(Child);

impl Running {
    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Lets it run until `is_time` and a moment more, then kills it, or asks it to stop and waits.
    pub(super) fn end_when(
        mut self,
        mut is_time: impl FnMut() -> bool,
        pause: Duration,
        gently: bool,
    ) -> End {
        while !is_time() {
            if let Some(status) = self.0.try_wait().unwrap() {
                return End::Exited(status.code().unwrap_or(-1));
            }
            thread::sleep(Duration::from_micros(300));
        }
        thread::sleep(pause);
        if gently {
            self.terminate();
            let status = self.0.wait().unwrap();
            // Before its handlers stand, a signal ends it at once: nothing has left by then.
            return status.code().map_or(End::Killed, End::Exited);
        }
        self.0.kill().unwrap();
        self.0.wait().unwrap();
        End::Killed
    }

    /// Asks it to stop.
    pub(super) fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Sends it a signal, named as kill(1) has it.
    pub(super) fn signal(&self, name: &str) {
        let pid = self.id().to_string();
        Command::new("kill").args([name, &pid]).status().unwrap();
    }

    /// Waits for its end.
    pub(super) fn finish(self) -> i32 {
        self.finish_with_words().0
    }

    /// Waits for its end; with what it said on stderr.
    pub(super) fn finish_with_words(self) -> (i32, String) {
        let output = self.0.wait_with_output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code().unwrap_or(-1), words)
    }
}
