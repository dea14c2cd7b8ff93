//! What keeping the calendar leaves in PostgreSQL's tables.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::{
    PostgresStore, columns, fault::PostgresFault, realm, transaction::StoreTransaction,
    tries::transaction, values::values,
};
use crate::store::{CalendarRecord, HeldRelease, Realm, StoreError, codes};

#[async_trait]
impl CalendarRecord for PostgresStore {
    async fn keep_calendar(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        transaction!(self.writing(), |tx| keep(&tx, self.realm, now))
    }

    async fn kept_since(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        transaction!(self.reading(), |tx| since(&tx, self.realm))
    }

    async fn put_on_hold(&self, hold: &HeldRelease) -> Result<bool, StoreError> {
        let sql = "INSERT INTO holds (name, why, held_at) VALUES ($1, $2, $3) \
                   ON CONFLICT DO NOTHING";
        let (name, why) = (columns::text(&hold.name), columns::text(&hold.why));
        let at = codes::millis(hold.at);
        let new = transaction!(self.writing(), |tx| tx.run(sql, values![name, why, at]));
        Ok(new? > 0)
    }

    async fn release_hold(&self, name: &str) -> Result<Option<HeldRelease>, StoreError> {
        let sql = "DELETE FROM holds WHERE name = $1 RETURNING name, why, held_at";
        transaction!(self.writing(), |tx| tx.maybe(
            sql,
            values![columns::text(name)],
            hold_from
        ))
    }

    async fn holds(&self) -> Result<Vec<HeldRelease>, StoreError> {
        let sql = "SELECT name, why, held_at FROM holds ORDER BY name";
        transaction!(self.reading(), |tx| tx.all(sql, values![], hold_from))
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
