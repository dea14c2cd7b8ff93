//! Receipts put into the outbox, in the transaction of the act that they speak of.

use chrono::{DateTime, Utc};

use crate::{
    address::Address,
    store::{
        Realm, ReceiptTurn, codes,
        postgres::{
            columns, fault::PostgresFault, realm, transaction::StoreTransaction, values::values,
        },
        receipt_outbox::queued::{KEPT, QueuedReceipt, kind_code, turn_code},
    },
};

/// Queues one that somebody waits for.
pub(crate) async fn post(
    tx: &StoreTransaction,
    realm: Realm,
    receipt: &QueuedReceipt<'_>,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    post_in_turn(tx, realm, receipt, ReceiptTurn::Awaited, now).await
}

/// Queues it.
pub(crate) async fn post_in_turn(
    tx: &StoreTransaction,
    realm: Realm,
    receipt: &QueuedReceipt<'_>,
    turn: ReceiptTurn,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    post_at(tx, realm, receipt, (turn, now), now).await
}

/// Queues it for a moment.
pub(crate) async fn post_at(
    tx: &StoreTransaction,
    realm: Realm,
    receipt: &QueuedReceipt<'_>,
    (turn, due_at): (ReceiptTurn, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    // What somebody else takes away just now is none of ours to wait for.
    tx.run(
        "DELETE FROM receipts WHERE id IN (SELECT id FROM receipts WHERE settled_at < $1 \
         ORDER BY settled_at LIMIT 1000 FOR UPDATE SKIP LOCKED)",
        values![codes::millis(now - KEPT)],
    )
    .await?;
    tx.run(
        "INSERT INTO receipts \
         (realm, kind, subscriber, epoch, email, facts, created_at, due_at, is_held, turn) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        values![
            realm::code(realm),
            kind_code(receipt.kind),
            receipt.reader.0,
            i64::from(receipt.epoch),
            receipt.to.map(Address::as_str),
            columns::json_text(receipt.about)?,
            codes::millis(now),
            (!receipt.is_held).then_some(codes::millis(due_at)),
            receipt.is_held,
            turn_code(turn)
        ],
    )
    .await
    .map(drop)
}
