//! The outbox of notices. A notice that was told keeps its key, so that it isn't told again, and
//! loses its content.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::Row;

use super::{Fault, SqliteStore, codes};
use crate::store::notices::{DueNotice, NewNotice, NoticeId, TELLING, Told};

/// Long after this nothing is told twice: keys name their dates.
const KEPT: TimeDelta = TimeDelta::days(400);

pub(super) async fn post(
    store: &SqliteStore,
    notices: &[NewNotice],
    now: DateTime<Utc>,
) -> Result<u64, Fault> {
    let mut tx = store.write().await?;
    sqlx::query("DELETE FROM notices WHERE due_at IS NULL AND created_at < ?1")
        .bind(codes::millis(now - KEPT))
        .execute(&mut *tx)
        .await?;
    let mut new = 0;
    for notice in notices {
        let done = sqlx::query(
            "INSERT INTO notices (key, target, content, created_at, due_at) \
             VALUES (?1, ?2, ?3, ?4, ?4) ON CONFLICT (key, target) DO NOTHING",
        )
        .bind(&notice.key)
        .bind(&notice.target)
        .bind(&notice.content)
        .bind(codes::millis(now))
        .execute(&mut *tx)
        .await?;
        new += done.rows_affected();
    }
    tx.commit().await?;
    Ok(new)
}

pub(super) async fn take_due(
    store: &SqliteStore,
    limit: u32,
    now: DateTime<Utc>,
) -> Result<Vec<DueNotice>, Fault> {
    let mut tx = store.write().await?;
    let rows = sqlx::query(
        "UPDATE notices SET due_at = ?2 WHERE id IN \
         (SELECT id FROM notices WHERE due_at <= ?1 ORDER BY id LIMIT ?3) \
         RETURNING id, key, target, content, attempts, created_at",
    )
    .bind(codes::millis(now))
    .bind(codes::millis(now + TELLING))
    .bind(limit)
    .fetch_all(&mut *tx)
    .await?;
    let mut due: Vec<DueNotice> = Vec::with_capacity(rows.len());
    for row in rows {
        let content: Option<Vec<u8>> = row.try_get("content")?;
        due.push(DueNotice {
            id: NoticeId(row.try_get("id")?),
            key: row.try_get("key")?,
            target: row.try_get("target")?,
            content: content.unwrap_or_default(),
            attempts: row.try_get("attempts")?,
            at: codes::time_at(&row, "created_at")?,
        });
    }
    tx.commit().await?;
    due.sort_by_key(|notice| notice.id);
    Ok(due)
}

pub(super) async fn settle(
    store: &SqliteStore,
    notice: NoticeId,
    told: Told,
    reply: &str,
) -> Result<(), Fault> {
    let due_at = match told {
        Told::Again(at) => Some(codes::millis(at)),
        Told::Done | Told::GivenUp => None,
    };
    let is_try_failed = told != Told::Done;
    sqlx::query(
        "UPDATE notices SET due_at = ?2, attempts = attempts + ?3, reply = ?4, \
         content = CASE WHEN ?2 IS NULL THEN NULL ELSE content END WHERE id = ?1",
    )
    .bind(notice.0)
    .bind(due_at)
    .bind(i64::from(is_try_failed))
    .bind(reply)
    .execute(&store.writer)
    .await?;
    Ok(())
}

pub(super) async fn next_due(store: &SqliteStore) -> Result<Option<DateTime<Utc>>, Fault> {
    let millis: Option<i64> =
        sqlx::query_scalar("SELECT min(due_at) FROM notices WHERE due_at IS NOT NULL")
            .fetch_one(&store.readers)
            .await?;
    Ok(millis.map(codes::time).transpose()?)
}
