//! How domains have fared, from PostgreSQL.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::{
    PostgresStore, columns, fault::PostgresFault, realm, transaction::StoreTransaction,
    tries::transaction, values::values,
};
use crate::store::{BatchId, DomainHistory, DomainRecord, StoreError, StoredMood, codes};

#[async_trait]
impl DomainHistory for PostgresStore {
    async fn fared(
        &self,
        batch: BatchId,
        domains: &[String],
    ) -> Result<Vec<DomainRecord>, StoreError> {
        // 3 accepted, 5 rejected, 4 deferred, 0 pending, 1 claimed: the codes of `store::codes`.
        transaction!(self.reading(), |tx| tx.all(
            "SELECT m.name, sum(d.taken)::int8 AS taken, sum(d.refused)::int8 AS refused, \
                 sum(d.untried)::int8 AS untried FROM domains AS m JOIN \
                 (SELECT d.domain, count(*) FILTER (WHERE d.state = 3) AS taken, \
                   count(*) FILTER (WHERE d.state = 5 AND d.reply NOT LIKE 'gave_up%' \
                     OR d.state IN (5, 4) AND EXISTS (SELECT 1 FROM refusals AS r \
                       WHERE r.subscriber = d.subscriber AND r.batch = $1)) AS refused, \
                   count(*) FILTER (WHERE d.state IN (0, 1) AND d.attempts = 0) AS untried \
                   FROM deliveries AS d WHERE d.batch = $1 GROUP BY d.domain \
                 UNION ALL SELECT u.domain, 0, 0, count(*) FROM unclaimed AS u \
                   WHERE u.batch = $1 GROUP BY u.domain) AS d ON d.domain = m.id \
                 WHERE cardinality($2) = 0 OR m.name = ANY($2) GROUP BY m.id",
            values![batch.0, domains],
            fared_from,
        ))
    }

    async fn fared_before(
        &self,
        batch: BatchId,
        domains: &[String],
        since: DateTime<Utc>,
    ) -> Result<Vec<DomainRecord>, StoreError> {
        transaction!(self.reading(), |tx| tx.all(
            "SELECT m.name, count(*) FILTER (WHERE d.state = 3) AS taken, \
                 count(*) FILTER (WHERE d.state <> 3) AS refused, 0::int8 AS untried \
                 FROM batches AS b JOIN deliveries AS d ON d.batch = b.id \
                 JOIN domains AS m ON m.id = d.domain \
                 WHERE b.id <> $1 AND b.realm = $4 AND b.frozen_at >= $3 \
                 AND d.first_attempt_at IS NOT NULL \
                 AND (cardinality($2) = 0 OR m.name = ANY($2)) GROUP BY m.id",
            values![
                batch.0,
                domains,
                codes::millis(since),
                realm::code(self.realm)
            ],
            fared_from,
        ))
    }

    async fn moods(&self) -> Result<Vec<StoredMood>, StoreError> {
        let sql = "SELECT key, record, at FROM moods WHERE realm = $1 ORDER BY key";
        transaction!(self.reading(), |tx| tx.all(
            sql,
            values![realm::code(self.realm)],
            |row| {
                Ok(StoredMood {
                    key: row.try_get("key")?,
                    record: row.try_get("record")?,
                    at: columns::time(row, "at")?,
                })
            }
        ))
    }

    async fn keep_moods(&self, moods: &[StoredMood]) -> Result<(), StoreError> {
        transaction!(self.writing(), |tx| keep_moods(
            &tx,
            realm::code(self.realm),
            moods
        ))
    }
}

async fn keep_moods(
    tx: &StoreTransaction,
    realm: i64,
    moods: &[StoredMood],
) -> Result<(), PostgresFault> {
    for mood in moods {
        tx.run(
            "INSERT INTO moods (realm, key, record, at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (realm, key) DO UPDATE SET record = excluded.record, at = excluded.at",
            values![
                realm,
                mood.key.as_str(),
                columns::text(&mood.record),
                codes::millis(mood.at)
            ],
        )
        .await?;
    }
    Ok(())
}

fn fared_from(row: &Row) -> Result<DomainRecord, PostgresFault> {
    let count = |column: &str| -> Result<usize, PostgresFault> {
        Ok(usize::try_from(columns::count(row, column)?).unwrap_or_default())
    };
    Ok(DomainRecord {
        domain: row.try_get("name")?,
        taken: count("taken")?,
        refused: count("refused")?,
        untried: count("untried")?,
    })
}
