//! The freeze: an issue's content and its audience, set down in one transaction.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{batch, waves};
use crate::{
    audience::SubscriberState,
    store::{
        BatchId, BatchState, DeliveryState, Freeze, NewBatch, Realm, StoreError,
        machine::{DECLINED_ADS, DORMANT},
        sqlite::{
            codes, database::place::StatePlace, fault::SqliteFault, realm, report_box::soft,
            statement::Statements, subscriber_list::readers::quoted,
        },
    },
};

pub(crate) fn freeze(
    tx: &Connection,
    place: &StatePlace,
    realm: Realm,
    new: &NewBatch,
    now: DateTime<Utc>,
) -> Result<Freeze, SqliteFault> {
    if let Some(batch) = batch::by_issue(tx, realm, &new.issue)? {
        return Ok(Freeze {
            batch,
            is_new: false,
        });
    }
    let witnessed = place.steps(realm, &new.issue)?.unwrap_or(0);
    if witnessed > 0 && !new.may_repeat {
        let issue = new.issue.clone();
        return Err(StoreError::OlderCopy { issue }.into());
    }
    refuse_taken_slot(tx, realm, new)?;
    let content = keep_content(tx, &new.content_hash, &new.content)?;
    let id = insert_batch(tx, realm, new, content, now)?;
    inherit_lanes(tx, id)?;
    let audience = match new.readers_hour {
        Some(local) => waves::insert_deliveries(tx, realm, id, new, local)?,
        None => insert_deliveries(tx, realm, id, new, now)?,
    };
    let passed_by = passed_by(tx, realm, id, now)? + declined(tx, id, new, now)?;
    // In one statement: the counters must always add up to the audience. Its steps go on from those of
    // the batch that the witness remembers.
    tx.run(
        "UPDATE batches SET audience = ?2, pending = ?2 - ?4, skipped = ?4, steps = ?3 WHERE id = ?1",
        params![
            id.0,
            audience,
            i64::try_from(witnessed).unwrap_or(i64::MAX),
            passed_by
        ],
    )?;
    let batch =
        batch::by_issue(tx, realm, &new.issue)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    Ok(Freeze {
        batch,
        is_new: true,
    })
}

/// Readers whose mailboxes could take nothing for weeks are passed by, and those whose rest is over are tried;
/// answers how many are passed by.
fn passed_by(
    tx: &Connection,
    realm: Realm,
    batch: BatchId,
    now: DateTime<Utc>,
) -> Result<i64, SqliteFault> {
    let is_any: bool = tx.value("SELECT EXISTS (SELECT 1 FROM dormancies)", [])?;
    if !is_any {
        return Ok(0);
    }
    let skipped = tx.run(
        &format!(
            "UPDATE deliveries SET state = ?2, due_at = NULL, reply = ?3, updated_at = ?5 \
             WHERE id IN (SELECT (?1 << 40) | s.id FROM dormancies AS d \
               JOIN subscribers AS s ON s.id = d.subscriber WHERE d.realm = ?4 AND {}) \
             AND state = ?6",
            soft::is_passed_by("?4", "?5")
        ),
        params![
            batch.0,
            codes::state_code(DeliveryState::Skipped),
            DORMANT,
            realm::code(realm),
            codes::millis(now),
            codes::state_code(DeliveryState::Pending)
        ],
    )?;
    soft::note_retried(tx, realm, batch, now)?;
    Ok(codes::signed(skipped))
}

/// Advertising goes to nobody who left its box empty (정보통신망법 제50조 제1항); answers how many are passed by.
fn declined(
    tx: &Connection,
    batch: BatchId,
    new: &NewBatch,
    now: DateTime<Utc>,
) -> Result<i64, SqliteFault> {
    if !new.is_ad {
        return Ok(0);
    }
    let skipped = tx.run(
        "UPDATE deliveries SET state = ?2, due_at = NULL, reply = ?3, updated_at = ?4 \
         WHERE id IN (SELECT (?1 << 40) | s.id FROM consent_proofs AS p \
           JOIN subscribers AS s ON s.id = p.subscriber AND s.consent_at = p.consent_at \
           WHERE p.agreed_to_ads = 0) \
         AND state = ?5",
        params![
            batch.0,
            codes::state_code(DeliveryState::Skipped),
            DECLINED_ADS,
            codes::millis(now),
            codes::state_code(DeliveryState::Pending)
        ],
    )?;
    Ok(codes::signed(skipped))
}

/// A slot is sent once, whatever its issue is called.
fn refuse_taken_slot(tx: &Connection, realm: Realm, new: &NewBatch) -> Result<(), SqliteFault> {
    let taken: Option<String> = tx.maybe_value(
        "SELECT issue FROM batches WHERE edition = ?1 AND slot_date = ?2 AND state <> 3 \
         AND realm IN (?3, ?4)",
        params![
            &new.edition,
            new.date.map(|date| date.to_string()),
            realm::code(realm),
            realm::UNTOLD
        ],
    )?;
    match taken {
        Some(issue) => Err(StoreError::SlotTaken { issue }.into()),
        None => Ok(()),
    }
}

pub(crate) fn refreeze(
    tx: &Connection,
    id: BatchId,
    hash: &str,
    content: &[u8],
    now: DateTime<Utc>,
) -> Result<u64, SqliteFault> {
    let state = batch::by_id(tx, id)?.map(|batch| batch.state);
    if !matches!(state, Some(BatchState::Paused { .. })) {
        return Ok(0);
    }
    let (first, last) = codes::deliveries_of(id);
    // What was tried is tried again with the same; a row refused before the dot did not note it yet.
    tx.run(
        "UPDATE deliveries SET content = (SELECT content FROM batches WHERE id = ?1), \
         updated_at = ?4 WHERE id BETWEEN ?2 AND ?3 AND first_attempt_at IS NOT NULL \
         AND content IS NULL",
        params![id.0, first, last, codes::millis(now)],
    )?;
    let content = keep_content(tx, hash, content)?;
    tx.run(
        "UPDATE batches SET content = ?2 WHERE id = ?1",
        params![id.0, content],
    )?;
    let untried: i64 = tx.value(
        "SELECT count(*) FROM deliveries WHERE id BETWEEN ?1 AND ?2 \
         AND state IN (?3, ?4) AND first_attempt_at IS NULL",
        params![
            first,
            last,
            codes::state_code(DeliveryState::Pending),
            codes::state_code(DeliveryState::Claimed)
        ],
    )?;
    Ok(untried.unsigned_abs())
}

/// Keeps content under its hash; answers the number of it.
fn keep_content(tx: &Connection, hash: &str, content: &[u8]) -> Result<i64, SqliteFault> {
    tx.run(
        "INSERT OR IGNORE INTO contents (hash, content) VALUES (?1, ?2)",
        params![hash, content],
    )?;
    tx.value("SELECT id FROM contents WHERE hash = ?1", params![hash])
}

fn insert_batch(
    tx: &Connection,
    realm: Realm,
    new: &NewBatch,
    content: i64,
    now: DateTime<Utc>,
) -> Result<BatchId, SqliteFault> {
    let id = tx.value(
        "INSERT INTO batches (issue, edition, slot, content, state, audience, frozen_at, slot_date, \
         realm, file) VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8, ?9) RETURNING id",
        params![
            new.issue,
            new.edition,
            codes::millis(new.slot),
            content,
            codes::batch_state_code(&BatchState::Open),
            codes::millis(now),
            new.date.map(|date| date.to_string()),
            realm::code(realm),
            new.file
        ],
    )?;
    Ok(BatchId(id))
}

/// The domains that had limits of their own in the batch before have them in this one, most likely
/// (those that had a bad day, which come last, perhaps not): rows that start in their lane need not be moved there by the first claim.
fn inherit_lanes(tx: &Connection, batch: BatchId) -> Result<(), SqliteFault> {
    tx.run(
        "INSERT INTO lanes (batch, domain, lane) SELECT ?1, domain, lane FROM lanes \
         WHERE batch = (SELECT max(batch) FROM lanes WHERE batch < ?1) ORDER BY lane LIMIT 100",
        params![batch.0],
    )?;
    Ok(())
}

fn insert_deliveries(
    tx: &Connection,
    realm: Realm,
    batch: BatchId,
    new: &NewBatch,
    now: DateTime<Utc>,
) -> Result<i64, SqliteFault> {
    // Due since the slot, or at once: a clock that is set back later must not stop the batch.
    let due_at = new.slot.min(now);
    let suppressed = realm::suppressed(realm);
    let done = tx.run(
        &format!(
            "INSERT INTO deliveries (id, state, lane, domain, due_at) \
             SELECT (?1 << 40) | s.id, ?2, coalesce(l.lane, 0), s.domain, ?3 \
             FROM subscribers AS s LEFT JOIN lanes AS l ON l.batch = ?1 AND l.domain = s.domain \
             WHERE s.state = ?4 AND {suppressed} IS NULL \
             AND (s.editions IS NULL OR instr(s.editions, ?5)) ORDER BY s.id"
        ),
        params![
            batch.0,
            codes::state_code(DeliveryState::Pending),
            codes::millis(due_at),
            codes::subscriber_state_code(SubscriberState::Active),
            quoted(&new.edition)
        ],
    )?;
    Ok(codes::signed(done))
}
