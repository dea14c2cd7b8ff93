//! Forgetting a person: everything goes but the numbers that batches were frozen with, and a keyed
//! hash that recognises the address should a file or an import bring it again.

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{Fault, codes, statement::Statements};
use crate::{
    address::Address,
    audience::{SubscriberState, SuppressionReason},
};

/// What remains of an erased address.
pub(super) fn hash(erasure_key: &hmac::Key, address_key: &str) -> Vec<u8> {
    hmac::sign(erasure_key, address_key.as_bytes())
        .as_ref()
        .to_vec()
}

/// Those of the addresses that are known by their hash alone: erased, or gone from another copy of this
/// list. Hashes nothing where nobody ever was.
pub(super) fn among(
    tx: &Connection,
    erasure_key: &hmac::Key,
    keys: &[String],
) -> Result<Vec<(String, SuppressionReason)>, Fault> {
    let any: bool = tx.value(
        "SELECT EXISTS (SELECT 1 FROM suppressions WHERE hash IS NOT NULL)",
        [],
    )?;
    if !any {
        return Ok(Vec::new());
    }
    let mut erased = Vec::new();
    for key in keys {
        let found: Option<i64> = tx.maybe_value(
            "SELECT reason FROM suppressions WHERE hash = ?1",
            params![hash(erasure_key, key)],
        )?;
        if let Some(reason) = found {
            erased.push((key.clone(), codes::reason(reason)?));
        }
    }
    Ok(erased)
}

pub(super) fn erase(
    tx: &Connection,
    erasure_key: &hmac::Key,
    email: &Address,
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    tx.run(
        "DELETE FROM suppressions WHERE email = ?1",
        params![email.as_str()],
    )?;
    tx.run(
        "INSERT INTO suppressions (hash, reason, at) VALUES (?1, ?2, ?3) \
         ON CONFLICT (hash) DO UPDATE SET reason = excluded.reason, at = excluded.at",
        params![
            hash(erasure_key, &email.key()),
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
    Ok(())
}

fn forget(tx: &Connection, subscriber: i64, at: DateTime<Utc>) -> Result<(), Fault> {
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
fn forget_domain(tx: &Connection, domain: Option<i64>) -> Result<(), Fault> {
    tx.run(
        "DELETE FROM domains WHERE id = ?1 \
         AND NOT EXISTS (SELECT 1 FROM subscribers WHERE domain = ?1) \
         AND NOT EXISTS (SELECT 1 FROM lanes WHERE domain = ?1)",
        params![domain],
    )?;
    Ok(())
}
