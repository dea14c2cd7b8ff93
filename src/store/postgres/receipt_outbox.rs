//! The outbox of mails to readers on PostgreSQL. What is settled keeps its kind and its dates for a while, and loses what
//! it said. One is taken by one sender at a time, whose lease ends by the server's clock: the senders' own may differ.

pub(super) mod consents;
pub(super) mod queue;
pub(super) mod results;
mod taking;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{
    PostgresStore, columns, fault::PostgresFault, membership::member, realm,
    transaction::StoreTransaction, tries::transaction, values::values,
};
use crate::{
    audience::SubscriberId,
    store::{
        DueReceipt, NewReceipt, Realm, ReceiptId, ReceiptOutbox, ReceiptOutcome, ReceiptTurn,
        StoreError, codes,
        receipt_outbox::queued::{QueuedReceipt, turn_code},
    },
};

#[async_trait]
impl ReceiptOutbox for PostgresStore {
    async fn post_receipts(
        &self,
        receipts: &[NewReceipt],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        transaction!(self.writing(), |tx| post(&tx, self.realm, receipts, now))
    }

    async fn take_due_receipts(
        &self,
        turn: ReceiptTurn,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<DueReceipt>, StoreError> {
        transaction!(self.writing(), |tx| taking::take_due(
            &tx,
            (self.realm, turn),
            limit,
            now
        ))
    }

    async fn settle_receipt(
        &self,
        receipt: ReceiptId,
        outcome: ReceiptOutcome,
        reply: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        transaction!(self.writing(), |tx| taking::settle(
            &tx, receipt, outcome, reply, now
        ))
    }

    async fn next_receipt(&self, turn: ReceiptTurn) -> Result<Option<DateTime<Utc>>, StoreError> {
        transaction!(self.reading(), |tx| next(&tx, self.realm, turn))
    }

    async fn release_held(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        transaction!(self.writing(), |tx| async {
            let sql = "UPDATE receipts SET is_held = FALSE, due_at = $1 \
                       WHERE is_held AND realm = $2";
            let realm = realm::code(self.realm);
            tx.run(sql, values![codes::millis(now), realm]).await
        })
    }

    async fn held_receipts(&self) -> Result<u64, StoreError> {
        transaction!(self.reading(), |tx| held(&tx, self.realm))
    }
}

async fn post(
    tx: &StoreTransaction,
    realm: Realm,
    receipts: &[NewReceipt],
    now: DateTime<Utc>,
) -> Result<u64, PostgresFault> {
    let readers: Vec<SubscriberId> = receipts.iter().map(|it| it.reader).collect();
    member::lock_all(tx, &readers).await?;
    let mut queued = 0;
    for receipt in receipts {
        let Some(row) = member::of(tx, receipt.reader).await? else {
            continue;
        };
        if !member::standing(tx, &row).await?.gets_mail() {
            continue;
        }
        let who = (receipt.reader, row.epoch);
        let new = QueuedReceipt::to_reader(receipt.kind, who, &receipt.about);
        queue::post_in_turn(tx, realm, &new, ReceiptTurn::Bulk, now).await?;
        queued += 1;
    }
    Ok(queued)
}

async fn next(
    tx: &StoreTransaction,
    realm: Realm,
    turn: ReceiptTurn,
) -> Result<Option<DateTime<Utc>>, PostgresFault> {
    tx.one(
        "SELECT min(due_at) AS next FROM receipts WHERE due_at IS NOT NULL AND realm = $1 \
         AND turn = $2",
        values![realm::code(realm), turn_code(turn)],
        |row| columns::maybe_time(row, "next"),
    )
    .await
}

async fn held(tx: &StoreTransaction, realm: Realm) -> Result<u64, PostgresFault> {
    tx.one(
        "SELECT count(*) AS held FROM receipts WHERE is_held AND realm = $1",
        values![realm::code(realm)],
        |row| columns::count(row, "held"),
    )
    .await
}
