//! The journal of who left: an entry in the database, the same as a line of text, and what all of them come
//! to. Not: where the text lies, nor what follows from it.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::{
    audience::SuppressionReason,
    store::sqlite::{codes, fault::SqliteFault, statement::Statements},
};

/// An address as its hash, and the number of the key that made it; None: the list's own.
pub(crate) struct Hashed {
    pub(crate) hash: Vec<u8>,
    pub(crate) key: Option<i64>,
}

impl Hashed {
    pub(crate) fn own(hash: Vec<u8>) -> Self {
        Self { hash, key: None }
    }
}

/// Writes down that somebody left, or (None) that they may have mail again.
pub(crate) fn note(
    tx: &Connection,
    who: &Hashed,
    reason: Option<SuppressionReason>,
    at: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    tx.run(
        "INSERT INTO departures (hash, hash_key, reason, at) VALUES (?1, ?2, ?3, ?4)",
        params![
            who.hash,
            who.key,
            reason.map(codes::reason_code),
            codes::millis(at)
        ],
    )?;
    Ok(())
}

/// The number of the last entry; 0: nobody ever left.
pub(super) fn last(tx: &Connection) -> Result<i64, SqliteFault> {
    tx.value("SELECT coalesce(max(id), 0) FROM departures", [])
}

/// The last entry: its number, and whose hash it is.
pub(super) fn last_entry(tx: &Connection) -> Result<Option<(i64, Vec<u8>)>, SqliteFault> {
    tx.maybe(
        "SELECT id, hash FROM departures ORDER BY id DESC LIMIT 1",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Whether the entry of that number is that person's.
pub(super) fn is_entry(tx: &Connection, number: i64, hash: &[u8]) -> Result<bool, SqliteFault> {
    tx.value(
        "SELECT EXISTS (SELECT 1 FROM departures WHERE id = ?1 AND hash = ?2)",
        params![number, hash],
    )
}

/// The number of the last line that says what the entry of that number says; 0: none does.
pub(super) fn last_common(tx: &Connection, text: &str) -> Result<i64, SqliteFault> {
    for line in text.lines().rev().filter_map(DepartureLine::parse) {
        if is_entry(tx, line.number, &line.hash)? {
            return Ok(line.number);
        }
    }
    Ok(0)
}

/// An entry as one line: number, reason (`-`: lifted), hash, time; then the key of the hash, where it is
/// not the one that lies beside the journal.
pub(super) struct DepartureLine {
    pub(super) number: i64,
    pub(super) reason: Option<SuppressionReason>,
    pub(super) hash: Vec<u8>,
    pub(super) at: DateTime<Utc>,
    /// None: the one that lies beside.
    pub(super) key: Option<Vec<u8>>,
}

/// How somebody stands in the end.
#[derive(Debug, Clone, Copy)]
pub(super) struct LastDeparture {
    /// Why they get no mail; None: they may have it again.
    pub(super) reason: Option<SuppressionReason>,
    pub(super) at: DateTime<Utc>,
    /// Where the journal says so.
    pub(super) number: i64,
}

/// What a journal comes to: by the key, and the hash of each address under it.
#[derive(Default)]
pub(super) struct DepartureRecord(pub(super) BTreeMap<Vec<u8>, BTreeMap<Vec<u8>, LastDeparture>>);

impl DepartureRecord {
    /// Reads a journal beside which that key lies; lines that say nothing are left out.
    pub(super) fn parse(text: &str, key: &[u8]) -> Self {
        let mut journal = Self::default();
        for entry in text.lines().filter_map(DepartureLine::parse) {
            let DepartureLine {
                number, reason, at, ..
            } = entry;
            let key = entry.key.unwrap_or_else(|| key.to_owned());
            let standing = LastDeparture { reason, at, number };
            journal.add(key, entry.hash, standing);
        }
        journal
    }

    /// What is added last counts.
    pub(super) fn add(&mut self, key: Vec<u8>, hash: Vec<u8>, standing: LastDeparture) {
        self.0.entry(key).or_default().insert(hash, standing);
    }
}

/// Where the last entry of a journal stands.
pub(super) fn last_number(text: &str) -> i64 {
    let numbers = text.lines().filter_map(DepartureLine::parse);
    numbers.map(|entry| entry.number).max().unwrap_or(0)
}

impl DepartureLine {
    pub(super) fn line(&self) -> String {
        let reason = self.reason.map_or_else(
            || "-".to_owned(),
            |reason| codes::reason_code(reason).to_string(),
        );
        let (number, hash) = (self.number, BASE64.encode(&self.hash));
        let at = codes::millis(self.at);
        match &self.key {
            None => format!("{number} {reason} {hash} {at}\n"),
            Some(key) => format!("{number} {reason} {hash} {at} {}\n", BASE64.encode(key)),
        }
    }

    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut parts = line.split(' ');
        let mut part = || parts.next();
        let number = part()?.parse().ok()?;
        let reason = match part()? {
            "-" => None,
            code => Some(codes::reason(code.parse().ok()?).ok()?),
        };
        let hash = BASE64.decode(part()?).ok()?;
        let at = codes::time(part()?.parse().ok()?).ok()?;
        let key = match part() {
            Some(key) => Some(BASE64.decode(key).ok().filter(|key| key.len() == 32)?),
            None => None,
        };
        (hash.len() == 32).then_some(Self {
            number,
            reason,
            hash,
            at,
            key,
        })
    }
}
