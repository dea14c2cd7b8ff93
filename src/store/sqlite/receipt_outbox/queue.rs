//! Receipts put into the outbox, in the transaction of the act that they speak of.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::{
    address::Address,
    store::{
        Realm, ReceiptTurn,
        receipt_outbox::queued::{KEPT, QueuedReceipt, kind_code, turn_code},
        sqlite::{codes, fault::SqliteFault, realm, statement::Statements},
    },
};

/// Queues one that somebody waits for.
pub(crate) fn post(
    tx: &Connection,
    realm: Realm,
    receipt: &QueuedReceipt<'_>,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    post_in_turn(tx, realm, receipt, ReceiptTurn::Awaited, now)
}

/// Queues it.
pub(crate) fn post_in_turn(
    tx: &Connection,
    realm: Realm,
    receipt: &QueuedReceipt<'_>,
    turn: ReceiptTurn,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    post_at(tx, realm, receipt, (turn, now), now)
}

/// Queues it for a moment.
pub(crate) fn post_at(
    tx: &Connection,
    realm: Realm,
    receipt: &QueuedReceipt<'_>,
    (turn, due_at): (ReceiptTurn, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    tx.run(
        "DELETE FROM receipts WHERE settled_at < ?1",
        params![codes::millis(now - KEPT)],
    )?;
    tx.run(
        "INSERT INTO receipts \
         (realm, kind, subscriber, epoch, email, facts, created_at, due_at, is_held, turn) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            realm::code(realm),
            kind_code(receipt.kind),
            receipt.reader.0,
            receipt.epoch,
            receipt.to.map(Address::as_str),
            codes::rows(receipt.about)?,
            codes::millis(now),
            (!receipt.is_held).then_some(codes::millis(due_at)),
            receipt.is_held,
            turn_code(turn)
        ],
    )?;
    Ok(())
}
