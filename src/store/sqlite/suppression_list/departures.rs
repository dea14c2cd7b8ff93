//! Who left, as a journal of keyed hashes: each suppression and each one lifted, in their order. Kept
//! in the database and, line by line, outside the state folder: a backup put back must bring nobody
//! back who left since it was made. What other lists and copies know of departures is folded in here.

pub(crate) mod journal;
pub(crate) mod other;
pub(crate) mod telling;

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use self::journal::{DepartureRecord, Hashed, LastDeparture, last_number, note};
use super::{
    hash_keys::{HashKey, HashKeys},
    suppression::{self, LiftNote},
};
use crate::{
    address::Address,
    audience::{
        HashedDeparture, Suppression,
        membership::{ChangeSource, MembershipChange},
    },
    store::{
        StoreError,
        sqlite::{
            codes, fault::SqliteFault, outside::OutsideFolder, state_instance::instance,
            statement::Statements,
        },
    },
};

/// Brings the journal up to date with what stands in a state of the time before there was one.
pub(crate) fn seed(tx: &Connection) -> Result<(), SqliteFault> {
    let is_seeded: bool = tx.value("SELECT EXISTS (SELECT 1 FROM departures)", [])?;
    if is_seeded {
        return Ok(());
    }
    let keys = HashKeys::load(tx)?;
    let standing = tx.all(
        "SELECT email, hash, hash_key, reason, at FROM suppressions ORDER BY id",
        [],
        |row| {
            let (email, hash): (Option<String>, Option<Vec<u8>>) = (row.get(0)?, row.get(1)?);
            let email = email.as_deref().map(codes::address).transpose()?;
            let key: Option<i64> = row.get(2)?;
            let who = match email {
                Some(email) => Some(Hashed::own(keys.own(&email.key()))),
                None => hash.map(|hash| Hashed { hash, key }),
            };
            Ok((who, codes::reason(row.get(3)?)?, codes::time(row.get(4)?)?))
        },
    )?;
    for (who, reason, at) in standing {
        if let Some(who) = who {
            note(tx, &who, Some(reason), at)?;
        }
    }
    Ok(())
}

/// Takes in who left another list of ours, where only hashes are known of them; answers how many are new.
pub(crate) fn join(tx: &Connection, departures: &[HashedDeparture]) -> Result<u64, SqliteFault> {
    let mut journal = DepartureRecord::default();
    for departure in departures {
        let is_known: bool = tx.value(
            "SELECT EXISTS (SELECT 1 FROM suppressions WHERE hash = ?1)",
            params![departure.hash],
        )?;
        if is_known {
            continue;
        }
        let standing = LastDeparture {
            reason: Some(departure.reason),
            at: departure.at,
            number: 0,
        };
        journal.add(departure.key.clone(), departure.hash.clone(), standing);
    }
    fold_in(tx, journal, None)
}

/// Folds in what another journal knows; answers how many are out since. Where the two differ, out is what
/// counts – unless it is this list's own journal, and ahead of the entry `own_last`, and says otherwise.
fn fold_in(
    tx: &Connection,
    journal: DepartureRecord,
    own_last: Option<i64>,
) -> Result<u64, SqliteFault> {
    let mut keys = HashKeys::load(tx)?;
    let mut out = 0;
    for (key, mut left) in journal.0 {
        let number = keys.number(tx, &key)?;
        let key = HashKey::new(key);
        for table in ["subscribers", "suppressions"] {
            for (hash, email) in named(tx, table, &key, &left)? {
                let Some(standing) = left.remove(&hash) else {
                    continue;
                };
                out += apply(tx, &keys, email, standing, own_last)?;
                // The hash that another list made stays, or it would be news each time that it comes.
                if number.is_some() {
                    keep_hash(tx, number, hash, standing)?;
                }
            }
        }
        for (hash, standing) in left {
            out += keep_hash(tx, number, hash, standing)?;
        }
    }
    Ok(out)
}

/// Whom of a journal a table names by their addresses.
fn named(
    tx: &Connection,
    table: &str,
    key: &HashKey,
    left: &BTreeMap<Vec<u8>, LastDeparture>,
) -> Result<Vec<(Vec<u8>, Address)>, SqliteFault> {
    let mut named = Vec::new();
    tx.all(
        &format!("SELECT email FROM {table} WHERE email IS NOT NULL"),
        [],
        |row| {
            let email: String = row.get(0)?;
            let email = codes::address(&email)?;
            let hash = key.hash(&email.key());
            if left.contains_key(&hash) {
                named.push((hash, email));
            }
            Ok(())
        },
    )?;
    Ok(named)
}

/// Lets count what a journal says of somebody on the list; answers 1 where they are out since.
fn apply(
    tx: &Connection,
    keys: &HashKeys,
    email: Address,
    standing: LastDeparture,
    own_last: Option<i64>,
) -> Result<u64, SqliteFault> {
    match standing.reason {
        Some(reason) => {
            let suppression = Suppression {
                email: Some(email),
                reason,
                detail: None,
                at: standing.at,
            };
            let source = ChangeSource::Restore;
            suppression::insert(tx, keys, &[suppression], source, standing.at)
        }
        None => {
            if own_last.is_some_and(|last| standing.number > last) {
                let by = LiftNote {
                    change: MembershipChange::Lifted,
                    source: ChangeSource::Restore,
                    at: standing.at,
                };
                suppression::lift(tx, keys, &email.key(), by)?;
            }
            Ok(0)
        }
    }
}

/// Whom the list does not know, a file may bring: the hash alone keeps them out.
fn keep_hash(
    tx: &Connection,
    key: Option<i64>,
    hash: Vec<u8>,
    LastDeparture { reason, at, .. }: LastDeparture,
) -> Result<u64, SqliteFault> {
    let Some(reason) = reason else { return Ok(0) };
    let new = tx.run(
        "INSERT OR IGNORE INTO suppressions (hash, hash_key, reason, at) VALUES (?1, ?2, ?3, ?4)",
        params![hash, key, codes::reason_code(reason), codes::millis(at)],
    )?;
    if new > 0 {
        note(tx, &Hashed { hash, key }, Some(reason), at)?;
    }
    Ok(new)
}

/// Takes up what is known outside of this list, and of the one that was lost in its place; answers how
/// many are out since. None: nothing is known of this one there.
pub(crate) fn take_up(
    tx: &Connection,
    outside: &OutsideFolder,
    lost: Option<&str>,
) -> Result<Option<u64>, SqliteFault> {
    let mark = instance::list(tx)?;
    let own_key: Vec<u8> = tx.value("SELECT erasure_key FROM instance", [])?;
    let mut out = None;
    if let Some(text) = outside.departures_of(&mark) {
        let key = outside.key_of(&mark).unwrap_or(own_key);
        let own_last = journal::last(tx)?;
        number_behind(tx, outside)?;
        out = Some(fold_in(
            tx,
            DepartureRecord::parse(&text, &key),
            Some(own_last),
        )?);
    }
    if let Some((text, key)) =
        lost.and_then(|lost| Some((outside.departures_of(lost)?, outside.key_of(lost)?)))
    {
        out = Some(out.unwrap_or(0) + fold_in(tx, DepartureRecord::parse(&text, &key), None)?);
    }
    Ok(out)
}

/// Lets the next entry come behind all that the place outside was told of this list: a copy that was put
/// back had counted less far, and what is numbered as something told already is never told.
fn number_behind(tx: &Connection, outside: &OutsideFolder) -> Result<(), SqliteFault> {
    let text = outside.departures_of(&instance::list(tx)?);
    let told = text.as_deref().map_or(0, last_number);
    let is_counted = tx.run(
        "UPDATE sqlite_sequence SET seq = max(seq, ?1) WHERE name = 'departures'",
        params![told],
    )?;
    if is_counted == 0 {
        tx.run(
            "INSERT INTO sqlite_sequence (name, seq) VALUES ('departures', ?1)",
            params![told],
        )?;
    }
    Ok(())
}

/// Stops a state of which nobody knows who left since it was copied.
pub(crate) fn refuse_unknown(tx: &Connection) -> Result<(), SqliteFault> {
    let are_unknown: bool = tx.value("SELECT departures_unknown FROM instance", [])?;
    match are_unknown {
        true => Err(StoreError::DeparturesUnknown.into()),
        false => Ok(()),
    }
}

fn set_unknown(tx: &Connection, are_unknown: bool) -> Result<(), SqliteFault> {
    tx.run(
        "UPDATE instance SET departures_unknown = ?1",
        params![are_unknown],
    )?;
    Ok(())
}
