//! Who adds people to the list, one after the other: a lock that ends with its transaction.

use super::{fault::PostgresFault, transaction::StoreTransaction, values::values};

/// Whoever adds people waits for who adds others: of two who bring the same address, the second finds the first one's
/// row. Who only leaves waits for nobody.
const LIST_LOCK: i64 = 0x444E_0001;

/// Makes this transaction the only one that adds people.
pub(crate) async fn be_the_only_one_who_adds(tx: &StoreTransaction) -> Result<(), PostgresFault> {
    let sql = "SELECT pg_advisory_xact_lock($1)";
    tx.rows(sql, values![LIST_LOCK]).await.map(drop)
}

/// Waits until nobody adds people, and lets nobody until this transaction ends.
pub(crate) async fn let_nobody_add(tx: &StoreTransaction) -> Result<(), PostgresFault> {
    let sql = "SELECT pg_advisory_xact_lock_shared($1)";
    tx.rows(sql, values![LIST_LOCK]).await.map(drop)
}
