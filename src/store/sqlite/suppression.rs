//! Addresses that get no mail, and erasure: after it only a keyed hash of the address remains.

use std::collections::HashMap;

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::{Fault, codes, departures, erasure, place::Place, statement::Statements};
use crate::{
    address::Address,
    audience::{Suppression, SuppressionReason},
};

pub(super) fn suppress(
    tx: &Connection,
    place: &Place,
    suppressions: &[Suppression],
    now: DateTime<Utc>,
) -> Result<u64, Fault> {
    insert(tx, &place.erasure_key(), suppressions, now)
}

/// Forgets somebody; answers whether anything of them stood here.
pub(super) fn erase(
    tx: &Connection,
    place: &Place,
    email: &Address,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let key = place.erasure_key();
    let was_known = erasure::erase(tx, &key, email, now)?;
    let hash = erasure::hash(&key, &email.key());
    departures::note(tx, &hash, Some(SuppressionReason::Erased), now)?;
    Ok(was_known)
}

/// Adds suppressions; answers how many addresses had none. A stronger reason replaces a weaker one:
/// lifting a bounce must not bring back someone who left as well.
pub(super) fn insert(
    tx: &Connection,
    erasure_key: &hmac::Key,
    suppressions: &[Suppression],
    now: DateTime<Utc>,
) -> Result<u64, Fault> {
    let keys: Vec<String> = suppressions
        .iter()
        .filter_map(|suppression| Some(suppression.email.as_ref()?.key()))
        .collect();
    let mut standing = among(tx, erasure_key, &keys)?;
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
        if suppression.reason == SuppressionReason::Erased {
            erasure::erase(tx, erasure_key, email, suppression.at)?;
        } else {
            write(tx, email, suppression, now)?;
        }
        let hash = erasure::hash(erasure_key, &email.key());
        departures::note(tx, &hash, Some(suppression.reason), suppression.at)?;
    }
    Ok(new)
}

fn write(
    tx: &Connection,
    email: &Address,
    suppression: &Suppression,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
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

/// The person's own will is the strongest, what machines say the weakest.
fn strength(reason: SuppressionReason) -> u8 {
    match reason {
        SuppressionReason::HardBounce => 1,
        SuppressionReason::Manual => 2,
        SuppressionReason::Unsubscribed => 3,
        SuppressionReason::Complaint => 4,
        SuppressionReason::Erased => 5,
    }
}

/// Those of the addresses (by their keys) that are suppressed.
pub(super) fn among(
    tx: &Connection,
    erasure_key: &hmac::Key,
    keys: &[String],
) -> Result<HashMap<String, SuppressionReason>, Fault> {
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
    suppressed.extend(erasure::among(tx, erasure_key, keys)?);
    Ok(suppressed)
}

pub(super) fn lift(
    tx: &Connection,
    place: &Place,
    email: &Address,
) -> Result<Option<Suppression>, Fault> {
    lift_key(tx, &place.erasure_key(), &email.key())
}

/// Lifts what stands against an address.
pub(super) fn lift_key(
    tx: &Connection,
    erasure_key: &hmac::Key,
    key: &str,
) -> Result<Option<Suppression>, Fault> {
    let lifted = tx.maybe(
        "DELETE FROM suppressions WHERE email = ?1 OR hash = ?2 RETURNING *",
        params![key, erasure::hash(erasure_key, key)],
        suppression_from,
    )?;
    tx.run(
        "UPDATE subscribers SET suppressed = NULL WHERE email = ?1",
        params![key],
    )?;
    if let Some(lifted) = &lifted {
        departures::note(tx, &erasure::hash(erasure_key, key), None, lifted.at)?;
    }
    Ok(lifted)
}

pub(super) fn of(
    tx: &Connection,
    place: &Place,
    email: &Address,
) -> Result<Option<Suppression>, Fault> {
    let key = email.key();
    tx.maybe(
        "SELECT * FROM suppressions WHERE email = ?1 OR hash = ?2",
        params![key, erasure::hash(&place.erasure_key(), &key)],
        suppression_from,
    )
}

pub(super) fn page(
    tx: &Connection,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, Suppression)>, Fault> {
    tx.all(
        "SELECT * FROM suppressions WHERE id > ?1 ORDER BY id LIMIT ?2",
        params![after, limit],
        |row| Ok((row.get("id")?, suppression_from(row)?)),
    )
}

pub(super) fn suppression_from(row: &Row<'_>) -> Result<Suppression, Fault> {
    let email: Option<String> = row.get("email")?;
    Ok(Suppression {
        email: email.as_deref().map(codes::address).transpose()?,
        reason: codes::reason(row.get("reason")?)?,
        detail: row.get("detail")?,
        at: codes::time_at(row, "at")?,
    })
}
