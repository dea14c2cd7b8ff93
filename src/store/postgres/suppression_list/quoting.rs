//! Texts that may name an address which is to be forgotten: what relays and other people said.

use crate::store::{
    erased_text::without,
    postgres::{fault::PostgresFault, transaction::StoreTransaction, values::values},
};

/// Where a relay's words are kept, which like to repeat the address they speak of, and where other people's are.
const QUOTING: [(&str, &str); 4] = [
    ("batches", "reason"),
    ("suppressions", "detail"),
    ("moods", "record"),
    ("consent_proofs", "page"),
];

/// Puts nobody in the place of an address, wherever a text names it.
pub(super) async fn stop_quoting(tx: &StoreTransaction, key: &str) -> Result<(), PostgresFault> {
    for (table, column) in QUOTING {
        let sql =
            format!("SELECT DISTINCT {column} FROM {table} WHERE strpos(lower({column}), $1) > 0");
        let quoting: Vec<String> = tx.values(&sql, values![key]).await?;
        for old in quoting {
            let sql = format!("UPDATE {table} SET {column} = $2 WHERE {column} = $1");
            tx.run(&sql, values![old, without(&old, key)]).await?;
        }
    }
    Ok(())
}
