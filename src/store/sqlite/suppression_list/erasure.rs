//! Forgetting a person: everything goes but the numbers that batches were frozen with, and a keyed
//! hash that recognises the address should a file or an import bring it again.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::{
    departures::journal::{self, Hashed},
    hash_keys::HashKeys,
    quoting::stop_quoting,
};
use crate::{
    address::Address,
    audience::{
        SubscriberId, SubscriberState, SuppressionReason,
        membership::{ChangeSource, MembershipChange, Standing},
    },
    store::sqlite::{
        codes,
        fault::SqliteFault,
        history::{self, HistoryNote},
        opinion_box::telling,
        statement::Statements,
    },
};

/// Those of the addresses that are known by their hash alone: erased, or gone from another copy of this
/// list. Hashes nothing where nobody ever was.
pub(crate) fn among(
    tx: &Connection,
    hash_keys: &HashKeys,
    keys: &[String],
) -> Result<Vec<(String, SuppressionReason)>, SqliteFault> {
    let any: bool = tx.value(
        "SELECT EXISTS (SELECT 1 FROM suppressions WHERE hash IS NOT NULL)",
        [],
    )?;
    if !any {
        return Ok(Vec::new());
    }
    let mut erased = Vec::new();
    for key in keys {
        for hash in hash_keys.all(key) {
            let found: Option<i64> = tx.maybe_value(
                "SELECT reason FROM suppressions WHERE hash = ?1",
                params![hash],
            )?;
            if let Some(reason) = found {
                erased.push((key.clone(), codes::reason(reason)?));
            }
        }
    }
    Ok(erased)
}

/// Somebody forgotten: by what, since when, and the moment at which it is written down.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Erasing {
    pub(crate) source: ChangeSource,
    pub(crate) since: DateTime<Utc>,
    pub(crate) now: DateTime<Utc>,
}

impl Erasing {
    /// Leaves that hash of them, under the list's own key; answers whether anything of them stood here: on
    /// the list, or among those who get no mail.
    pub(crate) fn erase(
        self,
        tx: &Connection,
        hash: &[u8],
        email: &Address,
    ) -> Result<bool, SqliteFault> {
        let suppressed = leave_hash(tx, hash, email.as_str(), self.since)?;
        let known = tx.maybe(
            "SELECT id, domain, state, suppressed FROM subscribers WHERE email = ?1",
            params![email.as_str()],
            known_from,
        )?;
        if let Some(KnownPerson { id, domain, from }) = &known {
            forget(tx, id.0, self.now)?;
            forget_domain(tx, *domain)?;
            let (change, steps) = (MembershipChange::Erased, (*from, Standing::STRANGER));
            let erased = HistoryNote::of(change, self.source, steps, self.now);
            history::note(tx, *id, erased)?;
        }
        stop_quoting(tx, &email.key())?;
        Ok(known.is_some() || suppressed > 0)
    }
}

/// Puts the hash in the place of the address among those who get no mail; answers how many rows named it.
fn leave_hash(
    tx: &Connection,
    hash: &[u8],
    email: &str,
    at: DateTime<Utc>,
) -> Result<u64, SqliteFault> {
    let named = tx.run("DELETE FROM suppressions WHERE email = ?1", params![email])?;
    tx.run(
        "INSERT INTO suppressions (hash, reason, at) VALUES (?1, ?2, ?3) \
         ON CONFLICT (hash) DO UPDATE SET reason = excluded.reason, at = excluded.at",
        params![
            hash,
            codes::reason_code(SuppressionReason::Erased),
            codes::millis(at)
        ],
    )?;
    Ok(named)
}

/// Somebody on the list who is to be forgotten.
struct KnownPerson {
    id: SubscriberId,
    domain: Option<i64>,
    from: Standing,
}

fn known_from(row: &Row<'_>) -> Result<KnownPerson, SqliteFault> {
    let suppressed: Option<i64> = row.get(3)?;
    Ok(KnownPerson {
        id: SubscriberId(row.get(0)?),
        domain: row.get(1)?,
        from: Standing {
            state: Some(codes::subscriber_state(row.get(2)?)?),
            suppression: suppressed.map(codes::reason).transpose()?,
        },
    })
}

/// States of the time before deleted rows were overwritten have free space that still holds them.
const OVERWRITES: i64 = 1;

/// Overwrites on the disk what the last transactions deleted: the log is folded in and emptied, and the
/// first time all free space is given up. False: another program reads the log just now, and empties it
/// when it is done.
pub(crate) fn overwrite(connection: &Connection) -> Result<bool, SqliteFault> {
    let version: i64 = connection.value("PRAGMA user_version", [])?;
    if version < OVERWRITES {
        connection.execute_batch("VACUUM; PRAGMA user_version = 1;")?;
    }
    for _ in 0..TRIES {
        let is_busy: i64 = connection.value("PRAGMA wal_checkpoint(TRUNCATE)", [])?;
        if is_busy == 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Each waits for readers as long as any statement waits for a lock.
const TRIES: u32 = 2;

/// Where a person's own words and the proofs of what they agreed to lie, a row or more each.
const PERSONAL: [&str; 13] = [
    "past_consents",
    "consent_proofs",
    "consent_reminders",
    "consent_requests",
    "asks",
    "farewells",
    "moves",
    "spent_links",
    "receipts",
    // Relays like to repeat the address in their answers.
    "rehearsal_bounces",
    "report_texts",
    "soft_failures",
    "earlier_mail",
];

fn forget(tx: &Connection, subscriber: i64, at: DateTime<Utc>) -> Result<(), SqliteFault> {
    forget_old_addresses(tx, subscriber, at)?;
    for table in PERSONAL {
        tx.run(
            &format!("DELETE FROM {table} WHERE subscriber = ?1"),
            params![subscriber],
        )?;
    }
    telling::forget(tx, subscriber)?;
    // That somebody chose it stays in the count; what they said in their own words goes.
    tx.run(
        "UPDATE opinions SET text = NULL, name = NULL, may_publish = 0, may_reply = 0, \
         is_published = 0 WHERE subscriber = ?1",
        params![subscriber],
    )?;
    tx.run(
        "UPDATE subscribers SET email = NULL, domain = NULL, name = NULL, editions = NULL, \
         tags = NULL, timezone = NULL, language = NULL, consent_at = NULL, consent_source = NULL, \
         state = ?2, suppressed = ?3, vouched_by = 0, set_by = 0, updated_at = ?4, \
         epoch = epoch + 1 WHERE id = ?1",
        params![
            subscriber,
            codes::subscriber_state_code(SubscriberState::Inactive),
            codes::reason_code(SuppressionReason::Erased),
            codes::millis(at)
        ],
    )?;
    tx.run(
        "UPDATE deliveries SET domain = 0, reply = NULL \
         WHERE id IN (SELECT (id << 40) | ?1 FROM batches)",
        params![subscriber],
    )?;
    Ok(())
}

/// Addresses that were theirs before a move are theirs as well: of each, a hash remains.
fn forget_old_addresses(
    tx: &Connection,
    subscriber: i64,
    at: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let old: Vec<String> = tx.values(
        "SELECT DISTINCT from_email FROM moves WHERE subscriber = ?1 AND from_email IS NOT NULL \
         AND from_email NOT IN (SELECT email FROM subscribers WHERE email IS NOT NULL)",
        params![subscriber],
    )?;
    if old.is_empty() {
        return Ok(());
    }
    let keys = HashKeys::load(tx)?;
    for email in old {
        let key = codes::address(&email)?.key();
        let hash = keys.own(&key);
        if leave_hash(tx, &hash, &key, at)? > 0 {
            let who = Hashed::own(hash);
            journal::note(tx, &who, Some(SuppressionReason::Erased), at)?;
        }
        stop_quoting(tx, &key)?;
    }
    Ok(())
}

/// A domain of one's own is as good as a name.
fn forget_domain(tx: &Connection, domain: Option<i64>) -> Result<(), SqliteFault> {
    let forgotten: Option<String> = tx.maybe_value(
        "DELETE FROM domains WHERE id = ?1 \
         AND NOT EXISTS (SELECT 1 FROM subscribers WHERE domain = ?1) \
         AND NOT EXISTS (SELECT 1 FROM lanes WHERE domain = ?1) RETURNING name",
        params![domain],
    )?;
    if let Some(name) = forgotten {
        tx.run("DELETE FROM moods WHERE key = ?1", params![name])?;
    }
    Ok(())
}
