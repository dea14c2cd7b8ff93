//! A ledger that grows for years: what a claim costs at its end, and how much of its table is dead.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use daily_note::store::{
    Batch, BatchLedger, BatchState, ClaimQuotas, SenderId, StateInstance, postgres::PostgresStore,
};

use super::server::{RowFigures, Server};
use crate::{
    Sizes,
    ledger::{LedgerDrive, issue, join, now},
    row::{Quantity, Reach, Row, Table, median},
};

const DATABASE: &str = "years";
const BATCHES: usize = 100;
/// After so many the dead are counted.
const HALF: usize = BATCHES / 2;
/// Batches at either end whose claims are looked at, without the very first, in which everything is new.
const LOOKED_AT: usize = 5;
const CLAIMS: u32 = 200;
const GROUP: usize = 200;
/// The server looks once a minute which of its tables are to be cleaned, one after the other.
const CLEANED_WITHIN: Duration = Duration::from_secs(240);

pub(crate) fn rows(table: &mut Table, sizes: &Sizes) {
    // A small run is over before the server would look.
    let settings: &[&str] = match sizes.is_small {
        true => &["autovacuum_naptime = '1s'"],
        false => &[],
    };
    let Some(server) = Server::start(sizes, settings) else {
        return table.leave_out("a ledger of years", "postgresql is not installed");
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(measured(table, sizes, &server));
}

async fn measured(table: &mut Table, sizes: &Sizes, server: &Server) {
    let address = server.database(DATABASE).await;
    join(&Server::open(&address).await, sizes.years).await;
    let mut claims: Vec<Vec<f64>> = Vec::with_capacity(BATCHES);
    let mut figures = BTreeMap::new();
    let marks = [1, 1 + LOOKED_AT, HALF, BATCHES - LOOKED_AT, BATCHES];
    for number in 0..BATCHES {
        // As another process each time, a week later.
        let years = LongLedger {
            store: Server::open(&address).await,
            sender: SenderId(format!("bench {number}")),
        };
        claims.push(years.batch(number).await);
        drop(years);
        let done = number + 1;
        if marks.contains(&done) {
            figures.insert(done, server.row_figures(DATABASE).await);
        }
        if done == HALF {
            dead_rows(table, sizes, server, figures[&1]).await;
        }
    }
    looked_at_row(table, sizes, &figures);
    let early = median(claims[1..=LOOKED_AT].concat());
    let late = median(claims[BATCHES - LOOKED_AT..].concat());
    table.add(Row {
        what: format!(
            "PostgreSQL: a claim of {CLAIMS} after {BATCHES} batches of {}",
            sizes.years
        ),
        here: Quantity(late, "ms"),
        peer: Some(("in the first batches", Quantity(early, "ms"))),
        reach: Reach::RatioAtMost(1.2),
        note: format!("the middle of the claims of {LOOKED_AT} batches at either end"),
        is_robust: false,
    });
}

/// How many rows the server looks at for one that goes its whole way, by its own count.
fn looked_at_row(table: &mut Table, sizes: &Sizes, figures: &BTreeMap<usize, RowFigures>) {
    let each = |from: usize, to: usize| {
        let rows = figures[&to].looked_at - figures[&from].looked_at;
        rows as f64 / ((to - from) * sizes.years) as f64
    };
    table.add(Row {
        what: format!("PostgreSQL: rows looked at for a delivery, its batch the {BATCHES}th"),
        here: Quantity(each(BATCHES - LOOKED_AT, BATCHES), "rows"),
        peer: Some((
            "in the first batches",
            Quantity(each(1, 1 + LOOKED_AT), "rows"),
        )),
        reach: Reach::RatioAtMost(1.2),
        note: "freeze, claim, leave, outcome and end; by the server's own count".into(),
        is_robust: true,
    });
}

/// Counts the dead once the server has had its time to clean.
async fn dead_rows(table: &mut Table, sizes: &Sizes, server: &Server, first: RowFigures) {
    let at_once = server.row_figures(DATABASE).await;
    let rows = (HALF * sizes.years) as f64;
    // What the schema lets stand: so many of all rows, and PostgreSQL's own fifty.
    let most = rows * 0.02 + 50.0;
    let since = Instant::now();
    let mut later = at_once;
    while later.dead as f64 > most && since.elapsed() < CLEANED_WITHIN {
        tokio::time::sleep(Duration::from_secs(1)).await;
        later = server.row_figures(DATABASE).await;
    }
    let (waited, vacuums) = (since.elapsed().as_secs(), later.vacuums);
    let share = |dead: i64| dead as f64 / rows * 100.0;
    table.add(Row {
        what: format!(
            "PostgreSQL: dead rows after {HALF} batches of {}",
            sizes.years
        ),
        here: Quantity(share(later.dead), "%"),
        peer: Some((
            "when the last batch ended",
            Quantity(share(at_once.dead), "%"),
        )),
        reach: Reach::HereAtMost(most / rows * 100.0),
        note: format!("of all rows, cleaned {vacuums} times by the server, after {waited} s"),
        is_robust: true,
    });
    let each =
        |figures: RowFigures, batches: usize| figures.bytes as f64 / (batches * sizes.years) as f64;
    table.add(Row {
        what: format!("PostgreSQL: the table of deliveries, a row, after {HALF} batches"),
        here: Quantity(each(later, HALF), "bytes"),
        peer: Some(("after the first", Quantity(each(first, 1), "bytes"))),
        reach: Reach::RatioAtMost(1.1),
        note: "without its two indexes".into(),
        is_robust: true,
    });
}

/// One sender of it.
struct LongLedger {
    store: PostgresStore,
    sender: SenderId,
}

impl LongLedger {
    /// An issue from its freeze to its end; answers how many milliseconds each claim took.
    async fn batch(&self, number: usize) -> Vec<f64> {
        let name = format!("week-{number}");
        let frozen = self.store.freeze(&issue(&name), now(0)).await;
        let batch = frozen.expect("a batch").batch;
        let guard = self.store.hold(&self.sender).await.expect("a lease");
        let claims = self.carry(&batch, &name).await;
        drop(guard);
        let ended = self
            .store
            .set_batch_state(batch.id, &BatchState::Finished, now(2));
        assert_eq!(ended.await.expect("an end"), BatchState::Finished);
        claims
    }

    async fn carry(&self, batch: &Batch, content: &str) -> Vec<f64> {
        let quotas = ClaimQuotas {
            total: CLAIMS,
            rest: CLAIMS,
            domains: Vec::new(),
        };
        let drive = LedgerDrive {
            queue: &self.store,
            batch: batch.id,
            sender: &self.sender,
            quotas: &quotas,
            group: GROUP,
            content,
        };
        let mut took = Vec::new();
        let done = drive
            .carry_telling(usize::MAX, |claim| took.push(claim))
            .await;
        assert_eq!(done as u64, batch.audience);
        took.iter().map(|claim| claim.as_secs_f64() * 1e3).collect()
    }
}
