//! Who left another list of ours, of whom only hashes are known.

use std::collections::BTreeMap;

use super::{
    hash_keys,
    journal::{self, JournalEntry},
    suppression,
};
use crate::{
    audience::{HashedDeparture, Suppression, membership::ChangeSource},
    store::{
        codes,
        hash_keys::{HashKey, HashKeys},
        person_group::GROUP,
        postgres::{fault::PostgresFault, transaction::StoreTransaction, values::values},
    },
};

/// Takes in who left another list of ours, where only hashes are known of them; answers how many are new. The hash that
/// another list made stays, or it would be news each time that it comes.
pub(crate) async fn join(
    tx: &StoreTransaction,
    departures: &[HashedDeparture],
) -> Result<u64, PostgresFault> {
    let hashes: Vec<&[u8]> = departures.iter().map(|it| it.hash.as_slice()).collect();
    let sql = "SELECT hash FROM suppressions WHERE hash = ANY($1)";
    let known: Vec<Vec<u8>> = tx.values(sql, values![hashes]).await?;
    let mut by_key: BTreeMap<&[u8], BTreeMap<&[u8], &HashedDeparture>> = BTreeMap::new();
    for departure in departures.iter().filter(|it| !known.contains(&it.hash)) {
        let of_key = by_key.entry(&departure.key).or_default();
        of_key.insert(&departure.hash, departure);
    }
    let mut keys = hash_keys::load(tx).await?;
    let mut out = 0;
    for (bytes, mut left) in by_key {
        let number = hash_keys::number(tx, &mut keys, bytes).await?;
        let key = HashKey::new(bytes.to_owned());
        for table in ["subscribers", "suppressions"] {
            out += join_named(tx, table, &keys, (&key, number), &mut left).await?;
        }
        for departure in left.into_values() {
            out += keep_hash(tx, number, departure).await?;
        }
    }
    Ok(out)
}

/// Lets count what is said of those whom a table names by their addresses; they are taken out of `left`.
async fn join_named(
    tx: &StoreTransaction,
    table: &str,
    keys: &HashKeys,
    (key, number): (&HashKey, Option<i64>),
    left: &mut BTreeMap<&[u8], &HashedDeparture>,
) -> Result<u64, PostgresFault> {
    let sql = format!(
        "SELECT id, email, key FROM {table} WHERE id > $1 AND email IS NOT NULL ORDER BY id LIMIT $2"
    );
    let (mut after, mut out) = (0_i64, 0);
    loop {
        let page: Vec<(i64, String, String)> = tx
            .all(&sql, values![after, codes::signed(GROUP as u64)], |row| {
                Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))
            })
            .await?;
        let Some((last, ..)) = page.last() else {
            return Ok(out);
        };
        after = *last;
        for (_, email, address_key) in page {
            let Some(departure) = left.remove(key.hash(&address_key).as_slice()) else {
                continue;
            };
            let gone = Suppression {
                email: Some(codes::address(&email)?),
                reason: departure.reason,
                detail: None,
                at: departure.at,
            };
            let source = ChangeSource::Restore;
            out += suppression::insert(tx, keys, &[gone], source, departure.at).await?;
            if number.is_some() {
                keep_hash(tx, number, departure).await?;
            }
        }
    }
}

/// Whom the list does not know, a file may bring: the hash alone keeps them out.
async fn keep_hash(
    tx: &StoreTransaction,
    key: Option<i64>,
    departure: &HashedDeparture,
) -> Result<u64, PostgresFault> {
    let HashedDeparture {
        hash, reason, at, ..
    } = departure;
    let new = tx
        .run(
            "INSERT INTO suppressions (hash, hash_key, reason, at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT DO NOTHING",
            values![
                hash.as_slice(),
                key,
                codes::reason_code(*reason),
                codes::millis(*at)
            ],
        )
        .await?;
    if new > 0 {
        let entry = JournalEntry {
            hash: hash.clone(),
            key,
            reason: Some(*reason),
            at: *at,
        };
        journal::note(tx, &[entry]).await?;
    }
    Ok(new)
}
