//! Paces that all senders of a state share: the generic cell rate algorithm on one row a key.

use chrono::{DateTime, Utc};

use super::{Fault, SqliteStore};
use crate::{
    publication::Rate,
    store::{Lease, pace},
};

pub(super) async fn lease(
    store: &SqliteStore,
    key: &str,
    rate: Rate,
    want: u32,
    now: DateTime<Utc>,
) -> Result<Lease, Fault> {
    let mut tx = store.write().await?;
    let spent_until: Option<i64> =
        sqlx::query_scalar("SELECT spent_until FROM paces WHERE key = ?1")
            .bind(key)
            .fetch_optional(&mut *tx)
            .await?;
    let spent_until = spent_until.map(DateTime::from_timestamp_nanos);
    let (lease, spent_until) = pace::lease(rate, spent_until, want, now);
    if lease.granted > 0 {
        let nanos = spent_until.timestamp_nanos_opt().unwrap_or(i64::MAX);
        sqlx::query("INSERT INTO paces VALUES (?1, ?2) ON CONFLICT DO UPDATE SET spent_until = ?2")
            .bind(key)
            .bind(nanos)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
    }
    Ok(lease)
}
