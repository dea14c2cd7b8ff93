//! What keeping the calendar leaves in PostgreSQL's tables.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::{
    PostgresStore, columns, fault::PostgresFault, realm, transaction::StoreTransaction,
    values::values,
};
use crate::store::{CalendarRecord, HeldRelease, Realm, StoreError, codes};

#[async_trait]
impl CalendarRecord for PostgresStore {
    async fn keep_calendar(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        let tx = self.writing().await?;
        let since = keep(&tx, self.realm, now).await;
        tx.end(since).await
    }

    async fn kept_since(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let tx = self.reading().await?;
        let since = since(&tx, self.realm).await;
        tx.end(since).await
    }

    async fn put_on_hold(&self, hold: &HeldRelease) -> Result<bool, StoreError> {
        let tx = self.writing().await?;
        let new = tx
            .run(
                "INSERT INTO holds (name, why, held_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                values![
                    columns::text(&hold.name),
                    columns::text(&hold.why),
                    codes::millis(hold.at)
                ],
            )
            .await;
        Ok(tx.end(new).await? > 0)
    }

    async fn release_hold(&self, name: &str) -> Result<Option<HeldRelease>, StoreError> {
        let tx = self.writing().await?;
        let sql = "DELETE FROM holds WHERE name = $1 RETURNING name, why, held_at";
        let released = tx.maybe(sql, values![columns::text(name)], hold_from).await;
        tx.end(released).await
    }

    async fn holds(&self) -> Result<Vec<HeldRelease>, StoreError> {
        let tx = self.reading().await?;
        let sql = "SELECT name, why, held_at FROM holds ORDER BY name";
        let holds = tx.all(sql, values![], hold_from).await;
        tx.end(holds).await
    }
}

async fn keep(
    tx: &StoreTransaction,
    realm: Realm,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, PostgresFault> {
    // A clock that ran ahead then must not silence what is missed since.
    let since = since(tx, realm).await?.map_or(now, |since| since.min(now));
    tx.run(
        "INSERT INTO kept AS k (realm, since) VALUES ($1, $2) \
         ON CONFLICT (realm) DO UPDATE SET since = least(k.since, excluded.since)",
        values![realm::code(realm), codes::millis(since)],
    )
    .await?;
    Ok(since)
}

async fn since(
    tx: &StoreTransaction,
    realm: Realm,
) -> Result<Option<DateTime<Utc>>, PostgresFault> {
    let millis: Option<i64> = tx
        .value(
            "SELECT least((SELECT since FROM kept WHERE realm = $1), \
             (SELECT min(frozen_at) FROM batches WHERE realm = $1))",
            values![realm::code(realm)],
        )
        .await?;
    Ok(millis.map(codes::time).transpose()?)
}

fn hold_from(row: &Row) -> Result<HeldRelease, PostgresFault> {
    Ok(HeldRelease {
        name: row.try_get("name")?,
        why: row.try_get("why")?,
        at: columns::time(row, "held_at")?,
    })
}
