//! How domains have fared, from SQLite.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Row, params};

use super::{SqliteStore, codes, fault::SqliteFault, realm, statement::Statements};
use crate::store::{BatchId, DeliveryState, DomainHistory, DomainRecord, StoreError, StoredMood};

#[async_trait]
impl DomainHistory for SqliteStore {
    async fn fared(
        &self,
        batch: BatchId,
        domains: &[String],
    ) -> Result<Vec<DomainRecord>, StoreError> {
        let (first, last) = codes::deliveries_of(batch);
        let state = codes::state_code;
        let domains = domains.to_vec();
        self.read(move |tx, _| {
            tx.all(
                "SELECT m.name, count(*) FILTER (WHERE d.state = ?4), \
                 count(*) FILTER (WHERE d.state = ?5 AND d.reply NOT LIKE 'gave_up%' \
                   OR d.state IN (?5, ?6) AND EXISTS (SELECT 1 FROM refusals AS r \
                     WHERE r.subscriber = d.subscriber AND r.batch = ?7)), \
                 count(*) FILTER (WHERE d.state IN (?8, ?9) AND d.attempts = 0) \
                 FROM deliveries AS d JOIN domains AS m ON m.id = d.domain \
                 WHERE d.id BETWEEN ?1 AND ?2 \
                 AND (?3 = '[]' OR m.name IN (SELECT value FROM json_each(?3))) \
                 GROUP BY m.id",
                params![
                    first,
                    last,
                    codes::rows(&domains)?,
                    state(DeliveryState::Accepted),
                    state(DeliveryState::Rejected),
                    state(DeliveryState::Deferred),
                    batch.0,
                    state(DeliveryState::Pending),
                    state(DeliveryState::Claimed)
                ],
                fared_from,
            )
        })
        .await
    }

    async fn fared_before(
        &self,
        batch: BatchId,
        domains: &[String],
        since: DateTime<Utc>,
    ) -> Result<Vec<DomainRecord>, StoreError> {
        let (domains, realm) = (domains.to_vec(), realm::code(self.realm));
        self.read(move |tx, _| {
            tx.all(
                "SELECT m.name, count(*) FILTER (WHERE d.state = ?4), \
                 count(*) FILTER (WHERE d.state <> ?4), 0 \
                 FROM batches AS b CROSS JOIN deliveries AS d \
                   ON d.id BETWEEN (b.id << 40) AND (b.id << 40 | 0xFFFFFFFFFF) \
                 JOIN domains AS m ON m.id = d.domain \
                 WHERE b.id <> ?1 AND b.realm IN (?5, ?6) AND b.frozen_at >= ?3 \
                 AND d.first_attempt_at IS NOT NULL \
                 AND (?2 = '[]' OR m.name IN (SELECT value FROM json_each(?2))) \
                 GROUP BY m.id",
                params![
                    batch.0,
                    codes::rows(&domains)?,
                    codes::millis(since),
                    codes::state_code(DeliveryState::Accepted),
                    realm,
                    realm::UNTOLD
                ],
                fared_from,
            )
        })
        .await
    }

    async fn moods(&self) -> Result<Vec<StoredMood>, StoreError> {
        let realm = realm::code(self.realm);
        self.read(move |tx, _| {
            let sql = "SELECT * FROM moods WHERE realm = ?1 ORDER BY key";
            tx.all(sql, params![realm], |row| {
                Ok(StoredMood {
                    key: row.get("key")?,
                    record: row.get("record")?,
                    at: codes::time_at(row, "at")?,
                })
            })
        })
        .await
    }

    async fn keep_moods(&self, moods: &[StoredMood]) -> Result<(), StoreError> {
        let (realm, moods) = (realm::code(self.realm), moods.to_vec());
        self.write(move |tx, _| {
            for mood in &moods {
                tx.run(
                    "INSERT INTO moods (realm, key, record, at) VALUES (?4, ?1, ?2, ?3) \
                     ON CONFLICT DO UPDATE SET record = excluded.record, at = excluded.at",
                    params![mood.key, mood.record, codes::millis(mood.at), realm],
                )?;
            }
            Ok(())
        })
        .await
    }
}

fn fared_from(row: &Row<'_>) -> Result<DomainRecord, SqliteFault> {
    let count = |column: usize| -> Result<usize, SqliteFault> {
        let count: i64 = row.get(column)?;
        Ok(usize::try_from(count).unwrap_or_default())
    };
    Ok(DomainRecord {
        domain: row.get(0)?,
        taken: count(1)?,
        refused: count(2)?,
        untried: count(3)?,
    })
}
