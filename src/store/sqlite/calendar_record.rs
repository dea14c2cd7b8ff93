//! What keeping the calendar leaves in SQLite's tables.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::{SqliteStore, codes, fault::SqliteFault, realm, statement::Statements};
use crate::store::{CalendarRecord, HeldRelease, Realm, StoreError};

#[async_trait]
impl CalendarRecord for SqliteStore {
    async fn keep_calendar(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        let realm = self.realm;
        self.write(move |tx, _| {
            // A clock that ran ahead then must not silence what is missed since.
            let since = since(tx, realm)?.map_or(now, |since| since.min(now));
            tx.run(
                "INSERT INTO kept VALUES (?1, ?2) ON CONFLICT DO UPDATE SET since = ?2",
                params![realm::code(realm), codes::millis(since)],
            )?;
            Ok(since)
        })
        .await
    }

    async fn kept_since(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let realm = self.realm;
        self.read(move |tx, _| since(tx, realm)).await
    }

    async fn put_on_hold(&self, hold: &HeldRelease) -> Result<bool, StoreError> {
        let hold = hold.clone();
        self.write(move |tx, _| {
            let new = tx.run(
                "INSERT INTO holds VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                params![&hold.name, &hold.why, codes::millis(hold.at)],
            )?;
            Ok(new > 0)
        })
        .await
    }

    async fn release_hold(&self, name: &str) -> Result<Option<HeldRelease>, StoreError> {
        let name = name.to_owned();
        self.write(move |tx, _| {
            let sql = "DELETE FROM holds WHERE name = ?1 RETURNING name, why, held_at";
            tx.maybe(sql, params![name], hold_from)
        })
        .await
    }

    async fn holds(&self) -> Result<Vec<HeldRelease>, StoreError> {
        self.read(|tx, _| {
            let sql = "SELECT name, why, held_at FROM holds ORDER BY name";
            tx.all(sql, [], hold_from)
        })
        .await
    }
}

fn since(tx: &Connection, realm: Realm) -> Result<Option<DateTime<Utc>>, SqliteFault> {
    let millis: Option<i64> = tx.value(
        "SELECT min(at) FROM (SELECT since AS at FROM kept WHERE realm = ?1 \
         UNION ALL SELECT frozen_at FROM batches WHERE realm IN (?1, ?2))",
        params![realm::code(realm), realm::UNTOLD],
    )?;
    millis.map(codes::time).transpose()
}

fn hold_from(row: &Row<'_>) -> Result<HeldRelease, SqliteFault> {
    Ok(HeldRelease {
        name: row.get("name")?,
        why: row.get("why")?,
        at: codes::time_at(row, "held_at")?,
    })
}
