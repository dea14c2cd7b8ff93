//! Where the keys lie under which addresses that left are hashed, on PostgreSQL.

use crate::store::{
    hash_keys::HashKeys,
    postgres::{fault::PostgresFault, transaction::StoreTransaction, values::values},
};

pub(crate) async fn load(tx: &StoreTransaction) -> Result<HashKeys, PostgresFault> {
    let sql = "SELECT erasure_key FROM instance";
    let own = tx.value(sql, values![]).await?;
    let sql = "SELECT id, key FROM hash_keys ORDER BY id";
    let others = tx.all(sql, values![], |row| Ok((row.try_get(0)?, row.try_get(1)?)));
    Ok(HashKeys::new(own, others.await?))
}

/// The number that rows name a key by; None is the list's own. It is learned where it was not known.
pub(crate) async fn number(
    tx: &StoreTransaction,
    keys: &mut HashKeys,
    key: &[u8],
) -> Result<Option<i64>, PostgresFault> {
    if let Some(known) = keys.known(key) {
        return Ok(known);
    }
    keys.have_room()?;
    let number = tx
        .value(
            "INSERT INTO hash_keys (key) VALUES ($1) RETURNING id",
            values![key],
        )
        .await?;
    keys.learn(number, key);
    Ok(Some(number))
}
