//! Batches on SQLite.

pub(super) mod batch;
pub(super) mod counters;
mod freeze;
pub(super) mod waves;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::params;

use super::{SqliteStore, database::open::refuse_full_disk, realm, statement::Statements};
use crate::store::{
    Batch, BatchId, BatchLedger, BatchState, DeliveryCounts, Freeze, NewBatch, StoreError,
    ZoneCohort,
};

#[async_trait]
impl BatchLedger for SqliteStore {
    async fn freeze(&self, batch: &NewBatch, now: DateTime<Utc>) -> Result<Freeze, StoreError> {
        self.look_at_place()?;
        refuse_full_disk(&self.state_dir)?;
        let (realm, new) = (self.realm, batch.clone());
        let frozen = self
            .write(move |tx, place| freeze::freeze(tx, place, realm, &new, now))
            .await?;
        if frozen.is_new {
            self.told(self.owner.place.note_steps(realm, &batch.issue, 0))?;
        }
        Ok(frozen)
    }

    async fn refreeze(
        &self,
        batch: BatchId,
        content_hash: &str,
        content: &[u8],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let (hash, content) = (content_hash.to_owned(), content.to_vec());
        self.write(move |tx, _| freeze::refreeze(tx, batch, &hash, &content, now))
            .await
    }

    async fn batch(&self, issue: &str) -> Result<Option<Batch>, StoreError> {
        let (realm, issue) = (self.realm, issue.to_owned());
        self.read(move |tx, _| batch::by_issue(tx, realm, &issue))
            .await
    }

    async fn batches(&self, limit: u32) -> Result<Vec<Batch>, StoreError> {
        let realm = self.realm;
        self.read(move |tx, _| batch::newest(tx, realm, limit))
            .await
    }

    async fn content(&self, hash: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let hash = hash.to_owned();
        self.read(move |tx, _| {
            let sql = "SELECT content FROM contents WHERE hash = ?1";
            tx.maybe_value(sql, params![hash])
        })
        .await
    }

    async fn counts(&self, batch: BatchId) -> Result<DeliveryCounts, StoreError> {
        self.read(move |tx, _| batch::counts(tx, batch)).await
    }

    async fn set_batch_state(
        &self,
        batch: BatchId,
        state: &BatchState,
        now: DateTime<Utc>,
    ) -> Result<BatchState, StoreError> {
        let state = state.clone();
        self.write(move |tx, _| batch::set_state(tx, batch, &state, now))
            .await
    }

    async fn waves(&self, batch: BatchId) -> Result<Vec<ZoneCohort>, StoreError> {
        self.read(move |tx, _| waves::of(tx, batch)).await
    }

    async fn waves_come_due(
        &self,
        batch: BatchId,
        earliest: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        // The one that writes is not to be troubled for nothing.
        let due = self.read(move |tx, _| waves::due(tx, batch, now)).await?;
        if due.is_empty() {
            return Ok(0);
        }
        self.write(move |tx, _| waves::come_due(tx, batch, earliest, now))
            .await
    }

    async fn release_waves(&self, batch: BatchId, now: DateTime<Utc>) -> Result<u64, StoreError> {
        self.write(move |tx, _| waves::release(tx, batch, now))
            .await
    }

    async fn is_witnessed(&self, issue: &str) -> Result<bool, StoreError> {
        let (realm, issue) = (self.realm, issue.to_owned());
        self.read(move |tx, place| {
            let is_known = batch::by_issue(tx, realm, &issue)?.is_some();
            Ok(!is_known && place.steps(realm, &issue)? > Some(0))
        })
        .await
    }

    async fn drop_rehearsals(&self) -> Result<u64, StoreError> {
        let issues = self.write(|tx, _| realm::drop_rehearsals(tx)).await?;
        for issue in &issues {
            self.told(self.owner.place.forget_rehearsal(issue))?;
        }
        Ok(issues.len() as u64)
    }
}
