//! What a sender's death, a person's word or an older copy of the database says of rows whose fate
//! nobody recorded. How rows move is `store::machine`'s; here is which ones.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{notes, record::LedgerRows};
use crate::store::{
    BatchId, DeadSender, DeliveryState, Realm, RecoveredRows, UnknownAnswer,
    machine::OLDER_COPY,
    sqlite::{
        batch_ledger::batch, codes, database::place::StatePlace, fault::SqliteFault, realm,
        statement::Statements,
    },
};

pub(crate) fn recover(
    tx: &Connection,
    place: &StatePlace,
    realm: Realm,
    batch: BatchId,
    resend: bool,
    now: DateTime<Utc>,
) -> Result<RecoveredRows, SqliteFault> {
    if let Some(restored) = settle_older_copy(tx, place, batch, now)? {
        return Ok(RecoveredRows {
            restored,
            ..RecoveredRows::default()
        });
    }
    let (first, last) = codes::deliveries_of(batch);
    let held: Vec<i64> = tx.values(
        "SELECT id FROM deliveries WHERE id BETWEEN ?1 AND ?2 AND state BETWEEN 1 AND 2",
        params![first, last],
    )?;
    if held.is_empty() {
        return Ok(RecoveredRows::default());
    }
    let dead = dead_senders(tx, batch)?;
    let mut ledger = LedgerRows::load(tx, realm, &held.into_iter().collect(), now)?;
    let begun = notes::begun(tx, place, batch)?;
    let recovered = ledger.recover(begun.as_ref(), resend);
    ledger.write(tx, realm)?;
    Ok(RecoveredRows { dead, ..recovered })
}

/// Who held rows, and what they left.
fn dead_senders(tx: &Connection, batch: BatchId) -> Result<Vec<DeadSender>, SqliteFault> {
    let (first, last) = codes::deliveries_of(batch);
    tx.all(
        "SELECT coalesce(s.name, '') AS name, count(*) FILTER (WHERE d.state = 1) AS claimed, \
         count(*) FILTER (WHERE d.state = 2) AS sending FROM deliveries AS d \
         LEFT JOIN senders AS s ON s.id = d.sender \
         WHERE d.id BETWEEN ?1 AND ?2 AND d.state BETWEEN 1 AND 2 GROUP BY d.sender",
        params![first, last],
        |row| {
            Ok(DeadSender {
                sender: row.get("name")?,
                claimed: codes::count(row, "claimed")?,
                sending: codes::count(row, "sending")?,
            })
        },
    )
}

/// Of a batch that had come further than this database knows, every open row may have been sent.
fn settle_older_copy(
    tx: &Connection,
    place: &StatePlace,
    id: BatchId,
    now: DateTime<Utc>,
) -> Result<Option<u64>, SqliteFault> {
    let Some(batch) = batch::by_id(tx, id)? else {
        return Ok(None);
    };
    let realm = realm::of_batch(batch.is_rehearsal);
    let Some(witnessed) = place.steps(realm, &batch.issue)? else {
        return Ok(None);
    };
    let witnessed = i64::try_from(witnessed).unwrap_or(i64::MAX);
    let caught_up = tx.run(
        "UPDATE batches SET steps = ?2 WHERE id = ?1 AND steps < ?2",
        params![id.0, witnessed],
    )?;
    if caught_up == 0 {
        return Ok(None);
    }
    let open = [
        DeliveryState::Pending,
        DeliveryState::Claimed,
        DeliveryState::Sending,
        DeliveryState::Deferred,
    ];
    let doubtful = batch::end_all(tx, id, &open, DeliveryState::Unknown, OLDER_COPY, now)?;
    Ok(Some(doubtful))
}

pub(crate) fn resolve_unknown(
    tx: &Connection,
    realm: Realm,
    id: BatchId,
    answer: UnknownAnswer,
    now: DateTime<Utc>,
) -> Result<u64, SqliteFault> {
    let (first, last) = codes::deliveries_of(id);
    // The first condition is the index's; the one that matters follows it.
    let unknown: Vec<i64> = tx.values(
        "SELECT id FROM deliveries WHERE id BETWEEN ?1 AND ?2 \
         AND state >= 4 AND state = 6",
        params![first, last],
    )?;
    let mut ledger = LedgerRows::load(tx, realm, &unknown.into_iter().collect(), now)?;
    let resolved = ledger.resolve(answer);
    ledger.write(tx, realm)?;
    if answer == UnknownAnswer::Resend && resolved > 0 {
        batch::reopen(tx, id)?;
    }
    Ok(resolved)
}
