//! Who left, as a journal of keyed hashes: each suppression and each one lifted, in their order. Not: a place outside the
//! database, which a server's has not.

use chrono::{DateTime, Utc};

use crate::{
    audience::SuppressionReason,
    store::{
        codes,
        postgres::{fault::PostgresFault, transaction::StoreTransaction, values::values},
    },
};

/// One entry of the journal; without a reason: they may have mail again. Without a key's number, the list's own made
/// the hash.
pub(crate) struct JournalEntry {
    pub(crate) hash: Vec<u8>,
    pub(crate) key: Option<i64>,
    pub(crate) reason: Option<SuppressionReason>,
    pub(crate) at: DateTime<Utc>,
}

/// Writes down that these left, or may have mail again.
pub(crate) async fn note(
    tx: &StoreTransaction,
    entries: &[JournalEntry],
) -> Result<(), PostgresFault> {
    if entries.is_empty() {
        return Ok(());
    }
    let hashes: Vec<&[u8]> = entries.iter().map(|it| it.hash.as_slice()).collect();
    let keys: Vec<Option<i64>> = entries.iter().map(|it| it.key).collect();
    let reason = |it: &JournalEntry| it.reason.map(codes::reason_code);
    let reasons: Vec<Option<i64>> = entries.iter().map(reason).collect();
    let times: Vec<i64> = entries.iter().map(|it| codes::millis(it.at)).collect();
    tx.run(
        "INSERT INTO departures (hash, hash_key, reason, at) SELECT hash, hash_key, reason, at \
         FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS n(hash, hash_key, reason, at, place) \
         ORDER BY place",
        values![hashes, keys, reasons, times],
    )
    .await
    .map(drop)
}
