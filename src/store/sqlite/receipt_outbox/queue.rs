//! Receipts put into the outbox, in the transaction of the act that they speak of.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, params};

use crate::{
    address::Address,
    audience::SubscriberId,
    store::{
        Realm, ReceiptFacts, ReceiptKind,
        sqlite::{codes, fault::SqliteFault, realm, statement::Statements},
    },
};

/// For so long it is kept that one left.
const KEPT: TimeDelta = TimeDelta::days(30);

/// One on its way into the outbox.
pub(crate) struct QueuedReceipt<'a> {
    pub(crate) kind: ReceiptKind,
    pub(crate) reader: SubscriberId,
    /// What its links are made for.
    pub(crate) epoch: u32,
    /// None: the address that the reader has when it leaves.
    pub(crate) to: Option<&'a Address>,
    pub(crate) about: &'a ReceiptFacts,
    /// It waits for a person.
    pub(crate) is_held: bool,
}

/// Queues it.
pub(crate) fn post(
    tx: &Connection,
    realm: Realm,
    receipt: &QueuedReceipt<'_>,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    tx.run(
        "DELETE FROM receipts WHERE settled_at < ?1",
        params![codes::millis(now - KEPT)],
    )?;
    let at = codes::millis(now);
    tx.run(
        "INSERT INTO receipts \
         (realm, kind, subscriber, epoch, email, facts, created_at, due_at, is_held) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            realm::code(realm),
            kind_code(receipt.kind),
            receipt.reader.0,
            receipt.epoch,
            receipt.to.map(Address::as_str),
            codes::rows(receipt.about)?,
            at,
            (!receipt.is_held).then_some(at),
            receipt.is_held
        ],
    )?;
    Ok(())
}

/// In people's databases: never renumbered.
const KINDS: [(ReceiptKind, i64); 11] = [
    (ReceiptKind::Confirm, 1),
    (ReceiptKind::Welcome, 2),
    (ReceiptKind::AlreadyHere, 3),
    (ReceiptKind::Goodbye, 4),
    (ReceiptKind::ManageLink, 5),
    (ReceiptKind::MoveConfirm, 6),
    (ReceiptKind::Moved, 7),
    (ReceiptKind::OpinionReceived, 8),
    (ReceiptKind::ResultNotice, 9),
    (ReceiptKind::ConsentReminder, 10),
    (ReceiptKind::Reconfirm, 11),
];

pub(crate) fn kind_code(kind: ReceiptKind) -> i64 {
    codes::code_in(&KINDS, kind)
}

pub(crate) fn kind(code: i64) -> Result<ReceiptKind, SqliteFault> {
    codes::of_code_in("kind of receipt", &KINDS, code)
}
