//! Who left, as a journal of keyed hashes: each suppression and each one lifted, in their order. Kept
//! in the database and, line by line, outside the state folder: a backup put back must bring nobody
//! back who left since it was made.

pub(super) mod other;

use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{
    Fault, codes, erasure, home, outside::Outside, people, place::Place, statement::Statements,
    suppression,
};
use crate::{
    address::Address,
    audience::{SubscriberId, Suppression, SuppressionReason},
    store::StoreError,
};

/// How many readers are looked at in one go.
const PAGE: u32 = 1_000;

/// An entry of the journal as one line: number, reason (`-`: lifted), hash, time.
struct Entry {
    number: i64,
    reason: Option<SuppressionReason>,
    hash: Vec<u8>,
    at: DateTime<Utc>,
}

/// Writes down that somebody left, or (None) that they may have mail again.
pub(super) fn note(
    tx: &Connection,
    hash: &[u8],
    reason: Option<SuppressionReason>,
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    tx.run(
        "INSERT INTO departures (hash, reason, at) VALUES (?1, ?2, ?3)",
        params![hash, reason.map(codes::reason_code), codes::millis(at)],
    )?;
    Ok(())
}

/// Tells the place outside what it does not know yet: before the transaction ends, so that nobody who
/// was told "you are out" is in only one place. Nothing is asked of the disk where there is nothing new.
pub(super) fn carry_out(tx: &Connection, place: &Place, outside: &Outside) -> Result<(), Fault> {
    let last = last(tx)?;
    let told = place.departures_told();
    if told == Some(last) || (told.is_none() && last == 0) {
        return Ok(());
    }
    bring_up_to_date(tx, place, outside)
}

/// The same, whatever is believed of that place; where nobody left yet, it says so from now on.
pub(super) fn bring_up_to_date(
    tx: &Connection,
    place: &Place,
    outside: &Outside,
) -> Result<(), Fault> {
    let last = last(tx)?;
    let mark = home::list(tx)?;
    let known = outside.departures_of(&mark);
    let told = known.as_deref().map_or(0, last_number);
    let entries = tx.all(
        "SELECT id, reason, hash, at FROM departures WHERE id > ?1 ORDER BY id",
        params![told],
        |row| {
            let reason: Option<i64> = row.get(1)?;
            Ok(Entry {
                number: row.get(0)?,
                reason: reason.map(codes::reason).transpose()?,
                hash: row.get(2)?,
                at: codes::time(row.get(3)?)?,
            })
        },
    )?;
    if !entries.is_empty() || known.is_none() {
        // A line that was cut short gets its end first.
        let is_cut = known
            .as_deref()
            .is_some_and(|known| !known.is_empty() && !known.ends_with('\n'));
        let mut lines = String::from(if is_cut { "\n" } else { "" });
        lines.extend(entries.iter().map(Entry::line));
        let key: Vec<u8> = tx.value("SELECT erasure_key FROM instance", [])?;
        if let Err(error) = outside.note_departures(&mark, &key, &lines) {
            // The state itself knows them; the next time they are told again.
            tracing::warn!("who left can't be kept outside the state: {error}");
            return Ok(());
        }
    }
    place.set_departures_told(Some(last));
    Ok(())
}

/// Brings the journal up to date with what stands in a state of the time before there was one.
pub(super) fn seed(tx: &Connection, key: &hmac::Key) -> Result<(), Fault> {
    let is_seeded: bool = tx.value("SELECT EXISTS (SELECT 1 FROM departures)", [])?;
    if is_seeded {
        return Ok(());
    }
    let standing = tx.all(
        "SELECT email, hash, reason, at FROM suppressions ORDER BY id",
        [],
        |row| {
            let (email, hash): (Option<String>, Option<Vec<u8>>) = (row.get(0)?, row.get(1)?);
            let email = email.as_deref().map(codes::address).transpose()?;
            let hash = email.map_or(hash, |email| Some(erasure::hash(key, &email.key())));
            Ok((hash, codes::reason(row.get(2)?)?, codes::time(row.get(3)?)?))
        },
    )?;
    for (hash, reason, at) in standing {
        if let Some(hash) = hash {
            note(tx, &hash, Some(reason), at)?;
        }
    }
    Ok(())
}

/// How somebody stands in the end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// Why they get no mail; None: they may have it again.
    reason: Option<SuppressionReason>,
    at: DateTime<Utc>,
    /// Where the journal says so.
    number: i64,
}

/// What a journal comes to, by the hash of each address.
pub(super) type Journal = BTreeMap<Vec<u8>, Standing>;

/// Reads the journal that lies outside; lines that say nothing are left out.
pub(super) fn parse(text: &str) -> Journal {
    let entries = text.lines().filter_map(Entry::parse);
    entries
        .map(|entry| {
            let Entry {
                number, reason, at, ..
            } = entry;
            (entry.hash, Standing { reason, at, number })
        })
        .collect()
}

/// Folds in what another journal of this list knows; answers how many are out since. Where the two
/// differ, out is what counts, unless that journal is ahead and says otherwise.
pub(super) fn fold_in(tx: &Connection, place: &Place, mut left: Journal) -> Result<u64, Fault> {
    let key = place.erasure_key();
    let own_last = last(tx)?;
    let mut out = 0;
    let mut after = SubscriberId(0);
    while let Some(page) = next_page(tx, &mut after)? {
        for email in page {
            let hash = erasure::hash(&key, &email.key());
            match left.remove(&hash) {
                Some(Standing {
                    reason: Some(reason),
                    at,
                    ..
                }) => {
                    let suppression = Suppression {
                        email: Some(email),
                        reason,
                        detail: None,
                        at,
                    };
                    out += suppression::insert(tx, &key, &[suppression], at)?;
                }
                Some(standing) if standing.number > own_last => {
                    suppression::lift_key(tx, &key, &email.key())?;
                }
                _ => {}
            }
        }
    }
    // Whom the list does not know, a file may bring: the hash alone keeps them out.
    for (hash, Standing { reason, at, .. }) in left {
        let Some(reason) = reason else { continue };
        let new = tx.run(
            "INSERT OR IGNORE INTO suppressions (hash, reason, at) VALUES (?1, ?2, ?3)",
            params![hash, codes::reason_code(reason), codes::millis(at)],
        )?;
        if new > 0 {
            note(tx, &hash, Some(reason), at)?;
        }
        out += new;
    }
    Ok(out)
}

/// The addresses of a page of the list.
fn next_page(tx: &Connection, after: &mut SubscriberId) -> Result<Option<Vec<Address>>, Fault> {
    let page = people::page(tx, None, *after, PAGE)?;
    let Some(last) = page.last() else {
        return Ok(None);
    };
    *after = last.id;
    Ok(Some(
        page.into_iter()
            .map(|reader| reader.profile.email)
            .collect(),
    ))
}

/// Takes up what is known outside of this list, and of the one that was lost in its place; answers how
/// many are out since. None: nothing is known of this one there.
pub(super) fn take_up(
    tx: &Connection,
    place: &Place,
    outside: &Outside,
    lost: Option<&str>,
) -> Result<Option<u64>, Fault> {
    let own = outside.departures_of(&home::list(tx)?);
    let mut out = None;
    if let Some(journal) = &own {
        out = Some(fold_in(tx, place, parse(journal))?);
    }
    if let Some((journal, key)) =
        lost.and_then(|lost| Some((outside.departures_of(lost)?, outside.key_of(lost)?)))
    {
        let has_hashes: bool = tx.value(
            "SELECT EXISTS (SELECT 1 FROM departures) OR EXISTS (SELECT 1 FROM suppressions)",
            [],
        )?;
        // A state that begins anew takes the key of the lost one, or its hashes would say nothing.
        if !has_hashes {
            tx.run("UPDATE instance SET erasure_key = ?1", params![key])?;
            place.read_key_again(tx)?;
            out = Some(out.unwrap_or(0) + fold_in(tx, place, parse(&journal))?);
        }
    }
    Ok(out)
}

/// Where the last entry of a journal stands.
fn last_number(text: &str) -> i64 {
    let numbers = text.lines().filter_map(Entry::parse);
    numbers.map(|entry| entry.number).max().unwrap_or(0)
}

fn last(tx: &Connection) -> Result<i64, Fault> {
    tx.value("SELECT coalesce(max(id), 0) FROM departures", [])
}

/// Stops a state of which nobody knows who left since it was copied.
pub(super) fn refuse_unknown(tx: &Connection) -> Result<(), Fault> {
    let are_unknown: bool = tx.value("SELECT departures_unknown FROM instance", [])?;
    match are_unknown {
        true => Err(Fault::Told(StoreError::DeparturesUnknown)),
        false => Ok(()),
    }
}

pub(super) fn set_unknown(tx: &Connection, are_unknown: bool) -> Result<(), Fault> {
    tx.run(
        "UPDATE instance SET departures_unknown = ?1",
        params![are_unknown],
    )?;
    Ok(())
}

impl Entry {
    fn line(&self) -> String {
        let reason = self.reason.map_or_else(
            || "-".to_owned(),
            |reason| codes::reason_code(reason).to_string(),
        );
        let hash = BASE64.encode(&self.hash);
        format!(
            "{} {reason} {hash} {}\n",
            self.number,
            codes::millis(self.at)
        )
    }

    fn parse(line: &str) -> Option<Self> {
        let mut parts = line.split(' ');
        let mut part = || parts.next();
        let number = part()?.parse().ok()?;
        let reason = match part()? {
            "-" => None,
            code => Some(codes::reason(code.parse().ok()?).ok()?),
        };
        let hash = BASE64.decode(part()?).ok()?;
        let at = codes::time(part()?.parse().ok()?).ok()?;
        (hash.len() == 32).then_some(Self {
            number,
            reason,
            hash,
            at,
        })
    }
}
