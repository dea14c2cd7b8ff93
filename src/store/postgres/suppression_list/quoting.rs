//! Texts that may name an address which is to be forgotten: what relays and other people said.

use crate::store::{
    erased_text::without,
    postgres::{fault::PostgresFault, transaction::StoreTransaction, values::values},
};

/// Where a relay's words are kept, which like to repeat the address they speak of, and where other people's are.
const QUOTING: [(&str, &str); 16] = [
    ("batches", "reason"),
    ("suppressions", "detail"),
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
    ("domain_pauses", "reason"),
];

/// Puts nobody in the place of an address, wherever a text names it.
pub(super) async fn stop_quoting(tx: &StoreTransaction, key: &str) -> Result<(), PostgresFault> {
    for (table, column) in QUOTING {
        // A key is lowered in ASCII alone, and so must be what it is looked for in.
        let sql = format!(
            "SELECT DISTINCT {column} FROM {table} \
             WHERE strpos(lower({column} COLLATE \"C\"), $1) > 0"
        );
        let quoting: Vec<String> = tx.values(&sql, values![key]).await?;
        for old in quoting {
            let sql = format!("UPDATE {table} SET {column} = $2 WHERE {column} = $1");
            tx.run(&sql, values![old, without(&old, key)]).await?;
        }
    }
    stop_in_notices(tx, key).await?;
    stop_in_mails(tx, key).await
}

/// The few that are not told yet are bytes, of whatever form.
async fn stop_in_notices(tx: &StoreTransaction, key: &str) -> Result<(), PostgresFault> {
    let sql = "SELECT id, content FROM notices WHERE content IS NOT NULL";
    let untold: Vec<(i64, Vec<u8>)> = tx
        .all(sql, values![], |row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .await?;
    for (id, content) in untold {
        let text = String::from_utf8_lossy(&content);
        if text.to_ascii_lowercase().contains(key) {
            let sql = "UPDATE notices SET content = $2 WHERE id = $1";
            let content = without(&text, key).into_bytes();
            tx.run(sql, values![id, content]).await?;
        }
    }
    Ok(())
}

/// Mails that are kept as they came are bytes, too, and may be many: the server looks for those that name somebody.
async fn stop_in_mails(tx: &StoreTransaction, key: &str) -> Result<(), PostgresFault> {
    let naming: Vec<i64> = tx
        .values(
            "SELECT report FROM report_texts WHERE raw IS NOT NULL AND strpos(\
             lower(encode(raw, 'escape') COLLATE \"C\"), encode(convert_to($1, 'UTF8'), 'escape')) > 0",
            values![key],
        )
        .await?;
    for report in naming {
        let sql = "SELECT raw FROM report_texts WHERE report = $1";
        let raw: Vec<u8> = tx.value(sql, values![report]).await?;
        let raw = without(&String::from_utf8_lossy(&raw), key).into_bytes();
        let sql = "UPDATE report_texts SET raw = $2 WHERE report = $1";
        tx.run(sql, values![report, raw]).await?;
    }
    Ok(())
}
