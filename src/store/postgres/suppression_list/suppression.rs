//! Addresses that get no mail. Whoever leaves and whoever sends to them lock the same row: a departure that was
//! answered before a row was let go always wins.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::{
    erasure::{self, PersonToForget},
    hash_keys,
    journal::{self, JournalEntry},
};
use crate::{
    address::Address,
    audience::{
        SubscriberId, Suppression, SuppressionReason,
        membership::{ChangeSource, MembershipAct, Standing},
    },
    store::{
        codes,
        hash_keys::HashKeys,
        history_note::{HistoryNote, LiftNote},
        postgres::{
            columns, delivery_queue::unclaimed, fault::PostgresFault, history, list_lock,
            transaction::StoreTransaction, values::values,
        },
    },
};

pub(crate) async fn suppress(
    tx: &StoreTransaction,
    suppressions: &[Suppression],
    source: ChangeSource,
    now: DateTime<Utc>,
) -> Result<u64, PostgresFault> {
    let keys = hash_keys::load(tx).await?;
    insert(tx, &keys, suppressions, source, now).await
}

/// Adds suppressions; answers how many addresses had none. A stronger reason replaces a weaker one.
pub(crate) async fn insert(
    tx: &StoreTransaction,
    hash_keys: &HashKeys,
    suppressions: &[Suppression],
    source: ChangeSource,
    now: DateTime<Utc>,
) -> Result<u64, PostgresFault> {
    let named = suppressions
        .iter()
        .filter_map(|it| Some((it.email.as_ref()?, it)));
    let named: Vec<(&Address, &Suppression)> = named.collect();
    if named.is_empty() {
        return Ok(0);
    }
    let keys: Vec<String> = named.iter().map(|(email, _)| email.key()).collect();
    lock_readers(tx, &keys).await?;
    let before = among(tx, hash_keys, &keys).await?;
    let mut standing = before.clone();
    let mut entries = Vec::new();
    // What counts in the end of each address, in their order.
    let mut written: BTreeMap<String, (&Address, &Suppression)> = BTreeMap::new();
    let mut new = 0;
    for (email, suppression) in named {
        let key = email.key();
        let stands = standing.get(&key).copied();
        if stands.is_some_and(|it| it.strength() >= suppression.reason.strength()) {
            continue;
        }
        new += u64::from(stands.is_none());
        standing.insert(key.clone(), suppression.reason);
        let hash = hash_keys.own(&key);
        entries.push(JournalEntry {
            hash: hash.clone(),
            key: None,
            reason: Some(suppression.reason),
            at: suppression.at,
        });
        if suppression.reason == SuppressionReason::Erased {
            written.remove(&key);
            let person = PersonToForget { email, hash };
            let times = (suppression.at, now);
            erasure::erase(tx, &person, source, times).await?;
        } else {
            written.insert(key, (email, suppression));
        }
    }
    let written: Vec<(&Address, &Suppression)> = written.into_values().collect();
    let marked = write(tx, &written, now).await?;
    let notes: Vec<_> = marked
        .into_iter()
        .filter_map(|reader| {
            let note = reader.note(before.get(&reader.key).copied(), source, now);
            Some((reader.id, note?))
        })
        .collect();
    history::note_each(tx, &notes).await?;
    journal::note(tx, &entries).await?;
    Ok(new)
}

/// Locks the readers of these addresses in the order of their numbers. Where not all of them are on the list, nobody may
/// add one meanwhile: they would not bear the mark.
async fn lock_readers(tx: &StoreTransaction, keys: &[String]) -> Result<(), PostgresFault> {
    let sql = "SELECT count(*) FROM subscribers WHERE key = ANY($1)";
    let known: i64 = tx.value(sql, values![keys]).await?;
    if known < codes::signed(keys.len() as u64) {
        list_lock::let_nobody_add(tx).await?;
    }
    let sql = "SELECT id FROM subscribers WHERE key = ANY($1) ORDER BY id FOR UPDATE";
    tx.rows(sql, values![keys]).await.map(drop)
}

/// A reader who is kept from mail from now on.
struct MarkedReader {
    id: SubscriberId,
    key: String,
    state: i64,
    reason: SuppressionReason,
}

impl MarkedReader {
    fn note(
        &self,
        stood: Option<SuppressionReason>,
        source: ChangeSource,
        at: DateTime<Utc>,
    ) -> Option<HistoryNote> {
        let from = Standing {
            state: Some(codes::subscriber_state(self.state).ok()?),
            suppression: stood,
        };
        let step = from.after(MembershipAct::Suppress(self.reason))?;
        Some(HistoryNote::of(step.change, source, (from, step.to), at))
    }
}

/// Writes them down, whatever stood, and marks the readers; answers those.
async fn write(
    tx: &StoreTransaction,
    suppressions: &[(&Address, &Suppression)],
    now: DateTime<Utc>,
) -> Result<Vec<MarkedReader>, PostgresFault> {
    if suppressions.is_empty() {
        return Ok(Vec::new());
    }
    let emails: Vec<&str> = suppressions
        .iter()
        .map(|(email, _)| email.as_str())
        .collect();
    let keys: Vec<String> = suppressions.iter().map(|(email, _)| email.key()).collect();
    let reason = |(_, it): &(&Address, &Suppression)| codes::reason_code(it.reason);
    let reasons: Vec<i64> = suppressions.iter().map(reason).collect();
    let detail = |(_, it): &(&Address, &Suppression)| it.detail.as_deref().map(columns::text);
    let details: Vec<Option<String>> = suppressions.iter().map(detail).collect();
    let at = |(_, it): &(&Address, &Suppression)| codes::millis(it.at);
    let times: Vec<i64> = suppressions.iter().map(at).collect();
    tx.run(
        "INSERT INTO suppressions (email, key, reason, detail, at) \
         SELECT email, key, reason, detail, at FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY \
         AS n(email, key, reason, detail, at, place) ORDER BY place \
         ON CONFLICT (key) DO UPDATE SET reason = excluded.reason, detail = excluded.detail, \
         at = excluded.at",
        values![emails, keys, reasons, details, times],
    )
    .await?;
    let marked = tx
        .all(
            "UPDATE subscribers AS s SET suppressed = n.reason, updated_at = $3, epoch = epoch + 1 \
             FROM unnest($1, $2) AS n(key, reason) WHERE s.key = n.key COLLATE \"C\" \
             RETURNING s.id, s.key, s.state, s.suppressed",
            values![keys, reasons, codes::millis(now)],
            |row| {
                Ok(MarkedReader {
                    id: columns::subscriber(row, "id")?,
                    key: row.try_get("key")?,
                    state: columns::code(row, "state")?,
                    reason: codes::reason(columns::code(row, "suppressed")?)?,
                })
            },
        )
        .await?;
    wait_for_the_wire(tx, &marked).await?;
    Ok(marked)
}

/// Locks what is open for these readers: a row that was let go before is on the wire by then, and none is after. Whoever
/// has no row yet gets one: a claim that is under way is waited for, and one that comes later finds it locked.
async fn wait_for_the_wire(
    tx: &StoreTransaction,
    readers: &[MarkedReader],
) -> Result<(), PostgresFault> {
    let readers: Vec<i64> = readers.iter().map(|reader| reader.id.0).collect();
    let parted = unclaimed::part_readers(tx, &readers);
    let (parted, locked) = tokio::join!(biased; parted, lock_open(tx, &readers));
    parted?;
    locked
}

async fn lock_open(tx: &StoreTransaction, readers: &[i64]) -> Result<(), PostgresFault> {
    tx.rows(
        "SELECT d.ord FROM batches AS b JOIN deliveries AS d ON d.batch = b.id \
         WHERE b.state IN (0, 1, 4) AND d.subscriber = ANY($1) ORDER BY d.batch, d.ord \
         FOR UPDATE OF d",
        values![readers],
    )
    .await
    .map(drop)
}

/// Those of the addresses (by their keys) that are suppressed.
pub(crate) async fn among(
    tx: &StoreTransaction,
    hash_keys: &HashKeys,
    keys: &[String],
) -> Result<HashMap<String, SuppressionReason>, PostgresFault> {
    let sql = "SELECT key, reason FROM suppressions WHERE key = ANY($1)";
    let named = tx
        .all(sql, values![keys], |row| {
            let reason = codes::reason(columns::code(row, "reason")?)?;
            Ok((row.try_get("key")?, reason))
        })
        .await?;
    let mut suppressed: HashMap<String, SuppressionReason> = named.into_iter().collect();
    for (key, reason) in among_hashes(tx, hash_keys, keys).await? {
        let stands = suppressed.entry(key).or_insert(reason);
        if reason.strength() > stands.strength() {
            *stands = reason;
        }
    }
    Ok(suppressed)
}

/// Those of the addresses that are known by their hash alone: erased, or gone from another copy of this
/// list. Hashes nothing where nobody ever was.
async fn among_hashes(
    tx: &StoreTransaction,
    hash_keys: &HashKeys,
    keys: &[String],
) -> Result<Vec<(String, SuppressionReason)>, PostgresFault> {
    let sql = "SELECT EXISTS (SELECT 1 FROM suppressions WHERE hash IS NOT NULL)";
    if !tx.value::<bool>(sql, values![]).await? {
        return Ok(Vec::new());
    }
    let of_key = |key: &String| {
        let hashes = hash_keys.all(key);
        let of_hash = |hash| (hash, key.clone());
        hashes.map(of_hash).collect::<Vec<_>>()
    };
    let keys: HashMap<Vec<u8>, String> = keys.iter().flat_map(of_key).collect();
    let hashes: Vec<&[u8]> = keys.keys().map(Vec::as_slice).collect();
    let sql = "SELECT hash, reason FROM suppressions WHERE hash = ANY($1)";
    let found: Vec<(Vec<u8>, SuppressionReason)> = tx
        .all(sql, values![hashes], |row| {
            let reason = codes::reason(columns::code(row, "reason")?)?;
            Ok((row.try_get("hash")?, reason))
        })
        .await?;
    let named = |(hash, reason): (Vec<u8>, _)| Some((keys.get(&hash)?.clone(), reason));
    Ok(found.into_iter().filter_map(named).collect())
}

/// Lifts all that stands against an address, and ends the links of before; answers the strongest of it.
pub(crate) async fn lift(
    tx: &StoreTransaction,
    hash_keys: &HashKeys,
    key: &str,
    by: LiftNote,
) -> Result<Option<Suppression>, PostgresFault> {
    let lifted = lift_key(tx, hash_keys, key).await?;
    let Some(lifted) = lifted.into_iter().max_by_key(|it| it.reason.strength()) else {
        return Ok(None);
    };
    let reader = tx
        .maybe(
            "UPDATE subscribers SET suppressed = NULL, epoch = epoch + 1, updated_at = $2 \
             WHERE key = $1 RETURNING id, state",
            values![key, codes::millis(by.at)],
            |row| {
                let state = codes::subscriber_state(columns::code(row, "state")?)?;
                Ok((columns::subscriber(row, "id")?, state))
            },
        )
        .await?;
    let Some((reader, state)) = reader else {
        return Ok(Some(lifted));
    };
    let standing = |suppression| Standing {
        state: Some(state),
        suppression,
    };
    let steps = (standing(Some(lifted.reason)), standing(None));
    let note = HistoryNote::of(by.change, by.source, steps, by.at);
    history::note(tx, reader, note).await?;
    Ok(Some(lifted))
}

/// The same without a word in the history and without the end of links, for whoever writes down more than that.
pub(crate) async fn lift_quietly(
    tx: &StoreTransaction,
    hash_keys: &HashKeys,
    key: &str,
) -> Result<(), PostgresFault> {
    lift_key(tx, hash_keys, key).await?;
    let sql = "UPDATE subscribers SET suppressed = NULL WHERE key = $1";
    tx.run(sql, values![key]).await.map(drop)
}

/// Whoever is let in gets issues again that passed them by.
async fn pass_by_no_longer(tx: &StoreTransaction, key: &str) -> Result<(), PostgresFault> {
    for table in ["soft_failures", "dormancies"] {
        let sql = format!(
            "DELETE FROM {table} WHERE subscriber = (SELECT id FROM subscribers WHERE key = $1)"
        );
        tx.run(&sql, values![key]).await?;
    }
    Ok(())
}

/// Puts back what a departure had replaced, without a word in the history.
pub(crate) async fn put_back(
    tx: &StoreTransaction,
    hash_keys: &HashKeys,
    email: &Address,
    suppression: &Suppression,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    write(tx, &[(email, suppression)], now).await?;
    let entry = JournalEntry {
        hash: hash_keys.own(&email.key()),
        key: None,
        reason: Some(suppression.reason),
        at: now,
    };
    journal::note(tx, &[entry]).await
}

/// Takes an address out of the suppressions, by whatever it is known; answers what stood.
async fn lift_key(
    tx: &StoreTransaction,
    hash_keys: &HashKeys,
    key: &str,
) -> Result<Vec<Suppression>, PostgresFault> {
    let hashes: Vec<Vec<u8>> = hash_keys.all(key).collect();
    let sql = "DELETE FROM suppressions WHERE key = $1 OR hash = ANY($2) \
               RETURNING email, hash, hash_key, reason, detail, at";
    let lifted = tx
        .all(sql, values![key, hashes], |row| {
            let suppression = suppression_from(row)?;
            let hash: Option<Vec<u8>> = row.try_get("hash")?;
            let entry = JournalEntry {
                hash: hash.unwrap_or_else(|| hash_keys.own(key)),
                key: row.try_get("hash_key")?,
                reason: None,
                at: suppression.at,
            };
            Ok((suppression, entry))
        })
        .await?;
    let (lifted, entries): (Vec<_>, Vec<_>) = lifted.into_iter().unzip();
    journal::note(tx, &entries).await?;
    pass_by_no_longer(tx, key).await?;
    Ok(lifted)
}

pub(crate) async fn of(
    tx: &StoreTransaction,
    email: &Address,
) -> Result<Option<Suppression>, PostgresFault> {
    let key = email.key();
    let hashes: Vec<Vec<u8>> = hash_keys::load(tx).await?.all(&key).collect();
    let sql = "SELECT email, reason, detail, at FROM suppressions WHERE key = $1 OR hash = ANY($2)";
    let all = tx.all(sql, values![key, hashes], suppression_from).await?;
    Ok(all.into_iter().max_by_key(|it| it.reason.strength()))
}

pub(crate) fn suppression_from(row: &Row) -> Result<Suppression, PostgresFault> {
    let email: Option<String> = row.try_get("email")?;
    Ok(Suppression {
        email: email.as_deref().map(codes::address).transpose()?,
        reason: codes::reason(columns::code(row, "reason")?)?,
        detail: row.try_get("detail")?,
        at: columns::time(row, "at")?,
    })
}
