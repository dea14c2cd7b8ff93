//! Suppressions and erasure on SQLite.

pub(super) mod departures;
mod erasure;
pub(super) mod hash_keys;
mod quoting;
pub(super) mod suppression;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::params;

use self::{
    hash_keys::HashKeys,
    suppression::{LiftNote, suppression_from},
};
use super::{SqliteStore, codes, statement::Statements};
use crate::{
    address::Address,
    audience::{
        HashedDeparture, Suppression, SuppressionReason,
        membership::{ChangeSource, MembershipChange},
    },
    store::{
        BounceSelection, DeliveryState, Erasure, ReportEffect, StoreError, SuppressionList,
        report_codes::effect_code,
    },
};

#[async_trait]
impl SuppressionList for SqliteStore {
    async fn suppress(
        &self,
        suppressions: &[Suppression],
        source: ChangeSource,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let suppressions = suppressions.to_vec();
        self.write(move |tx, _| suppression::suppress(tx, &suppressions, source, now))
            .await
    }

    async fn lift_suppressions(
        &self,
        emails: &[Address],
        now: DateTime<Utc>,
    ) -> Result<Vec<Suppression>, StoreError> {
        let emails = emails.to_vec();
        self.write(move |tx, _| {
            let keys = HashKeys::load(tx)?;
            let by = LiftNote {
                change: MembershipChange::Lifted,
                source: ChangeSource::Operator,
                at: now,
            };
            let lift = |email: &Address| suppression::lift(tx, &keys, &email.key(), by).transpose();
            emails.iter().filter_map(lift).collect()
        })
        .await
    }

    async fn suppression(&self, email: &Address) -> Result<Option<Suppression>, StoreError> {
        let email = email.clone();
        self.read(move |tx, _| suppression::of(tx, &email)).await
    }

    async fn suppressions(
        &self,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, Suppression)>, StoreError> {
        self.read(move |tx, _| {
            tx.all(
                "SELECT * FROM suppressions WHERE id > ?1 ORDER BY id LIMIT ?2",
                params![after, limit],
                |row| Ok((row.get("id")?, suppression_from(row)?)),
            )
        })
        .await
    }

    async fn bounced(&self, wanted: &BounceSelection) -> Result<Vec<Suppression>, StoreError> {
        let wanted = wanted.clone();
        self.read(move |tx, _| {
            tx.all(
                "SELECT p.* FROM suppressions AS p WHERE p.reason = ?1 AND p.email IS NOT NULL \
                 AND (?2 IS NULL OR p.at >= ?2) \
                 AND (?3 IS NULL OR p.email LIKE '%@' || ?3) \
                 AND (?4 IS NULL OR instr(' ' || p.detail || ' ', ' ' || ?4 || ' ')) \
                 AND (?5 IS NULL OR EXISTS (SELECT 1 FROM subscribers AS s WHERE s.email = p.email \
                   AND (EXISTS (SELECT 1 FROM deliveries AS d WHERE d.id = (?5 << 40) | s.id \
                     AND d.state = ?6 AND d.reply = p.detail) \
                   OR EXISTS (SELECT 1 FROM reports AS r WHERE r.subscriber = s.id \
                     AND r.batch = ?5 AND r.effect = ?7)))) ORDER BY p.id",
                params![
                    codes::reason_code(SuppressionReason::HardBounce),
                    wanted.since.map(codes::millis),
                    wanted.domain,
                    wanted.code,
                    wanted.batch.map(|batch| batch.0),
                    codes::state_code(DeliveryState::Rejected),
                    effect_code(ReportEffect::Suppressed)
                ],
                suppression_from,
            )
        })
        .await
    }

    async fn hashed_departures(&self) -> Result<Vec<HashedDeparture>, StoreError> {
        self.read(|tx, _| {
            tx.all(
                "SELECT hash, reason, at, \
                 coalesce(k.key, (SELECT erasure_key FROM instance)) AS key FROM suppressions AS s \
                 LEFT JOIN hash_keys AS k ON k.id = s.hash_key WHERE hash IS NOT NULL ORDER BY s.id",
                [],
                |row| {
                    Ok(HashedDeparture {
                        key: row.get("key")?,
                        hash: row.get("hash")?,
                        reason: codes::reason(row.get("reason")?)?,
                        at: codes::time_at(row, "at")?,
                    })
                },
            )
        })
        .await
    }

    async fn erase(
        &self,
        email: &Address,
        source: ChangeSource,
        now: DateTime<Utc>,
    ) -> Result<Erasure, StoreError> {
        let email = email.clone();
        let was_known = self
            .write(move |tx, _| suppression::erase(tx, &email, source, now))
            .await?;
        let overwritten = self.owner.database.maintain(erasure::overwrite);
        Ok(Erasure {
            was_known,
            is_overwritten: self.told(overwritten.await)?,
        })
    }
}
