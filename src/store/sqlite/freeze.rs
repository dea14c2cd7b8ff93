//! The freeze: an issue's content and its audience, set down in one transaction.

use chrono::{DateTime, Utc};
use sqlx::{Row, SqliteConnection, SqliteExecutor};

use super::{Fault, SqliteStore, batch, codes, waves};
use crate::{
    audience::SubscriberState,
    store::{AudienceSize, BatchId, BatchState, Freeze, NewBatch, StoreError, machine::State},
};

pub(super) async fn audience_size(
    store: &SqliteStore,
    edition: &str,
) -> Result<AudienceSize, Fault> {
    Ok(size(&store.readers, edition).await?)
}

pub(super) async fn size(
    executor: impl SqliteExecutor<'_>,
    edition: &str,
) -> sqlx::Result<AudienceSize> {
    let row = sqlx::query(
        "SELECT count(*) FILTER (WHERE suppressed IS NULL) AS readers, \
         count(suppressed) AS suppressed FROM subscribers \
         WHERE state = ?1 AND (editions IS NULL OR instr(editions, ?2))",
    )
    .bind(codes::subscriber_state_code(SubscriberState::Active))
    .bind(quoted(edition))
    .fetch_one(executor)
    .await?;
    Ok(AudienceSize {
        readers: codes::count(&row, "readers")?,
        suppressed: codes::count(&row, "suppressed")?,
    })
}

pub(super) async fn freeze(
    store: &SqliteStore,
    new: &NewBatch,
    now: DateTime<Utc>,
) -> Result<Freeze, Fault> {
    let mut tx = store.write().await?;
    if let Some(batch) = batch::by_issue(&mut *tx, &new.issue).await? {
        return Ok(Freeze {
            batch,
            is_new: false,
        });
    }
    if store.witness.steps(&new.issue)? > Some(0) {
        let issue = new.issue.clone();
        return Err(Fault::Told(StoreError::OlderCopy { issue }));
    }
    refuse_taken_slot(&mut tx, new).await?;
    let content = keep_content(&mut tx, &new.content_hash, &new.content).await?;
    let id = insert_batch(&mut tx, new, content, now).await?;
    inherit_lanes(&mut tx, id).await?;
    let audience = match new.readers_hour {
        Some(local) => waves::insert_deliveries(&mut tx, id, new, local).await?,
        None => insert_deliveries(&mut tx, id, new, now).await?,
    };
    // In one statement: the counters must always add up to the audience.
    sqlx::query("UPDATE batches SET audience = ?2, pending = ?2 WHERE id = ?1")
        .bind(id.0)
        .bind(audience)
        .execute(&mut *tx)
        .await?;
    let batch = batch::by_issue(&mut *tx, &new.issue)
        .await?
        .ok_or(sqlx::Error::RowNotFound)?;
    tx.commit().await?;
    store.witness.note(&new.issue, 0)?;
    Ok(Freeze {
        batch,
        is_new: true,
    })
}

/// A slot is sent once, whatever its issue is called.
async fn refuse_taken_slot(connection: &mut SqliteConnection, new: &NewBatch) -> Result<(), Fault> {
    let taken: Option<String> = sqlx::query_scalar(
        "SELECT issue FROM batches WHERE edition = ?1 AND slot_date = ?2 AND state <> 3",
    )
    .bind(&new.edition)
    .bind(new.date.map(|date| date.to_string()))
    .fetch_optional(connection)
    .await?;
    match taken {
        Some(issue) => Err(Fault::Told(StoreError::SlotTaken { issue })),
        None => Ok(()),
    }
}

pub(super) async fn refreeze(
    store: &SqliteStore,
    id: BatchId,
    hash: &str,
    content: &[u8],
    now: DateTime<Utc>,
) -> Result<u64, Fault> {
    let mut tx = store.write().await?;
    let state = batch::by_id(&mut tx, id).await?.map(|batch| batch.state);
    if !matches!(state, Some(BatchState::Paused { .. })) {
        return Ok(0);
    }
    let (first, last) = codes::deliveries_of(id);
    // What was tried is tried again with the same; a row refused before the dot did not note it yet.
    sqlx::query(
        "UPDATE deliveries SET content = (SELECT content FROM batches WHERE id = ?1), \
         updated_at = ?4 WHERE id BETWEEN ?2 AND ?3 AND first_attempt_at IS NOT NULL \
         AND content IS NULL",
    )
    .bind(id.0)
    .bind(first)
    .bind(last)
    .bind(codes::millis(now))
    .execute(&mut *tx)
    .await?;
    let content = keep_content(&mut tx, hash, content).await?;
    sqlx::query("UPDATE batches SET content = ?2 WHERE id = ?1")
        .bind(id.0)
        .bind(content)
        .execute(&mut *tx)
        .await?;
    let untried: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM deliveries WHERE id BETWEEN ?1 AND ?2 \
         AND state IN (?3, ?4) AND first_attempt_at IS NULL",
    )
    .bind(first)
    .bind(last)
    .bind(codes::state_code(State::Pending))
    .bind(codes::state_code(State::Claimed))
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(untried.unsigned_abs())
}

/// Keeps content under its hash; answers the number of it.
pub(super) async fn keep_content(
    connection: &mut SqliteConnection,
    hash: &str,
    content: &[u8],
) -> sqlx::Result<i64> {
    sqlx::query("INSERT OR IGNORE INTO contents (hash, content) VALUES (?1, ?2)")
        .bind(hash)
        .bind(content)
        .execute(&mut *connection)
        .await?;
    sqlx::query_scalar("SELECT id FROM contents WHERE hash = ?1")
        .bind(hash)
        .fetch_one(connection)
        .await
}

async fn insert_batch(
    connection: &mut SqliteConnection,
    new: &NewBatch,
    content: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<BatchId> {
    let row = sqlx::query(
        "INSERT INTO batches (issue, edition, slot, content, state, audience, frozen_at, slot_date) \
         VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7) RETURNING id",
    )
    .bind(&new.issue)
    .bind(&new.edition)
    .bind(codes::millis(new.slot))
    .bind(content)
    .bind(codes::batch_state_code(&BatchState::Open))
    .bind(codes::millis(now))
    .bind(new.date.map(|date| date.to_string()))
    .fetch_one(connection)
    .await?;
    Ok(BatchId(row.try_get("id")?))
}

/// The domains that had limits of their own in the batch before have them in this one, most likely:
/// rows that start in their lane need not be moved there by the first claim.
async fn inherit_lanes(connection: &mut SqliteConnection, batch: BatchId) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO lanes (batch, domain, lane) SELECT ?1, domain, lane FROM lanes \
         WHERE batch = (SELECT max(batch) FROM lanes WHERE batch < ?1)",
    )
    .bind(batch.0)
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_deliveries(
    connection: &mut SqliteConnection,
    batch: BatchId,
    new: &NewBatch,
    now: DateTime<Utc>,
) -> sqlx::Result<i64> {
    // Due since the slot, or at once: a clock that is set back later must not stop the batch.
    let due_at = new.slot.min(now);
    let done = sqlx::query(
        "INSERT INTO deliveries (id, state, lane, domain, due_at) \
         SELECT (?1 << 40) | s.id, ?2, coalesce(l.lane, 0), s.domain, ?3 \
         FROM subscribers AS s LEFT JOIN lanes AS l ON l.batch = ?1 AND l.domain = s.domain \
         WHERE s.state = ?4 AND s.suppressed IS NULL \
         AND (s.editions IS NULL OR instr(s.editions, ?5)) ORDER BY s.id",
    )
    .bind(batch.0)
    .bind(codes::state_code(State::Pending))
    .bind(codes::millis(due_at))
    .bind(codes::subscriber_state_code(SubscriberState::Active))
    .bind(quoted(&new.edition))
    .execute(connection)
    .await?;
    i64::try_from(done.rows_affected()).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// An edition as it stands in a JSON array. Its quotes make it match whole elements only: a quote
/// within another element is escaped, and so never ends one.
pub(super) fn quoted(edition: &str) -> String {
    serde_json::Value::from(edition).to_string()
}
