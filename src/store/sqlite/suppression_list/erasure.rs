//! Forgetting a person: everything goes but the numbers that batches were frozen with, and a keyed
//! hash that recognises the address should a file or an import bring it again.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params, types::Value};

use super::hash_keys::HashKeys;
use crate::{
    address::Address,
    audience::{SubscriberState, SuppressionReason},
    store::sqlite::{codes, fault::SqliteFault, statement::Statements},
};

/// Those of the addresses that are known by their hash alone: erased, or gone from another copy of this
/// list. Hashes nothing where nobody ever was.
pub(crate) fn among(
    tx: &Connection,
    hash_keys: &HashKeys,
    keys: &[String],
) -> Result<Vec<(String, SuppressionReason)>, SqliteFault> {
    let any: bool = tx.value(
        "SELECT EXISTS (SELECT 1 FROM suppressions WHERE hash IS NOT NULL)",
        [],
    )?;
    if !any {
        return Ok(Vec::new());
    }
    let mut erased = Vec::new();
    for key in keys {
        for hash in hash_keys.all(key) {
            let found: Option<i64> = tx.maybe_value(
                "SELECT reason FROM suppressions WHERE hash = ?1",
                params![hash],
            )?;
            if let Some(reason) = found {
                erased.push((key.clone(), codes::reason(reason)?));
            }
        }
    }
    Ok(erased)
}

/// Leaves that hash of them, under the list's own key; answers whether anything of them stood here: on
/// the list, or among those who get no mail.
pub(crate) fn erase(
    tx: &Connection,
    hash: &[u8],
    email: &Address,
    at: DateTime<Utc>,
) -> Result<bool, SqliteFault> {
    let suppressed = tx.run(
        "DELETE FROM suppressions WHERE email = ?1",
        params![email.as_str()],
    )?;
    tx.run(
        "INSERT INTO suppressions (hash, reason, at) VALUES (?1, ?2, ?3) \
         ON CONFLICT (hash) DO UPDATE SET reason = excluded.reason, at = excluded.at",
        params![
            hash,
            codes::reason_code(SuppressionReason::Erased),
            codes::millis(at)
        ],
    )?;
    let known: Option<(i64, Option<i64>)> = tx.maybe(
        "SELECT id, domain FROM subscribers WHERE email = ?1",
        params![email.as_str()],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    if let Some((subscriber, domain)) = known {
        forget(tx, subscriber, at)?;
        forget_domain(tx, domain)?;
    }
    for (table, column) in QUOTING {
        stop_quoting(tx, table, column, &email.key())?;
    }
    Ok(known.is_some() || suppressed > 0)
}

/// Where a relay's words are kept, which like to repeat the address they speak of.
const QUOTING: [(&str, &str); 5] = [
    ("batches", "reason"),
    ("suppressions", "detail"),
    ("notices", "content"),
    ("notices", "reply"),
    ("moods", "record"),
];

/// Puts nobody in the place of an address, wherever a text names it.
fn stop_quoting(tx: &Connection, table: &str, column: &str, key: &str) -> Result<(), SqliteFault> {
    let quoting: Vec<Value> = tx.values(
        &format!(
            "SELECT DISTINCT {column} FROM {table} \
             WHERE instr(lower(CAST({column} AS TEXT)), ?1) > 0"
        ),
        params![key],
    )?;
    for old in quoting {
        let new = match &old {
            Value::Text(text) => Value::Text(without(text, key)),
            Value::Blob(bytes) => {
                Value::Blob(without(&String::from_utf8_lossy(bytes), key).into_bytes())
            }
            _ => continue,
        };
        let sql = format!("UPDATE {table} SET {column} = ?2 WHERE {column} = ?1");
        tx.run(&sql, params![old, new])?;
    }
    Ok(())
}

fn without(text: &str, key: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut rest = 0;
    let mut out = String::with_capacity(text.len());
    while let Some(at) = lower[rest..].find(key) {
        out.push_str(&text[rest..rest + at]);
        out.push_str("[erased]");
        rest += at + key.len();
    }
    out.push_str(&text[rest..]);
    out
}

/// States of the time before deleted rows were overwritten have free space that still holds them.
const OVERWRITES: i64 = 1;

/// Overwrites on the disk what the last transactions deleted: the log is folded in and emptied, and the
/// first time all free space is given up. False: another program reads the log just now, and empties it
/// when it is done.
pub(crate) fn overwrite(connection: &Connection) -> Result<bool, SqliteFault> {
    let version: i64 = connection.value("PRAGMA user_version", [])?;
    if version < OVERWRITES {
        connection.execute_batch("VACUUM; PRAGMA user_version = 1;")?;
    }
    for _ in 0..TRIES {
        let is_busy: i64 = connection.value("PRAGMA wal_checkpoint(TRUNCATE)", [])?;
        if is_busy == 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Each waits for readers as long as any statement waits for a lock.
const TRIES: u32 = 2;

fn forget(tx: &Connection, subscriber: i64, at: DateTime<Utc>) -> Result<(), SqliteFault> {
    tx.run(
        "DELETE FROM past_consents WHERE subscriber = ?1",
        params![subscriber],
    )?;
    tx.run(
        "UPDATE subscribers SET email = NULL, domain = NULL, name = NULL, editions = NULL, \
         tags = NULL, timezone = NULL, language = NULL, consent_at = NULL, consent_source = NULL, \
         state = ?2, suppressed = ?3, vouched_by = 0, set_by = 0, updated_at = ?4 WHERE id = ?1",
        params![
            subscriber,
            codes::subscriber_state_code(SubscriberState::Inactive),
            codes::reason_code(SuppressionReason::Erased),
            codes::millis(at)
        ],
    )?;
    // Relays like to repeat the address in their answers.
    tx.run(
        "DELETE FROM rehearsal_bounces WHERE subscriber = ?1",
        params![subscriber],
    )?;
    tx.run(
        "UPDATE deliveries SET domain = 0, reply = NULL \
         WHERE id IN (SELECT (id << 40) | ?1 FROM batches)",
        params![subscriber],
    )?;
    Ok(())
}

/// A domain of one's own is as good as a name.
fn forget_domain(tx: &Connection, domain: Option<i64>) -> Result<(), SqliteFault> {
    let forgotten: Option<String> = tx.maybe_value(
        "DELETE FROM domains WHERE id = ?1 \
         AND NOT EXISTS (SELECT 1 FROM subscribers WHERE domain = ?1) \
         AND NOT EXISTS (SELECT 1 FROM lanes WHERE domain = ?1) RETURNING name",
        params![domain],
    )?;
    if let Some(name) = forgotten {
        tx.run("DELETE FROM moods WHERE key = ?1", params![name])?;
    }
    Ok(())
}
