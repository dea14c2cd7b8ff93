//! When a batch that is under way is to be carried on.

use chrono::{DateTime, Utc};

use super::latest_retry;
use crate::{
    publication::DeliverySettings,
    store::{Batch, DeliveryLedger, StoreError},
};

/// How an open batch waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BatchDue {
    /// When it is to be carried on; None: not by itself.
    pub(crate) next: Option<DateTime<Utc>>,
    /// Nothing of it was ever tried.
    pub(crate) is_untouched: bool,
}

impl BatchDue {
    /// Looks at an open batch.
    pub(crate) async fn of(
        store: &dyn DeliveryLedger,
        settings: &DeliverySettings,
        batch: &Batch,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let counts = store.counts(batch.id).await?;
        // Rows that a dead sender left are due, and so is an end that was not recorded.
        let is_left = counts.claimed + counts.sending > 0 || counts.open() == 0;
        let next = match is_left {
            true => Some(now),
            false => next_due(store, settings, batch, now).await?,
        };
        Ok(Self {
            next,
            is_untouched: counts.pending + counts.claimed == counts.total(),
        })
    }
}

/// When rows of a batch are due, whatever the clock has done since.
async fn next_due(
    store: &dyn DeliveryLedger,
    settings: &DeliverySettings,
    batch: &Batch,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let latest = latest_retry(settings, now);
    let mut next = store.next_due(batch.id).await?;
    if batch.waves == 0 && next.is_some_and(|due_at| due_at > latest) {
        store.pull_back(batch.id, latest).await?;
        next = store.next_due(batch.id).await?;
    }
    // Of a clock that was set back behind the slot.
    let has_begun =
        |due_at: DateTime<Utc>| batch.waves == 0 && due_at > now && due_at <= batch.begun_at();
    Ok(match next {
        Some(due_at) if has_begun(due_at) && store.awaits_first_try(batch.id).await? => Some(now),
        next => next,
    })
}
