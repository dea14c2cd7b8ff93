//! Batches on PostgreSQL.

pub(super) mod batch;
mod freeze;
pub(super) mod tallies;
mod waves;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{PostgresStore, values::values};
use crate::store::{
    Batch, BatchId, BatchLedger, BatchState, DeliveryCounts, Freeze, NewBatch, Realm, StoreError,
    ZoneCohort,
};

#[async_trait]
impl BatchLedger for PostgresStore {
    async fn freeze(&self, batch: &NewBatch, now: DateTime<Utc>) -> Result<Freeze, StoreError> {
        let tx = self.writing().await?;
        let frozen = freeze::freeze(&tx, self.realm, batch, now).await;
        tx.end(frozen).await
    }

    async fn refreeze(
        &self,
        batch: BatchId,
        content_hash: &str,
        content: &[u8],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let tx = self.writing().await?;
        let rows = freeze::refreeze(&tx, batch, content_hash, content, now).await;
        tx.end(rows).await
    }

    async fn batch(&self, issue: &str) -> Result<Option<Batch>, StoreError> {
        let tx = self.reading().await?;
        let batch = batch::by_issue(&tx, self.realm, issue).await;
        tx.end(batch).await
    }

    async fn batches(&self, limit: u32) -> Result<Vec<Batch>, StoreError> {
        let tx = self.reading().await?;
        let batches = batch::newest(&tx, self.realm, limit).await;
        tx.end(batches).await
    }

    async fn content(&self, hash: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let tx = self.reading().await?;
        let sql = "SELECT content FROM contents WHERE hash = $1";
        let content = tx.maybe_value(sql, values![hash]).await;
        tx.end(content).await
    }

    async fn counts(&self, batch: BatchId) -> Result<DeliveryCounts, StoreError> {
        let tx = self.reading().await?;
        let counts = tallies::counts(&tx, batch).await;
        tx.end(counts).await
    }

    async fn set_batch_state(
        &self,
        batch: BatchId,
        state: &BatchState,
        now: DateTime<Utc>,
    ) -> Result<BatchState, StoreError> {
        let tx = self.writing().await?;
        let set = batch::set_state(&tx, batch, state, now).await;
        tx.end(set).await
    }

    async fn waves(&self, batch: BatchId) -> Result<Vec<ZoneCohort>, StoreError> {
        let tx = self.reading().await?;
        let waves = waves::of(&tx, batch).await;
        tx.end(waves).await
    }

    async fn waves_come_due(
        &self,
        batch: BatchId,
        earliest: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let tx = self.writing().await?;
        let held = waves::come_due(&tx, batch, earliest, now).await;
        tx.end(held).await
    }

    async fn release_waves(&self, batch: BatchId, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let tx = self.writing().await?;
        let released = waves::release(&tx, batch, now).await;
        tx.end(released).await
    }

    /// A server's database has no place beside it that remembers more than it does: whether it is the one that sent
    /// last is asked of its home (`StateInstance`).
    async fn is_witnessed(&self, _issue: &str) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn drop_rehearsals(&self) -> Result<u64, StoreError> {
        let tx = self.writing().await?;
        let dropped = super::realm::drop_rehearsals(&tx, Realm::Rehearsal).await;
        tx.end(dropped).await
    }
}
