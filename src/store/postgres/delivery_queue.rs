//! The queue of deliveries on PostgreSQL: chunks of readers whom nobody tried, leased to one sender each, and rows that
//! wait by themselves.

mod chunk_head;
mod claim;
mod due;
pub(super) mod moved;
mod new_rows;
mod notes;
mod partitions;
mod record;
mod recover;
mod refusals;
pub(super) mod unclaimed;
pub(super) mod waiting;
mod writing;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use self::moved::RowHold;
use super::{
    PostgresStore,
    fault::PostgresFault,
    realm,
    state_instance::leases,
    transaction::StoreTransaction,
    tries::{patiently, transaction},
    values::values,
};
use crate::{
    publication::Rate,
    store::{
        BatchId, Claim, ClaimQuotas, DeliveryQueue, LeaseAnswer, RecoveredRows, RefusedStep,
        RetryOutcome, RetrySelection, SenderId, SenderShare, StoreError, TransferNotes, Transition,
        UnknownAnswer,
        pace::{
            self,
            LeaseTurn::{self, Ahead, InTurn},
        },
    },
};

#[async_trait]
impl DeliveryQueue for PostgresStore {
    async fn claim(
        &self,
        batch: BatchId,
        sender: &SenderId,
        quotas: &ClaimQuotas,
        now: DateTime<Utc>,
    ) -> Result<Vec<Claim>, StoreError> {
        patiently!(self, |tx| claim::claim(
            &tx, self.realm, batch, sender, quotas, now
        ))
    }

    async fn lease(
        &self,
        key: &str,
        rate: Rate,
        want: u32,
        now: DateTime<Utc>,
    ) -> Result<LeaseAnswer, StoreError> {
        let realm = realm::code(self.realm);
        patiently!(self, |tx| lease(&tx, realm, key, (rate, want), InTurn, now))
    }

    async fn lease_ahead(
        &self,
        key: &str,
        rate: Rate,
        now: DateTime<Utc>,
    ) -> Result<LeaseAnswer, StoreError> {
        let realm = realm::code(self.realm);
        transaction!(self.writing(), |tx| lease(
            &tx,
            realm,
            key,
            (rate, 1),
            Ahead,
            now
        ))
    }

    async fn record(
        &self,
        transitions: &[Transition],
        now: DateTime<Utc>,
    ) -> Result<Vec<RefusedStep>, StoreError> {
        let mut hold = RowHold::Noticed;
        patiently!(self, |tx| record::record(
            &tx,
            self.realm,
            transitions,
            hold.take(),
            now
        ))
    }

    async fn recover(
        &self,
        batch: BatchId,
        resend: bool,
        now: DateTime<Utc>,
    ) -> Result<RecoveredRows, StoreError> {
        let notes = notes::NotesFolder::of(self.notes.as_deref());
        patiently!(self, |tx| recover::recover(
            &tx, self.realm, batch, resend, notes, now
        ))
    }

    async fn reap(
        &self,
        batch: BatchId,
        resend: bool,
        now: DateTime<Utc>,
    ) -> Result<RecoveredRows, StoreError> {
        self.recover(batch, resend, now).await
    }

    async fn share(&self, sender: &SenderId) -> Result<SenderShare, StoreError> {
        let tx = self.reading().await?;
        let share = leases::share(&tx, sender).await;
        tx.end(share).await
    }

    async fn note_transfers(
        &self,
        batch: BatchId,
        sender: &SenderId,
        _connections: u32,
        _now: DateTime<Utc>,
    ) -> Result<TransferNotes, StoreError> {
        let folder = notes::NotesFolder::of(self.notes.as_deref());
        let mark = folder.mark();
        let tx = self.writing().await?;
        let named = notes::name(&tx, sender, mark.as_deref()).await;
        let home = tx.end(named).await?;
        folder.open(&home, mark.as_deref(), batch)
    }

    async fn next_due(&self, batch: BatchId) -> Result<Option<DateTime<Utc>>, StoreError> {
        transaction!(self.reading(), |tx| waiting::next_due(&tx, batch))
    }

    async fn awaits_first_try(&self, batch: BatchId) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM chunks WHERE batch = $1) \
                   OR EXISTS (SELECT 1 FROM waiting WHERE batch = $1 AND NOT is_tried)";
        transaction!(self.reading(), |tx| tx.value(sql, values![batch.0]))
    }

    async fn postpone(
        &self,
        batch: BatchId,
        domain: &str,
        until: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        patiently!(self, |tx| waiting::postpone(&tx, batch, domain, until))
    }

    async fn pull_back(&self, batch: BatchId, latest: DateTime<Utc>) -> Result<u64, StoreError> {
        patiently!(self, |tx| waiting::pull_back(&tx, batch, latest))
    }

    async fn retry(
        &self,
        batch: BatchId,
        wanted: &RetrySelection,
        now: DateTime<Utc>,
    ) -> Result<RetryOutcome, StoreError> {
        patiently!(self, |tx| recover::retry(
            &tx, self.realm, batch, wanted, now
        ))
    }

    async fn resolve_unknown(
        &self,
        batch: BatchId,
        answer: UnknownAnswer,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        patiently!(self, |tx| recover::resolve_unknown(
            &tx, self.realm, batch, answer, now
        ))
    }
}

async fn lease(
    tx: &StoreTransaction,
    realm: i64,
    key: &str,
    (rate, want): (Rate, u32),
    turn: LeaseTurn,
    now: DateTime<Utc>,
) -> Result<LeaseAnswer, PostgresFault> {
    // The row is there before it is locked: of two who lease first, the second waits for the first one's.
    tx.run(
        "INSERT INTO paces (realm, key, spent_until) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING",
        values![realm, key],
    )
    .await?;
    let sql = "SELECT spent_until FROM paces WHERE realm = $1 AND key = $2 FOR UPDATE";
    let spent_until: i64 = tx.value(sql, values![realm, key]).await?;
    let spent_until = Some(DateTime::from_timestamp_nanos(spent_until));
    let (lease, spent_until) = pace::lease(rate, spent_until, want, turn, now);
    if lease.granted > 0 {
        let nanos = spent_until.timestamp_nanos_opt().unwrap_or(i64::MAX);
        let sql = "UPDATE paces SET spent_until = $3 WHERE realm = $1 AND key = $2";
        tx.run(sql, values![realm, key, nanos]).await?;
    }
    Ok(lease)
}
