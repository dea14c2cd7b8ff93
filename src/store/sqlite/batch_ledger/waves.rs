//! Waves: with `by_reader_timezone`, the readers of a batch whose hour is the same moment. Frozen with
//! the batch; one that nobody began in time waits for a person, and the others go on.

use chrono::{DateTime, NaiveDateTime, Utc};
use rusqlite::{Connection, Row, params};

use crate::{
    audience::SubscriberState,
    store::{
        BatchId, DeliveryCounts, DeliveryState, NewBatch, Realm, WaveState, ZoneCohort,
        sqlite::{
            codes,
            fault::SqliteFault,
            realm,
            statement::Statements,
            subscriber_list::readers::{self, quoted},
        },
        zone_cohort::{HELD_MILLIS, cohorts},
    },
};

/// The rows of a new batch, each due at `local` on its reader's clock; those who named no zone are due
/// at the slot. Answers how many there are.
pub(crate) fn insert_deliveries(
    tx: &Connection,
    realm: Realm,
    batch: BatchId,
    new: &NewBatch,
    local: NaiveDateTime,
) -> Result<i64, SqliteFault> {
    let hours = cohorts(readers::zones(tx, realm, &new.edition)?, new.slot, local);
    let mut zones = Vec::new();
    for (number, (due_at, names)) in (1..).zip(&hours) {
        tx.run(
            "INSERT INTO waves (batch, number, due_at, zones) VALUES (?1, ?2, ?3, ?4)",
            params![
                batch.0,
                number,
                codes::millis(*due_at),
                codes::set_text(names)
            ],
        )?;
        let of_wave = |name: &String| (name.clone(), number, codes::millis(*due_at));
        zones.extend(names.iter().map(of_wave));
    }
    tx.run(
        "UPDATE batches SET waves = ?2 WHERE id = ?1",
        params![batch.0, i64::try_from(hours.len()).unwrap_or(i64::MAX)],
    )?;
    let suppressed = realm::suppressed(realm);
    let done = tx.run(
        &format!(
            "WITH zones AS MATERIALIZED (SELECT value->>0 AS name, value->>1 AS wave, \
             value->>2 AS due_at FROM json_each(?3)) \
             INSERT INTO deliveries (id, state, lane, domain, due_at, wave) \
             SELECT (?1 << 40) | s.id, ?2, coalesce(l.lane, 0), s.domain, z.due_at, z.wave \
             FROM subscribers AS s LEFT JOIN lanes AS l ON l.batch = ?1 AND l.domain = s.domain \
             JOIN zones AS z ON z.name = coalesce(s.timezone, '') \
             WHERE s.state = ?4 AND {suppressed} IS NULL \
             AND (s.editions IS NULL OR instr(s.editions, ?5)) ORDER BY s.id"
        ),
        params![
            batch.0,
            codes::state_code(DeliveryState::Pending),
            codes::rows(&zones)?,
            codes::subscriber_state_code(SubscriberState::Active),
            quoted(&new.edition)
        ],
    )?;
    Ok(codes::signed(done))
}

/// The waves of a batch with their rows counted, the earliest first.
pub(crate) fn of(tx: &Connection, batch: BatchId) -> Result<Vec<ZoneCohort>, SqliteFault> {
    let mut waves = tx.all(
        "SELECT * FROM waves WHERE batch = ?1 ORDER BY number",
        params![batch.0],
        wave_from,
    )?;
    let (first, last) = codes::deliveries_of(batch);
    let counted: Vec<(i64, i64, i64)> = tx.all(
        "SELECT wave, state, count(*) FROM deliveries WHERE id BETWEEN ?1 AND ?2 \
         AND wave IS NOT NULL GROUP BY wave, state \
         UNION ALL SELECT wave, state, rows FROM pruned_rows WHERE batch = ?3 AND wave > 0",
        params![first, last, batch.0],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    for (number, state, count) in counted {
        let wave = usize::try_from(number - 1)
            .ok()
            .and_then(|at| waves.get_mut(at));
        if let Some(wave) = wave {
            *wave.counts.of_mut(codes::state(state)?) += count.unsigned_abs();
        }
    }
    Ok(waves)
}

fn wave_from(row: &Row<'_>) -> Result<ZoneCohort, SqliteFault> {
    let state: i64 = row.get("state")?;
    Ok(ZoneCohort {
        due_at: codes::time_at(row, "due_at")?,
        zones: codes::set(&row.get::<_, String>("zones")?)?,
        state: match state {
            0 => WaveState::ToCome,
            1 => WaveState::Begun,
            _ => WaveState::TooLate,
        },
        counts: DeliveryCounts::default(),
    })
}

/// The waves whose hour has come and that nobody marked yet, each with its hour. Most of the time
/// there are none.
pub(crate) fn due(
    tx: &Connection,
    batch: BatchId,
    now: DateTime<Utc>,
) -> Result<Vec<(i64, i64)>, SqliteFault> {
    tx.all(
        "SELECT number, due_at FROM waves WHERE batch = ?1 AND state = 0 AND due_at <= ?2",
        params![batch.0, codes::millis(now)],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Marks the waves whose hour has come: begun, or, where it came before `earliest` and no row of it
/// was tried, waiting for a person. Answers how many readers wait since this call.
pub(crate) fn come_due(
    tx: &Connection,
    batch: BatchId,
    earliest: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<u64, SqliteFault> {
    let due = due(tx, batch, now)?;
    let mut held = 0;
    for (number, due_at) in due {
        let is_late = due_at < codes::millis(earliest) && !is_tried(tx, batch, number)?;
        if is_late {
            held += move_pending(tx, batch, number, HELD_MILLIS)?;
        }
        set_state(tx, batch, number, if is_late { 2 } else { 1 })?;
    }
    Ok(held)
}

/// A person says that those who were too late get it after all. Answers how many they are.
pub(crate) fn release(
    tx: &Connection,
    batch: BatchId,
    now: DateTime<Utc>,
) -> Result<u64, SqliteFault> {
    let late: Vec<i64> = tx.values(
        "SELECT number FROM waves WHERE batch = ?1 AND state = 2",
        params![batch.0],
    )?;
    let mut released = 0;
    for number in late {
        released += move_pending(tx, batch, number, codes::millis(now))?;
        set_state(tx, batch, number, 1)?;
    }
    Ok(released)
}

fn is_tried(tx: &Connection, batch: BatchId, number: i64) -> Result<bool, SqliteFault> {
    let (first, last) = codes::deliveries_of(batch);
    tx.value(
        "SELECT EXISTS (SELECT 1 FROM deliveries WHERE id BETWEEN ?1 AND ?2 AND wave = ?3 \
         AND (first_attempt_at IS NOT NULL OR state IN (1, 2, 3, 4, 5, 6)))",
        params![first, last, number],
    )
}

fn move_pending(
    tx: &Connection,
    batch: BatchId,
    number: i64,
    due_at: i64,
) -> Result<u64, SqliteFault> {
    let (first, last) = codes::deliveries_of(batch);
    tx.run(
        "UPDATE deliveries SET due_at = ?4 WHERE id BETWEEN ?1 AND ?2 AND wave = ?3 AND state = ?5",
        params![
            first,
            last,
            number,
            due_at,
            codes::state_code(DeliveryState::Pending)
        ],
    )
}

fn set_state(tx: &Connection, batch: BatchId, number: i64, state: i64) -> Result<(), SqliteFault> {
    tx.run(
        "UPDATE waves SET state = ?3 WHERE batch = ?1 AND number = ?2",
        params![batch.0, number, state],
    )?;
    Ok(())
}
