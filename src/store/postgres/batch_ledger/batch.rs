//! Batches: looked up, opened, paused, ended.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::tallies::{self, NOBODY, TallyMoves};
use crate::store::{
    Batch, BatchId, BatchState, DeliveryCounts, DeliveryState, Realm, ServerTrouble, StoreError,
    codes,
    machine::CANCELLED,
    postgres::{
        columns, delivery_queue::unclaimed, fault::PostgresFault, ledger_retention::pruned, realm,
        transaction::StoreTransaction, values::values,
    },
};

/// All of a batch.
pub(crate) const BATCH: &str =
    "SELECT b.*, c.hash FROM batches AS b JOIN contents AS c ON c.id = b.content";

pub(crate) async fn by_issue(
    tx: &StoreTransaction,
    realm: Realm,
    issue: &str,
) -> Result<Option<Batch>, PostgresFault> {
    let sql = format!("{BATCH} WHERE b.issue = $1 AND b.realm = $2");
    tx.maybe(&sql, values![issue, realm::code(realm)], batch_from)
        .await
}

pub(crate) async fn by_id(
    tx: &StoreTransaction,
    batch: BatchId,
) -> Result<Option<Batch>, PostgresFault> {
    let sql = format!("{BATCH} WHERE b.id = $1");
    tx.maybe(&sql, values![batch.0], batch_from).await
}

pub(crate) async fn newest(
    tx: &StoreTransaction,
    realm: Realm,
    limit: u32,
) -> Result<Vec<Batch>, PostgresFault> {
    let sql = format!("{BATCH} WHERE b.realm = $1 ORDER BY b.id DESC LIMIT $2");
    tx.all(
        &sql,
        values![realm::code(realm), i64::from(limit)],
        batch_from,
    )
    .await
}

pub(crate) fn batch_from(row: &Row) -> Result<Batch, PostgresFault> {
    let date: Option<String> = row.try_get("slot_date")?;
    let waves = columns::count(row, "waves")?;
    Ok(Batch {
        id: BatchId(row.try_get("id")?),
        issue: row.try_get("issue")?,
        is_rehearsal: columns::code(row, "realm")? == realm::code(Realm::Rehearsal),
        edition: row.try_get("edition")?,
        slot: columns::time(row, "slot")?,
        date: date.as_deref().map(codes::date).transpose()?,
        waves: u32::try_from(waves).unwrap_or(u32::MAX),
        content: row.try_get("hash")?,
        file: row.try_get("file")?,
        state: codes::batch_state(columns::code(row, "state")?, row.try_get("reason")?)?,
        audience: columns::count(row, "audience")?,
        frozen_at: columns::time(row, "frozen_at")?,
        trusts_refusals: row.try_get("trusts_refusals")?,
    })
}

/// Until when rows are due because the batch, or their wave of it, has begun.
pub(crate) async fn begun_at(
    tx: &StoreTransaction,
    batch: BatchId,
) -> Result<DateTime<Utc>, PostgresFault> {
    let millis: i64 = tx
        .value(
            "SELECT CASE WHEN b.waves > 0 THEN coalesce((SELECT max(w.due_at) FROM waves AS w \
             WHERE w.batch = b.id AND w.state = 1), 0) ELSE least(b.slot, b.frozen_at) END \
             FROM batches AS b WHERE b.id = $1",
            values![batch.0],
        )
        .await?;
    Ok(codes::time(millis)?)
}

pub(crate) async fn set_state(
    tx: &StoreTransaction,
    id: BatchId,
    wanted: &BatchState,
    now: DateTime<Utc>,
) -> Result<BatchState, PostgresFault> {
    // Two persons' words, or a person's and the last sender's, come one after the other.
    let sql = "SELECT id FROM batches WHERE id = $1 FOR UPDATE";
    tx.rows(sql, values![id.0]).await?;
    let Some(batch) = by_id(tx, id).await? else {
        let missing = codes::NotOurs::number("batch", id.0);
        return Err(ServerTrouble::NotOurs(Box::new(missing)).into());
    };
    let counts = tallies::counts(tx, id).await?;
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
    if *wanted == BatchState::Finished {
        check_the_sum(tx, id, counts).await?;
    }
    tx.run(
        "UPDATE batches SET state = $2, reason = $3, trusts_refusals = trusts_refusals OR $4 \
         WHERE id = $1",
        values![
            id.0,
            codes::batch_state_code(wanted),
            wanted.pause_reason().map(columns::text),
            was_doubted && *wanted == BatchState::Open
        ],
    )
    .await?;
    if *wanted == BatchState::Cancelled {
        cancel_the_unsent(tx, id, now).await?;
    }
    Ok(wanted.clone())
}

/// Of batches that were under way in an older copy nobody knows who got them since, unless it was noted: the open rows of
/// the others are unknown, for that reason. `of`: None, of all of them.
pub(crate) async fn doubt_open(
    tx: &StoreTransaction,
    of: Option<&[i64]>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let states = [BatchState::Open, BatchState::put_here_from_a_copy()];
    let states: Vec<i64> = states.iter().map(codes::batch_state_code).collect();
    let sql = "SELECT id FROM batches WHERE state = ANY($1) AND ($2 IS NULL OR id = ANY($2)) \
               ORDER BY id FOR UPDATE";
    let open = [
        DeliveryState::Pending,
        DeliveryState::Claimed,
        DeliveryState::Sending,
        DeliveryState::Deferred,
    ];
    let of = of.map(<[i64]>::to_vec);
    for id in tx.values(sql, values![states, of]).await? {
        let unknown = DeliveryState::Unknown;
        end_all(tx, BatchId(id), &open, unknown, reason, now).await?;
        empty_queue(tx, BatchId(id)).await?;
    }
    Ok(())
}

/// What is on the wire gets the outcome it gets; the rest ends here.
async fn cancel_the_unsent(
    tx: &StoreTransaction,
    id: BatchId,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let unsent = [
        DeliveryState::Pending,
        DeliveryState::Claimed,
        DeliveryState::Deferred,
    ];
    end_all(tx, id, &unsent, DeliveryState::Skipped, CANCELLED, now).await?;
    empty_queue(tx, id).await
}

/// No row of it waits any more.
async fn empty_queue(tx: &StoreTransaction, id: BatchId) -> Result<(), PostgresFault> {
    for table in ["chunks", "waiting"] {
        let sql = format!("DELETE FROM {table} WHERE batch = $1");
        tx.run(&sql, values![id.0]).await?;
    }
    Ok(())
}

/// A batch is done when its rows say so themselves, not only the counters kept beside them.
async fn check_the_sum(
    tx: &StoreTransaction,
    batch: BatchId,
    counters: DeliveryCounts,
) -> Result<(), PostgresFault> {
    let count = |state: DeliveryState| {
        let (code, word) = (codes::state_code(state), state.word());
        format!("count(*) FILTER (WHERE state = {code}) AS {word}")
    };
    let columns = DeliveryState::ALL.map(count).join(", ");
    let sql = format!("SELECT {columns} FROM deliveries WHERE batch = $1");
    let mut rows = tx.one(&sql, values![batch.0], tallies::counts_from).await?;
    rows.pending += unclaimed::count(tx, batch).await?;
    pruned::add(tx, batch, &mut rows).await?;
    if rows == counters {
        return Ok(());
    }
    Err(PostgresFault::Told(StoreError::Unbalanced {
        rows: Box::new(rows),
        counters: Box::new(counters),
    }))
}

/// A finished batch whose rows wait again is open again.
pub(crate) async fn reopen(tx: &StoreTransaction, batch: BatchId) -> Result<(), PostgresFault> {
    tx.run(
        "UPDATE batches SET state = $2 WHERE id = $1 AND state = $3",
        values![
            batch.0,
            codes::batch_state_code(&BatchState::Open),
            codes::batch_state_code(&BatchState::Finished)
        ],
    )
    .await
    .map(drop)
}

/// Ends all rows that stand in one of these states: whoever has none yet is pending.
async fn end_all(
    tx: &StoreTransaction,
    batch: BatchId,
    from: &[DeliveryState],
    to: DeliveryState,
    reply: &str,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let mut moves = TallyMoves::default();
    if from.contains(&DeliveryState::Pending) {
        let ended = unclaimed::end_all(tx, batch, to, reply, now).await?;
        moves.add((batch, NOBODY), DeliveryState::Pending, to, ended);
    }
    for state in from {
        let done = tx
            .run(
                "UPDATE deliveries SET state = $3, due_at = NULL, reply = $4, updated_at = $5 \
                 WHERE batch = $1 AND state = $2",
                values![
                    batch.0,
                    codes::state_code(*state),
                    codes::state_code(to),
                    reply,
                    codes::millis(now)
                ],
            )
            .await?;
        moves.add((batch, NOBODY), *state, to, codes::signed(done));
    }
    moves.write(tx).await
}
