//! The law's notices of results, queued; and how many of one kind somebody got. When and whether one is due is
//! `store::receipt_outbox::results`'. Whoever queues one has their reader locked.

use chrono::{DateTime, Utc};

use super::queue;
use crate::{
    audience::SubscriberId,
    store::{
        Realm, ReceiptFacts, ReceiptKind, ReceiptTurn, codes,
        postgres::{
            columns, fault::PostgresFault, realm, transaction::StoreTransaction, values::values,
        },
        receipt_outbox::{
            queued::{QueuedReceipt, kind_code},
            results::{ResultRules, counted_since, is_enough, next_result},
        },
    },
};

/// Queues the notice where it is owed, in the place of one that waits.
pub(crate) async fn post(
    tx: &StoreTransaction,
    rules: ResultRules,
    (reader, epoch): (SubscriberId, u32),
    about: &ReceiptFacts,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    if !rules.are_owed {
        return Ok(());
    }
    let kind = ReceiptKind::ResultNotice;
    let (code, realm) = (kind_code(kind), realm::code(rules.realm));
    tx.run(
        "DELETE FROM receipts WHERE subscriber = $1 AND kind = $2 AND realm = $3 \
         AND due_at > $4 AND attempts = 0",
        values![reader.0, code, realm, codes::millis(now)],
    )
    .await?;
    let last = tx
        .one(
            "SELECT max(created_at) AS last FROM receipts \
             WHERE subscriber = $1 AND kind = $2 AND realm = $3",
            values![reader.0, code, realm],
            |row| columns::maybe_time(row, "last"),
        )
        .await?;
    let receipt = QueuedReceipt::to_reader(kind, (reader, epoch), about);
    let turn = (ReceiptTurn::Awaited, next_result(last, now));
    queue::post_at(tx, rules.realm, &receipt, turn, now).await
}

/// Whether somebody got so many of that kind within a day that one more is too much.
pub(crate) async fn had_enough(
    tx: &StoreTransaction,
    realm: Realm,
    reader: SubscriberId,
    kind: ReceiptKind,
    now: DateTime<Utc>,
) -> Result<bool, PostgresFault> {
    let had = tx
        .value(
            "SELECT count(*) FROM receipts \
             WHERE subscriber = $1 AND kind = $2 AND realm = $3 AND created_at > $4",
            values![
                reader.0,
                kind_code(kind),
                realm::code(realm),
                codes::millis(counted_since(now))
            ],
        )
        .await?;
    Ok(is_enough(had))
}
