//! Who does what only one may at a time: adds people to the list, counts what forms cause, queues reminders. Locks
//! that end with their transaction.

use super::{fault::PostgresFault, transaction::StoreTransaction, values::values};

/// Whoever adds people waits for who adds others: of two who bring the same address, the second finds the first one's
/// row. Who only leaves waits for nobody.
const LIST_LOCK: i64 = 0x444E_0001;

/// Makes this transaction the only one that adds people.
pub(crate) async fn be_the_only_one_who_adds(tx: &StoreTransaction) -> Result<(), PostgresFault> {
    let sql = "SELECT pg_advisory_xact_lock($1)";
    tx.rows(sql, values![LIST_LOCK]).await.map(drop)
}

/// Whoever counts what forms cause waits for who counts other forms: of two at once the second finds the first one
/// counted.
const COUNT_LOCK: i64 = 0x444E_0002;

/// Makes this transaction the only one that counts what forms cause. Who adds people and counts asks for the list first.
pub(crate) async fn be_the_only_one_who_counts(tx: &StoreTransaction) -> Result<(), PostgresFault> {
    let sql = "SELECT pg_advisory_xact_lock($1)";
    tx.rows(sql, values![COUNT_LOCK]).await.map(drop)
}

/// Reminders are queued by one at a time, who looks again whom they are for.
const REMINDER_LOCK: i64 = 0x444E_0003;

/// Makes this transaction the only one that queues reminders.
pub(crate) async fn be_the_only_one_who_reminds(
    tx: &StoreTransaction,
) -> Result<(), PostgresFault> {
    let sql = "SELECT pg_advisory_xact_lock($1)";
    tx.rows(sql, values![REMINDER_LOCK]).await.map(drop)
}

/// Whoever takes in what came back, or settles it, waits for who does: each is kept once, and judged by all before it.
const INTAKE_LOCK: i64 = 0x444E_0004;

/// Makes this transaction the only one that takes in what came back.
pub(crate) async fn be_the_only_one_who_takes_in(
    tx: &StoreTransaction,
) -> Result<(), PostgresFault> {
    let sql = "SELECT pg_advisory_xact_lock($1)";
    tx.rows(sql, values![INTAKE_LOCK]).await.map(drop)
}

/// Waits until nobody adds people, and lets nobody until this transaction ends.
pub(crate) async fn let_nobody_add(tx: &StoreTransaction) -> Result<(), PostgresFault> {
    let sql = "SELECT pg_advisory_xact_lock_shared($1)";
    tx.rows(sql, values![LIST_LOCK]).await.map(drop)
}
