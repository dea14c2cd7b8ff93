//! Batches: how they stand, who did not get an issue, and a person's stop or end.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use crate::{
    app::{App, AppError},
    delivery::{self, HealthTrouble, troubles},
    store::{
        Batch, BatchLedger, BatchState, DeliveryCounts, DeliveryId, DeliveryRecords, DeliveryRow,
        DeliveryState, DomainPause, FailedDelivery, HeldRelease, PrunedRows, StoreError,
        ZoneCohort,
    },
};

/// Rows a page.
const PAGE: u32 = 1_000;
/// So many batches are recent.
const RECENT: usize = 20;

/// How a batch stands; as JSON the document of `status --json` (a contract).
#[derive(Debug, Clone)]
pub struct BatchReport {
    /// The batch.
    pub batch: Batch,
    /// How many of its rows stand where.
    pub counts: DeliveryCounts,
    /// The waves of readers in their own zones.
    pub waves: Vec<ZoneCohort>,
    /// What rests, or is slow, while it is under way.
    pub troubles: Vec<HealthTrouble>,
    /// Domains that rest because they sent it back.
    pub pauses: Vec<DomainPause>,
    /// What came back of it, by what followed.
    pub returned: BTreeMap<&'static str, u64>,
    /// Rows of it that are gone after `ledger.keep`: the counts have them still.
    pub pruned: Option<PrunedRows>,
    /// Everybody who did not get it, or not yet, where that was asked for.
    pub failed: Option<Vec<FailedDelivery>>,
}

impl BatchReport {
    fn new(batch: Batch, counts: DeliveryCounts) -> Self {
        Self {
            batch,
            counts,
            waves: Vec::new(),
            troubles: Vec::new(),
            pauses: Vec::new(),
            returned: BTreeMap::new(),
            pruned: None,
            failed: None,
        }
    }
}

impl Serialize for BatchReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Document<'r> {
            issue: &'r str,
            edition: &'r str,
            slot: DateTime<Utc>,
            state: &'static str,
            /// It was tried out: nobody got it.
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            rehearsal: bool,
            #[serde(skip_serializing_if = "Option::is_none")]
            reason: Option<&'r str>,
            audience: u64,
            counts: DeliveryCounts,
            #[serde(skip_serializing_if = "<[ZoneCohort]>::is_empty")]
            waves: &'r [ZoneCohort],
            #[serde(skip_serializing_if = "<[HealthTrouble]>::is_empty")]
            troubles: &'r [HealthTrouble],
            #[serde(skip_serializing_if = "<[DomainPause]>::is_empty")]
            pauses: &'r [DomainPause],
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            returned: &'r BTreeMap<&'static str, u64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            pruned: Option<PrunedRows>,
            #[serde(skip_serializing_if = "Option::is_none")]
            failed: Option<&'r [FailedDelivery]>,
        }
        let batch = &self.batch;
        let (state, reason) = match &batch.state {
            BatchState::Open => ("open", None),
            BatchState::Paused { reason, .. } => ("paused", Some(reason.as_str())),
            BatchState::Finished => ("finished", None),
            BatchState::Cancelled => ("cancelled", None),
        };
        let document = Document {
            issue: &batch.issue,
            edition: &batch.edition,
            slot: batch.slot,
            state,
            rehearsal: batch.is_rehearsal,
            reason,
            audience: batch.audience,
            counts: self.counts,
            waves: &self.waves,
            troubles: &self.troubles,
            pauses: &self.pauses,
            returned: &self.returned,
            pruned: self.pruned,
            failed: self.failed.as_deref(),
        };
        document.serialize(serializer)
    }
}

/// The newest batches, or all of them, the newest first; and how many older ones there are.
///
/// # Errors
/// A ledger that can't be read.
pub async fn recent_batches(app: &App, are_all: bool) -> Result<(Vec<Batch>, usize), AppError> {
    let mut batches = app.store().await?.batches(u32::MAX).await?;
    let older = match are_all {
        true => 0,
        false => batches.len().saturating_sub(RECENT),
    };
    batches.truncate(batches.len() - older);
    Ok((batches, older))
}

/// The batch of an issue, where there is one.
///
/// # Errors
/// No issue of that name; a ledger that can't be read.
pub async fn batch_of(app: &App, issue: &str) -> Result<Vec<Batch>, AppError> {
    let store = app.store().await?;
    let id = app.issue_id(store.as_ref(), issue).await?;
    Ok(store.batch(&id).await?.into_iter().collect())
}

/// How a batch stands, in full; `with_failed` names everybody who did not get it.
///
/// # Errors
/// A ledger that can't be read.
pub async fn report(app: &App, batch: Batch, with_failed: bool) -> Result<BatchReport, AppError> {
    let store = app.store().await?;
    let counts = store.counts(batch.id).await?;
    let mut report = BatchReport::new(batch, counts);
    let batch = &report.batch;
    if with_failed {
        report.failed = Some(failed_of(store.as_ref(), batch).await?);
    }
    if batch.waves > 0 {
        report.waves = store.waves(batch.id).await?;
    }
    report.returned = store.returned_of(batch.id).await?;
    report.pruned = store.pruned(batch.id).await?;
    if batch.state == BatchState::Open {
        report.pauses = store.domain_pauses(batch.id, app.clock.now()).await?;
        report.troubles = troubles(store.as_ref(), app.clock.now()).await?;
    }
    Ok(report)
}

/// State and counts of an issue's batch; `issue` is its identity. None: it has none.
///
/// # Errors
/// A ledger that can't be read.
pub async fn report_of(app: &App, issue: &str) -> Result<Option<BatchReport>, AppError> {
    let store = app.store().await?;
    Ok(match store.batch(issue).await? {
        Some(batch) => {
            let counts = store.counts(batch.id).await?;
            let pruned = store.pruned(batch.id).await?;
            Some(BatchReport {
                pruned,
                ..BatchReport::new(batch, counts)
            })
        }
        None => None,
    })
}

/// What of a batch's rows is gone after `ledger.keep`.
///
/// # Errors
/// A ledger that can't be read.
pub async fn pruned_of(app: &App, batch: &Batch) -> Result<Option<PrunedRows>, AppError> {
    Ok(app.store().await?.pruned(batch.id).await?)
}

/// A batch after a run: as the ledger has it now, with the counts that the run ended with.
///
/// # Errors
/// A ledger that can't be read.
pub async fn settled_report(
    app: &App,
    batch: &Batch,
    run: &delivery::RunReport,
) -> Result<BatchReport, AppError> {
    let now = app.store().await?.batch(&batch.issue).await?;
    let batch = now.unwrap_or_else(|| batch.clone());
    Ok(BatchReport::new(batch, run.counts))
}

/// Everybody who did not get it, or not yet.
///
/// # Errors
/// A ledger that can't be read.
pub async fn everybody_failed(app: &App, batch: &Batch) -> Result<Vec<FailedDelivery>, AppError> {
    Ok(failed_of(app.store().await?.as_ref(), batch).await?)
}

async fn failed_of(
    store: &dyn DeliveryRecords,
    batch: &Batch,
) -> Result<Vec<FailedDelivery>, StoreError> {
    let (mut all, mut after) = (Vec::new(), DeliveryId(0));
    loop {
        let page = store.failed(batch.id, after, PAGE).await?;
        let Some((last, _)) = page.last() else {
            return Ok(all);
        };
        after = *last;
        all.extend(page.into_iter().map(|(_, failed)| failed));
    }
}

/// The rows of a batch in one state, a page at a time: a million readers cost no more memory than a few.
pub struct DeliveryPages {
    store: std::sync::Arc<dyn DeliveryRecords>,
    batch: Batch,
    state: DeliveryState,
    after: DeliveryId,
}

impl DeliveryPages {
    /// Those of `batch` that stand in `state`.
    ///
    /// # Errors
    /// A state that can't be opened.
    pub(crate) async fn open(
        app: &App,
        batch: Batch,
        state: DeliveryState,
    ) -> Result<Self, AppError> {
        Ok(Self {
            store: app.store().await?,
            batch,
            state,
            after: DeliveryId(0),
        })
    }

    /// The next page; an empty one after the last.
    ///
    /// # Errors
    /// A ledger that can't be read.
    pub(crate) async fn next(&mut self) -> Result<Vec<DeliveryRow>, AppError> {
        let page = self
            .store
            .deliveries(self.batch.id, self.state, self.after, PAGE)
            .await?;
        if let Some((last, _)) = page.last() {
            self.after = *last;
        }
        Ok(page.into_iter().map(|(_, row)| row).collect())
    }
}

/// What came of a wish to pause.
pub enum Paused {
    /// A running sender stops at its next message.
    Now(Box<BatchReport>),
    /// It is over, or paused already.
    NotOpen(Batch),
    /// It had not begun, and is held instead, until `release`; false: it was held already.
    OnHold(HeldRelease, bool),
}

/// Pauses an issue that is on its way.
///
/// # Errors
/// No issue of that name; a ledger that can't be written.
pub async fn pause(app: &App, issue: &str, reason: &str) -> Result<Paused, AppError> {
    let store = app.store().await?;
    let Some(batch) = store
        .batch(&app.issue_id(store.as_ref(), issue).await?)
        .await?
    else {
        let (hold, is_new) = app.put_on_hold(issue, reason).await?;
        return Ok(Paused::OnHold(hold, is_new));
    };
    if batch.state != BatchState::Open {
        return Ok(Paused::NotOpen(batch));
    }
    let state = BatchState::Paused {
        reason: reason.to_owned(),
        over_refusals: false,
    };
    let report = enter(app, store.as_ref(), batch, &state).await?;
    Ok(Paused::Now(Box::new(report)))
}

/// What cancelling an issue would mean.
pub struct Cancelling {
    /// Its batch.
    pub batch: Batch,
    /// Readers who would never get it.
    pub left: u64,
}

impl Cancelling {
    /// There is nothing left to end.
    #[must_use]
    pub(crate) fn is_over(&self) -> bool {
        matches!(
            self.batch.state,
            BatchState::Finished | BatchState::Cancelled
        )
    }
}

/// Looks at what [`cancel`] would mean; changes nothing.
///
/// # Errors
/// No batch of that issue; a ledger that can't be read.
pub async fn cancelling(app: &App, issue: &str) -> Result<Cancelling, AppError> {
    let store = app.store().await?;
    let batch = app.batch(store.as_ref(), issue).await?;
    let left = store.counts(batch.id).await?.open();
    Ok(Cancelling { batch, left })
}

/// Ends a batch: whoever has not got the issue will not.
///
/// # Errors
/// A ledger that can't be written.
pub async fn cancel(app: &App, batch: Batch) -> Result<BatchReport, AppError> {
    let store = app.store().await?;
    enter(app, store.as_ref(), batch, &BatchState::Cancelled).await
}

async fn enter(
    app: &App,
    store: &dyn BatchLedger,
    batch: Batch,
    state: &BatchState,
) -> Result<BatchReport, AppError> {
    store
        .set_batch_state(batch.id, state, app.clock.now())
        .await?;
    let batch = store.batch(&batch.issue).await?.unwrap_or(batch);
    let counts = store.counts(batch.id).await?;
    Ok(BatchReport::new(batch, counts))
}
