//! The two realms in the same tables: how their rows are marked, what keeps a reader from mail in
//! each, and how rehearsals are dropped.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{codes, fault::SqliteFault, statement::Statements};
use crate::{
    audience::SubscriberId,
    store::{BatchId, Realm, RehearsedBounce},
};

/// The mark of batches made before the two were told apart: nobody knows any more whether readers got
/// them. They count in both, so that nobody gets one again.
pub(super) const UNTOLD: i64 = 2;

const REHEARSAL: i64 = 1;

/// The mark of what is made in a realm.
pub(super) fn code(realm: Realm) -> i64 {
    match realm {
        Realm::Real => 0,
        Realm::Rehearsal => REHEARSAL,
    }
}

/// Whether a batch with that mark counts in a realm.
pub(super) fn has(realm: Realm, mark: i64) -> bool {
    mark == code(realm) || mark == UNTOLD
}

pub(super) fn is_rehearsal(code: i64) -> bool {
    code == REHEARSAL
}

/// Why the subscriber `s` gets no mail, as SQL: who bounced in a rehearsal stays away from rehearsals
/// alone, and the list does not know of it. (2 is a hard bounce's code.)
pub(super) fn suppressed(realm: Realm) -> &'static str {
    match realm {
        Realm::Real => "s.suppressed",
        Realm::Rehearsal => {
            "coalesce(s.suppressed, \
             (SELECT 2 FROM rehearsal_bounces AS r WHERE r.subscriber = s.id))"
        }
    }
}

/// The realm that a batch is witnessed in: one that may have gone out did.
pub(super) fn of_batch(is_rehearsal: bool) -> Realm {
    match is_rehearsal {
        true => Realm::Rehearsal,
        false => Realm::Real,
    }
}

/// Notes whose address a relay called dead in a rehearsal, with its words.
pub(super) fn note_bounces(
    tx: &Connection,
    bounced: &[(SubscriberId, String)],
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    for (subscriber, reply) in bounced {
        tx.run(
            "INSERT OR IGNORE INTO rehearsal_bounces VALUES (?1, ?2, ?3)",
            params![subscriber.0, reply, codes::millis(now)],
        )?;
    }
    Ok(())
}

/// How a rehearsal found the address of that reader dead.
pub(super) fn rehearsed_bounce(
    tx: &Connection,
    reader: SubscriberId,
) -> Result<Option<RehearsedBounce>, SqliteFault> {
    tx.maybe(
        "SELECT at, reply FROM rehearsal_bounces WHERE subscriber = ?1",
        params![reader.0],
        |row| {
            Ok(RehearsedBounce {
                at: codes::time_at(row, "at")?,
                reply: row.get("reply")?,
            })
        },
    )
}

/// Drops all that rehearsals left; answers the issues whose batches that were.
pub(super) fn drop_rehearsals(tx: &Connection) -> Result<Vec<String>, SqliteFault> {
    let batches: Vec<(i64, String)> = tx.all(
        "SELECT id, issue FROM batches WHERE realm = ?1",
        params![REHEARSAL],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let mut contents = BTreeSet::new();
    for (batch, _) in &batches {
        let (first, last) = codes::deliveries_of(BatchId(*batch));
        contents.extend(tx.values::<i64>(
            "SELECT content FROM batches WHERE id = ?1 UNION SELECT content FROM deliveries \
             WHERE id BETWEEN ?2 AND ?3 AND content IS NOT NULL",
            params![batch, first, last],
        )?);
        tx.run(
            "DELETE FROM deliveries WHERE id BETWEEN ?1 AND ?2",
            params![first, last],
        )?;
        for table in [
            "lanes",
            "waves",
            "domain_readers",
            "domain_pauses",
            "relay_ids_read",
        ] {
            tx.run(
                &format!("DELETE FROM {table} WHERE batch = ?1"),
                params![batch],
            )?;
        }
        tx.run("DELETE FROM batches WHERE id = ?1", params![batch])?;
    }
    for content in contents {
        drop_content(tx, content)?;
    }
    tx.run("DELETE FROM rehearsal_bounces", [])?;
    tx.run(
        "DELETE FROM report_texts WHERE report IN (SELECT id FROM reports WHERE realm = ?1)",
        params![REHEARSAL],
    )?;
    for table in [
        "paces",
        "notices",
        "moods",
        "refusals",
        "kept",
        "receipts",
        "opinions",
        "signup_counts",
        "reports",
        "reports_turned_away",
        "soft_failures",
        "dormancies",
        "door_readings",
    ] {
        tx.run(
            &format!("DELETE FROM {table} WHERE realm = ?1"),
            params![REHEARSAL],
        )?;
    }
    Ok(batches.into_iter().map(|(_, issue)| issue).collect())
}

/// Drops content that no batch has, nor a row that left with it before its batch got another.
fn drop_content(tx: &Connection, content: i64) -> Result<(), SqliteFault> {
    tx.run(
        "DELETE FROM contents WHERE id = ?1 \
         AND NOT EXISTS (SELECT 1 FROM batches WHERE content = ?1) \
         AND NOT EXISTS (SELECT 1 FROM deliveries WHERE content = ?1)",
        params![content],
    )?;
    Ok(())
}
