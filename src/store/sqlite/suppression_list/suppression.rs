//! Addresses that get no mail, and erasure: after it only a keyed hash of the address remains.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::{
    departures::journal::{self, Hashed},
    erasure::{self, Erasing},
    hash_keys::HashKeys,
};
pub(crate) use crate::store::history_note::LiftNote;
use crate::{
    address::Address,
    audience::{
        SubscriberId, Suppression, SuppressionReason,
        membership::{ChangeSource, MembershipAct, Standing},
    },
    store::sqlite::{
        codes,
        fault::SqliteFault,
        history::{self, HistoryNote},
        statement::Statements,
    },
};

pub(crate) fn suppress(
    tx: &Connection,
    suppressions: &[Suppression],
    source: ChangeSource,
    now: DateTime<Utc>,
) -> Result<u64, SqliteFault> {
    insert(tx, &HashKeys::load(tx)?, suppressions, source, now)
}

/// Forgets somebody; answers whether anything of them stood here.
pub(crate) fn erase(
    tx: &Connection,
    email: &Address,
    source: ChangeSource,
    now: DateTime<Utc>,
) -> Result<bool, SqliteFault> {
    let hash = HashKeys::load(tx)?.own(&email.key());
    let erasing = Erasing {
        source,
        since: now,
        now,
    };
    let was_known = erasing.erase(tx, &hash, email)?;
    journal::note(tx, &Hashed::own(hash), Some(SuppressionReason::Erased), now)?;
    Ok(was_known)
}

/// Adds suppressions; answers how many addresses had none. A stronger reason replaces a weaker one.
pub(crate) fn insert(
    tx: &Connection,
    hash_keys: &HashKeys,
    suppressions: &[Suppression],
    source: ChangeSource,
    now: DateTime<Utc>,
) -> Result<u64, SqliteFault> {
    let keys: Vec<String> = suppressions
        .iter()
        .filter_map(|suppression| Some(suppression.email.as_ref()?.key()))
        .collect();
    let mut standing = among(tx, hash_keys, &keys)?;
    let mut new = 0;
    for suppression in suppressions {
        let Some(email) = &suppression.email else {
            continue;
        };
        let stands = standing.get(&email.key()).copied();
        if stands.is_some_and(|it| it.strength() >= suppression.reason.strength()) {
            continue;
        }
        new += u64::from(stands.is_none());
        standing.insert(email.key(), suppression.reason);
        let hash = hash_keys.own(&email.key());
        if suppression.reason == SuppressionReason::Erased {
            let erasing = Erasing {
                source,
                since: suppression.at,
                now,
            };
            erasing.erase(tx, &hash, email)?;
        } else if let Some(step) = write(tx, email, suppression, stands, now)? {
            step.note(tx, source, now)?;
        }
        let (reason, at) = (Some(suppression.reason), suppression.at);
        journal::note(tx, &Hashed::own(hash), reason, at)?;
    }
    Ok(new)
}

/// A reader who is kept from mail from now on.
struct SuppressedReader {
    id: SubscriberId,
    from: Standing,
    reason: SuppressionReason,
}

impl SuppressedReader {
    fn note(
        &self,
        tx: &Connection,
        source: ChangeSource,
        at: DateTime<Utc>,
    ) -> Result<(), SqliteFault> {
        let Some(step) = self.from.after(MembershipAct::Suppress(self.reason)) else {
            return Ok(());
        };
        let note = HistoryNote::of(step.change, source, (self.from, step.to), at);
        history::note(tx, self.id, note)
    }
}

/// Writes it down, whatever stood; answers the reader, where the address is one's.
fn write(
    tx: &Connection,
    email: &Address,
    suppression: &Suppression,
    stood: Option<SuppressionReason>,
    now: DateTime<Utc>,
) -> Result<Option<SuppressedReader>, SqliteFault> {
    let reason = codes::reason_code(suppression.reason);
    tx.run(
        "INSERT INTO suppressions (email, reason, detail, at) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (email) DO UPDATE SET reason = excluded.reason, detail = excluded.detail, \
         at = excluded.at",
        params![
            email.as_str(),
            reason,
            suppression.detail,
            codes::millis(suppression.at)
        ],
    )?;
    // Read, then written: RETURNING makes a table for itself, which costs more than both.
    let reader = tx.maybe(
        "SELECT id, state FROM subscribers WHERE email = ?1",
        params![email.as_str()],
        |row| {
            Ok(SuppressedReader {
                id: SubscriberId(row.get(0)?),
                from: Standing {
                    state: Some(codes::subscriber_state(row.get(1)?)?),
                    suppression: stood,
                },
                reason: suppression.reason,
            })
        },
    )?;
    if let Some(reader) = &reader {
        tx.run(
            "UPDATE subscribers SET suppressed = ?2, updated_at = ?3, epoch = epoch + 1 WHERE id = ?1",
            params![reader.id.0, reason, codes::millis(now)],
        )?;
    }
    Ok(reader)
}

/// Puts back what a departure had replaced, without a word in the history.
pub(crate) fn put_back(
    tx: &Connection,
    hash_keys: &HashKeys,
    email: &Address,
    suppression: &Suppression,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    write(tx, email, suppression, None, now)?;
    let who = Hashed::own(hash_keys.own(&email.key()));
    journal::note(tx, &who, Some(suppression.reason), now)
}

/// Those of the addresses (by their keys) that are suppressed.
pub(crate) fn among(
    tx: &Connection,
    hash_keys: &HashKeys,
    keys: &[String],
) -> Result<HashMap<String, SuppressionReason>, SqliteFault> {
    let mut suppressed = HashMap::new();
    // Most of the time a long list is imported before anybody left.
    let is_anybody: bool = tx.value("SELECT EXISTS (SELECT 1 FROM suppressions)", [])?;
    if !is_anybody {
        return Ok(suppressed);
    }
    for key in keys {
        let code = tx.maybe_value(
            "SELECT reason FROM suppressions WHERE email = ?1",
            params![key],
        )?;
        if let Some(code) = code {
            suppressed.insert(key.clone(), codes::reason(code)?);
        }
    }
    for (key, reason) in erasure::among(tx, hash_keys, keys)? {
        let stands = suppressed.entry(key).or_insert(reason);
        if reason.strength() > stands.strength() {
            *stands = reason;
        }
    }
    Ok(suppressed)
}

/// Lifts all that stands against an address, and ends the links of before; answers the strongest of it.
pub(crate) fn lift(
    tx: &Connection,
    hash_keys: &HashKeys,
    key: &str,
    by: LiftNote,
) -> Result<Option<Suppression>, SqliteFault> {
    let Some(lifted) = lift_key(tx, hash_keys, key)? else {
        return Ok(None);
    };
    let reader = tx.maybe(
        "UPDATE subscribers SET epoch = epoch + 1, updated_at = ?2 WHERE email = ?1 RETURNING id, state",
        params![key, codes::millis(by.at)],
        |row| Ok((SubscriberId(row.get(0)?), codes::subscriber_state(row.get(1)?)?)),
    )?;
    if let Some((reader, state)) = reader {
        let standing = |suppression| Standing {
            state: Some(state),
            suppression,
        };
        let steps = (standing(Some(lifted.reason)), standing(None));
        history::note(
            tx,
            reader,
            HistoryNote::of(by.change, by.source, steps, by.at),
        )?;
    }
    Ok(Some(lifted))
}

/// The same without a word in the history, for whoever writes down more than that.
pub(crate) fn lift_key(
    tx: &Connection,
    hash_keys: &HashKeys,
    key: &str,
) -> Result<Option<Suppression>, SqliteFault> {
    let by_email = tx.maybe(
        "DELETE FROM suppressions WHERE email = ?1 RETURNING *",
        params![key],
        suppression_from,
    )?;
    let mut lifted: Vec<Suppression> = by_email.into_iter().collect();
    if let Some(lifted) = lifted.first() {
        journal::note(tx, &Hashed::own(hash_keys.own(key)), None, lifted.at)?;
    }
    for hash in hash_keys.all(key) {
        let by_hash = tx.maybe(
            "DELETE FROM suppressions WHERE hash = ?1 RETURNING *",
            params![hash],
            |row| Ok((suppression_from(row)?, row.get("hash_key")?)),
        )?;
        if let Some((suppression, key)) = by_hash {
            journal::note(tx, &Hashed { hash, key }, None, suppression.at)?;
            lifted.push(suppression);
        }
    }
    // Who is let in is passed by no longer.
    for table in ["soft_failures", "dormancies"] {
        tx.run(
            &format!(
                "DELETE FROM {table} \
                 WHERE subscriber = (SELECT id FROM subscribers WHERE email = ?1)"
            ),
            params![key],
        )?;
    }
    tx.run(
        "UPDATE subscribers SET suppressed = NULL WHERE email = ?1",
        params![key],
    )?;
    Ok(lifted.into_iter().max_by_key(|it| it.reason.strength()))
}

pub(crate) fn of(tx: &Connection, email: &Address) -> Result<Option<Suppression>, SqliteFault> {
    let key = email.key();
    let mut all: Vec<Suppression> = tx.all(
        "SELECT * FROM suppressions WHERE email = ?1",
        params![key],
        suppression_from,
    )?;
    for hash in HashKeys::load(tx)?.all(&key) {
        let sql = "SELECT * FROM suppressions WHERE hash = ?1";
        all.extend(tx.maybe(sql, params![hash], suppression_from)?);
    }
    Ok(all.into_iter().max_by_key(|it| it.reason.strength()))
}

pub(crate) fn suppression_from(row: &Row<'_>) -> Result<Suppression, SqliteFault> {
    let email: Option<String> = row.get("email")?;
    Ok(Suppression {
        email: email.as_deref().map(codes::address).transpose()?,
        reason: codes::reason(row.get("reason")?)?,
        detail: row.get("detail")?,
        at: codes::time_at(row, "at")?,
    })
}
