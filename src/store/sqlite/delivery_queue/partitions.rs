//! Lanes: within a batch, a domain with limits of its own gets a number that leads the index of due
//! rows, so that a claim reads the rows it may take and no others, however many wait elsewhere.

use rusqlite::{Connection, params};

use crate::store::{
    BatchId, ClaimQuotas, DeliveryState,
    queue_partition::QueuePartition,
    sqlite::{codes, fault::SqliteFault, statement::Statements},
};

/// The lanes of a batch with their room. Domains that the quotas name for the first time get theirs.
pub(crate) fn open(
    tx: &Connection,
    batch: BatchId,
    quotas: &ClaimQuotas,
) -> Result<Vec<QueuePartition>, SqliteFault> {
    let mut known = all(tx, batch)?;
    let is_new = |(name, _): &&(String, u32)| !known.iter().any(|(known, _)| known == name);
    let new: Vec<&str> = quotas
        .domains
        .iter()
        .filter(is_new)
        .map(|(name, _)| name.as_str())
        .collect();
    if !new.is_empty() && split_off(tx, batch, &new)? {
        known = all(tx, batch)?;
    }
    Ok(QueuePartition::all(known, quotas))
}

fn all(tx: &Connection, batch: BatchId) -> Result<Vec<(String, i64)>, SqliteFault> {
    tx.all(
        "SELECT d.name, l.lane FROM lanes AS l JOIN domains AS d ON d.id = l.domain \
         WHERE l.batch = ?1 ORDER BY l.lane",
        params![batch.0],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Gives domains their lanes and moves their rows there; false where no reader has such an address.
fn split_off(tx: &Connection, batch: BatchId, names: &[&str]) -> Result<bool, SqliteFault> {
    let last: i64 = tx.value(
        "SELECT coalesce(max(lane), 0) FROM lanes WHERE batch = ?1",
        params![batch.0],
    )?;
    let made = tx.run(
        "INSERT INTO lanes (batch, domain, lane) \
         SELECT ?1, d.id, ?3 + row_number() OVER (ORDER BY d.id) \
         FROM domains AS d WHERE d.name IN (SELECT value FROM json_each(?2))",
        params![batch.0, codes::rows(names)?, last],
    )?;
    if made == 0 {
        return Ok(false);
    }
    let (first, end) = codes::deliveries_of(batch);
    let ended = [
        DeliveryState::Accepted,
        DeliveryState::Rejected,
        DeliveryState::Skipped,
    ]
    .map(codes::state_code);
    tx.run(
        "UPDATE deliveries SET lane = l.lane FROM lanes AS l \
         WHERE l.batch = ?1 AND l.lane > ?2 AND l.domain = deliveries.domain \
         AND deliveries.id BETWEEN ?3 AND ?4 AND deliveries.state NOT IN (?5, ?6, ?7)",
        params![batch.0, last, first, end, ended[0], ended[1], ended[2]],
    )?;
    Ok(true)
}
