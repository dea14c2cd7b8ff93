//! Suppressions and erasure on PostgreSQL.

pub(super) mod departures;
mod erasure;
pub(super) mod hash_keys;
mod journal;
mod quoting;
pub(super) mod suppression;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use self::{erasure::PersonToForget, journal::JournalEntry, suppression::suppression_from};
use super::{
    PostgresStore, columns, fault::PostgresFault, transaction::StoreTransaction,
    tries::transaction, values::values,
};
use crate::{
    address::Address,
    audience::{
        HashedDeparture, Suppression, SuppressionReason,
        membership::{ChangeSource, MembershipChange},
    },
    store::{
        BounceSelection, DeliveryState, Erasure, ReportEffect, StoreError, SuppressionList, codes,
        history_note::LiftNote, report_codes::effect_code,
    },
};

#[async_trait]
impl SuppressionList for PostgresStore {
    async fn suppress(
        &self,
        suppressions: &[Suppression],
        source: ChangeSource,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        transaction!(self.writing(), |tx| suppression::suppress(
            &tx,
            suppressions,
            source,
            now
        ))
    }

    async fn lift_suppressions(
        &self,
        emails: &[Address],
        now: DateTime<Utc>,
    ) -> Result<Vec<Suppression>, StoreError> {
        transaction!(self.writing(), |tx| lift(&tx, emails, now))
    }

    async fn suppression(&self, email: &Address) -> Result<Option<Suppression>, StoreError> {
        transaction!(self.reading(), |tx| suppression::of(&tx, email))
    }

    async fn suppressions(
        &self,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, Suppression)>, StoreError> {
        let sql = "SELECT id, email, reason, detail, at FROM suppressions \
                   WHERE id > $1 ORDER BY id LIMIT $2";
        transaction!(self.reading(), |tx| tx.all(
            sql,
            values![after, i64::from(limit)],
            |row| { Ok((row.try_get("id")?, suppression_from(row)?)) }
        ))
    }

    async fn bounced(&self, wanted: &BounceSelection) -> Result<Vec<Suppression>, StoreError> {
        transaction!(self.reading(), |tx| bounced(&tx, wanted))
    }

    async fn hashed_departures(&self) -> Result<Vec<HashedDeparture>, StoreError> {
        let sql = "SELECT s.hash, s.reason, s.at, \
                   coalesce(k.key, (SELECT erasure_key FROM instance)) AS key FROM suppressions AS s \
                   LEFT JOIN hash_keys AS k ON k.id = s.hash_key WHERE s.hash IS NOT NULL ORDER BY s.id";
        transaction!(self.reading(), |tx| tx.all(sql, values![], |row| {
            Ok(HashedDeparture {
                key: row.try_get("key")?,
                hash: row.try_get("hash")?,
                reason: codes::reason(columns::code(row, "reason")?)?,
                at: columns::time(row, "at")?,
            })
        }))
    }

    /// The server overwrites what is deleted in its own time: with its next vacuum, and its log with the next one.
    async fn erase(
        &self,
        email: &Address,
        source: ChangeSource,
        now: DateTime<Utc>,
    ) -> Result<Erasure, StoreError> {
        let was_known = transaction!(self.writing(), |tx| erase(&tx, email, source, now));
        Ok(Erasure {
            was_known: was_known?,
            is_overwritten: false,
        })
    }
}

async fn lift(
    tx: &StoreTransaction,
    emails: &[Address],
    now: DateTime<Utc>,
) -> Result<Vec<Suppression>, PostgresFault> {
    let keys = hash_keys::load(tx).await?;
    let by = LiftNote {
        change: MembershipChange::Lifted,
        source: ChangeSource::Operator,
        at: now,
    };
    let mut lifted = Vec::new();
    for email in emails {
        lifted.extend(suppression::lift(tx, &keys, &email.key(), by).await?);
    }
    Ok(lifted)
}

/// Whom a relay's refusal keeps off the list, or a report's.
async fn bounced(
    tx: &StoreTransaction,
    wanted: &BounceSelection,
) -> Result<Vec<Suppression>, PostgresFault> {
    tx.all(
        "SELECT p.email, p.reason, p.detail, p.at FROM suppressions AS p \
         WHERE p.reason = $1 AND p.email IS NOT NULL AND ($2 IS NULL OR p.at >= $2) \
         AND ($3 IS NULL OR split_part(p.key, '@', -1) = $3) \
         AND ($4 IS NULL OR strpos(' ' || p.detail || ' ', ' ' || $4 || ' ') > 0) \
         AND ($5 IS NULL OR EXISTS (SELECT 1 FROM subscribers AS s WHERE s.key = p.key \
           AND (EXISTS (SELECT 1 FROM deliveries AS d WHERE d.batch = $5 \
             AND d.subscriber = s.id AND d.state = $6 AND d.reply = p.detail) \
           OR EXISTS (SELECT 1 FROM reports AS r WHERE r.subscriber = s.id \
             AND r.batch = $5 AND r.effect = $7)))) ORDER BY p.id",
        values![
            codes::reason_code(SuppressionReason::HardBounce),
            wanted.since.map(codes::millis),
            wanted.domain.as_deref(),
            wanted.code.as_deref(),
            wanted.batch.map(|batch| batch.0),
            codes::state_code(DeliveryState::Rejected),
            effect_code(ReportEffect::Suppressed)
        ],
        suppression_from,
    )
    .await
}

/// Forgets somebody; answers whether anything of them stood here.
async fn erase(
    tx: &StoreTransaction,
    email: &Address,
    source: ChangeSource,
    now: DateTime<Utc>,
) -> Result<bool, PostgresFault> {
    let hash = hash_keys::load(tx).await?.own(&email.key());
    let entry = JournalEntry {
        hash: hash.clone(),
        key: None,
        reason: Some(SuppressionReason::Erased),
        at: now,
    };
    let person = PersonToForget { email, hash };
    let was_known = erasure::erase(tx, &person, source, (now, now)).await?;
    journal::note(tx, &[entry]).await?;
    Ok(was_known)
}
