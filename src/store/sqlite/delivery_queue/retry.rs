//! Rows tried again by a person's word, refused or waiting. Which ones; how rows move is
//! `store::machine`'s.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::record::LedgerRows;
use crate::{
    address::Address,
    store::{
        BatchId, DeliveryState, Realm, RetryOutcome, RetrySelection, RetryState,
        sqlite::{batch_ledger::batch, codes, fault::SqliteFault, statement::Statements},
    },
};

pub(crate) fn retry(
    tx: &Connection,
    realm: Realm,
    batch: BatchId,
    wanted: &RetrySelection,
    now: DateTime<Utc>,
) -> Result<RetryOutcome, SqliteFault> {
    let (first, last) = codes::deliveries_of(batch);
    let state = match wanted.state {
        RetryState::Rejected => DeliveryState::Rejected,
        RetryState::Deferred => DeliveryState::Deferred,
    };
    let emails: Vec<&str> = wanted.emails.iter().map(Address::as_str).collect();
    // The list of states is the index's; the one that matters follows it.
    let found: Vec<(i64, bool)> = tx.all(
        "SELECT d.id, s.suppressed IS NOT NULL FROM deliveries AS d \
         JOIN subscribers AS s ON s.id = d.subscriber \
         WHERE d.id BETWEEN ?1 AND ?2 AND d.state >= 4 AND d.state = ?3 \
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
    ledger.write(tx, realm)?;
    if !ids.is_empty() {
        batch::reopen(tx, batch)?;
    }
    Ok(RetryOutcome {
        rows: ids.len() as u64,
        suppressed: kept_off.len() as u64,
    })
}
