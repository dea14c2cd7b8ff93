//! The doors: when each was read, and how far.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, params};

use crate::store::{
    DoorReading,
    sqlite::{codes, fault::SqliteFault, statement::Statements},
};

const DAY_MILLIS: i64 = 86_400_000;
/// Older readings say nothing any more: an issue that is judged by silence was sent later.
const KEPT: TimeDelta = TimeDelta::days(90);

pub(super) fn note_read(
    tx: &Connection,
    door: &str,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let millis = codes::millis(now);
    let is_new = tx.run(
        "INSERT INTO door_reads (door, day, at) VALUES (?1, ?2, ?3) \
         ON CONFLICT DO UPDATE SET at = max(at, excluded.at)",
        params![door, millis.div_euclid(DAY_MILLIS), millis],
    )?;
    if is_new > 0 {
        let oldest = codes::millis(now - KEPT).div_euclid(DAY_MILLIS);
        tx.run("DELETE FROM door_reads WHERE day < ?1", params![oldest])?;
    }
    Ok(())
}

/// Whether any door was read between the two.
pub(super) fn was_any_read(
    tx: &Connection,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<bool, SqliteFault> {
    tx.value(
        "SELECT EXISTS (SELECT 1 FROM door_reads WHERE at > ?1 AND at <= ?2)",
        params![codes::millis(from), codes::millis(until)],
    )
}

pub(super) fn readings(tx: &Connection) -> Result<Vec<DoorReading>, SqliteFault> {
    tx.all(
        "SELECT door, max(at) AS at FROM door_reads GROUP BY door ORDER BY door",
        [],
        |row| {
            Ok(DoorReading {
                door: row.get("door")?,
                read_at: codes::time_at(row, "at")?,
            })
        },
    )
}

pub(super) fn place(tx: &Connection, door: &str) -> Result<Option<String>, SqliteFault> {
    tx.maybe_value(
        "SELECT place FROM door_places WHERE door = ?1",
        params![door],
    )
}

pub(super) fn keep_place(tx: &Connection, door: &str, place: &str) -> Result<(), SqliteFault> {
    tx.run(
        "INSERT INTO door_places (door, place) VALUES (?1, ?2) \
         ON CONFLICT DO UPDATE SET place = excluded.place",
        params![door, place],
    )?;
    Ok(())
}
