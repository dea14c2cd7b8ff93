//! The queue of deliveries on SQLite.

mod claim;
mod notes;
mod partitions;
pub(super) mod record;
mod recover;
mod refusals;
mod retry;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{
    SqliteStore, codes, database::open::refuse_full_disk, fault::SqliteFault, realm,
    statement::Statements,
};
use crate::{
    publication::Rate,
    store::{
        BatchId, Claim, ClaimQuotas, DeliveryQueue, DeliveryState, DeliveryStep, LeaseAnswer,
        RecoveredRows, RefusedStep, RetryOutcome, RetrySelection, SenderId, SenderShare,
        StoreError, TransferNotes, Transition, UnknownAnswer,
        pace::{
            self,
            LeaseTurn::{self, Ahead, InTurn},
        },
        zone_cohort::HELD_MILLIS,
    },
};

#[async_trait]
impl DeliveryQueue for SqliteStore {
    async fn claim(
        &self,
        batch: BatchId,
        sender: &SenderId,
        quotas: &ClaimQuotas,
        now: DateTime<Utc>,
    ) -> Result<Vec<Claim>, StoreError> {
        self.look_at_place()?;
        refuse_full_disk(&self.state_dir)?;
        let (realm, sender, quotas) = (self.realm, sender.clone(), quotas.clone());
        self.write_patiently(move |tx, _| claim::claim(tx, realm, batch, &sender, &quotas, now))
            .await
    }

    async fn lease(
        &self,
        key: &str,
        rate: Rate,
        want: u32,
        now: DateTime<Utc>,
    ) -> Result<LeaseAnswer, StoreError> {
        let (realm, key) = (realm::code(self.realm), key.to_owned());
        self.write_patiently(move |tx, _| lease(tx, realm, &key, (rate, want), InTurn, now))
            .await
    }

    async fn lease_ahead(
        &self,
        key: &str,
        rate: Rate,
        now: DateTime<Utc>,
    ) -> Result<LeaseAnswer, StoreError> {
        let (realm, key) = (realm::code(self.realm), key.to_owned());
        self.write(move |tx, _| lease(tx, realm, &key, (rate, 1), Ahead, now))
            .await
    }

    async fn record(
        &self,
        transitions: &[Transition],
        now: DateTime<Utc>,
    ) -> Result<Vec<RefusedStep>, StoreError> {
        let realm = self.realm;
        let in_place = self.look_at_place();
        let mut transitions = transitions.to_vec();
        if in_place.is_err() {
            // What came of mail that left is kept, wherever the folder is now; nothing more leaves.
            transitions.retain(|step| !matches!(step.to, DeliveryStep::Sending { .. }));
        }
        let recorded =
            self.write_patiently(move |tx, _| record::record(tx, realm, &transitions, now));
        let (refusals, steps) = recorded.await?;
        // Before the caller hears of it, and so before anything leaves.
        for (realm, issue, steps) in steps {
            self.told(self.owner.place.note_steps(realm, &issue, steps))?;
        }
        in_place?;
        Ok(refusals)
    }

    async fn recover(
        &self,
        batch: BatchId,
        resend: bool,
        now: DateTime<Utc>,
    ) -> Result<RecoveredRows, StoreError> {
        let realm = self.realm;
        self.write(move |tx, place| recover::recover(tx, place, realm, batch, resend, now))
            .await
    }

    /// Whoever else sent before this one had the right to is settled by now, and nobody has it meanwhile.
    async fn reap(
        &self,
        _batch: BatchId,
        _resend: bool,
        _now: DateTime<Utc>,
    ) -> Result<RecoveredRows, StoreError> {
        Ok(RecoveredRows::default())
    }

    async fn share(&self, _sender: &SenderId) -> Result<SenderShare, StoreError> {
        Ok(SenderShare::WHOLE)
    }

    async fn note_transfers(
        &self,
        batch: BatchId,
        _sender: &SenderId,
        connections: u32,
        now: DateTime<Utc>,
    ) -> Result<TransferNotes, StoreError> {
        self.write(move |tx, place| {
            let token = notes::name(tx, batch)?;
            notes::begin(place, batch, &token, connections, now)
        })
        .await
    }

    async fn next_due(&self, batch: BatchId) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.read(move |tx, _| {
            // One look into the index a lane; min() alone would read it all.
            let millis: Option<i64> = tx.value(
                "SELECT min(due_at) FROM (SELECT (SELECT d.due_at FROM deliveries AS d \
                 WHERE d.batch = ?1 AND d.lane = l.lane AND d.due_at IS NOT NULL \
                 ORDER BY d.due_at LIMIT 1) AS due_at \
                 FROM (SELECT 0 AS lane UNION ALL SELECT lane FROM lanes WHERE batch = ?1) AS l)",
                params![batch.0],
            )?;
            let millis = millis.filter(|due_at| *due_at < HELD_MILLIS);
            millis.map(codes::time).transpose()
        })
        .await
    }

    async fn awaits_first_try(&self, batch: BatchId) -> Result<bool, StoreError> {
        self.read(move |tx, _| {
            tx.value(
                "SELECT EXISTS (SELECT 1 FROM deliveries WHERE batch = ?1 AND due_at IS NOT NULL \
                 AND tried_at IS NULL)",
                params![batch.0],
            )
        })
        .await
    }

    async fn postpone(
        &self,
        batch: BatchId,
        domain: &str,
        until: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let domain = domain.to_owned();
        self.write(move |tx, _| {
            tx.run(
                "UPDATE deliveries SET due_at = ?3 WHERE batch = ?1 AND due_at < ?3 \
                 AND domain = (SELECT id FROM domains WHERE name = ?2)",
                params![batch.0, domain, codes::millis(until)],
            )
        })
        .await
    }

    async fn pull_back(&self, batch: BatchId, latest: DateTime<Utc>) -> Result<u64, StoreError> {
        self.write(move |tx, _| {
            tx.run(
                "UPDATE deliveries SET due_at = ?2 WHERE batch = ?1 AND due_at > ?2 AND due_at < ?3 \
                 AND (state = ?4 OR wave IS NULL OR EXISTS (SELECT 1 FROM waves AS w \
                   WHERE w.batch = ?1 AND w.number = deliveries.wave AND w.state = 1))",
                params![
                    batch.0,
                    codes::millis(latest),
                    HELD_MILLIS,
                    codes::state_code(DeliveryState::Deferred)
                ],
            )
        })
        .await
    }

    async fn retry(
        &self,
        batch: BatchId,
        wanted: &RetrySelection,
        now: DateTime<Utc>,
    ) -> Result<RetryOutcome, StoreError> {
        let (realm, wanted) = (self.realm, wanted.clone());
        self.write(move |tx, _| retry::retry(tx, realm, batch, &wanted, now))
            .await
    }

    async fn resolve_unknown(
        &self,
        batch: BatchId,
        answer: UnknownAnswer,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let realm = self.realm;
        self.write(move |tx, _| recover::resolve_unknown(tx, realm, batch, answer, now))
            .await
    }
}

fn lease(
    tx: &Connection,
    realm: i64,
    key: &str,
    (rate, want): (Rate, u32),
    turn: LeaseTurn,
    now: DateTime<Utc>,
) -> Result<LeaseAnswer, SqliteFault> {
    let spent_until: Option<i64> = tx.maybe_value(
        "SELECT spent_until FROM paces WHERE realm = ?1 AND key = ?2",
        params![realm, key],
    )?;
    let spent_until = spent_until.map(DateTime::from_timestamp_nanos);
    let (lease, spent_until) = pace::lease(rate, spent_until, want, turn, now);
    if lease.granted > 0 {
        let nanos = spent_until.timestamp_nanos_opt().unwrap_or(i64::MAX);
        tx.run(
            "INSERT INTO paces VALUES (?1, ?2, ?3) \
             ON CONFLICT DO UPDATE SET spent_until = ?3",
            params![realm, key, nanos],
        )?;
    }
    Ok(lease)
}
