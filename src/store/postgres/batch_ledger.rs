//! Batches on PostgreSQL.

pub(super) mod batch;
mod freeze;
pub(super) mod tallies;
mod waves;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{PostgresStore, tries::transaction, values::values};
use crate::store::{
    Batch, BatchId, BatchLedger, BatchState, DeliveryCounts, Freeze, NewBatch, Realm, StoreError,
    ZoneCohort,
};

#[async_trait]
impl BatchLedger for PostgresStore {
    async fn freeze(&self, batch: &NewBatch, now: DateTime<Utc>) -> Result<Freeze, StoreError> {
        transaction!(self.writing(), |tx| freeze::freeze(
            &tx, self.realm, batch, now
        ))
    }

    async fn refreeze(
        &self,
        batch: BatchId,
        content_hash: &str,
        content: &[u8],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        transaction!(self.writing(), |tx| freeze::refreeze(
            &tx,
            batch,
            content_hash,
            content,
            now
        ))
    }

    async fn batch(&self, issue: &str) -> Result<Option<Batch>, StoreError> {
        transaction!(self.reading(), |tx| batch::by_issue(&tx, self.realm, issue))
    }

    async fn batches(&self, limit: u32) -> Result<Vec<Batch>, StoreError> {
        transaction!(self.reading(), |tx| batch::newest(&tx, self.realm, limit))
    }

    async fn content(&self, hash: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT content FROM contents WHERE hash = $1";
        transaction!(self.reading(), |tx| tx.maybe_value(sql, values![hash]))
    }

    async fn counts(&self, batch: BatchId) -> Result<DeliveryCounts, StoreError> {
        transaction!(self.reading(), |tx| tallies::counts(&tx, batch))
    }

    async fn set_batch_state(
        &self,
        batch: BatchId,
        state: &BatchState,
        now: DateTime<Utc>,
    ) -> Result<BatchState, StoreError> {
        transaction!(self.writing(), |tx| batch::set_state(
            &tx, batch, state, now
        ))
    }

    async fn waves(&self, batch: BatchId) -> Result<Vec<ZoneCohort>, StoreError> {
        transaction!(self.reading(), |tx| waves::of(&tx, batch))
    }

    async fn waves_come_due(
        &self,
        batch: BatchId,
        earliest: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        transaction!(self.writing(), |tx| waves::come_due(
            &tx, batch, earliest, now
        ))
    }

    async fn release_waves(&self, batch: BatchId, now: DateTime<Utc>) -> Result<u64, StoreError> {
        transaction!(self.writing(), |tx| waves::release(&tx, batch, now))
    }

    /// A server's database has no place beside it that remembers more than it does: whether it is the one that sent
    /// last is asked of its home (`StateInstance`).
    async fn is_witnessed(&self, _issue: &str) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn drop_rehearsals(&self) -> Result<u64, StoreError> {
        transaction!(self.writing(), |tx| super::realm::drop_rehearsals(
            &tx,
            Realm::Rehearsal
        ))
    }
}
