//! The outbox of mails to readers on SQLite. What is settled keeps its kind and its dates for a while, and loses what
//! it said.

pub(super) mod consents;
pub(super) mod queue;
pub(super) mod results;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::{
    SqliteStore, codes,
    fault::SqliteFault,
    membership::{member::MemberRow, wishes},
    realm,
    statement::Statements,
};
use crate::{
    audience::SubscriberId,
    store::{
        DueReceipt, NewReceipt, Realm, ReceiptId, ReceiptOutbox, ReceiptOutcome, ReceiptTurn,
        StoreError, TELLING,
        receipt_outbox::{
            queued::{QueuedReceipt, kind, turn_code},
            taken::{OVERTAKEN, TakenReceipt},
        },
    },
};

#[async_trait]
impl ReceiptOutbox for SqliteStore {
    async fn post_receipts(
        &self,
        receipts: &[NewReceipt],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let (realm, receipts) = (self.realm, receipts.to_vec());
        self.write(move |tx, _| {
            let mut queued = 0;
            for receipt in &receipts {
                queued += u64::from(post(tx, realm, receipt, now)?);
            }
            Ok(queued)
        })
        .await
    }

    async fn take_due_receipts(
        &self,
        turn: ReceiptTurn,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<DueReceipt>, StoreError> {
        let realm = realm::code(self.realm);
        self.write(move |tx, _| {
            let mut taken = tx.all(
                "UPDATE receipts SET due_at = ?2 WHERE id IN \
                 (SELECT id FROM receipts WHERE due_at <= ?1 AND realm = ?3 AND turn = ?5 \
                  ORDER BY due_at, id LIMIT ?4) RETURNING *",
                params![
                    codes::millis(now),
                    codes::millis(now + TELLING),
                    realm,
                    limit,
                    turn_code(turn)
                ],
                taken_from,
            )?;
            taken.sort_by_key(|receipt| receipt.id);
            let mut due = Vec::with_capacity(taken.len());
            for receipt in taken {
                let id = receipt.id;
                match address(tx, receipt)? {
                    Some(receipt) => due.push(receipt),
                    None => settle(tx, id, ReceiptOutcome::GivenUp, OVERTAKEN, now)?,
                }
            }
            Ok(due)
        })
        .await
    }

    async fn settle_receipt(
        &self,
        receipt: ReceiptId,
        outcome: ReceiptOutcome,
        reply: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let reply = reply.to_owned();
        self.write(move |tx, _| {
            consents::note_reminder(tx, receipt, outcome, now)?;
            settle(tx, receipt, outcome, &reply, now)
        })
        .await
    }

    async fn next_receipt(&self, turn: ReceiptTurn) -> Result<Option<DateTime<Utc>>, StoreError> {
        let realm = realm::code(self.realm);
        self.read(move |tx, _| {
            let millis: Option<i64> = tx.value(
                "SELECT min(due_at) FROM receipts WHERE due_at IS NOT NULL AND realm = ?1 \
                 AND turn = ?2",
                params![realm, turn_code(turn)],
            )?;
            millis.map(codes::time).transpose()
        })
        .await
    }

    async fn release_held(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let realm = realm::code(self.realm);
        self.write(move |tx, _| {
            tx.run(
                "UPDATE receipts SET is_held = 0, due_at = ?1 WHERE is_held AND realm = ?2",
                params![codes::millis(now), realm],
            )
        })
        .await
    }

    async fn held_receipts(&self) -> Result<u64, StoreError> {
        let realm = realm::code(self.realm);
        self.read(move |tx, _| {
            tx.one(
                "SELECT count(*) AS held FROM receipts WHERE is_held AND realm = ?1",
                params![realm],
                |row| codes::count(row, "held"),
            )
        })
        .await
    }
}

fn post(
    tx: &Connection,
    realm: Realm,
    receipt: &NewReceipt,
    now: DateTime<Utc>,
) -> Result<bool, SqliteFault> {
    let Some(row) = MemberRow::of(tx, receipt.reader)? else {
        return Ok(false);
    };
    if !row.standing(tx)?.gets_mail() {
        return Ok(false);
    }
    let who = (receipt.reader, row.epoch);
    let queued = QueuedReceipt::to_reader(receipt.kind, who, &receipt.about);
    queue::post_in_turn(tx, realm, &queued, ReceiptTurn::Bulk, now)?;
    Ok(true)
}

fn taken_from(row: &Row<'_>) -> Result<TakenReceipt, SqliteFault> {
    let (email, facts): (Option<String>, String) = (row.get("email")?, row.get("facts")?);
    Ok(TakenReceipt {
        id: ReceiptId(row.get("id")?),
        kind: kind(row.get("kind")?)?,
        reader: SubscriberId(row.get("subscriber")?),
        epoch: row.get("epoch")?,
        to: email.as_deref().map(codes::address).transpose()?,
        about: serde_json::from_str(&facts)
            .map_err(|error| SqliteFault::Damaged(error.to_string()))?,
        attempts: row.get("attempts")?,
        asked_at: codes::time_at(row, "created_at")?,
    })
}

/// Where it goes now; None: what it says is not so any more, or nobody is there to hear it.
fn address(tx: &Connection, receipt: TakenReceipt) -> Result<Option<DueReceipt>, SqliteFault> {
    let Some(row) = MemberRow::of(tx, receipt.reader)? else {
        return Ok(None);
    };
    let standing = row.standing(tx)?;
    let pending = match receipt.is_about_a_wish() {
        true => wishes::pending(tx, receipt.reader)?,
        false => None,
    };
    Ok(receipt.addressed(&row, standing, pending))
}

fn settle(
    tx: &Connection,
    receipt: ReceiptId,
    outcome: ReceiptOutcome,
    reply: &str,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let due_at = match outcome {
        ReceiptOutcome::Again(at) => Some(codes::millis(at)),
        ReceiptOutcome::Sent | ReceiptOutcome::GivenUp => None,
    };
    tx.run(
        "UPDATE receipts SET due_at = ?2, attempts = attempts + ?3, reply = ?4, \
         facts = CASE WHEN ?2 IS NULL THEN NULL ELSE facts END, \
         email = CASE WHEN ?2 IS NULL THEN NULL ELSE email END, \
         settled_at = CASE WHEN ?2 IS NULL THEN ?5 END, is_given_up = ?6 \
         WHERE id = ?1 AND due_at IS NOT NULL",
        params![
            receipt.0,
            due_at,
            i64::from(outcome != ReceiptOutcome::Sent),
            reply,
            codes::millis(now),
            outcome == ReceiptOutcome::GivenUp
        ],
    )?;
    Ok(())
}
