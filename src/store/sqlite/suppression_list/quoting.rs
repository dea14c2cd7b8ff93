//! Texts that may name an address which is to be forgotten: what relays and other people said.

use rusqlite::{Connection, params, types::Value};

use crate::store::{
    erased_text::without,
    sqlite::{fault::SqliteFault, statement::Statements},
};

/// Where a relay's words are kept, which like to repeat the address they speak of, and where other people's are.
const QUOTING: [(&str, &str); 18] = [
    ("batches", "reason"),
    ("suppressions", "detail"),
    ("notices", "content"),
    ("notices", "reply"),
    ("moods", "record"),
    ("receipts", "reply"),
    ("opinions", "text"),
    ("opinions", "name"),
    ("farewells", "reason"),
    ("asks", "page"),
    ("consent_proofs", "page"),
    ("report_texts", "recipient"),
    ("report_texts", "sender"),
    ("report_texts", "subject"),
    ("report_texts", "reply"),
    ("report_texts", "text"),
    ("report_texts", "raw"),
    ("domain_pauses", "reason"),
];

/// Puts nobody in the place of an address, wherever a text names it.
pub(super) fn stop_quoting(tx: &Connection, key: &str) -> Result<(), SqliteFault> {
    QUOTING
        .iter()
        .try_for_each(|(table, column)| stop_in(tx, table, column, key))
}

fn stop_in(tx: &Connection, table: &str, column: &str, key: &str) -> Result<(), SqliteFault> {
    let quoting: Vec<Value> = tx.values(
        &format!(
            "SELECT DISTINCT {column} FROM {table} \
             WHERE instr(lower(CAST({column} AS TEXT)), ?1) > 0"
        ),
        params![key],
    )?;
    for old in quoting {
        let new = match &old {
            Value::Text(text) => Value::Text(without(text, key)),
            Value::Blob(bytes) => {
                Value::Blob(without(&String::from_utf8_lossy(bytes), key).into_bytes())
            }
            _ => continue,
        };
        let sql = format!("UPDATE {table} SET {column} = ?2 WHERE {column} = ?1");
        tx.run(&sql, params![old, new])?;
    }
    Ok(())
}
