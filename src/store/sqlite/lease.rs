//! Paces that all senders of a state share: the generic cell rate algorithm on one row a key.

use chrono::{DateTime, Utc};

use rusqlite::{Connection, params};

use super::{Fault, statement::Statements};
use crate::{
    publication::Rate,
    store::{Lease, pace},
};

pub(super) fn lease(
    tx: &Connection,
    key: &str,
    rate: Rate,
    want: u32,
    now: DateTime<Utc>,
) -> Result<Lease, Fault> {
    let spent_until: Option<i64> =
        tx.maybe_value("SELECT spent_until FROM paces WHERE key = ?1", params![key])?;
    let spent_until = spent_until.map(DateTime::from_timestamp_nanos);
    let (lease, spent_until) = pace::lease(rate, spent_until, want, now);
    if lease.granted > 0 {
        let nanos = spent_until.timestamp_nanos_opt().unwrap_or(i64::MAX);
        tx.run(
            "INSERT INTO paces VALUES (?1, ?2) ON CONFLICT DO UPDATE SET spent_until = ?2",
            params![key, nanos],
        )?;
    }
    Ok(lease)
}
