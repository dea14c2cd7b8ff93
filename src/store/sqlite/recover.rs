//! What a sender's death, a person's word or an older copy of the database says of rows whose fate
//! nobody recorded. How rows move is `store::machine`'s; here is which ones.

use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;

use super::{Fault, SqliteStore, batch, codes, record::Ledger};
use crate::store::{
    BatchId, Recovered, UnknownAnswer,
    machine::{OLDER_COPY, State},
};

pub(super) async fn recover(
    store: &SqliteStore,
    batch: BatchId,
    resend: bool,
    now: DateTime<Utc>,
) -> Result<Recovered, Fault> {
    let mut tx = store.write().await?;
    if let Some(restored) = settle_older_copy(store, &mut tx, batch, now).await? {
        tx.commit().await?;
        return Ok(Recovered {
            restored,
            ..Recovered::default()
        });
    }
    let (first, last) = codes::deliveries_of(batch);
    let held: Vec<i64> = sqlx::query_scalar(
        "SELECT id FROM deliveries WHERE id BETWEEN ?1 AND ?2 AND state IN (1, 2)",
    )
    .bind(first)
    .bind(last)
    .fetch_all(&mut *tx)
    .await?;
    let mut ledger = Ledger::load(&mut tx, &held.into_iter().collect(), now).await?;
    let recovered = ledger.recover(resend);
    ledger.write(&mut tx, store).await?;
    tx.commit().await?;
    Ok(recovered)
}

/// Of a batch that had come further than this database knows, every open row may have been sent.
async fn settle_older_copy(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    id: BatchId,
    now: DateTime<Utc>,
) -> Result<Option<u64>, Fault> {
    let Some(batch) = batch::by_id(connection, id).await? else {
        return Ok(None);
    };
    let Some(witnessed) = store.witness.steps(&batch.issue)? else {
        return Ok(None);
    };
    let witnessed = i64::try_from(witnessed).unwrap_or(i64::MAX);
    let caught_up = sqlx::query("UPDATE batches SET steps = ?2 WHERE id = ?1 AND steps < ?2")
        .bind(id.0)
        .bind(witnessed)
        .execute(&mut *connection)
        .await?;
    if caught_up.rows_affected() == 0 {
        return Ok(None);
    }
    let open = [
        State::Pending,
        State::Claimed,
        State::Sending,
        State::Deferred,
    ];
    let doubtful = batch::end_all(connection, id, &open, State::Unknown, OLDER_COPY, now).await?;
    Ok(Some(doubtful))
}

pub(super) async fn resolve_unknown(
    store: &SqliteStore,
    id: BatchId,
    answer: UnknownAnswer,
    now: DateTime<Utc>,
) -> Result<u64, Fault> {
    let mut tx = store.write().await?;
    let (first, last) = codes::deliveries_of(id);
    // The list of states is the index's; the one that matters follows it.
    let unknown: Vec<i64> = sqlx::query_scalar(
        "SELECT id FROM deliveries WHERE id BETWEEN ?1 AND ?2 \
         AND state IN (4, 5, 6, 7) AND state = 6",
    )
    .bind(first)
    .bind(last)
    .fetch_all(&mut *tx)
    .await?;
    let mut ledger = Ledger::load(&mut tx, &unknown.into_iter().collect(), now).await?;
    let resolved = ledger.resolve(answer);
    ledger.write(&mut tx, store).await?;
    if answer == UnknownAnswer::Resend && resolved > 0 {
        batch::reopen(&mut tx, id).await?;
    }
    tx.commit().await?;
    Ok(resolved)
}
