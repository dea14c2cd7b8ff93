//! What has gone of batches' rows: counted with those that are left.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::{
    audience::SubscriberId,
    store::{
        BatchId, DeliveryCounts, PrunedRows, Realm,
        sqlite::{codes, fault::SqliteFault, statement::Statements},
    },
};

/// How many rows of a batch have gone, and when the last of them did.
pub(crate) fn of(tx: &Connection, batch: BatchId) -> Result<Option<PrunedRows>, SqliteFault> {
    tx.maybe(
        "SELECT sum(rows) AS rows, max(at) AS at FROM pruned_rows WHERE batch = ?1 \
         HAVING count(*) > 0",
        params![batch.0],
        |row| {
            Ok(PrunedRows {
                rows: codes::count(row, "rows")?,
                at: codes::time_at(row, "at")?,
            })
        },
    )
}

/// Counts them as they stood.
pub(crate) fn add(
    tx: &Connection,
    batch: BatchId,
    counts: &mut DeliveryCounts,
) -> Result<(), SqliteFault> {
    let gone: Vec<(i64, i64)> = tx.all(
        "SELECT state, sum(rows) FROM pruned_rows WHERE batch = ?1 GROUP BY state",
        params![batch.0],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    for (state, rows) in gone {
        *counts.of_mut(codes::state(state)?) += rows.unsigned_abs();
    }
    Ok(())
}

/// The first batch of which a pruned row said that a reader got it, and that nothing came back of it.
pub(crate) fn earlier_mail(
    tx: &Connection,
    realm: Realm,
    reader: SubscriberId,
) -> Result<Option<BatchId>, SqliteFault> {
    if realm != Realm::Real {
        return Ok(None);
    }
    let sql = "SELECT batch FROM earlier_mail WHERE subscriber = ?1";
    let batch: Option<i64> = tx.maybe_value(sql, params![reader.0])?;
    Ok(batch.map(BatchId))
}

/// When a batch was frozen, where rows of it have gone.
pub(crate) fn frozen_at(
    tx: &Connection,
    batch: BatchId,
) -> Result<Option<DateTime<Utc>>, SqliteFault> {
    tx.maybe(
        "SELECT frozen_at FROM batches WHERE id = ?1 \
         AND EXISTS (SELECT 1 FROM pruned_rows WHERE batch = ?1)",
        params![batch.0],
        |row| codes::time_at(row, "frozen_at"),
    )
}
