//! Batches: looked up, counted, opened, paused, ended; their rows in pages.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Row, SqliteConnection, SqliteExecutor, sqlite::SqliteRow};

use super::{
    Fault, SqliteStore, codes,
    counters::{Moves, counts_from},
    waves,
};
use crate::store::{
    Batch, BatchId, BatchState, Counts, DeliveryId, FailedDelivery, StoreError,
    machine::{CANCELLED, State},
};

pub(super) async fn of(store: &SqliteStore, issue: &str) -> Result<Option<Batch>, Fault> {
    Ok(by_issue(&store.readers, issue).await?)
}

pub(super) async fn by_issue(
    executor: impl SqliteExecutor<'_>,
    issue: &str,
) -> sqlx::Result<Option<Batch>> {
    let row = sqlx::query(
        "SELECT b.*, c.hash FROM batches AS b JOIN contents AS c ON c.id = b.content \
         WHERE b.issue = ?1",
    )
    .bind(issue)
    .fetch_optional(executor)
    .await?;
    row.as_ref().map(batch_from).transpose()
}

pub(super) async fn by_id(
    connection: &mut SqliteConnection,
    batch: BatchId,
) -> sqlx::Result<Option<Batch>> {
    let row = sqlx::query(
        "SELECT b.*, c.hash FROM batches AS b JOIN contents AS c ON c.id = b.content \
         WHERE b.id = ?1",
    )
    .bind(batch.0)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(batch_from).transpose()
}

pub(super) async fn newest(store: &SqliteStore, limit: u32) -> Result<Vec<Batch>, Fault> {
    let rows = sqlx::query(
        "SELECT b.*, c.hash FROM batches AS b JOIN contents AS c ON c.id = b.content \
         ORDER BY b.id DESC LIMIT ?1",
    )
    .bind(limit)
    .fetch_all(&store.readers)
    .await?;
    Ok(rows.iter().map(batch_from).collect::<sqlx::Result<_>>()?)
}

fn batch_from(row: &SqliteRow) -> sqlx::Result<Batch> {
    Ok(Batch {
        id: BatchId(row.try_get("id")?),
        issue: row.try_get("issue")?,
        edition: row.try_get("edition")?,
        slot: codes::time_at(row, "slot")?,
        date: codes::maybe_date_at(row, "slot_date")?,
        waves: codes::small(row, "waves")?,
        content: row.try_get("hash")?,
        state: codes::batch_state(row.try_get("state")?, row.try_get("reason")?)?,
        audience: codes::count(row, "audience")?,
        frozen_at: codes::time_at(row, "frozen_at")?,
        trusts_refusals: row.try_get("trusts_refusals")?,
    })
}

pub(super) async fn content(store: &SqliteStore, hash: &str) -> Result<Option<Vec<u8>>, Fault> {
    let content = sqlx::query_scalar("SELECT content FROM contents WHERE hash = ?1")
        .bind(hash)
        .fetch_optional(&store.readers)
        .await?;
    Ok(content)
}

pub(super) async fn counts(store: &SqliteStore, batch: BatchId) -> Result<Counts, Fault> {
    Ok(count(&store.readers, batch).await?)
}

async fn count(executor: impl SqliteExecutor<'_>, batch: BatchId) -> sqlx::Result<Counts> {
    let row = sqlx::query("SELECT * FROM batches WHERE id = ?1")
        .bind(batch.0)
        .fetch_optional(executor)
        .await?;
    row.as_ref().map_or(Ok(Counts::default()), counts_from)
}

pub(super) async fn next_due(
    store: &SqliteStore,
    batch: BatchId,
) -> Result<Option<DateTime<Utc>>, Fault> {
    // One look into the index a lane; min() alone would read it all.
    let millis: Option<i64> = sqlx::query_scalar(
        "SELECT min(due_at) FROM (SELECT (SELECT d.due_at FROM deliveries AS d \
         WHERE d.batch = ?1 AND d.lane = l.lane AND d.due_at IS NOT NULL \
         ORDER BY d.due_at LIMIT 1) AS due_at \
         FROM (SELECT 0 AS lane UNION ALL SELECT lane FROM lanes WHERE batch = ?1) AS l)",
    )
    .bind(batch.0)
    .fetch_one(&store.readers)
    .await?;
    let millis = millis.filter(|due_at| waves::comes_by_itself(*due_at));
    Ok(millis.map(codes::time).transpose()?)
}

pub(super) async fn failed(
    store: &SqliteStore,
    batch: BatchId,
    after: DeliveryId,
    limit: u32,
) -> Result<Vec<(DeliveryId, FailedDelivery)>, Fault> {
    let (first, last) = codes::deliveries_of(batch);
    let rows = sqlx::query(
        "SELECT d.id, d.state, d.reply, d.updated_at, s.email FROM deliveries AS d \
         LEFT JOIN subscribers AS s ON s.id = d.subscriber \
         WHERE d.id > ?1 AND d.id <= ?2 AND d.state IN (4, 5, 6, 7) ORDER BY d.id LIMIT ?3",
    )
    .bind(after.0.max(first))
    .bind(last)
    .bind(limit)
    .fetch_all(&store.readers)
    .await?;
    Ok(rows.iter().map(failed_from).collect::<sqlx::Result<_>>()?)
}

fn failed_from(row: &SqliteRow) -> sqlx::Result<(DeliveryId, FailedDelivery)> {
    let email: Option<&str> = row.try_get("email")?;
    let failed = FailedDelivery {
        email: email.map(codes::address).transpose()?,
        outcome: codes::state(row.try_get("state")?)?.word().to_owned(),
        reply: row.try_get("reply")?,
        at: codes::maybe_time_at(row, "updated_at")?.unwrap_or_default(),
    };
    Ok((DeliveryId(row.try_get("id")?), failed))
}

pub(super) async fn set_state(
    store: &SqliteStore,
    id: BatchId,
    wanted: &BatchState,
    now: DateTime<Utc>,
) -> Result<BatchState, Fault> {
    let mut tx = store.write().await?;
    let Some(batch) = by_id(&mut tx, id).await? else {
        return Err(sqlx::Error::RowNotFound.into());
    };
    let counts = count(&mut *tx, id).await?;
    if !may_become(&batch.state, wanted, counts) {
        return Ok(batch.state);
    }
    let reason = match wanted {
        BatchState::Paused { reason, .. } => Some(reason),
        _ => None,
    };
    let was_doubted = matches!(
        batch.state,
        BatchState::Paused {
            over_refusals: true,
            ..
        }
    );
    let is_resumed = was_doubted && *wanted == BatchState::Open;
    if *wanted == BatchState::Finished {
        check_the_sum(&mut tx, id, counts).await?;
    }
    sqlx::query(
        "UPDATE batches SET state = ?2, reason = ?3, trusts_refusals = trusts_refusals OR ?4 \
         WHERE id = ?1",
    )
    .bind(id.0)
    .bind(codes::batch_state_code(wanted))
    .bind(reason)
    .bind(is_resumed)
    .execute(&mut *tx)
    .await?;
    if *wanted == BatchState::Cancelled {
        // What is on the wire gets the outcome it gets.
        let unsent = [State::Pending, State::Claimed, State::Deferred];
        end_all(&mut tx, id, &unsent, State::Skipped, CANCELLED, now).await?;
    }
    tx.commit().await?;
    Ok(wanted.clone())
}

/// A batch is done when its rows say so themselves, not only the counters kept beside them.
async fn check_the_sum(
    connection: &mut SqliteConnection,
    batch: BatchId,
    counters: Counts,
) -> Result<(), Fault> {
    let (first, last) = codes::deliveries_of(batch);
    let count = |state: State| {
        let (code, word) = (codes::state_code(state), state.word());
        format!("count(*) FILTER (WHERE state = {code}) AS {word}")
    };
    let columns = State::ALL.map(count).join(", ");
    let row = sqlx::query(AssertSqlSafe(format!(
        "SELECT {columns} FROM deliveries WHERE id BETWEEN ?1 AND ?2"
    )))
    .bind(first)
    .bind(last)
    .fetch_one(connection)
    .await?;
    let rows = counts_from(&row)?;
    if rows == counters {
        return Ok(());
    }
    Err(Fault::Told(StoreError::Unbalanced {
        rows: Box::new(rows),
        counters: Box::new(counters),
    }))
}

/// An end is an end: only rows that wait again (a person resends unknowns) open a batch once more.
fn may_become(from: &BatchState, to: &BatchState, counts: Counts) -> bool {
    match (from, to) {
        (BatchState::Cancelled, _) => false,
        (_, BatchState::Finished) => counts.open() == 0,
        (BatchState::Finished, _) => counts.open() > 0,
        _ => true,
    }
}

/// A finished batch whose rows wait again is open again.
pub(super) async fn reopen(connection: &mut SqliteConnection, batch: BatchId) -> sqlx::Result<()> {
    sqlx::query("UPDATE batches SET state = ?2 WHERE id = ?1 AND state = ?3")
        .bind(batch.0)
        .bind(codes::batch_state_code(&BatchState::Open))
        .bind(codes::batch_state_code(&BatchState::Finished))
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends all rows that stand in one of these states; answers how many.
pub(super) async fn end_all(
    connection: &mut SqliteConnection,
    batch: BatchId,
    from: &[State],
    to: State,
    reply: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let (first, last) = codes::deliveries_of(batch);
    let mut moves = Moves::default();
    let mut ended = 0;
    for state in from {
        let done = sqlx::query(
            "UPDATE deliveries SET state = ?4, due_at = NULL, reply = ?5, updated_at = ?6 \
             WHERE id BETWEEN ?1 AND ?2 AND state = ?3",
        )
        .bind(first)
        .bind(last)
        .bind(codes::state_code(*state))
        .bind(codes::state_code(to))
        .bind(reply)
        .bind(codes::millis(now))
        .execute(&mut *connection)
        .await?;
        let rows = i64::try_from(done.rows_affected()).unwrap_or(i64::MAX);
        moves.add_many(batch, *state, to, rows);
        ended += done.rows_affected();
    }
    moves.write(connection).await?;
    Ok(ended)
}
