//! The doors: when each was read, and how far.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::store::{
    DoorReading, Realm,
    report_codes::DOOR_READINGS_KEPT,
    sqlite::{codes, fault::SqliteFault, realm, statement::Statements},
};

pub(super) fn note_read(
    tx: &Connection,
    realm: Realm,
    door: &str,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let is_new = tx.run(
        "INSERT INTO door_readings (realm, door, day, at) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT DO UPDATE SET at = max(at, excluded.at)",
        params![
            realm::code(realm),
            door,
            codes::day(now),
            codes::millis(now)
        ],
    )?;
    if is_new > 0 {
        let oldest = codes::day(now - DOOR_READINGS_KEPT);
        tx.run(
            "DELETE FROM door_readings WHERE realm = ?1 AND day < ?2",
            params![realm::code(realm), oldest],
        )?;
    }
    Ok(())
}

/// Whether any door was read between the two.
pub(super) fn was_any_read(
    tx: &Connection,
    realm: Realm,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<bool, SqliteFault> {
    tx.value(
        "SELECT EXISTS (SELECT 1 FROM door_readings WHERE realm = ?1 AND at > ?2 AND at <= ?3)",
        params![
            realm::code(realm),
            codes::millis(from),
            codes::millis(until)
        ],
    )
}

pub(super) fn readings(tx: &Connection, realm: Realm) -> Result<Vec<DoorReading>, SqliteFault> {
    tx.all(
        "SELECT door, max(at) AS at FROM door_readings WHERE realm = ?1 GROUP BY door ORDER BY door",
        params![realm::code(realm)],
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
