//! The doors, on PostgreSQL: when each was read, and how far.

use chrono::{DateTime, Utc};

use crate::store::{
    DoorReading, Realm, codes,
    postgres::{
        columns, fault::PostgresFault, realm, transaction::StoreTransaction, values::values,
    },
    report_codes::DOOR_READINGS_KEPT,
};

pub(super) async fn note_read(
    tx: &StoreTransaction,
    realm: Realm,
    door: &str,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let realm = realm::code(realm);
    tx.run(
        "INSERT INTO door_readings AS r (realm, door, day, at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (realm, door, day) DO UPDATE SET at = greatest(r.at, excluded.at)",
        values![realm, door, codes::day(now), codes::millis(now)],
    )
    .await?;
    let oldest = codes::day(now - DOOR_READINGS_KEPT);
    let sql = "DELETE FROM door_readings WHERE realm = $1 AND day < $2";
    tx.run(sql, values![realm, oldest]).await.map(drop)
}

/// Whether any door was read between the two.
pub(super) async fn was_any_read(
    tx: &StoreTransaction,
    realm: Realm,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<bool, PostgresFault> {
    let (from, until) = (codes::millis(from), codes::millis(until));
    tx.value(
        "SELECT EXISTS (SELECT 1 FROM door_readings WHERE realm = $1 AND at > $2 AND at <= $3)",
        values![realm::code(realm), from, until],
    )
    .await
}

pub(super) async fn readings(
    tx: &StoreTransaction,
    realm: Realm,
) -> Result<Vec<DoorReading>, PostgresFault> {
    tx.all(
        "SELECT door, max(at) AS at FROM door_readings WHERE realm = $1 GROUP BY door ORDER BY door",
        values![realm::code(realm)],
        |row| {
            Ok(DoorReading {
                door: row.try_get("door")?,
                read_at: columns::time(row, "at")?,
            })
        },
    )
    .await
}

pub(super) async fn place(
    tx: &StoreTransaction,
    door: &str,
) -> Result<Option<String>, PostgresFault> {
    let sql = "SELECT place FROM door_places WHERE door = $1";
    tx.maybe_value(sql, values![door]).await
}

pub(super) async fn keep_place(
    tx: &StoreTransaction,
    door: &str,
    place: &str,
) -> Result<(), PostgresFault> {
    tx.run(
        "INSERT INTO door_places (door, place) VALUES ($1, $2) \
         ON CONFLICT (door) DO UPDATE SET place = excluded.place",
        values![door, place],
    )
    .await
    .map(drop)
}
