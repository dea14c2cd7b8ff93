//! Addresses that get no mail, and erasure: after it only a keyed hash of the address remains.

use std::collections::HashMap;

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use super::{Fault, SqliteStore, codes, erasure};
use crate::{
    address::Address,
    audience::{Suppression, SuppressionReason},
};

const GROUP: usize = 1_000;

pub(super) async fn suppress(
    store: &SqliteStore,
    suppressions: &[Suppression],
    now: DateTime<Utc>,
) -> Result<u64, Fault> {
    let mut tx = store.write().await?;
    let mut new = 0;
    for chunk in suppressions.chunks(GROUP) {
        new += insert(&mut tx, &store.erasure_key, chunk, now).await?;
    }
    tx.commit().await?;
    Ok(new)
}

/// Adds suppressions; answers how many addresses had none. A stronger reason replaces a weaker one:
/// lifting a bounce must not bring back someone who left as well.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    erasure_key: &hmac::Key,
    suppressions: &[Suppression],
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let keys: Vec<String> = suppressions
        .iter()
        .filter_map(|suppression| Some(suppression.email.as_ref()?.key()))
        .collect();
    let mut standing = among(connection, erasure_key, &keys).await?;
    let mut new = 0;
    let mut rows = Vec::new();
    for suppression in suppressions {
        let Some(email) = &suppression.email else {
            continue;
        };
        let stands = standing.get(&email.key()).copied();
        if stands.is_some_and(|reason| strength(reason) >= strength(suppression.reason)) {
            continue;
        }
        new += u64::from(stands.is_none());
        standing.insert(email.key(), suppression.reason);
        if suppression.reason == SuppressionReason::Erased {
            erasure::erase(connection, erasure_key, email, suppression.at).await?;
        } else {
            rows.push(json!([
                email.as_str(),
                codes::reason_code(suppression.reason),
                suppression.detail,
                codes::millis(suppression.at),
            ]));
        }
    }
    if !rows.is_empty() {
        write(connection, &rows, now).await?;
    }
    Ok(new)
}

async fn write(
    connection: &mut SqliteConnection,
    rows: &[serde_json::Value],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let rows = codes::rows(rows)?;
    // WHERE true: without it SQLite reads ON as the join's.
    sqlx::query(
        "INSERT INTO suppressions (email, reason, detail, at) \
         SELECT value->>0, value->>1, value->>2, value->>3 FROM json_each(?1) WHERE true \
         ON CONFLICT (email) DO UPDATE SET reason = excluded.reason, detail = excluded.detail, \
         at = excluded.at",
    )
    .bind(&rows)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "UPDATE subscribers SET suppressed = v.value->>1, updated_at = ?2 \
         FROM json_each(?1) AS v WHERE subscribers.email = v.value->>0",
    )
    .bind(&rows)
    .bind(codes::millis(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// The person's own will is the strongest, what machines say the weakest.
fn strength(reason: SuppressionReason) -> u8 {
    match reason {
        SuppressionReason::HardBounce => 1,
        SuppressionReason::Manual => 2,
        SuppressionReason::Unsubscribed => 3,
        SuppressionReason::Complaint => 4,
        SuppressionReason::Erased => 5,
    }
}

/// Those of the addresses (by their keys) that are suppressed.
pub(super) async fn among(
    connection: &mut SqliteConnection,
    erasure_key: &hmac::Key,
    keys: &[String],
) -> sqlx::Result<HashMap<String, SuppressionReason>> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT said.value, p.reason FROM json_each(?1) AS said CROSS JOIN suppressions AS p \
         ON p.email = said.value",
    )
    .bind(codes::rows(keys)?)
    .fetch_all(&mut *connection)
    .await?;
    let mut suppressed = rows
        .into_iter()
        .map(|(key, code)| Ok((key, codes::reason(code)?)))
        .collect::<sqlx::Result<HashMap<_, _>>>()?;
    for key in erasure::among(connection, erasure_key, keys).await? {
        suppressed.insert(key, SuppressionReason::Erased);
    }
    Ok(suppressed)
}

pub(super) async fn lift(
    store: &SqliteStore,
    email: &Address,
) -> Result<Option<Suppression>, Fault> {
    let mut tx = store.write().await?;
    let lifted = lift_key(&mut tx, &store.erasure_key, &email.key()).await?;
    tx.commit().await?;
    Ok(lifted)
}

/// Lifts what stands against an address.
pub(super) async fn lift_key(
    connection: &mut SqliteConnection,
    erasure_key: &hmac::Key,
    key: &str,
) -> sqlx::Result<Option<Suppression>> {
    let row = sqlx::query("DELETE FROM suppressions WHERE email = ?1 OR hash = ?2 RETURNING *")
        .bind(key)
        .bind(erasure::hash(erasure_key, key))
        .fetch_optional(&mut *connection)
        .await?;
    sqlx::query("UPDATE subscribers SET suppressed = NULL WHERE email = ?1")
        .bind(key)
        .execute(connection)
        .await?;
    row.as_ref().map(suppression_from).transpose()
}

pub(super) async fn of(store: &SqliteStore, email: &Address) -> Result<Option<Suppression>, Fault> {
    let key = email.key();
    let row = sqlx::query("SELECT * FROM suppressions WHERE email = ?1 OR hash = ?2")
        .bind(&key)
        .bind(erasure::hash(&store.erasure_key, &key))
        .fetch_optional(&store.readers)
        .await?;
    Ok(row.as_ref().map(suppression_from).transpose()?)
}

pub(super) async fn page(
    store: &SqliteStore,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, Suppression)>, Fault> {
    let rows = sqlx::query("SELECT * FROM suppressions WHERE id > ?1 ORDER BY id LIMIT ?2")
        .bind(after)
        .bind(limit)
        .fetch_all(&store.readers)
        .await?;
    let page = rows
        .iter()
        .map(|row| Ok((row.try_get("id")?, suppression_from(row)?)))
        .collect::<sqlx::Result<_>>()?;
    Ok(page)
}

fn suppression_from(row: &SqliteRow) -> sqlx::Result<Suppression> {
    let email: Option<&str> = row.try_get("email")?;
    Ok(Suppression {
        email: email.map(codes::address).transpose()?,
        reason: codes::reason(row.try_get("reason")?)?,
        detail: row.try_get("detail")?,
        at: codes::time_at(row, "at")?,
    })
}
