//! How long rows of the ledger are kept: those of old batches go, a step at a time, into totals of their batch, and what
//! must outlive them goes to where it is kept, in the same transaction (docs/decisions/0035). Not: who asks for it, and
//! when.

mod clock_watch;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;

pub use self::clock_watch::ClockWatch;
use super::{Batch, BatchId, BatchState, DeliveryState, StoreError};

/// Rows that go once they are old; of what was really sent alone.
#[async_trait]
pub trait LedgerRetention: Send + Sync {
    /// The batches of which rows would go, the oldest first, and how many of each.
    async fn prunable(&self, before: DateTime<Utc>) -> Result<Vec<PrunableBatch>, StoreError>;

    /// Takes one step: of the next batch that was over before then, from `from` on, looks at up to `most` rows, and lets
    /// those go that have not changed since, into the batch's totals. One short transaction; killed anywhere, nothing
    /// is lost and nothing counted twice.
    async fn prune(
        &self,
        before: DateTime<Utc>,
        from: PruneCursor,
        most: u32,
        now: DateTime<Utc>,
    ) -> Result<PruneStep, StoreError>;

    /// What has gone of a batch's rows.
    async fn pruned(&self, batch: BatchId) -> Result<Option<PrunedRows>, StoreError>;

    /// The slot of the newest batch of which rows have gone: who got the issues up to it may not be known any more.
    async fn pruned_up_to(&self) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// Shows the state what the machine's clock says, and answers what it has seen of it.
    async fn watch_clock(&self, now: DateTime<Utc>) -> Result<ClockWatch, StoreError>;

    /// Forgets the names of senders that are no more and hold nothing; answers of how many.
    async fn forget_dead_senders(&self) -> Result<u64, StoreError>;
}

/// Where rows stand that may go: how they ended is known, and their batch counts them.
pub(super) const PRUNABLE: [DeliveryState; 3] = [
    DeliveryState::Accepted,
    DeliveryState::Rejected,
    DeliveryState::Skipped,
];

impl Batch {
    /// Whether it was over before then: what of its rows has not changed since may go.
    pub(super) fn was_over_before(&self, moment: DateTime<Utc>) -> bool {
        let is_over = matches!(self.state, BatchState::Finished | BatchState::Cancelled);
        is_over && self.slot.max(self.frozen_at) < moment
    }
}

/// How far a pruning has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PruneCursor {
    /// The batch that it is at, or the first that it looks for.
    pub(super) batch: i64,
    /// The last row of it that was looked at, by its number in the store.
    pub(super) row: i64,
}

impl PruneCursor {
    /// Behind a batch.
    pub(super) fn behind(batch: BatchId) -> Self {
        Self {
            batch: batch.0 + 1,
            row: 0,
        }
    }

    /// The last row of that batch that was looked at; 0: none was.
    pub(super) fn row_in(self, batch: BatchId) -> i64 {
        match self.batch == batch.0 {
            true => self.row,
            false => 0,
        }
    }
}

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PruneStep {
    /// The batch that it was at.
    pub batch: Option<BatchId>,
    /// Rows that have gone.
    pub rows: u64,
    /// Where to go on; None: there was nothing more.
    pub next: Option<PruneCursor>,
}

/// A batch of which rows would go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PrunableBatch {
    /// Its issue.
    pub issue: String,
    /// When that was due.
    pub slot: DateTime<Utc>,
    /// How many would go.
    pub rows: u64,
}

/// What has gone of a batch's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PrunedRows {
    /// How many.
    pub rows: u64,
    /// When the last of them did.
    pub at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::{
        publication::SHORTEST_KEEP,
        store::{relay_numbers, report_rules},
    };

    fn batch(state: BatchState, slot_day: i64, frozen_day: i64) -> Batch {
        let day = |day| DateTime::UNIX_EPOCH + TimeDelta::days(day);
        Batch {
            id: BatchId(1),
            issue: "a".to_owned(),
            is_rehearsal: false,
            edition: "monday".to_owned(),
            slot: day(slot_day),
            date: None,
            waves: 0,
            content: String::new(),
            file: None,
            state,
            audience: 1,
            frozen_at: day(frozen_day),
            trusts_refusals: false,
        }
    }

    #[test]
    fn a_batch_is_old_once_it_is_over_and_its_slot_and_freeze_lie_back() {
        let before = DateTime::UNIX_EPOCH + TimeDelta::days(10);
        let paused = BatchState::Paused {
            reason: String::new(),
            over_refusals: false,
        };
        for (state, slot, frozen, is_old) in [
            (BatchState::Finished, 9, 9, true),
            (BatchState::Cancelled, 9, 9, true),
            (BatchState::Finished, 10, 9, false),
            // Sent long after its slot.
            (BatchState::Finished, 1, 11, false),
            (BatchState::Open, 1, 1, false),
            (paused, 1, 1, false),
        ] {
            let batch = batch(state, slot, frozen);
            assert_eq!(batch.was_over_before(before), is_old, "{batch:?}");
        }
    }

    #[test]
    fn no_row_goes_that_anything_looks_back_at() {
        let shortest = TimeDelta::from_std(SHORTEST_KEEP).unwrap();
        for looks_back in [
            report_rules::LATEST,
            report_rules::DORMANT_FOR,
            relay_numbers::KEPT,
        ] {
            assert!(shortest > looks_back * 2, "{looks_back}");
        }
    }

    #[test]
    fn a_cursor_speaks_of_its_own_batch_alone() {
        let cursor = PruneCursor { batch: 3, row: 40 };
        assert_eq!(cursor.row_in(BatchId(3)), 40);
        assert_eq!(cursor.row_in(BatchId(4)), 0);
        assert_eq!(PruneCursor::behind(BatchId(3)).batch, 4);
    }
}
