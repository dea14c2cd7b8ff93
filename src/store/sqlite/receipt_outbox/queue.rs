//! Receipts put into the outbox, in the transaction of the act that they speak of.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, params};

use crate::{
    address::Address,
    audience::SubscriberId,
    store::{
        Realm, ReceiptFacts, ReceiptKind, ReceiptTurn,
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

/// In people's databases: never renumbered.
pub(crate) fn turn_code(turn: ReceiptTurn) -> i64 {
    match turn {
        ReceiptTurn::Awaited => 0,
        ReceiptTurn::Bulk => 1,
        ReceiptTurn::Quiet => 2,
    }
}

/// The same.
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
