//! Receipts taken by whoever sends them, and what came of it.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::consents;
use crate::store::{
    DueReceipt, Realm, ReceiptId, ReceiptOutcome, ReceiptTurn, TELLING, codes,
    postgres::{
        columns,
        fault::PostgresFault,
        membership::{member, wishes},
        realm,
        transaction::StoreTransaction,
        values::values,
    },
    receipt_outbox::{
        queued::{kind, turn_code},
        taken::{OVERTAKEN, TakenReceipt},
    },
};

/// Takes receipts of that turn that are due, and that nobody has.
pub(super) async fn take_due(
    tx: &StoreTransaction,
    (realm, turn): (Realm, ReceiptTurn),
    limit: u32,
    now: DateTime<Utc>,
) -> Result<Vec<DueReceipt>, PostgresFault> {
    let mut taken = tx
        .all(
            "UPDATE receipts SET due_at = $2, \
             taken_until = clock_timestamp() + $6 * interval '1 millisecond' WHERE id IN \
             (SELECT id FROM receipts WHERE due_at <= $1 AND realm = $3 AND turn = $5 \
              AND (taken_until IS NULL OR taken_until <= clock_timestamp()) \
              ORDER BY due_at, id LIMIT $4 FOR UPDATE SKIP LOCKED) \
             RETURNING id, kind, subscriber, epoch, email, facts, attempts::int8, created_at",
            values![
                codes::millis(now),
                codes::millis(now + TELLING),
                realm::code(realm),
                i64::from(limit),
                turn_code(turn),
                TELLING.num_milliseconds()
            ],
            taken_from,
        )
        .await?;
    taken.sort_by_key(|receipt| receipt.id);
    let mut due = Vec::with_capacity(taken.len());
    for receipt in taken {
        let id = receipt.id;
        match address(tx, receipt).await? {
            Some(receipt) => due.push(receipt),
            None => write_outcome(tx, id, ReceiptOutcome::GivenUp, OVERTAKEN, now).await?,
        }
    }
    Ok(due)
}

fn taken_from(row: &Row) -> Result<TakenReceipt, PostgresFault> {
    let email: Option<String> = row.try_get("email")?;
    Ok(TakenReceipt {
        id: ReceiptId(row.try_get("id")?),
        kind: kind(columns::code(row, "kind")?)?,
        reader: columns::subscriber(row, "subscriber")?,
        epoch: columns::small_count(row, "epoch")?,
        to: email.as_deref().map(codes::address).transpose()?,
        about: columns::json(row, "facts")?,
        attempts: columns::small_count(row, "attempts")?,
        asked_at: columns::time(row, "created_at")?,
    })
}

/// Where it goes now; None: what it says is not so any more, or nobody is there to hear it.
async fn address(
    tx: &StoreTransaction,
    receipt: TakenReceipt,
) -> Result<Option<DueReceipt>, PostgresFault> {
    let Some(row) = member::of(tx, receipt.reader).await? else {
        return Ok(None);
    };
    let standing = member::standing(tx, &row).await?;
    let pending = match receipt.is_about_a_wish() {
        true => wishes::pending(tx, receipt.reader).await?,
        false => None,
    };
    Ok(receipt.addressed(&row, standing, pending))
}

/// What came of one.
pub(super) async fn settle(
    tx: &StoreTransaction,
    receipt: ReceiptId,
    outcome: ReceiptOutcome,
    reply: &str,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    consents::note_reminder(tx, receipt, outcome, now).await?;
    write_outcome(tx, receipt, outcome, reply, now).await
}

async fn write_outcome(
    tx: &StoreTransaction,
    receipt: ReceiptId,
    outcome: ReceiptOutcome,
    reply: &str,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let due_at = match outcome {
        ReceiptOutcome::Again(at) => Some(codes::millis(at)),
        ReceiptOutcome::Sent | ReceiptOutcome::GivenUp => None,
    };
    tx.run(
        "UPDATE receipts SET due_at = $2, taken_until = NULL, attempts = attempts + $3, \
         reply = $4, facts = CASE WHEN $2 IS NULL THEN NULL ELSE facts END, \
         email = CASE WHEN $2 IS NULL THEN NULL ELSE email END, \
         settled_at = CASE WHEN $2 IS NULL THEN $5 END, is_given_up = $6 \
         WHERE id = $1 AND due_at IS NOT NULL",
        values![
            receipt.0,
            due_at,
            i64::from(outcome != ReceiptOutcome::Sent),
            columns::text(reply),
            codes::millis(now),
            outcome == ReceiptOutcome::GivenUp
        ],
    )
    .await
    .map(drop)
}
