//! Paces that all senders of a state share: the generic cell rate algorithm on one row a key.

use chrono::{DateTime, Utc};

use rusqlite::{Connection, params};

use super::{SqliteFault, realm, statement::Statements};
use crate::{
    publication::Rate,
    store::{LeaseAnswer, Realm, pace},
};

pub(super) fn lease(
    tx: &Connection,
    realm: Realm,
    key: &str,
    rate: Rate,
    want: u32,
    now: DateTime<Utc>,
) -> Result<LeaseAnswer, SqliteFault> {
    let realm = realm::code(realm);
    let spent_until: Option<i64> = tx.maybe_value(
        "SELECT spent_until FROM paces WHERE realm = ?1 AND key = ?2",
        params![realm, key],
    )?;
    let spent_until = spent_until.map(DateTime::from_timestamp_nanos);
    let (lease, spent_until) = pace::lease(rate, spent_until, want, now);
    if lease.granted > 0 {
        let nanos = spent_until.timestamp_nanos_opt().unwrap_or(i64::MAX);
        tx.run(
            "INSERT INTO paces VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET spent_until = ?3",
            params![realm, key, nanos],
        )?;
    }
    Ok(lease)
}
