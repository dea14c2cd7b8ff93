//! The law's notices of results, queued; and how many of one kind somebody got. When and whether one is due is
//! `store::receipt_outbox::results`'.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::queue;
pub(crate) use crate::store::receipt_outbox::results::ResultRules;
use crate::{
    audience::SubscriberId,
    store::{
        Realm, ReceiptFacts, ReceiptKind, ReceiptTurn,
        receipt_outbox::{
            queued::{QueuedReceipt, kind_code},
            results::{counted_since, is_enough, next_result},
        },
        sqlite::{codes, fault::SqliteFault, realm, statement::Statements},
    },
};

/// Queues the notice where it is owed, in the place of one that waits.
pub(crate) fn post(
    tx: &Connection,
    rules: ResultRules,
    (reader, epoch): (SubscriberId, u32),
    about: &ReceiptFacts,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    if !rules.are_owed {
        return Ok(());
    }
    let kind = ReceiptKind::ResultNotice;
    let (code, realm) = (kind_code(kind), realm::code(rules.realm));
    tx.run(
        "DELETE FROM receipts WHERE subscriber = ?1 AND kind = ?2 AND realm = ?3 \
         AND due_at > ?4 AND attempts = 0",
        params![reader.0, code, realm, codes::millis(now)],
    )?;
    let last: Option<i64> = tx.value(
        "SELECT max(created_at) FROM receipts \
         WHERE subscriber = ?1 AND kind = ?2 AND realm = ?3",
        params![reader.0, code, realm],
    )?;
    let due_at = next_result(last.map(codes::time).transpose()?, now);
    let receipt = QueuedReceipt::to_reader(kind, (reader, epoch), about);
    let turn = (ReceiptTurn::Awaited, due_at);
    queue::post_at(tx, rules.realm, &receipt, turn, now)
}

/// Whether somebody got so many of that kind within a day that one more is too much.
pub(crate) fn had_enough(
    tx: &Connection,
    realm: Realm,
    reader: SubscriberId,
    kind: ReceiptKind,
    now: DateTime<Utc>,
) -> Result<bool, SqliteFault> {
    let had = tx.value(
        "SELECT count(*) FROM receipts \
         WHERE subscriber = ?1 AND kind = ?2 AND realm = ?3 AND created_at > ?4",
        params![
            reader.0,
            kind_code(kind),
            realm::code(realm),
            codes::millis(counted_since(now))
        ],
    )?;
    Ok(is_enough(had))
}
