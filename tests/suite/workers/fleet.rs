//! A database with a list and frozen issues, a relay, and workers on it.

use std::{
    collections::HashMap,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use daily_note::{
    audience::{Origin, Profile},
    links::{LinkSecrets, LinkSigner, ListMark},
    message::{FrozenIssue, FrozenKeys},
    store::{
        Batch, BatchLedger, BatchState, DeliveryId, DeliveryRecords, DeliveryState, NewBatch,
        StateInstance, SubscriberList, postgres::PostgresStore,
    },
};
use tempfile::TempDir;

use crate::{
    crash::relay::Relay,
    message::fixture,
    store::{fixture::people, postgres::place::opened},
    support::postgres::Cluster,
};

const BINARY: &str = env!("CARGO_BIN_EXE_daily-note");
/// What signs the readers' links.
pub(crate) const SECRET: &str = "the secret of the workers' tests, long enough";
pub(crate) const CONNECTIONS: u64 = 2;

pub(crate) struct Fleet {
    pub(crate) cluster: Cluster,
    pub(crate) relay: Relay,
    pub(crate) store: Arc<PostgresStore>,
    folder: TempDir,
}

impl Fleet {
    /// A database of its own with so many readers; None where there is no PostgreSQL, which is said.
    pub(crate) async fn new(readers: usize, delay: Duration) -> Option<Self> {
        let cluster = tokio::task::spawn_blocking(|| Cluster::start(&[]))
            .await
            .unwrap()?;
        Some(Self::on(cluster, readers, delay).await)
    }

    /// The same on that server.
    pub(crate) async fn on(cluster: Cluster, readers: usize, delay: Duration) -> Self {
        let store = Arc::new(opened(&address(&cluster)).await.unwrap());
        let people: Vec<Profile> = people(readers);
        store
            .upsert(people.into(), Origin::Operator, now())
            .await
            .unwrap();
        Self {
            relay: Relay::start(delay),
            folder: TempDir::new().unwrap(),
            cluster,
            store,
        }
    }

    /// What a publication's machine freezes an issue with.
    pub(crate) async fn links(&self) -> LinkSigner {
        let mark = ListMark::new(&self.store.mark().await.unwrap());
        LinkSigner::new(&LinkSecrets::only(SECRET.as_bytes()), &mark, None)
    }

    /// An issue frozen for everybody.
    pub(crate) async fn freeze(&self, issue: &str) -> Batch {
        let keys = FrozenKeys::of(&self.links().await, None);
        self.freeze_with(issue, Some(keys)).await
    }

    pub(crate) async fn freeze_with(&self, issue: &str, keys: Option<FrozenKeys>) -> Batch {
        let frozen = FrozenIssue {
            issue: issue.to_owned(),
            keys,
            ..fixture::frozen("<p>{{ reader.name }}</p>", "{{ reader.name }}")
        };
        let content = frozen.to_bytes().unwrap();
        let new = NewBatch {
            issue: issue.to_owned(),
            edition: "monday".to_owned(),
            slot: now(),
            date: None,
            readers_hour: None,
            content_hash: FrozenIssue::hash(&content),
            content,
            file: None,
            may_repeat: false,
            is_ad: false,
            term: None,
        };
        self.store.freeze(&new, now()).await.unwrap().batch
    }

    /// A worker with a folder of that name.
    pub(crate) fn worker(&self, name: &str) -> Worker {
        Worker::start(self.command(name), self.state(name))
    }

    /// The folder of a worker.
    pub(crate) fn state(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What starts a worker, by the environment alone.
    pub(crate) fn command(&self, name: &str) -> Command {
        self.command_to(name, &address(&self.cluster))
    }

    /// The same of one that reaches the database at that address.
    pub(crate) fn command_to(&self, name: &str, storage: &str) -> Command {
        let mut command = Command::new(BINARY);
        command
            .args(["worker", "--state"])
            .arg(self.state(name))
            .args(["--lang", "en"])
            .current_dir(self.folder.path())
            .env_clear()
            .env("DAILY_NOTE_STORAGE", storage)
            .env(
                "DAILY_NOTE_SMTP__URL",
                format!("smtp://127.0.0.1:{}", self.relay.port()),
            )
            .env("DAILY_NOTE_SMTP__CONNECTIONS", CONNECTIONS.to_string())
            .env("DAILY_NOTE_WEB__SECRET", SECRET)
            .env("DAILY_NOTE_DELIVERY__RELAY_BACKOFF_FIRST", "50ms")
            .env("DAILY_NOTE_DELIVERY__RELAY_BACKOFF_MAX", "300ms");
        command
    }

    /// Waits until a batch has its end.
    pub(crate) async fn finished(&self, batch: &Batch, within: Duration) {
        let since = Instant::now();
        loop {
            let now = self.store.batch(&batch.issue).await.unwrap().unwrap();
            if now.state == BatchState::Finished {
                return;
            }
            let counts = self.store.counts(batch.id).await.unwrap();
            assert!(
                since.elapsed() < within,
                "{:?} {counts:?}\n{}",
                now.state,
                self.said()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Where every reader's row stands.
    pub(crate) async fn rows(&self, batch: &Batch) -> HashMap<String, DeliveryState> {
        let mut rows = HashMap::new();
        for state in [
            DeliveryState::Accepted,
            DeliveryState::Unknown,
            DeliveryState::Pending,
            DeliveryState::Rejected,
        ] {
            let all = self
                .store
                .deliveries(batch.id, state, DeliveryId(0), 100_000)
                .await
                .unwrap();
            rows.extend(all.into_iter().map(|(_, row)| {
                let email = row.email.unwrap().to_string();
                (email, state)
            }));
        }
        rows
    }

    /// What all workers said.
    pub(crate) fn said(&self) -> String {
        let logs = fs::read_dir(self.folder.path()).unwrap();
        let said = logs.filter_map(|entry| {
            let path = entry.ok()?.path();
            let text = fs::read_to_string(path.join("said")).ok()?;
            Some(format!("{}:\n{text}\n", path.display()))
        });
        said.collect()
    }
}

/// The database of that cluster, as its administrator reaches it.
pub(crate) fn address(cluster: &Cluster) -> String {
    address_at(cluster.port)
}

/// The same at another port.
pub(crate) fn address_at(port: u16) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/postgres")
}

#[expect(
    clippy::disallowed_methods,
    reason = "workers go by the machine's clock"
)]
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}

/// A worker's process. It is killed with the test.
pub(crate) struct Worker {
    process: Child,
}

impl Worker {
    pub(crate) fn start(mut command: Command, state: PathBuf) -> Self {
        fs::create_dir_all(&state).unwrap();
        let said = said(&state);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(said);
        Self {
            process: command.spawn().unwrap(),
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.process.id().to_string())
            .status();
        assert!(sent.unwrap().success());
    }

    /// Whether it came to its end by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.process.try_wait().unwrap().is_some()
    }

    /// It is no more, at once.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// SIGTERM, and its end.
    pub(crate) fn stop(mut self) -> ExitStatus {
        self.signal("TERM");
        let since = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(since.elapsed() < Duration::from_secs(60), "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn said(state: &Path) -> File {
    let mut options = File::options();
    options.create(true).append(true);
    options.open(state.join("said")).unwrap()
}
