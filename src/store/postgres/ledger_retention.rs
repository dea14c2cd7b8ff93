//! How long rows are kept, on PostgreSQL.

pub(super) mod pruned;
mod pruning;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{PostgresStore, columns, state_instance::leases, tries::transaction, values::values};
use crate::store::{
    BatchId, ClockWatch, LedgerRetention, PrunableBatch, PruneCursor, PruneStep, PrunedRows,
    StoreError, codes,
    postgres::{fault::PostgresFault, transaction::StoreTransaction},
};

#[async_trait]
impl LedgerRetention for PostgresStore {
    async fn prunable(&self, before: DateTime<Utc>) -> Result<Vec<PrunableBatch>, StoreError> {
        transaction!(self.reading(), |tx| pruning::prunable(&tx, before))
    }

    async fn prune(
        &self,
        before: DateTime<Utc>,
        from: PruneCursor,
        most: u32,
        now: DateTime<Utc>,
    ) -> Result<PruneStep, StoreError> {
        transaction!(self.writing(), |tx| pruning::prune(
            &tx, before, from, most, now
        ))
    }

    async fn pruned(&self, batch: BatchId) -> Result<Option<PrunedRows>, StoreError> {
        transaction!(self.reading(), |tx| pruned::of(&tx, batch))
    }

    async fn pruned_up_to(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let sql = "SELECT max(slot) AS slot FROM batches \
                   WHERE id IN (SELECT batch FROM pruned_rows)";
        transaction!(self.reading(), |tx| tx
            .one(sql, values![], |row| { columns::maybe_time(row, "slot") }))
    }

    async fn watch_clock(&self, now: DateTime<Utc>) -> Result<ClockWatch, StoreError> {
        transaction!(self.writing(), |tx| watch_clock(&tx, now))
    }

    async fn forget_dead_senders(&self) -> Result<u64, StoreError> {
        transaction!(self.writing(), |tx| leases::forget_dead(&tx))
    }
}

async fn watch_clock(
    tx: &StoreTransaction,
    now: DateTime<Utc>,
) -> Result<ClockWatch, PostgresFault> {
    let sql = "SELECT clock_since, clock_seen FROM instance FOR UPDATE";
    let before = tx
        .one(sql, values![], |row| {
            let since = columns::maybe_time(row, "clock_since")?;
            let seen = columns::maybe_time(row, "clock_seen")?;
            Ok(since
                .zip(seen)
                .map(|(since, seen)| ClockWatch { since, seen }))
        })
        .await?;
    let watch = ClockWatch::after(before, now);
    tx.run(
        "UPDATE instance SET clock_since = $1, clock_seen = $2",
        values![codes::millis(watch.since), codes::millis(watch.seen)],
    )
    .await?;
    Ok(watch)
}
