//! The stores by themselves: a list taken in, issues frozen for all of it, and their ledger carried as fast as it goes.

use std::time::{Duration, Instant};

use daily_note::store::{
    Batch, BatchLedger, ClaimQuotas, DeliveryQueue, SenderId, StateInstance,
    postgres::PostgresStore, sqlite::SqliteStore,
};

use super::server::{RowFigures, Server};
use crate::{
    Sizes,
    ledger::{LedgerDrive, issue, join, now},
    processor,
    row::{Quantity, Reach, Row, Table, median},
};

const DATABASE: &str = "stores";
/// So many rows have leave or an outcome in one commit: at the most speed, and as twenty connections make them.
const LARGE_GROUP: usize = 200;
const SMALL_GROUP: usize = 20;
const CLAIMS: u32 = 1_000;
const SENDERS: usize = 2;

/// What work has cost.
#[derive(Debug, Clone, Copy)]
struct Spent {
    rows: usize,
    wall: Duration,
    own: Duration,
    server: Duration,
    log_bytes: i64,
}

impl Spent {
    fn seconds(self) -> f64 {
        self.wall.as_secs_f64()
    }

    fn per_second(self) -> f64 {
        self.rows as f64 / self.seconds()
    }

    fn log_each(self) -> f64 {
        self.log_bytes as f64 / self.rows as f64
    }

    /// Microseconds of processor a row: ours and the server's.
    fn cpu_each(self) -> (f64, f64) {
        let each = |time: Duration| time.as_secs_f64() * 1e6 / self.rows as f64;
        (each(self.own), each(self.server))
    }
}

/// Takes the time of what it is given.
async fn measure(server: &Server, work: impl Future<Output = usize>) -> Spent {
    let (own, theirs) = (processor::own(), server.cpu());
    let log = server.log_bytes().await;
    let since = Instant::now();
    let rows = work.await;
    Spent {
        rows,
        wall: since.elapsed(),
        own: processor::own().saturating_sub(own),
        server: server.cpu().saturating_sub(theirs),
        log_bytes: server.log_bytes().await - log,
    }
}

/// What one round has cost on either store.
#[derive(Debug, Clone, Copy)]
struct Compared {
    postgres: Spent,
    sqlite: Spent,
}

pub(crate) fn rows(table: &mut Table, sizes: &Sizes, server: &Server) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(measured(table, sizes, server));
}

async fn measured(table: &mut Table, sizes: &Sizes, server: &Server) {
    let folder = match &sizes.folder {
        Some(parent) => tempfile::tempdir_in(parent),
        None => tempfile::tempdir(),
    };
    let folder = folder.expect("a folder");
    let address = server.database(DATABASE).await;
    let two = [Server::open(&address).await, Server::open(&address).await];
    let sqlite = SqliteStore::open(folder.path()).await.expect("the store");
    let stores = Stores {
        sizes,
        server,
        postgres: &two,
        sqlite: &sqlite,
    };
    let version = server.version().await;
    table.add(stores.joined(&version).await);
    let (mut frozen, mut large, mut small) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..sizes.rounds {
        let name = format!("round-{round}");
        let (costs, batches) = stores.freeze(&name).await;
        frozen.push(costs);
        large.push(stores.carry(&batches, &name, LARGE_GROUP).await);
        small.push(stores.carry(&batches, &name, SMALL_GROUP).await);
    }
    // The last rows of the log after a checkpoint, each page of them whole.
    let (_, batches) = stores.freeze("after-a-checkpoint").await;
    server.checkpoint().await;
    let checked = stores
        .carry(&batches, "after-a-checkpoint", LARGE_GROUP)
        .await;
    sqlite.close().await;
    drop(two);
    table.add(frozen_row(sizes, &frozen));
    table.add(ledger_row(
        &large,
        LARGE_GROUP,
        Reach::HereAtLeast(40_000.0),
    ));
    table.add(ledger_row(&small, SMALL_GROUP, Reach::Nothing));
    table.add(log_row(&large, checked));
    table.add(hot_row(server.row_figures(DATABASE).await));
}

/// Both, with the same list.
struct Stores<'a> {
    sizes: &'a Sizes,
    server: &'a Server,
    /// Of a sender each.
    postgres: &'a [PostgresStore; SENDERS],
    sqlite: &'a SqliteStore,
}

impl Stores<'_> {
    async fn joined(&self, version: &str) -> Row {
        let readers = self.sizes.readers;
        let [postgres, _] = self.postgres;
        let theirs = measure(self.server, async {
            join(self.sqlite, readers).await;
            readers
        });
        let theirs = theirs.await;
        let ours = measure(self.server, async {
            join(postgres, readers).await;
            readers
        });
        let ours = ours.await;
        Row {
            what: format!("PostgreSQL {version}: {readers} readers join a list"),
            here: Quantity(ours.seconds(), "s"),
            peer: Some(("SQLite", Quantity(theirs.seconds(), "s"))),
            reach: Reach::Nothing,
            note: processor_note(ours.cpu_each(), theirs.cpu_each().0),
            is_robust: false,
        }
    }

    async fn freeze(&self, name: &str) -> (Compared, [Batch; 2]) {
        let [postgres, _] = self.postgres;
        let (sqlite, theirs) = self.freeze_in(self.sqlite, name).await;
        let (postgres, ours) = self.freeze_in(postgres, name).await;
        (Compared { postgres, sqlite }, [ours, theirs])
    }

    async fn freeze_in(&self, store: &dyn BatchLedger, name: &str) -> (Spent, Batch) {
        let mut batch = None;
        let spent = measure(self.server, async {
            let frozen = store.freeze(&issue(name), now(0)).await.expect("a batch");
            let readers = frozen.batch.audience as usize;
            batch = Some(frozen.batch);
            readers
        });
        let spent = spent.await;
        let batch = batch.expect("a batch");
        assert_eq!(batch.audience, self.sizes.readers as u64);
        (spent, batch)
    }

    /// So many rows of a batch, claimed, let go and taken: by two senders on PostgreSQL, by one on SQLite, which knows
    /// no second.
    async fn carry(&self, [ours, theirs]: &[Batch; 2], name: &str, group: usize) -> Compared {
        let most = self.sizes.ledger;
        let one = sender(0);
        let guard = self.sqlite.hold(&one).await.expect("the right to send");
        let sqlite = measure(
            self.server,
            carry(self.sqlite, theirs, &one, name, group, most),
        );
        let sqlite = sqlite.await;
        drop(guard);
        let [first, second] = self.postgres;
        let (one, other) = (sender(1), sender(2));
        let guards = (first.hold(&one).await, second.hold(&other).await);
        let half = most / SENDERS;
        let postgres = measure(self.server, async {
            let (one, other) = tokio::join!(
                carried(first, ours, &one, name, group, half),
                carried(second, ours, &other, name, group, half)
            );
            one + other
        });
        let postgres = postgres.await;
        assert!(guards.0.is_ok() && guards.1.is_ok(), "leases");
        assert!(postgres.rows >= half * SENDERS && sqlite.rows >= most);
        Compared { postgres, sqlite }
    }
}

/// On a task of its own, as another process would be.
async fn carried(
    store: &PostgresStore,
    batch: &Batch,
    sender: &SenderId,
    content: &str,
    group: usize,
    most: usize,
) -> usize {
    let (store, batch, sender) = (store.clone(), batch.clone(), sender.clone());
    let content = content.to_owned();
    let task =
        tokio::spawn(async move { carry(&store, &batch, &sender, &content, group, most).await });
    task.await.expect("a sender")
}

async fn carry(
    queue: &dyn DeliveryQueue,
    batch: &Batch,
    sender: &SenderId,
    content: &str,
    group: usize,
    most: usize,
) -> usize {
    let quotas = ClaimQuotas {
        total: CLAIMS,
        rest: CLAIMS,
        domains: Vec::new(),
    };
    let drive = LedgerDrive {
        queue,
        batch: batch.id,
        sender,
        quotas: &quotas,
        group,
        content,
    };
    drive.carry(most).await
}

fn sender(number: usize) -> SenderId {
    SenderId(format!("bench {number}"))
}

fn middle(rounds: &[Compared], value: impl Fn(&Compared) -> f64) -> f64 {
    median(rounds.iter().map(value).collect())
}

fn frozen_row(sizes: &Sizes, rounds: &[Compared]) -> Row {
    let ratio = middle(rounds, |it| it.postgres.seconds() / it.sqlite.seconds());
    let theirs = middle(rounds, |it| it.sqlite.seconds());
    let log = middle(rounds, |it| it.postgres.log_each());
    let cpu = cpu_note(rounds);
    Row {
        what: format!("PostgreSQL: freeze a batch of {} deliveries", sizes.readers),
        here: Quantity(theirs * ratio, "s"),
        peer: Some(("SQLite", Quantity(theirs, "s"))),
        reach: Reach::RatioAtMost(3.0),
        note: format!("{cpu}; {log:.0} bytes of log a row"),
        is_robust: false,
    }
}

fn ledger_row(rounds: &[Compared], group: usize, reach: Reach) -> Row {
    let ratio = middle(rounds, |it| {
        it.postgres.per_second() / it.sqlite.per_second()
    });
    let theirs = middle(rounds, |it| it.sqlite.per_second());
    Row {
        what: format!(
            "PostgreSQL: claim, leave, outcome, each durable, by {SENDERS} senders in groups of {group}"
        ),
        here: Quantity(theirs * ratio, "/s"),
        peer: Some(("SQLite, one sender", Quantity(theirs, "/s"))),
        reach,
        note: cpu_note(rounds),
        is_robust: false,
    }
}

fn cpu_note(rounds: &[Compared]) -> String {
    let ours = |it: &Compared| it.postgres.cpu_each();
    let ours = (
        middle(rounds, |it| ours(it).0),
        middle(rounds, |it| ours(it).1),
    );
    processor_note(ours, middle(rounds, |it| it.sqlite.cpu_each().0))
}

fn processor_note((own, server): (f64, f64), sqlite: f64) -> String {
    format!("processor a row {own:.1} µs and the server's {server:.1}, SQLite {sqlite:.1}")
}

fn log_row(rounds: &[Compared], checked: Compared) -> Row {
    let plain = middle(rounds, |it| it.postgres.log_each());
    let checked = checked.postgres.log_each();
    Row {
        what: "PostgreSQL: write-ahead log of a row's claim, leave and outcome".into(),
        here: Quantity(checked.max(plain), "bytes"),
        peer: Some(("without a checkpoint before it", Quantity(plain, "bytes"))),
        reach: Reach::HereAtMost(600.0),
        note: "the worse of both: after a checkpoint each page is logged whole once".into(),
        is_robust: false,
    }
}

fn hot_row(figures: RowFigures) -> Row {
    let RowFigures {
        updates,
        hot_updates,
        ..
    } = figures;
    Row {
        what: "PostgreSQL: updates of deliveries that touch no index".into(),
        here: Quantity(hot_updates as f64 / updates as f64 * 100.0, "%"),
        peer: None,
        reach: Reach::HereAtLeast(60.0),
        note: format!("{hot_updates} of {updates}"),
        is_robust: true,
    }
}
