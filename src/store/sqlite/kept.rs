//! What keeping the calendar leaves in the state: since when it is kept, and which issues and slots a
//! person holds.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::{SqliteFault, codes, realm, statement::Statements};
use crate::store::{HeldRelease, Realm};

/// Notes that the calendar is kept now; answers since when it is. A clock that ran ahead then must not
/// silence what is missed since.
pub(super) fn keep(
    tx: &Connection,
    realm: Realm,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, SqliteFault> {
    let since = since(tx, realm)?.map_or(now, |since| since.min(now));
    tx.run(
        "INSERT INTO kept VALUES (?1, ?2) ON CONFLICT DO UPDATE SET since = ?2",
        params![realm::code(realm), codes::millis(since)],
    )?;
    Ok(since)
}

/// Since when the calendar is kept; at the latest since the first batch. None: it never was.
pub(super) fn since(tx: &Connection, realm: Realm) -> Result<Option<DateTime<Utc>>, SqliteFault> {
    let millis: Option<i64> = tx.value(
        "SELECT min(at) FROM (SELECT since AS at FROM kept WHERE realm = ?1 \
         UNION ALL SELECT frozen_at FROM batches WHERE realm IN (?1, ?2))",
        params![realm::code(realm), realm::UNTOLD],
    )?;
    millis.map(codes::time).transpose()
}

/// Writes a row as it is: its page goes to the disk all the same.
pub(super) fn touch(tx: &Connection) -> Result<(), SqliteFault> {
    tx.run("UPDATE instance SET adopted_at = adopted_at", [])?;
    Ok(())
}

/// Holds an issue or a slot; false: it is held already, and stays as it is.
pub(super) fn hold(tx: &Connection, hold: &HeldRelease) -> Result<bool, SqliteFault> {
    let new = tx.run(
        "INSERT INTO holds VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        params![&hold.name, &hold.why, codes::millis(hold.at)],
    )?;
    Ok(new > 0)
}

/// Releases it; answers the hold that stood.
pub(super) fn release(tx: &Connection, name: &str) -> Result<Option<HeldRelease>, SqliteFault> {
    tx.maybe(
        "DELETE FROM holds WHERE name = ?1 RETURNING name, why, held_at",
        params![name],
        hold_from,
    )
}

/// All that stand, by name.
pub(super) fn all(tx: &Connection) -> Result<Vec<HeldRelease>, SqliteFault> {
    tx.all(
        "SELECT name, why, held_at FROM holds ORDER BY name",
        [],
        hold_from,
    )
}

fn hold_from(row: &Row<'_>) -> Result<HeldRelease, SqliteFault> {
    Ok(HeldRelease {
        name: row.get("name")?,
        why: row.get("why")?,
        at: codes::time_at(row, "held_at")?,
    })
}
