//! Tried again by a person's word: rows that were refused or wait, and suppressions that a relay's
//! refusal made. Which ones; how rows move is `store::machine`'s.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{
    SqliteFault, batch, codes, hash_keys::HashKeys, record::LedgerRows, statement::Statements,
    suppression,
};
use crate::{
    address::Address,
    audience::{Suppression, SuppressionReason},
    store::{
        BatchId, BounceSelection, Realm, RetryOutcome, RetrySelection, RetryState,
        machine::RowState,
    },
};

pub(super) fn retry(
    tx: &Connection,
    realm: Realm,
    batch: BatchId,
    wanted: &RetrySelection,
    now: DateTime<Utc>,
) -> Result<RetryOutcome, SqliteFault> {
    let (first, last) = codes::deliveries_of(batch);
    let state = match wanted.state {
        RetryState::Rejected => RowState::Rejected,
        RetryState::Deferred => RowState::Deferred,
    };
    let emails: Vec<&str> = wanted.emails.iter().map(Address::as_str).collect();
    // The list of states is the index's; the one that matters follows it.
    let found: Vec<(i64, bool)> = tx.all(
        "SELECT d.id, s.suppressed IS NOT NULL FROM deliveries AS d \
         JOIN subscribers AS s ON s.id = d.subscriber \
         WHERE d.id BETWEEN ?1 AND ?2 AND d.state IN (4, 5, 6, 7) AND d.state = ?3 \
         AND (?4 IS NULL OR d.domain = (SELECT id FROM domains WHERE name = ?4)) \
         AND (?5 IS NULL OR instr(' ' || d.reply || ' ', ' ' || ?5 || ' ')) \
         AND (?6 = 0 OR s.email IN (SELECT value FROM json_each(?7)))",
        params![
            first,
            last,
            codes::state_code(state),
            wanted.domain,
            wanted.code,
            codes::signed(emails.len() as u64),
            codes::rows(&emails)?
        ],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let (kept_off, open): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, is_off)| *is_off);
    let ids = open.into_iter().map(|(id, _)| id).collect();
    let mut ledger = LedgerRows::load(tx, realm, &ids, now)?;
    ledger.retry();
    ledger.write(tx)?;
    if !ids.is_empty() {
        batch::reopen(tx, batch)?;
    }
    Ok(RetryOutcome {
        rows: ids.len() as u64,
        suppressed: kept_off.len() as u64,
    })
}

/// Whom a relay's refusal keeps off the list, as far as the filter reaches.
pub(super) fn bounced(
    tx: &Connection,
    wanted: &BounceSelection,
) -> Result<Vec<Suppression>, SqliteFault> {
    tx.all(
        "SELECT p.* FROM suppressions AS p WHERE p.reason = ?1 AND p.email IS NOT NULL \
         AND (?2 IS NULL OR p.at >= ?2) \
         AND (?3 IS NULL OR p.email LIKE '%@' || ?3) \
         AND (?4 IS NULL OR instr(' ' || p.detail || ' ', ' ' || ?4 || ' ')) \
         AND (?5 IS NULL OR EXISTS (SELECT 1 FROM subscribers AS s \
           JOIN deliveries AS d ON d.id = (?5 << 40) | s.id \
           WHERE s.email = p.email AND d.state = ?6 AND d.reply = p.detail)) ORDER BY p.id",
        params![
            codes::reason_code(SuppressionReason::HardBounce),
            wanted.since.map(codes::millis),
            wanted.domain,
            wanted.code,
            wanted.batch.map(|batch| batch.0),
            codes::state_code(RowState::Rejected)
        ],
        suppression::suppression_from,
    )
}

/// Lifts all of these; answers how many stood.
pub(super) fn lift(tx: &Connection, emails: &[Address]) -> Result<u64, SqliteFault> {
    let keys = HashKeys::load(tx)?;
    let mut lifted = 0;
    for email in emails {
        let stood = suppression::lift_key(tx, &keys, &email.key())?;
        lifted += u64::from(stood.is_some());
    }
    Ok(lifted)
}
