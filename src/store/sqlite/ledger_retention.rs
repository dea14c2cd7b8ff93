//! How long rows are kept, on SQLite.

pub(super) mod pruned;
mod pruning;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::params;

use super::{SqliteStore, codes, statement::Statements};
use crate::store::{
    BatchId, ClockWatch, LedgerRetention, PrunableBatch, PruneCursor, PruneStep, PrunedRows,
    StoreError,
};

#[async_trait]
impl LedgerRetention for SqliteStore {
    async fn prunable(&self, before: DateTime<Utc>) -> Result<Vec<PrunableBatch>, StoreError> {
        self.read(move |tx, _| pruning::prunable(tx, before)).await
    }

    async fn prune(
        &self,
        before: DateTime<Utc>,
        from: PruneCursor,
        most: u32,
        now: DateTime<Utc>,
    ) -> Result<PruneStep, StoreError> {
        self.look_at_place()?;
        self.write(move |tx, _| pruning::prune(tx, before, from, most, now))
            .await
    }

    async fn pruned(&self, batch: BatchId) -> Result<Option<PrunedRows>, StoreError> {
        self.read(move |tx, _| pruned::of(tx, batch)).await
    }

    async fn pruned_up_to(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.read(|tx, _| {
            let sql = "SELECT max(slot) AS slot FROM batches \
                       WHERE id IN (SELECT batch FROM pruned_rows)";
            tx.one(sql, [], |row| codes::maybe_time_at(row, "slot"))
        })
        .await
    }

    async fn watch_clock(&self, now: DateTime<Utc>) -> Result<ClockWatch, StoreError> {
        self.write(move |tx, _| {
            let sql = "SELECT clock_since, clock_seen FROM instance";
            let before = tx.one(sql, [], |row| {
                let since = codes::maybe_time_at(row, "clock_since")?;
                let seen = codes::maybe_time_at(row, "clock_seen")?;
                Ok(since
                    .zip(seen)
                    .map(|(since, seen)| ClockWatch { since, seen }))
            })?;
            let watch = ClockWatch::after(before, now);
            tx.run(
                "UPDATE instance SET clock_since = ?1, clock_seen = ?2",
                params![codes::millis(watch.since), codes::millis(watch.seen)],
            )?;
            Ok(watch)
        })
        .await
    }

    async fn forget_dead_senders(&self) -> Result<u64, StoreError> {
        // A name is looked up in the transaction that claims by it: nobody has its number in hand.
        self.write(|tx, _| {
            let sql = "DELETE FROM senders WHERE id NOT IN (SELECT sender FROM deliveries \
                       WHERE state BETWEEN 1 AND 2 AND sender IS NOT NULL)";
            tx.run(sql, [])
        })
        .await
    }
}
