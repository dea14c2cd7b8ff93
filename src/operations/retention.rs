//! Rows of old issues pruned after `ledger.keep`: from when on, in what portions, and by whose word. What goes is the
//! store's (docs/decisions/0035).

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::{
    app::{App, AppError, RefusalKind},
    clock::{Clock, Stopwatch},
    store::{
        BatchLedger, BatchState, ClockWatch, LedgerRetention, PrunableBatch, PruneCursor, Store,
        StoreError,
    },
    words::{phrase, say},
};

/// Rows that one transaction looks at: some hundredths of a second.
const STEP: u32 = 2_000;
/// How long it goes on before it looks whether an issue is under way by now.
const SPELL: Duration = Duration::from_secs(1);
/// Batches of which one may be under way.
const RECENT: u32 = 100;

/// What goes if a person says yes.
#[derive(Debug, Clone, Serialize)]
pub struct PrunePlan {
    /// What has not changed since then.
    pub before: DateTime<Utc>,
    /// All rows of them.
    pub rows: u64,
    /// The issues, the oldest first.
    pub issues: Vec<PrunableBatch>,
    #[serde(skip)]
    watch: ClockWatch,
}

/// What has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PruneSummary {
    /// What had not changed since then.
    pub before: DateTime<Utc>,
    /// Rows that have gone.
    pub rows: u64,
    /// Issues that they were of.
    pub issues: u64,
    /// Nothing is left that would go; false: an issue came in between.
    pub is_whole: bool,
}

impl App {
    /// What [`App::prune`] would do; changes no row.
    ///
    /// # Errors
    /// No `ledger.keep`; a ledger that can't be read.
    pub(crate) async fn prunable(&self) -> Result<PrunePlan, AppError> {
        let keep = self.publication.ledger.keep.ok_or_else(no_keep)?;
        let store = self.store().await?;
        let watch = store.watch_clock(self.clock.true_now()).await?;
        let before = oldest_kept(store.as_ref(), self.clock, keep).await?;
        let issues = store.prunable(before).await?;
        Ok(PrunePlan {
            before,
            rows: issues.iter().map(|issue| issue.rows).sum(),
            issues,
            watch,
        })
    }

    /// Lets the rows of a plan go. `is_dated`: a person has read its date and said yes.
    ///
    /// # Errors
    /// An issue under way; a clock that nobody vouches for; a ledger that can't be written.
    pub(crate) async fn prune(
        &self,
        plan: &PrunePlan,
        is_dated: bool,
    ) -> Result<PruneSummary, AppError> {
        if !is_dated && !plan.watch.is_proven() {
            return Err(unproven_clock(plan.watch, self));
        }
        let store: Arc<dyn Store> = self.store().await?;
        if let Some(issue) = under_way(store.as_ref()).await? {
            return Err(AppError::Refused {
                kind: RefusalKind::Deliveries,
                message: say!("{issue} is under way: no row goes meanwhile", issue),
                hint: phrase!("say it again when it is out").into(),
            });
        }
        let mut pruning = Pruning::of(Arc::clone(&store), plan.before);
        while !pruning.go_on(SPELL, self.clock).await? {
            if under_way(store.as_ref()).await?.is_some() {
                break;
            }
        }
        Ok(pruning.summary())
    }
}

fn no_keep() -> AppError {
    AppError::Refused {
        kind: RefusalKind::Configuration,
        message: phrase!("rows are kept for ever: `ledger.keep` is not set").into(),
        hint: phrase!("`keep: 2y` below `ledger:` in daily-note.yaml says how long").into(),
    }
}

fn unproven_clock(watch: ClockWatch, app: &App) -> AppError {
    let day = |at: DateTime<Utc>| at.with_timezone(&app.publication.timezone).date_naive();
    AppError::Refused {
        kind: RefusalKind::Deliveries,
        message: say!(
            "nobody vouches for the clock: it shows {today}, and goes evenly since {since} alone",
            today = day(watch.seen),
            since = day(watch.since)
        ),
        hint: say!(
            "say yes at a terminal, where the date is shown; or from {day} on, if it goes on like this",
            day = day(watch.proven_at())
        ),
    }
}

/// An issue that is on its way.
async fn under_way(store: &dyn Store) -> Result<Option<String>, StoreError> {
    let batches = BatchLedger::batches(store, RECENT).await?;
    let open = batches.into_iter().find(|it| it.state == BatchState::Open);
    Ok(open.map(|batch| batch.issue))
}

/// Since when rows are kept: by the machine's clock, or by that of the server that has them if it is behind. What a
/// command pretends says nothing here.
pub(crate) async fn oldest_kept(
    store: &dyn Store,
    clock: Clock,
    keep: Duration,
) -> Result<DateTime<Utc>, StoreError> {
    let own = clock.true_now();
    let server = store.server().await?;
    let now = server.map_or(own, |server| server.now.min(own));
    Ok(now - TimeDelta::from_std(keep).unwrap_or(TimeDelta::MAX))
}

/// Rows on their way out.
pub(crate) struct Pruning {
    store: Arc<dyn Store>,
    before: DateTime<Utc>,
    /// Where it goes on; None: it is at its end.
    at: Option<PruneCursor>,
    rows: u64,
    batches: BTreeSet<i64>,
}

impl Pruning {
    /// Of all that has not changed since then.
    pub(crate) fn of(store: Arc<dyn Store>, before: DateTime<Utc>) -> Self {
        Self {
            store,
            before,
            at: Some(PruneCursor::default()),
            rows: 0,
            batches: BTreeSet::new(),
        }
    }

    /// Goes on for so long, a step at a time; true: it is at its end.
    ///
    /// # Errors
    /// A ledger that can't be written; what has gone stays gone.
    pub(crate) async fn go_on(
        &mut self,
        spell: Duration,
        clock: Clock,
    ) -> Result<bool, StoreError> {
        let since = Stopwatch::start();
        while let Some(at) = self.at {
            let ledger: &dyn LedgerRetention = self.store.as_ref();
            let step = ledger
                .prune(self.before, at, STEP, clock.true_now())
                .await?;
            self.at = step.next;
            self.rows += step.rows;
            if let (Some(batch), true) = (step.batch, step.rows > 0) {
                self.batches.insert(batch.0);
            }
            if since.elapsed() >= spell {
                break;
            }
        }
        Ok(self.at.is_none())
    }

    /// What has gone so far.
    pub(crate) fn summary(&self) -> PruneSummary {
        PruneSummary {
            before: self.before,
            rows: self.rows,
            issues: self.batches.len() as u64,
            is_whole: self.at.is_none(),
        }
    }
}
