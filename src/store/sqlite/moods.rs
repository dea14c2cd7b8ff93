//! What is remembered of the relay and of recipient domains, and rows that wait for them.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{SqliteFault, codes, realm, statement::Statements, waves};
use crate::store::{BatchId, Realm, StoredMood, machine::RowState};

pub(super) fn all(tx: &Connection, realm: Realm) -> Result<Vec<StoredMood>, SqliteFault> {
    tx.all(
        "SELECT * FROM moods WHERE realm = ?1 ORDER BY key",
        params![realm::code(realm)],
        |row| {
            Ok(StoredMood {
                key: row.get("key")?,
                record: row.get("record")?,
                at: codes::time_at(row, "at")?,
            })
        },
    )
}

pub(super) fn keep(tx: &Connection, realm: Realm, moods: &[StoredMood]) -> Result<(), SqliteFault> {
    for mood in moods {
        tx.run(
            "INSERT INTO moods (realm, key, record, at) VALUES (?4, ?1, ?2, ?3) \
             ON CONFLICT DO UPDATE SET record = excluded.record, at = excluded.at",
            params![
                mood.key,
                mood.record,
                codes::millis(mood.at),
                realm::code(realm)
            ],
        )?;
    }
    Ok(())
}

/// The rows of a domain that are due before `until` are due then.
pub(super) fn postpone(
    tx: &Connection,
    batch: BatchId,
    domain: &str,
    until: DateTime<Utc>,
) -> Result<u64, SqliteFault> {
    tx.run(
        "UPDATE deliveries SET due_at = ?3 WHERE batch = ?1 AND due_at < ?3 \
         AND domain = (SELECT id FROM domains WHERE name = ?2)",
        params![batch.0, domain, codes::millis(until)],
    )
}

/// No row of what has begun waits longer than until `latest`: a clock that ran ahead must not strand
/// rows for years.
pub(super) fn pull_back(
    tx: &Connection,
    batch: BatchId,
    latest: DateTime<Utc>,
) -> Result<u64, SqliteFault> {
    tx.run(
        "UPDATE deliveries SET due_at = ?2 WHERE batch = ?1 AND due_at > ?2 AND due_at < ?3 \
         AND (state = ?4 OR wave IS NULL OR EXISTS (SELECT 1 FROM waves AS w \
           WHERE w.batch = ?1 AND w.number = deliveries.wave AND w.state = 1))",
        params![
            batch.0,
            codes::millis(latest),
            waves::HELD_MILLIS,
            codes::state_code(RowState::Deferred)
        ],
    )
}
