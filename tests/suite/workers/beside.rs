//! What other people do to the database while something is sent from it, and to the folder of whoever sends, under every
//! command that sends: they hold a lock, tidy tables up, end all connections, restart the server, touch every row, write down
//! every change, clear the notes away, go on from a copy of the folder. `LOCK_SECONDS` sets how long the lock is held; whoever
//! waits for more than a minute is told, and goes on afterwards.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::fleet::{SECRET, address};
use crate::{
    identity::harness::{Desk, SENDERS},
    schedule::wait_until,
    support::postgres::Cluster,
};

const READERS: usize = 60;
const CONNECTIONS: usize = 2;
const PATIENCE: Duration = Duration::from_secs(180);
const LEASE_IS_OVER: Duration = Duration::from_secs(40);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meanwhile {
    /// A shell that somebody left in the middle of a transaction has the ledger's rows for itself.
    Locked,
    /// An administrator tidies up, with locks as strong.
    TidiedUp,
    /// All connections are ended.
    Cut,
    /// The server is stopped at once and started again.
    Restarted,
    /// A script touches every row again and again, and changes none.
    Touched,
    /// An administrator has every change of a row written down, in a column and a table of their own.
    Audited,
    /// Somebody clears away what git doesn't know: the notes of what left.
    Cleared,
    /// Another goes on from a copy of the folder, its locks and notes among it.
    Copied,
}

const EVENTS: [Meanwhile; 8] = [
    Meanwhile::Locked,
    Meanwhile::TidiedUp,
    Meanwhile::Cut,
    Meanwhile::Restarted,
    Meanwhile::Touched,
    Meanwhile::Audited,
    Meanwhile::Cleared,
    Meanwhile::Copied,
];

/// As books on the subject have it.
const AUDIT: &str = "
    CREATE TABLE audit (at TIMESTAMPTZ, what TEXT, before JSONB, after JSONB);
    CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO audit VALUES (now(), TG_OP, to_jsonb(OLD), to_jsonb(NEW));
        NEW.changed_at := now();
        RETURN NEW;
    END $$;
    ALTER TABLE deliveries ADD COLUMN changed_at TIMESTAMPTZ;
    CREATE TRIGGER noted BEFORE INSERT OR UPDATE ON deliveries FOR EACH ROW EXECUTE FUNCTION noted()";

/// A newsletter on a database of its own.
struct House {
    cluster: Cluster,
    desk: Desk,
}

impl House {
    fn new() -> Option<Self> {
        let cluster = Cluster::start(&[])?;
        let desk = Desk::of(READERS, Duration::from_millis(40)).change(|publication| {
            publication
                .variable("DAILY_NOTE_STORAGE", &address(&cluster))
                .variable("DAILY_NOTE_WEB__SECRET", SECRET)
        });
        desk.shell("git init -q . && git add daily-note.yaml subscribers.yaml issues");
        Some(Self { cluster, desk })
    }

    fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = self.desk.publication.command(arguments.iter());
        quietly(&mut command)
    }

    /// One that was frozen here by somebody who is no more.
    fn worker(&self) -> Child {
        let mut sending = self.spawn(SENDERS[0]);
        wait_until(|| self.desk.taken() > 2, "the first messages");
        sending.kill().unwrap();
        sending.wait().unwrap();
        let state = self.desk.path("a-worker");
        self.spawn(&["worker", "--state", state.to_str().unwrap()])
    }

    async fn meanwhile(&mut self, event: Meanwhile) {
        match event {
            Meanwhile::Locked => {
                let seconds = std::env::var("LOCK_SECONDS").unwrap_or_else(|_| "4".to_owned());
                let hold = format!(
                    "BEGIN; LOCK TABLE deliveries IN ACCESS EXCLUSIVE MODE; \
                     SELECT pg_sleep({seconds}); ROLLBACK"
                );
                self.cluster.says(&hold).await;
            }
            Meanwhile::TidiedUp => {
                // Of two who wait for each other the server chooses one: it may be the administrator.
                for tidying in ["VACUUM FULL", "REINDEX DATABASE postgres", "ANALYZE"] {
                    let _ = self.cluster.asks(tidying).await;
                }
            }
            Meanwhile::Cut => {
                let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                             WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
                self.cluster.says(ended).await;
            }
            Meanwhile::Restarted => {
                tokio::task::block_in_place(|| self.cluster.die_and_come_back());
            }
            Meanwhile::Touched => {
                for _ in 0..60 {
                    // It may be the one whom the server ends, of two that wait for each other.
                    let touched =
                        "UPDATE deliveries SET reply = reply; UPDATE chunks SET sender = sender";
                    let _ = self.cluster.asks(touched).await;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
            Meanwhile::Audited => self.cluster.says(AUDIT).await,
            Meanwhile::Cleared => self
                .desk
                .shell("rm -rf .daily-note/leaving a-worker/notes* a-worker/steps-*"),
            Meanwhile::Copied => {}
        }
    }

    /// The same command, from a copy of everything beside it.
    fn spawn_in_a_copy(&self, command: &[&str]) -> Child {
        self.desk
            .shell("mkdir copy && cp -a $(ls -A | grep -v copy) copy");
        let copy = self.desk.path("copy");
        let state = copy.join("a-worker");
        let arguments = match command {
            ["worker"] => vec!["worker", "--state", state.to_str().unwrap()],
            others => others.to_vec(),
        };
        let mut command = self.desk.publication.command(arguments);
        quietly(command.current_dir(copy))
    }

    /// Waits until the sender ends, or the batch does.
    fn wait_for_the_end(&self, sender: &mut Child, what: &str) {
        let since = Instant::now();
        while sender.try_wait().unwrap().is_none() {
            let status = self.desk.run(&["status", "the-issue", "--json"]).json();
            if status["state"] == "finished" {
                break;
            }
            assert!(since.elapsed() < PATIENCE, "{what}: {status}");
            std::thread::sleep(Duration::from_millis(300));
        }
        let _ = sender.kill();
        sender.wait().unwrap();
    }
}

fn quietly(command: &mut Command) -> Child {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_others_do_to_the_database_all_get_it_once_by_every_command() {
    let commands = SENDERS.iter().copied().chain([&["worker"][..]]);
    let played = commands.map(|command| {
        tokio::spawn(async move {
            for event in EVENTS {
                play(command, event).await;
            }
        })
    });
    for played in played.collect::<Vec<_>>() {
        played.await.unwrap();
    }
}

async fn play(command: &'static [&'static str], event: Meanwhile) {
    let Some(mut house) = tokio::task::block_in_place(House::new) else {
        return;
    };
    let what = format!("{command:?}, {event:?}");
    let mut sender = match command {
        ["worker"] => tokio::task::block_in_place(|| house.worker()),
        others => house.spawn(others),
    };
    tokio::task::block_in_place(|| wait_until(|| house.desk.taken() > 6, &what));
    house.meanwhile(event).await;
    let mut other = (event == Meanwhile::Copied).then(|| house.spawn_in_a_copy(command));
    let said = tokio::task::block_in_place(|| {
        house.wait_for_the_end(&mut sender, &what);
        // Who sends once may have ended with its sentence; the next call goes on, once the lease of the dead is over.
        let since = Instant::now();
        loop {
            let ended = house.desk.run(&["send", "--due"]);
            assert!(
                matches!(ended.code, Some(0 | 5 | 6)),
                "{what}: {}",
                ended.shown()
            );
            let status = house.desk.run(&["status", "the-issue", "--json"]).json();
            if status["state"] == "finished" || since.elapsed() > LEASE_IS_OVER {
                break ended.shown();
            }
            std::thread::sleep(Duration::from_secs(1));
        }
    });
    if let Some(other) = &mut other {
        let _ = other.kill();
        other.wait().unwrap();
    }
    let status = house.desk.run(&["status", "the-issue", "--json"]).json();
    let unknown = status["counts"]["unknown"].as_u64().unwrap() as usize;
    // A worker goes on from where a sender was killed.
    let before = usize::from(command == ["worker"]) * 2 * CONNECTIONS;
    let most = match event {
        Meanwhile::Locked
        | Meanwhile::TidiedUp
        | Meanwhile::Touched
        | Meanwhile::Audited
        | Meanwhile::Cleared => before,
        Meanwhile::Cut | Meanwhile::Restarted | Meanwhile::Copied => before + 2 * CONNECTIONS,
    };
    assert!(unknown <= most, "{what}: {unknown} unknown: {status}");
    assert_eq!(status["state"], "finished", "{what}: {status}\n{said}");
    let taken = house.desk.relay.finish();
    assert!(taken.values().all(|times| *times == 1), "{what}: {taken:?}");
    assert!(taken.len() + unknown >= READERS, "{what}: {}", taken.len());
}
