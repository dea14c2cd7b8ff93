//! The numbers that relays gave our messages (`store::relay_numbers`): how a provider's hook finds its row where the
//! relay writes Message-IDs of its own. They are taken out of the ledger when something asks for one, a batch at a time:
//! what goes out pays nothing for it.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::store::{
    DeliveryId, DeliveryState, Realm,
    relay_numbers::{AGAIN, KEPT, hashed, numbers_in, with_beginnings},
    sqlite::{codes, fault::SqliteFault, realm, statement::Statements},
};

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
