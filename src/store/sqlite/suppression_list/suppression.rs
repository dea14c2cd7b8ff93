//! Addresses that get no mail, and erasure: after it only a keyed hash of the address remains.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::{
    departures::journal::{self, Hashed},
    erasure,
    hash_keys::HashKeys,
};
use crate::{
    address::Address,
    audience::{Suppression, SuppressionReason},
    store::{
        sqlite::{codes, fault::SqliteFault, statement::Statements},
        suppression_list::strength,
    },
};

pub(crate) fn suppress(
    tx: &Connection,
    suppressions: &[Suppression],
    now: DateTime<Utc>,
) -> Result<u64, SqliteFault> {
    insert(tx, &HashKeys::load(tx)?, suppressions, now)
}

/// Forgets somebody; answers whether anything of them stood here.
pub(crate) fn erase(
    tx: &Connection,
    email: &Address,
    now: DateTime<Utc>,
) -> Result<bool, SqliteFault> {
    let hash = HashKeys::load(tx)?.own(&email.key());
    let was_known = erasure::erase(tx, &hash, email, now)?;
    journal::note(tx, &Hashed::own(hash), Some(SuppressionReason::Erased), now)?;
    Ok(was_known)
}

/// Adds suppressions; answers how many addresses had none. A stronger reason replaces a weaker one.
pub(crate) fn insert(
    tx: &Connection,
    hash_keys: &HashKeys,
    suppressions: &[Suppression],
    now: DateTime<Utc>,
) -> Result<u64, SqliteFault> {
    let keys: Vec<String> = suppressions
        .iter()
        .filter_map(|suppression| Some(suppression.email.as_ref()?.key()))
        .collect();
    let mut standing = among(tx, hash_keys, &keys)?;
    let mut new = 0;
    for suppression in suppressions {
        let Some(email) = &suppression.email else {
            continue;
        };
        let stands = standing.get(&email.key()).copied();
        if stands.is_some_and(|reason| strength(reason) >= strength(suppression.reason)) {
            continue;
        }
        new += u64::from(stands.is_none());
        standing.insert(email.key(), suppression.reason);
        let hash = hash_keys.own(&email.key());
        if suppression.reason == SuppressionReason::Erased {
            erasure::erase(tx, &hash, email, suppression.at)?;
        } else {
            write(tx, email, suppression, now)?;
        }
        let (reason, at) = (Some(suppression.reason), suppression.at);
        journal::note(tx, &Hashed::own(hash), reason, at)?;
    }
    Ok(new)
}

fn write(
    tx: &Connection,
    email: &Address,
    suppression: &Suppression,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let reason = codes::reason_code(suppression.reason);
    tx.run(
        "INSERT INTO suppressions (email, reason, detail, at) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (email) DO UPDATE SET reason = excluded.reason, detail = excluded.detail, \
         at = excluded.at",
        params![
            email.as_str(),
            reason,
            suppression.detail,
            codes::millis(suppression.at)
        ],
    )?;
    tx.run(
        "UPDATE subscribers SET suppressed = ?2, updated_at = ?3 WHERE email = ?1",
        params![email.as_str(), reason, codes::millis(now)],
    )?;
    Ok(())
}

/// Those of the addresses (by their keys) that are suppressed.
pub(crate) fn among(
    tx: &Connection,
    hash_keys: &HashKeys,
    keys: &[String],
) -> Result<HashMap<String, SuppressionReason>, SqliteFault> {
    let mut suppressed = HashMap::new();
    for key in keys {
        let code = tx.maybe_value(
            "SELECT reason FROM suppressions WHERE email = ?1",
            params![key],
        )?;
        if let Some(code) = code {
            suppressed.insert(key.clone(), codes::reason(code)?);
        }
    }
    for (key, reason) in erasure::among(tx, hash_keys, keys)? {
        let stands = suppressed.entry(key).or_insert(reason);
        if strength(reason) > strength(*stands) {
            *stands = reason;
        }
    }
    Ok(suppressed)
}

/// Lifts all that stands against an address; answers the strongest of it.
pub(crate) fn lift_key(
    tx: &Connection,
    hash_keys: &HashKeys,
    key: &str,
) -> Result<Option<Suppression>, SqliteFault> {
    let by_email = tx.maybe(
        "DELETE FROM suppressions WHERE email = ?1 RETURNING *",
        params![key],
        suppression_from,
    )?;
    let mut lifted: Vec<Suppression> = by_email.into_iter().collect();
    if let Some(lifted) = lifted.first() {
        journal::note(tx, &Hashed::own(hash_keys.own(key)), None, lifted.at)?;
    }
    for hash in hash_keys.all(key) {
        let by_hash = tx.maybe(
            "DELETE FROM suppressions WHERE hash = ?1 RETURNING *",
            params![hash],
            |row| Ok((suppression_from(row)?, row.get("hash_key")?)),
        )?;
        if let Some((suppression, key)) = by_hash {
            journal::note(tx, &Hashed { hash, key }, None, suppression.at)?;
            lifted.push(suppression);
        }
    }
    tx.run(
        "UPDATE subscribers SET suppressed = NULL WHERE email = ?1",
        params![key],
    )?;
    Ok(lifted.into_iter().max_by_key(|it| strength(it.reason)))
}

pub(crate) fn of(tx: &Connection, email: &Address) -> Result<Option<Suppression>, SqliteFault> {
    let key = email.key();
    let mut all: Vec<Suppression> = tx.all(
        "SELECT * FROM suppressions WHERE email = ?1",
        params![key],
        suppression_from,
    )?;
    for hash in HashKeys::load(tx)?.all(&key) {
        let sql = "SELECT * FROM suppressions WHERE hash = ?1";
        all.extend(tx.maybe(sql, params![hash], suppression_from)?);
    }
    Ok(all.into_iter().max_by_key(|it| strength(it.reason)))
}

pub(crate) fn suppression_from(row: &Row<'_>) -> Result<Suppression, SqliteFault> {
    let email: Option<String> = row.get("email")?;
    Ok(Suppression {
        email: email.as_deref().map(codes::address).transpose()?,
        reason: codes::reason(row.get("reason")?)?,
        detail: row.get("detail")?,
        at: codes::time_at(row, "at")?,
    })
}
