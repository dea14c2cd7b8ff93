//! The numbers that relays gave our messages, in their answers to the dot (`250 2.0.0 Ok: queued as 4XyZ`): how a
//! provider's hook finds its row where the relay writes Message-IDs of its own. They are taken out of the ledger
//! when something asks for one, a batch at a time: what goes out pays nothing for it.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, params};

use crate::{
    fingerprint::sha256,
    store::{
        DeliveryId, DeliveryState, Realm,
        sqlite::{codes, fault::SqliteFault, realm, statement::Statements},
    },
};

/// A batch that is under way is read again so long after the last time.
const AGAIN: TimeDelta = TimeDelta::seconds(60);
/// Of older batches nothing is found, for nothing would follow.
const KEPT: TimeDelta = TimeDelta::days(31);
/// Shorter words are no numbers.
const SHORTEST: usize = 6;
/// Words of one answer that are looked at.
const MOST_WORDS: usize = 24;

/// A look for relays' numbers, in one transaction.
pub(super) struct RelayIds {
    now: DateTime<Utc>,
    is_read: bool,
    /// A batch was read so lately that it was not read again.
    is_behind: bool,
}

impl RelayIds {
    pub(super) fn new(now: DateTime<Utc>) -> Self {
        Self {
            now,
            is_read: false,
            is_behind: false,
        }
    }

    /// Whether a number that is not found may be found a minute later.
    pub(super) fn may_come(&self) -> bool {
        self.is_behind
    }

    /// The row of the first of these numbers that is one's; of one that several rows have, nobody's.
    pub(super) fn find(
        &mut self,
        tx: &Connection,
        realm: Realm,
        ids: &[String],
    ) -> Result<Option<DeliveryId>, SqliteFault> {
        if ids.is_empty() {
            return Ok(None);
        }
        if let Some(found) = self.look(tx, ids)? {
            return Ok(Some(found));
        }
        if std::mem::replace(&mut self.is_read, true) {
            return Ok(None);
        }
        self.read_new(tx, realm)?;
        self.look(tx, ids)
    }

    fn look(&self, tx: &Connection, ids: &[String]) -> Result<Option<DeliveryId>, SqliteFault> {
        for id in ids.iter().flat_map(|id| with_beginnings(id)) {
            let rows: Vec<i64> = tx.values(
                "SELECT delivery FROM relay_ids WHERE id = ?1 LIMIT 2",
                params![hashed(id)],
            )?;
            if let [row] = rows[..] {
                return Ok(Some(DeliveryId(row)));
            }
        }
        Ok(None)
    }

    /// Takes the numbers out of the batches that have come further since they were read.
    fn read_new(&mut self, tx: &Connection, realm: Realm) -> Result<(), SqliteFault> {
        let oldest = codes::millis(self.now - KEPT);
        let behind: Vec<(i64, i64, Option<i64>)> = tx.all(
            "SELECT b.id, b.steps, r.at FROM batches AS b \
             LEFT JOIN relay_ids_read AS r ON r.batch = b.id \
             WHERE b.realm IN (?1, ?2) AND b.frozen_at >= ?3 AND b.steps > coalesce(r.steps, 0)",
            params![realm::code(realm), realm::UNTOLD, oldest],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        for (batch, steps, read_at) in behind {
            let read_at = read_at.map(codes::time).transpose()?;
            if read_at.is_some_and(|at| (self.now - at).abs() < AGAIN) {
                self.is_behind = true;
                continue;
            }
            if read_at.is_none() {
                forget_before(tx, oldest)?;
            }
            read_batch(tx, batch, read_at)?;
            tx.run(
                "INSERT OR REPLACE INTO relay_ids_read (batch, steps, at) VALUES (?1, ?2, ?3)",
                params![batch, steps, codes::millis(self.now)],
            )?;
        }
        Ok(())
    }
}

/// Forgets the numbers of batches that nothing is found of any more.
fn forget_before(tx: &Connection, oldest: i64) -> Result<(), SqliteFault> {
    let old: Vec<i64> = tx.values(
        "SELECT r.batch FROM relay_ids_read AS r LEFT JOIN batches AS b ON b.id = r.batch \
         WHERE b.id IS NULL OR b.frozen_at < ?1",
        params![oldest],
    )?;
    for batch in old {
        tx.run(
            "DELETE FROM relay_ids \
             WHERE delivery BETWEEN (?1 << 40) AND (?1 << 40 | 0xFFFFFFFFFF)",
            params![batch],
        )?;
        tx.run(
            "DELETE FROM relay_ids_read WHERE batch = ?1",
            params![batch],
        )?;
    }
    Ok(())
}

fn read_batch(
    tx: &Connection,
    batch: i64,
    since: Option<DateTime<Utc>>,
) -> Result<(), SqliteFault> {
    // Answers are recorded in groups: one that bears an earlier moment may have come later.
    let since = since.map_or(0, |since| codes::millis(since - AGAIN));
    let answers: Vec<(i64, String)> = tx.all(
        "SELECT id, reply FROM deliveries WHERE id BETWEEN (?1 << 40) AND (?1 << 40 | 0xFFFFFFFFFF) \
         AND state = ?2 AND updated_at >= ?3 AND reply IS NOT NULL",
        params![
            batch,
            codes::state_code(DeliveryState::Accepted),
            since
        ],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    for (delivery, answer) in answers {
        for id in numbers_in(&answer) {
            tx.run(
                "INSERT OR IGNORE INTO relay_ids (id, delivery) VALUES (?1, ?2)",
                params![hashed(id), delivery],
            )?;
        }
    }
    Ok(())
}

/// The words of an answer that may be a relay's number for the message.
fn numbers_in(answer: &str) -> impl Iterator<Item = &str> {
    let is_edge = |c: char| !c.is_ascii_alphanumeric();
    answer
        .split(|c: char| c.is_ascii_whitespace() || "<>[]()=,;\"'".contains(c))
        .skip(1)
        .take(MOST_WORDS)
        .map(move |word| word.trim_matches(is_edge))
        .filter(|word| word.len() >= SHORTEST && word.bytes().any(|byte| byte.is_ascii_digit()))
        // `2.0.0` and its like say how it went.
        .filter(|word| {
            !word
                .bytes()
                .all(|byte| byte == b'.' || byte.is_ascii_digit())
                || word.len() > 9
        })
}

/// A number, and its beginnings up to a dot or an at sign: SendGrid's events have more behind it, Amazon's less.
fn with_beginnings(id: &str) -> impl Iterator<Item = &str> {
    let id = id.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let cuts = id.match_indices(['.', '@']).map(|(at, _)| &id[..at]);
    let mut all: Vec<&str> = cuts.collect();
    all.push(id);
    all.into_iter().rev().filter(|part| part.len() >= SHORTEST)
}

fn hashed(id: &str) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = sha256(id.as_bytes());
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_s_number_is_found_in_its_answer() {
        for (answer, id) in [
            ("250 2.0.0 Ok: queued as 4XyZ12", "4XyZ12"),
            (
                "250 Ok 0100018c1f2e3d4c-aaaa-bbbb-000000",
                "0100018c1f2e3d4c-aaaa-bbbb-000000",
            ),
            (
                "250 2.6.0 <abc123@mail.example.com> [InternalId=123456789]",
                "abc123@mail.example.com",
            ),
            ("250 OK id=1rABCD-0001xy-Zz", "1rABCD-0001xy-Zz"),
        ] {
            assert!(numbers_in(answer).any(|found| found == id), "{answer}");
        }
        assert_eq!(numbers_in("250 2.0.0 Ok").count(), 0);
    }

    #[test]
    fn a_number_with_more_behind_it_is_the_same_number() {
        let event = "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0";
        assert!(with_beginnings(event).any(|part| part == "14c5d75ce93.dfd.64b469"));
    }
}
