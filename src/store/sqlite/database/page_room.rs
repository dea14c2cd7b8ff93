//! How many pages of the database a connection keeps in memory.
//!
//! Freezes and sends go through their tables in order: to a million readers they wrote as much, in the same time, with 1 MiB
//! as with 16. People who are taken in come in the order of their addresses, and a group of them touches most of the index:
//! with 4 MiB half as much again was written, with 8 as much as with 16.

use rusqlite::Connection;

use crate::store::sqlite::fault::SqliteFault;

/// Of the connection that writes.
pub(super) const USUAL: &str = "PRAGMA cache_size = -4096";
pub(super) const OF_READER: &str = "PRAGMA cache_size = -2048";
const OF_MANY_PEOPLE: &str = "PRAGMA cache_size = -8192";

/// Has a verb take many people in, with room for the pages that they touch; the room is given back with its transaction.
pub(crate) fn of_many_people<T>(
    tx: &Connection,
    verb: impl FnOnce() -> Result<T, SqliteFault>,
) -> Result<T, SqliteFault> {
    tx.execute_batch(OF_MANY_PEOPLE)?;
    let outcome = verb();
    tx.execute_batch(USUAL)?;
    outcome
}
