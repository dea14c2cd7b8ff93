//! Waves: with `by_reader_timezone`, the readers of a batch whose hour is the same moment. Frozen with
//! the batch; one that nobody began in time waits for a person, and the others go on.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use sqlx::{Row, SqliteConnection, SqliteExecutor, sqlite::SqliteRow};

use super::{Fault, SqliteStore, codes, freeze::quoted};
use crate::{
    audience::SubscriberState,
    publication::moment_of,
    store::{BatchId, Counts, NewBatch, Wave, WaveState, machine::State},
};

/// When a row is due that waits for a person: after all time.
const HELD_MILLIS: i64 = 253_402_300_799_000;

/// A time of `due_at`, where it is one that comes by itself.
pub(super) fn comes_by_itself(millis: i64) -> bool {
    millis < HELD_MILLIS
}

/// The zones of an edition's readers.
pub(super) async fn zones(
    store: &SqliteStore,
    edition: &str,
) -> Result<Vec<Option<chrono_tz::Tz>>, Fault> {
    let names = zone_names(&store.readers, edition).await?;
    let zone = |name: Option<String>| name.as_deref().map(codes::timezone).transpose();
    Ok(names.into_iter().map(zone).collect::<sqlx::Result<_>>()?)
}

async fn zone_names(
    executor: impl SqliteExecutor<'_>,
    edition: &str,
) -> sqlx::Result<Vec<Option<String>>> {
    sqlx::query_scalar(
        "SELECT DISTINCT timezone FROM subscribers WHERE state = ?1 AND suppressed IS NULL \
         AND (editions IS NULL OR instr(editions, ?2))",
    )
    .bind(codes::subscriber_state_code(SubscriberState::Active))
    .bind(quoted(edition))
    .fetch_all(executor)
    .await
}

/// The rows of a new batch, each due at `local` on its reader's clock; those who named no zone are due
/// at the slot. Answers how many there are.
pub(super) async fn insert_deliveries(
    connection: &mut SqliteConnection,
    batch: BatchId,
    new: &NewBatch,
    local: NaiveDateTime,
) -> sqlx::Result<i64> {
    let hours = hours(connection, new, local).await?;
    let mut zones = Vec::new();
    for (number, (due_at, names)) in (1..).zip(&hours) {
        sqlx::query("INSERT INTO waves (batch, number, due_at, zones) VALUES (?1, ?2, ?3, ?4)")
            .bind(batch.0)
            .bind(number)
            .bind(codes::millis(*due_at))
            .bind(codes::set_text(names))
            .execute(&mut *connection)
            .await?;
        let of_wave = |name: &String| (name.clone(), number, codes::millis(*due_at));
        zones.extend(names.iter().map(of_wave));
    }
    sqlx::query("UPDATE batches SET waves = ?2 WHERE id = ?1")
        .bind(batch.0)
        .bind(i64::try_from(hours.len()).unwrap_or(i64::MAX))
        .execute(&mut *connection)
        .await?;
    let done = sqlx::query(
        "WITH zones AS MATERIALIZED (SELECT value->>0 AS name, value->>1 AS wave, \
         value->>2 AS due_at FROM json_each(?3)) \
         INSERT INTO deliveries (id, state, lane, domain, due_at, wave) \
         SELECT (?1 << 40) | s.id, ?2, coalesce(l.lane, 0), s.domain, z.due_at, z.wave \
         FROM subscribers AS s LEFT JOIN lanes AS l ON l.batch = ?1 AND l.domain = s.domain \
         JOIN zones AS z ON z.name = coalesce(s.timezone, '') \
         WHERE s.state = ?4 AND s.suppressed IS NULL \
         AND (s.editions IS NULL OR instr(s.editions, ?5)) ORDER BY s.id",
    )
    .bind(batch.0)
    .bind(codes::state_code(State::Pending))
    .bind(codes::rows(&zones)?)
    .bind(codes::subscriber_state_code(SubscriberState::Active))
    .bind(quoted(&new.edition))
    .execute(connection)
    .await?;
    i64::try_from(done.rows_affected()).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// The moments of the audience's hours, each with the zones that share it.
async fn hours(
    connection: &mut SqliteConnection,
    new: &NewBatch,
    local: NaiveDateTime,
) -> sqlx::Result<BTreeMap<DateTime<Utc>, BTreeSet<String>>> {
    let names = zone_names(connection, &new.edition).await?;
    let mut hours: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for name in names {
        let hour = match &name {
            Some(name) => moment_of(codes::timezone(name)?, local),
            None => new.slot,
        };
        hours
            .entry(hour)
            .or_default()
            .insert(name.unwrap_or_default());
    }
    Ok(hours)
}

/// The waves of a batch with their rows counted, the earliest first.
pub(super) async fn of(store: &SqliteStore, batch: BatchId) -> Result<Vec<Wave>, Fault> {
    let mut tx = store.readers.begin().await?;
    let rows = sqlx::query("SELECT * FROM waves WHERE batch = ?1 ORDER BY number")
        .bind(batch.0)
        .fetch_all(&mut *tx)
        .await?;
    let mut waves = rows
        .iter()
        .map(wave_from)
        .collect::<sqlx::Result<Vec<_>>>()?;
    let (first, last) = codes::deliveries_of(batch);
    let counted: Vec<(i64, i64, i64)> = sqlx::query_as(
        "SELECT wave, state, count(*) FROM deliveries WHERE id BETWEEN ?1 AND ?2 \
         AND wave IS NOT NULL GROUP BY wave, state",
    )
    .bind(first)
    .bind(last)
    .fetch_all(&mut *tx)
    .await?;
    for (number, state, count) in counted {
        let wave = usize::try_from(number - 1)
            .ok()
            .and_then(|at| waves.get_mut(at));
        if let Some(wave) = wave {
            *count_of(&mut wave.counts, codes::state(state)?) += count.unsigned_abs();
        }
    }
    Ok(waves)
}

fn count_of(counts: &mut Counts, state: State) -> &mut u64 {
    match state {
        State::Pending => &mut counts.pending,
        State::Claimed => &mut counts.claimed,
        State::Sending => &mut counts.sending,
        State::Accepted => &mut counts.accepted,
        State::Deferred => &mut counts.deferred,
        State::Rejected => &mut counts.rejected,
        State::Unknown => &mut counts.unknown,
        State::Skipped => &mut counts.skipped,
    }
}

fn wave_from(row: &SqliteRow) -> sqlx::Result<Wave> {
    let state: i64 = row.try_get("state")?;
    Ok(Wave {
        due_at: codes::time_at(row, "due_at")?,
        zones: codes::set(row.try_get("zones")?)?,
        state: match state {
            0 => WaveState::ToCome,
            1 => WaveState::Begun,
            _ => WaveState::TooLate,
        },
        counts: Counts::default(),
    })
}

/// Marks the waves whose hour has come: begun, or, where it came before `earliest` and no row of it
/// was tried, waiting for a person. Answers how many readers wait since this call.
pub(super) async fn come_due(
    store: &SqliteStore,
    batch: BatchId,
    earliest: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<u64, Fault> {
    const DUE: &str = "SELECT number, due_at FROM waves WHERE batch = ?1 AND state = 0 \
                       AND due_at <= ?2";
    // Most of the time there are none, and the one writer is not to be troubled.
    let is_any: Option<(i64, i64)> = sqlx::query_as(DUE)
        .bind(batch.0)
        .bind(codes::millis(now))
        .fetch_optional(&store.readers)
        .await?;
    if is_any.is_none() {
        return Ok(0);
    }
    let mut tx = store.write().await?;
    let due: Vec<(i64, i64)> = sqlx::query_as(DUE)
        .bind(batch.0)
        .bind(codes::millis(now))
        .fetch_all(&mut *tx)
        .await?;
    let mut held = 0;
    for (number, due_at) in due {
        let is_late = due_at < codes::millis(earliest) && !is_tried(&mut tx, batch, number).await?;
        if is_late {
            held += move_pending(&mut tx, batch, number, HELD_MILLIS).await?;
        }
        set_state(&mut tx, batch, number, if is_late { 2 } else { 1 }).await?;
    }
    tx.commit().await?;
    Ok(held)
}

/// A person says that those who were too late get it after all. Answers how many they are.
pub(super) async fn release(
    store: &SqliteStore,
    batch: BatchId,
    now: DateTime<Utc>,
) -> Result<u64, Fault> {
    let mut tx = store.write().await?;
    let late: Vec<i64> =
        sqlx::query_scalar("SELECT number FROM waves WHERE batch = ?1 AND state = 2")
            .bind(batch.0)
            .fetch_all(&mut *tx)
            .await?;
    let mut released = 0;
    for number in late {
        released += move_pending(&mut tx, batch, number, codes::millis(now)).await?;
        set_state(&mut tx, batch, number, 1).await?;
    }
    tx.commit().await?;
    Ok(released)
}

async fn is_tried(
    connection: &mut SqliteConnection,
    batch: BatchId,
    number: i64,
) -> sqlx::Result<bool> {
    let (first, last) = codes::deliveries_of(batch);
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM deliveries WHERE id BETWEEN ?1 AND ?2 AND wave = ?3 \
         AND (first_attempt_at IS NOT NULL OR state IN (1, 2, 3, 4, 5, 6)))",
    )
    .bind(first)
    .bind(last)
    .bind(number)
    .fetch_one(connection)
    .await
}

async fn move_pending(
    connection: &mut SqliteConnection,
    batch: BatchId,
    number: i64,
    due_at: i64,
) -> sqlx::Result<u64> {
    let (first, last) = codes::deliveries_of(batch);
    let done = sqlx::query(
        "UPDATE deliveries SET due_at = ?4 WHERE id BETWEEN ?1 AND ?2 AND wave = ?3 AND state = ?5",
    )
    .bind(first)
    .bind(last)
    .bind(number)
    .bind(due_at)
    .bind(codes::state_code(State::Pending))
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

async fn set_state(
    connection: &mut SqliteConnection,
    batch: BatchId,
    number: i64,
    state: i64,
) -> sqlx::Result<()> {
    sqlx::query("UPDATE waves SET state = ?3 WHERE batch = ?1 AND number = ?2")
        .bind(batch.0)
        .bind(number)
        .bind(state)
        .execute(connection)
        .await?;
    Ok(())
}
