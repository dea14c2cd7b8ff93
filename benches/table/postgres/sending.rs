//! Whole programs on PostgreSQL: a `send` beside the same on SQLite, and workers on one database.

use std::{
    fs,
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use daily_note::{
    links::{LinkSecrets, LinkSigner, ListMark},
    message::{FrozenIssue, FrozenKeys},
    store::{Batch, BatchLedger, BatchState, NewBatch, StateInstance, postgres::PostgresStore},
};

use super::server::Server;
use crate::{
    Sizes,
    batch::{CONNECTIONS, FAR_CONNECTIONS, FIRST, Postfix, ROUND_TRIP, Round, Sunk, compared},
    issue::frozen,
    ledger::{issue, join, now},
    line::Line,
    processor,
    publication::{Publication, SECRET, on_server, program, towards},
    row::{Quantity, Reach, Row, Table, median},
    sink::{self, CheapSink},
};

/// A whole `send` of an issue to a list that has not changed, on either store in turns.
pub(crate) fn near(table: &mut Table, sizes: &Sizes, server: &Server, postfix: Option<&Postfix>) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let address = runtime.block_on(server.database("sends"));
    let mut ours = Publication::new(sizes.folder.as_deref());
    ours.keep_at(&address);
    let theirs = Publication::new(sizes.folder.as_deref());
    let count = sizes.batch;
    sink::prove();
    let cheap = || Box::new(CheapSink::start()) as Box<dyn Sunk>;
    // The list is folded in by an issue that is not counted.
    for publication in [&ours, &theirs] {
        publication.write_list(count, "monday");
        let sink = cheap();
        publication.send(FIRST, sink.addr(), CONNECTIONS);
        sink.end(count, publication.message_bytes);
    }
    let pair = SendingPair {
        sizes,
        server,
        ours,
        theirs,
    };
    match postfix {
        Some(postfix) => {
            let start = || Box::new(postfix.sink()) as Box<dyn Sunk>;
            let mut row = pair.row("near", 0, &start);
            row.what = format!(
                "PostgreSQL: send {count} × 30 KB by {CONNECTIONS} connections to smtp-sink"
            );
            row.reach = Reach::RatioAtLeast(0.8);
            table.add(row);
        }
        None => table.leave_out(
            "a send on PostgreSQL to smtp-sink",
            "Postfix is not installed",
        ),
    }
    let mut row = pair.row("cheap", sizes.rounds, &cheap);
    "PostgreSQL: the same to a sink that costs little".clone_into(&mut row.what);
    row.reach = Reach::HereAtLeast(4_000.0);
    table.add(row);
}

/// The same publication on both stores.
struct SendingPair<'a> {
    sizes: &'a Sizes,
    server: &'a Server,
    ours: Publication,
    theirs: Publication,
}

impl SendingPair<'_> {
    /// Issues of the weeks from that one on.
    fn row(&self, slug: &str, first: usize, start: &dyn Fn() -> Box<dyn Sunk>) -> Row {
        let count = self.sizes.batch;
        let mut server = Vec::new();
        let mut rounds = Vec::new();
        for week in (first..).take(self.sizes.rounds) {
            let theirs = sent(&self.theirs, week, slug, count, start);
            let before = self.server.cpu();
            let ours = sent(&self.ours, week, slug, count, start);
            let spent = self.server.cpu().saturating_sub(before);
            server.push(spent.as_secs_f64() * 1e6 / count as f64);
            rounds.push(Round { ours, theirs });
        }
        let mut row = compared(&rounds, count, "SQLite");
        row.note = format!(
            "{}; the server {:.0} µs a message",
            row.note,
            median(server)
        );
        row
    }
}

fn sent(
    publication: &Publication,
    week: usize,
    slug: &str,
    count: usize,
    start: &dyn Fn() -> Box<dyn Sunk>,
) -> crate::process::Cost {
    let issue = publication.write_twin(week, slug);
    let sink = start();
    let cost = publication.send(&issue, sink.addr(), CONNECTIONS);
    sink.end(count, publication.message_bytes);
    assert_eq!(publication.accepted(&issue), count as u64);
    cost
}

/// Workers on one database, one and two of them: far from the relay, where they wait, and beside it, where two share the
/// cores with it and the database.
pub(crate) fn workers(table: &mut Table, sizes: &Sizes, server: &Server) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let fleet = Fleet::new(sizes, server, "far", sizes.far).await;
        let sink = CheapSink::start();
        let line = Line::start(sink.addr, ROUND_TRIP);
        let mut row = fleet.row(line.addr, FAR_CONNECTIONS).await;
        row.what = format!(
            "PostgreSQL: two workers of {FAR_CONNECTIONS} connections each, 20 ms a round trip"
        );
        row.reach = Reach::RatioAtLeast(1.8);
        table.add(row);
        let fleet = Fleet::new(sizes, server, "beside", sizes.batch).await;
        let sink = CheapSink::start();
        let mut row = fleet.row(sink.addr, FAR_CONNECTIONS).await;
        row.what =
            "PostgreSQL: two workers bound by the processor, which they share with all else".into();
        table.add(row);
    });
}

/// A database with a list, and workers that come and go.
struct Fleet<'a> {
    sizes: &'a Sizes,
    server: &'a Server,
    address: String,
    store: PostgresStore,
    readers: usize,
    folder: tempfile::TempDir,
}

/// How a batch went, between its first fifth and its last.
#[derive(Debug, Clone, Copy)]
struct Pace {
    per_second: f64,
    /// Microseconds of processor a message.
    workers: f64,
    server: f64,
}

impl<'a> Fleet<'a> {
    async fn new(sizes: &'a Sizes, server: &'a Server, name: &str, readers: usize) -> Self {
        let address = server.database(name).await;
        let store = Server::open(&address).await;
        join(&store, readers).await;
        Self {
            sizes,
            server,
            address,
            store,
            readers,
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// Two beside one, in turns.
    async fn row(&self, relay: SocketAddr, connections: usize) -> Row {
        let (mut ones, mut twos) = (Vec::new(), Vec::new());
        for round in 0..self.sizes.rounds.min(3) {
            ones.push(self.carry(1, round, relay, connections).await);
            twos.push(self.carry(2, round, relay, connections).await);
        }
        let of = |paces: &[Pace], value: &dyn Fn(&Pace) -> f64| {
            median(paces.iter().map(value).collect())
        };
        let ratios = ones.iter().zip(&twos);
        let ratio = median(
            ratios
                .map(|(one, two)| two.per_second / one.per_second)
                .collect(),
        );
        let one = of(&ones, &|pace| pace.per_second);
        let (workers, server) = (
            of(&twos, &|pace| pace.workers),
            of(&twos, &|pace| pace.server),
        );
        Row {
            what: String::new(),
            here: Quantity(one * ratio, "/s"),
            peer: Some(("one worker", Quantity(one, "/s"))),
            reach: Reach::Nothing,
            note: format!(
                "processor a message {workers:.0} µs, the server's {server:.0}; \
                 between the first fifth and the last of {}",
                self.readers
            ),
            is_robust: false,
        }
    }

    /// An issue to everybody, by so many workers.
    async fn carry(
        &self,
        count: usize,
        round: usize,
        relay: SocketAddr,
        connections: usize,
    ) -> Pace {
        let workers: Vec<Worker> = (0..count)
            .map(|number| Worker::start(self.command(number, relay, connections)))
            .collect();
        let cpu = || {
            let each = workers.iter().map(|worker| processor::of(&worker.id()));
            (each.sum::<Duration>(), self.server.cpu())
        };
        let (own, theirs) = cpu();
        let batch = self.freeze(&format!("by-{count}-{round}")).await;
        let from = self.taken(&batch, self.readers / 5).await;
        let to = self.taken(&batch, self.readers * 4 / 5).await;
        self.ended(&batch).await;
        let (own_after, theirs_after) = cpu();
        workers.into_iter().for_each(Worker::stop);
        let each = |time: Duration| time.as_secs_f64() * 1e6 / self.readers as f64;
        Pace {
            per_second: (to.1 - from.1) as f64 / (to.0 - from.0).as_secs_f64(),
            workers: each(own_after.saturating_sub(own)),
            server: each(theirs_after.saturating_sub(theirs)),
        }
    }

    /// When at least so many were taken, and how many those were.
    async fn taken(&self, batch: &Batch, least: usize) -> (Instant, u64) {
        let since = Instant::now();
        loop {
            let counts = self.store.counts(batch.id).await.expect("counts");
            if counts.accepted >= least as u64 {
                return (Instant::now(), counts.accepted);
            }
            assert!(since.elapsed() < Duration::from_secs(600), "{counts:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn ended(&self, batch: &Batch) {
        self.taken(batch, self.readers).await;
        let finished = async {
            while let Ok(Some(now)) = self.store.batch(&batch.issue).await
                && now.state != BatchState::Finished
            {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let within = tokio::time::timeout(Duration::from_secs(60), finished).await;
        within.expect("a batch with an end");
    }

    async fn freeze(&self, name: &str) -> Batch {
        let mark = ListMark::new(&self.store.mark().await.expect("the list's mark"));
        let links = LinkSigner::new(&LinkSecrets::only(SECRET.as_bytes()), &mark, None);
        let frozen = FrozenIssue {
            issue: name.to_owned(),
            keys: Some(FrozenKeys::of(&links, None)),
            ..frozen()
        };
        let content = frozen.to_bytes().expect("an issue");
        let new = NewBatch {
            content_hash: FrozenIssue::hash(&content),
            content,
            ..issue(name)
        };
        let frozen = self.store.freeze(&new, now(0)).await;
        let batch = frozen.expect("a batch").batch;
        assert_eq!(batch.audience, self.readers as u64);
        batch
    }

    /// What starts a worker, by the environment alone.
    fn command(&self, number: usize, relay: SocketAddr, connections: usize) -> Command {
        let state = self.folder.path().join(number.to_string());
        let said = state.with_extension("log");
        let mut command = Command::new(program());
        on_server(towards(&mut command, relay, connections), &self.address)
            .args(["worker", "--state"])
            .arg(state)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(said).expect("a log"));
        command
    }
}

/// A worker's process.
struct Worker(Child);

impl Worker {
    fn start(mut command: Command) -> Self {
        Self(command.spawn().expect("a worker"))
    }

    fn id(&self) -> String {
        self.0.id().to_string()
    }

    /// It gives its lease back, and ends.
    fn stop(mut self) {
        let told = Command::new("kill").args(["-TERM", &self.id()]).status();
        assert!(told.is_ok_and(|status| status.success()), "kill");
        let status = self.0.wait().expect("its end");
        assert!(status.success(), "{status}");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
