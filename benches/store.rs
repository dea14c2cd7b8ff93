//! What the store costs at a size: import, fold, freeze, the ledger's throughput with every commit
//! on the disk, resuming, counting. Read the ratios: machines are noisy.
//!
//!     cargo bench --bench store -- [--readers N] [--dir FOLDER]

#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(clippy::unwrap_used, reason = "a bench that can't go on stops")]

#[path = "support/ledger.rs"]
#[expect(dead_code, reason = "the table's bench uses the rest")]
mod ledger;
#[path = "support/processor.rs"]
#[expect(dead_code, reason = "the table's bench uses the rest")]
mod processor;

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use daily_note::{
    audience::{Origin, Profile},
    source::SourceError,
    store::{
        Batch, Claim, ClaimQuotas, DeliveryStep, FoldLimits, SenderId, Store, Transition,
        sqlite::SqliteStore,
    },
};
use ledger::{IMPORT_GROUP, LedgerDrive, issue, now, profile, transition};

/// Rows a commit, and connections' worth of claims at a time, as `delivery` does it.
const GROUP: usize = 20;
const CLAIMS: u32 = 200;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let option = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let readers = option("--readers").map_or(20_000, |text| text.parse().unwrap());
    let parent = option("--dir").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(parent).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(run(folder.path(), readers));
}

async fn run(folder: &Path, readers: usize) {
    println!("{readers} readers; commits on the disk (WAL, synchronous=FULL)\n");
    println!("| what | time | each | processor, each | peak memory |");
    println!("|---|---|---|---|---|");
    fold_bench(&folder.join("fold"), readers / 10).await;

    let store = open(&folder.join("state")).await;
    import_bench(&store, readers).await;
    sqlite3_bench(folder, readers);
    let batch = freeze_bench(&store, "one", readers).await;
    ledger_bench(&store, &batch, 50_000.min(readers / 2)).await;
    full_domain_bench(&store, &batch).await;
    claim_all_but(&store, &batch, 500).await;
    drop(store);
    resume_bench(&folder.join("state"), readers).await;
    let store = open(&folder.join("state")).await;
    freeze_bench(&store, "two", readers).await;
}

async fn open(state: &Path) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(state).await.unwrap())
}

async fn fold_bench(state: &Path, entries: usize) {
    let store = open(state).await;
    for what in ["fold, all new", "fold, nothing new"] {
        let row = Row::start();
        let mut entries_ = (0..entries).map(|n| Ok::<_, SourceError>(profile(n)));
        let limits = FoldLimits {
            max_removal: 0.2,
            is_end_in_doubt: false,
        };
        store.fold(&mut entries_, limits, now(0)).await.unwrap();
        row.end(what, entries);
    }
}

async fn import_bench(store: &Arc<dyn Store>, readers: usize) {
    let row = Row::start();
    let mut made = Duration::ZERO;
    for from in (0..readers).step_by(IMPORT_GROUP) {
        let making = Instant::now();
        let group: Vec<Profile> = (from..readers.min(from + IMPORT_GROUP))
            .map(profile)
            .collect();
        made += making.elapsed();
        store
            .upsert(group.into(), Origin::Import, now(0))
            .await
            .unwrap();
    }
    row.end_without("import", readers, made);
}

/// The yardstick: the same rows through `sqlite3 .import`.
fn sqlite3_bench(folder: &Path, readers: usize) {
    let csv = folder.join("readers.csv");
    let mut text = String::from("email,name,tags,language,consent_at,consent_source\n");
    for n in 0..readers {
        let profile = profile(n);
        writeln!(
            text,
            "{},{},founder,ko,2026-03-01T09:00:00+09:00,web form",
            profile.email,
            profile.name.unwrap()
        )
        .unwrap();
    }
    std::fs::write(&csv, text).unwrap();
    let row = Row::start();
    let done = Command::new("sqlite3")
        .arg(folder.join("yardstick.sqlite"))
        .arg(".mode csv")
        .arg(format!(".import {} readers", csv.display()))
        .output();
    match done {
        Ok(output) if output.status.success() => row.end("sqlite3 .import of the same", readers),
        _ => println!("| sqlite3 .import: not installed here | | | | |"),
    }
}

async fn freeze_bench(store: &Arc<dyn Store>, name: &str, readers: usize) -> Batch {
    let row = Row::start();
    let batch = store.freeze(&issue(name), now(0)).await.unwrap().batch;
    row.end(&format!("freeze, batch {name}"), readers);
    assert_eq!(batch.audience, readers as u64);
    batch
}

/// Two transitions a message in groups of twenty, the next claims taken as the last run out.
async fn ledger_bench(store: &Arc<dyn Store>, batch: &Batch, messages: usize) {
    claim(store, batch, &quotas(1, 1)).await;
    let row = Row::start();
    let (sender, quotas) = (sender(), quotas(CLAIMS, CLAIMS));
    let drive = LedgerDrive {
        queue: &**store,
        batch: batch.id,
        sender: &sender,
        quotas: &quotas,
        group: GROUP,
        content: "one",
    };
    let done = drive.carry(messages).await;
    row.end("claim, sending, accepted", done);
}

/// A third of the list waits in a domain without room: claims must not read it.
async fn full_domain_bench(store: &Arc<dyn Store>, batch: &Batch) {
    let row = Row::start();
    let rounds = 20;
    for _ in 0..rounds {
        claim(store, batch, &quotas(CLAIMS, 0)).await;
    }
    row.end("claim of 200 beside a full domain", rounds);
    let row = Row::start();
    for _ in 0..200 {
        store.counts(batch.id).await.unwrap();
        store.next_due(batch.id).await.unwrap();
    }
    row.end("counts and next_due", 200);
}

/// Leaves rows as a sender does that dies: some claimed, some on the wire.
async fn claim_all_but(store: &Arc<dyn Store>, batch: &Batch, rows: u32) {
    let claims = claim(store, batch, &quotas(rows, rows)).await;
    let wire: Vec<Transition> = claims
        .iter()
        .take(40)
        .map(|claim| {
            let content = "one".to_owned();
            transition(claim, DeliveryStep::Sending { content })
        })
        .collect();
    store.record(&wire, now(1)).await.unwrap();
}

async fn resume_bench(state: &Path, readers: usize) {
    let row = Row::start();
    let store = open(state).await;
    let guard = store.hold(&sender()).await.unwrap();
    let batch = store.batch("one").await.unwrap().unwrap();
    let recovered = store.recover(batch.id, false, now(2)).await.unwrap();
    assert_eq!(recovered.unknown, 40 + GROUP as u64);
    let claims = claim(&store, &batch, &quotas(CLAIMS, CLAIMS)).await;
    assert!(!claims.is_empty() || readers < 1_000);
    row.end("resume: open, hold, recover, first claim", 1);
    drop(guard);
}

async fn claim(store: &Arc<dyn Store>, batch: &Batch, quotas: &ClaimQuotas) -> Vec<Claim> {
    store
        .claim(batch.id, &sender(), quotas, now(1))
        .await
        .unwrap()
}

fn quotas(rest: u32, big: u32) -> ClaimQuotas {
    ClaimQuotas {
        total: u32::MAX,
        rest,
        domains: vec![
            ("gmail.example.com".to_owned(), big),
            ("naver.example.com".to_owned(), rest),
        ],
    }
}

fn sender() -> SenderId {
    SenderId("bench".to_owned())
}

/// A row of the table, being measured.
struct Row {
    clock: Instant,
    cpu: Duration,
}

impl Row {
    fn start() -> Self {
        // Linux: the peak starts anew.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        Self {
            clock: Instant::now(),
            cpu: processor::own(),
        }
    }

    fn end(self, what: &str, count: usize) {
        self.end_without(what, count, Duration::ZERO);
    }

    /// `made` is the time spent on making what was measured.
    fn end_without(self, what: &str, count: usize, made: Duration) {
        let took = self.clock.elapsed().saturating_sub(made);
        let cpu = processor::own()
            .saturating_sub(self.cpu)
            .saturating_sub(made);
        let each = |time: Duration| time.as_secs_f64() * 1e6 / count.max(1) as f64;
        println!(
            "| {what} | {:.3} s | {:.1} µs | {:.1} µs | {} |",
            took.as_secs_f64(),
            each(took),
            each(cpu),
            peak_memory()
        );
    }
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kib.map_or_else(|| "?".to_owned(), |kib| format!("{} MiB", kib / 1_024))
}
