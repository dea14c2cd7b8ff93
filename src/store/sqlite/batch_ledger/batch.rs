//! Batches: looked up, counted, opened, paused, ended.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::counters::{CounterMoves, counts_from};
use crate::store::{
    Batch, BatchId, BatchState, DeliveryCounts, DeliveryState, Realm, StoreError,
    machine::CANCELLED,
    sqlite::{codes, fault::SqliteFault, ledger_retention::pruned, realm, statement::Statements},
};

pub(crate) fn by_issue(
    tx: &Connection,
    realm: Realm,
    issue: &str,
) -> Result<Option<Batch>, SqliteFault> {
    tx.maybe(
        "SELECT b.*, c.hash FROM batches AS b JOIN contents AS c ON c.id = b.content \
         WHERE b.issue = ?1 AND b.realm IN (?2, ?3)",
        params![issue, realm::code(realm), realm::UNTOLD],
        batch_from,
    )
}

pub(crate) fn by_id(tx: &Connection, batch: BatchId) -> Result<Option<Batch>, SqliteFault> {
    tx.maybe(
        "SELECT b.*, c.hash FROM batches AS b JOIN contents AS c ON c.id = b.content \
         WHERE b.id = ?1",
        params![batch.0],
        batch_from,
    )
}

pub(crate) fn newest(tx: &Connection, realm: Realm, limit: u32) -> Result<Vec<Batch>, SqliteFault> {
    tx.all(
        "SELECT b.*, c.hash FROM batches AS b JOIN contents AS c ON c.id = b.content \
         WHERE b.realm IN (?1, ?2) ORDER BY b.id DESC LIMIT ?3",
        params![realm::code(realm), realm::UNTOLD, limit],
        batch_from,
    )
}

pub(crate) fn batch_from(row: &Row<'_>) -> Result<Batch, SqliteFault> {
    Ok(Batch {
        id: BatchId(row.get("id")?),
        issue: row.get("issue")?,
        is_rehearsal: realm::is_rehearsal(row.get("realm")?),
        edition: row.get("edition")?,
        slot: codes::time_at(row, "slot")?,
        date: codes::maybe_date_at(row, "slot_date")?,
        waves: row.get("waves")?,
        content: row.get("hash")?,
        file: row.get("file")?,
        state: codes::batch_state(row.get("state")?, row.get("reason")?)?,
        audience: codes::count(row, "audience")?,
        frozen_at: codes::time_at(row, "frozen_at")?,
        trusts_refusals: row.get("trusts_refusals")?,
    })
}

pub(crate) fn counts(tx: &Connection, batch: BatchId) -> Result<DeliveryCounts, SqliteFault> {
    let counts = tx.maybe(
        "SELECT * FROM batches WHERE id = ?1",
        params![batch.0],
        counts_from,
    )?;
    Ok(counts.unwrap_or_default())
}

/// Until when rows are due because the batch, or their wave of it, has begun.
pub(crate) fn begun_at(tx: &Connection, batch: BatchId) -> Result<DateTime<Utc>, SqliteFault> {
    let millis: i64 = tx.value(
        "SELECT CASE WHEN b.waves > 0 THEN coalesce((SELECT max(w.due_at) FROM waves AS w \
         WHERE w.batch = b.id AND w.state = 1), 0) ELSE min(b.slot, b.frozen_at) END \
         FROM batches AS b WHERE b.id = ?1",
        params![batch.0],
    )?;
    codes::time(millis)
}

pub(crate) fn set_state(
    tx: &Connection,
    id: BatchId,
    wanted: &BatchState,
    now: DateTime<Utc>,
) -> Result<BatchState, SqliteFault> {
    let Some(batch) = by_id(tx, id)? else {
        return Err(rusqlite::Error::QueryReturnedNoRows.into());
    };
    let counts = counts(tx, id)?;
    if !batch.state.may_become(wanted, counts) {
        return Ok(batch.state);
    }
    let was_doubted = matches!(
        batch.state,
        BatchState::Paused {
            over_refusals: true,
            ..
        }
    );
    let is_resumed = was_doubted && *wanted == BatchState::Open;
    if *wanted == BatchState::Finished {
        check_the_sum(tx, id, counts)?;
    }
    tx.run(
        "UPDATE batches SET state = ?2, reason = ?3, trusts_refusals = trusts_refusals OR ?4 \
         WHERE id = ?1",
        params![
            id.0,
            codes::batch_state_code(wanted),
            wanted.pause_reason(),
            is_resumed
        ],
    )?;
    if *wanted == BatchState::Cancelled {
        // What is on the wire gets the outcome it gets.
        let unsent = [
            DeliveryState::Pending,
            DeliveryState::Claimed,
            DeliveryState::Deferred,
        ];
        end_all(tx, id, &unsent, DeliveryState::Skipped, CANCELLED, now)?;
    }
    Ok(wanted.clone())
}

/// A batch is done when its rows say so themselves, not only the counters kept beside them.
fn check_the_sum(
    tx: &Connection,
    batch: BatchId,
    counters: DeliveryCounts,
) -> Result<(), SqliteFault> {
    let (first, last) = codes::deliveries_of(batch);
    let count = |state: DeliveryState| {
        let (code, word) = (codes::state_code(state), state.word());
        format!("count(*) FILTER (WHERE state = {code}) AS {word}")
    };
    let columns = DeliveryState::ALL.map(count).join(", ");
    let mut rows = tx.one(
        &format!("SELECT {columns} FROM deliveries WHERE id BETWEEN ?1 AND ?2"),
        params![first, last],
        counts_from,
    )?;
    pruned::add(tx, batch, &mut rows)?;
    if rows == counters {
        return Ok(());
    }
    Err(SqliteFault::Told(StoreError::Unbalanced {
        rows: Box::new(rows),
        counters: Box::new(counters),
    }))
}

/// A finished batch whose rows wait again is open again.
pub(crate) fn reopen(tx: &Connection, batch: BatchId) -> Result<(), SqliteFault> {
    tx.run(
        "UPDATE batches SET state = ?2 WHERE id = ?1 AND state = ?3",
        params![
            batch.0,
            codes::batch_state_code(&BatchState::Open),
            codes::batch_state_code(&BatchState::Finished)
        ],
    )?;
    Ok(())
}

/// Ends all rows that stand in one of these states; answers how many.
pub(crate) fn end_all(
    tx: &Connection,
    batch: BatchId,
    from: &[DeliveryState],
    to: DeliveryState,
    reply: &str,
    now: DateTime<Utc>,
) -> Result<u64, SqliteFault> {
    let (first, last) = codes::deliveries_of(batch);
    let mut moves = CounterMoves::default();
    let mut ended = 0;
    for state in from {
        let done = tx.run(
            "UPDATE deliveries SET state = ?4, due_at = NULL, reply = ?5, updated_at = ?6 \
             WHERE id BETWEEN ?1 AND ?2 AND state = ?3",
            params![
                first,
                last,
                codes::state_code(*state),
                codes::state_code(to),
                reply,
                codes::millis(now)
            ],
        )?;
        moves.add_many(batch, *state, to, codes::signed(done));
        ended += done;
    }
    moves.write(tx)?;
    Ok(ended)
}
