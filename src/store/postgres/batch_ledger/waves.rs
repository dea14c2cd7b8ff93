//! Waves: with `by_reader_timezone`, the readers of a batch whose hour is the same moment. Frozen with
//! the batch; one that nobody began in time waits for a person, and the others go on.

use chrono::{DateTime, NaiveDateTime, Utc};
use tokio_postgres::Row;

use crate::store::{
    BatchId, DeliveryCounts, DeliveryState, NewBatch, Realm, WaveState, ZoneCohort, codes,
    postgres::{
        columns, delivery_queue::unclaimed, fault::PostgresFault, subscriber_list::readers,
        transaction::StoreTransaction, values::values,
    },
    zone_cohort::{HELD_MILLIS, cohorts},
};

/// Lays the waves of a new batch, each due at `local` on its readers' clocks; those who named no zone are in the one
/// that is due at the slot.
pub(crate) async fn lay(
    tx: &StoreTransaction,
    realm: Realm,
    batch: BatchId,
    new: &NewBatch,
    local: NaiveDateTime,
) -> Result<(), PostgresFault> {
    let zones = readers::zones(tx, realm, &new.edition).await?;
    let hours = cohorts(zones, new.slot, local);
    for (number, (due_at, names)) in (1_i64..).zip(&hours) {
        tx.run(
            "INSERT INTO waves (batch, number, due_at, zones) VALUES ($1, $2, $3, $4)",
            values![
                batch.0,
                number,
                codes::millis(*due_at),
                names.iter().cloned().collect::<Vec<String>>()
            ],
        )
        .await?;
    }
    let sql = "UPDATE batches SET waves = $2 WHERE id = $1";
    let waves = codes::signed(hours.len() as u64);
    tx.run(sql, values![batch.0, waves]).await.map(drop)
}

/// The waves of a batch with their rows counted, the earliest first.
pub(crate) async fn of(
    tx: &StoreTransaction,
    batch: BatchId,
) -> Result<Vec<ZoneCohort>, PostgresFault> {
    let sql = "SELECT due_at, zones, state FROM waves WHERE batch = $1 ORDER BY number";
    let mut waves = tx.all(sql, values![batch.0], wave_from).await?;
    if waves.is_empty() {
        return Ok(waves);
    }
    let sql = format!(
        "SELECT wave, state, count(*) AS count FROM deliveries WHERE batch = $1 \
         AND wave IS NOT NULL GROUP BY wave, state \
         UNION ALL SELECT c.wave, {pending}::int2, sum({rows})::int8 FROM chunks AS c \
           WHERE c.batch = $1 AND c.wave IS NOT NULL GROUP BY c.wave \
         UNION ALL SELECT wave, state, rows FROM pruned_rows WHERE batch = $1 AND wave > 0",
        pending = codes::state_code(DeliveryState::Pending),
        rows = unclaimed::ROWS,
    );
    let counted = tx
        .all(&sql, values![batch.0], |row| {
            let wave: i64 = row.try_get("wave")?;
            let state = codes::state(columns::code(row, "state")?)?;
            Ok((wave, state, columns::count(row, "count")?))
        })
        .await?;
    for (number, state, count) in counted {
        let at = usize::try_from(number - 1).ok();
        if let Some(wave) = at.and_then(|at| waves.get_mut(at)) {
            *wave.counts.of_mut(state) += count;
        }
    }
    Ok(waves)
}

fn wave_from(row: &Row) -> Result<ZoneCohort, PostgresFault> {
    Ok(ZoneCohort {
        due_at: columns::time(row, "due_at")?,
        zones: row.try_get("zones")?,
        state: match columns::code(row, "state")? {
            0 => WaveState::ToCome,
            1 => WaveState::Begun,
            _ => WaveState::TooLate,
        },
        counts: DeliveryCounts::default(),
    })
}

/// Marks the waves whose hour has come: begun, or, where it came before `earliest` and no row of it
/// was tried, waiting for a person. Answers how many readers wait since this call.
pub(crate) async fn come_due(
    tx: &StoreTransaction,
    batch: BatchId,
    earliest: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<u64, PostgresFault> {
    let due: Vec<(i64, i64)> = tx
        .all(
            "SELECT number, due_at FROM waves WHERE batch = $1 AND state = 0 AND due_at <= $2 \
             ORDER BY number FOR UPDATE",
            values![batch.0, codes::millis(now)],
            |row| Ok((row.try_get("number")?, row.try_get("due_at")?)),
        )
        .await?;
    let mut held = 0;
    for (number, due_at) in due {
        let is_late = due_at < codes::millis(earliest) && !is_tried(tx, batch, number).await?;
        if is_late {
            held += move_pending(tx, batch, number, HELD_MILLIS).await?;
        }
        set_state(tx, batch, number, if is_late { 2 } else { 1 }).await?;
    }
    Ok(held)
}

/// A person says that those who were too late get it after all. Answers how many they are.
pub(crate) async fn release(
    tx: &StoreTransaction,
    batch: BatchId,
    now: DateTime<Utc>,
) -> Result<u64, PostgresFault> {
    let sql = "SELECT number FROM waves WHERE batch = $1 AND state = 2 ORDER BY number FOR UPDATE";
    let late: Vec<i64> = tx.values(sql, values![batch.0]).await?;
    let mut released = 0;
    for number in late {
        released += move_pending(tx, batch, number, codes::millis(now)).await?;
        set_state(tx, batch, number, 1).await?;
    }
    Ok(released)
}

async fn is_tried(
    tx: &StoreTransaction,
    batch: BatchId,
    number: i64,
) -> Result<bool, PostgresFault> {
    tx.value(
        "SELECT EXISTS (SELECT 1 FROM deliveries WHERE batch = $1 AND wave = $2 \
         AND (first_attempt_at IS NOT NULL OR state BETWEEN 1 AND 6))",
        values![batch.0, number],
    )
    .await
}

/// Moves what of a wave nobody claimed to another moment; answers how many rows that is.
async fn move_pending(
    tx: &StoreTransaction,
    batch: BatchId,
    number: i64,
    due_at: i64,
) -> Result<u64, PostgresFault> {
    let pending = codes::state_code(DeliveryState::Pending);
    let sql = "UPDATE chunks SET due_at = $3 WHERE batch = $1 AND wave = $2";
    tx.run(sql, values![batch.0, number, due_at]).await?;
    tx.run(
        "UPDATE waiting AS w SET due_at = $3 FROM deliveries AS d WHERE w.batch = $1 \
         AND d.batch = w.batch AND d.ord = w.ord AND d.wave = $2 AND d.state = $4",
        values![batch.0, number, due_at, pending],
    )
    .await?;
    tx.run(
        "UPDATE deliveries SET due_at = $3 WHERE batch = $1 AND wave = $2 AND state = $4 \
         AND due_at IS NOT NULL",
        values![batch.0, number, due_at, pending],
    )
    .await?;
    let sql = "SELECT count(*) FROM deliveries WHERE batch = $1 AND wave = $2 AND state = $3";
    let alone = tx.value(sql, values![batch.0, number, pending]).await?;
    Ok(codes::count(alone)? + unclaimed::count_of_wave(tx, batch, number).await?)
}

async fn set_state(
    tx: &StoreTransaction,
    batch: BatchId,
    number: i64,
    state: i64,
) -> Result<(), PostgresFault> {
    let sql = "UPDATE waves SET state = $3 WHERE batch = $1 AND number = $2";
    tx.run(sql, values![batch.0, number, state]).await.map(drop)
}
