//! A receipt on its way into the outbox, and how its words are written there: for every store. Not: its row.

use chrono::TimeDelta;

use crate::{
    address::Address,
    audience::SubscriberId,
    store::{
        ReceiptFacts, ReceiptKind, ReceiptTurn,
        codes::{self, NotOurs},
    },
};

/// For so long it is kept that one left.
pub(crate) const KEPT: TimeDelta = TimeDelta::days(30);

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

impl<'a> QueuedReceipt<'a> {
    /// One that goes to whatever address the reader has then, and waits for nobody.
    pub(crate) fn to_reader(
        kind: ReceiptKind,
        (reader, epoch): (SubscriberId, u32),
        about: &'a ReceiptFacts,
    ) -> Self {
        Self {
            kind,
            reader,
            epoch,
            to: None,
            about,
            is_held: false,
        }
    }
}

/// In people's databases: never renumbered.
const TURNS: [(ReceiptTurn, i64); 3] = [
    (ReceiptTurn::Awaited, 0),
    (ReceiptTurn::Bulk, 1),
    (ReceiptTurn::Quiet, 2),
];

pub(crate) fn turn_code(turn: ReceiptTurn) -> i64 {
    codes::code_in(&TURNS, turn)
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

pub(crate) fn kind(code: i64) -> Result<ReceiptKind, NotOurs> {
    codes::of_code_in("kind of receipt", &KINDS, code)
}
