//! What has gone of batches' rows: counted with those that are left.

use chrono::{DateTime, Utc};

use crate::{
    audience::SubscriberId,
    store::{
        BatchId, DeliveryCounts, PrunedRows, Realm, codes,
        postgres::{columns, fault::PostgresFault, transaction::StoreTransaction, values::values},
    },
};

/// How many rows of a batch have gone, and when the last of them did.
pub(crate) async fn of(
    tx: &StoreTransaction,
    batch: BatchId,
) -> Result<Option<PrunedRows>, PostgresFault> {
    tx.maybe(
        "SELECT sum(rows)::int8 AS rows, max(at) AS at FROM pruned_rows WHERE batch = $1 \
         HAVING count(*) > 0",
        values![batch.0],
        |row| {
            Ok(PrunedRows {
                rows: columns::count(row, "rows")?,
                at: columns::time(row, "at")?,
            })
        },
    )
    .await
}

/// Counts them as they stood.
pub(crate) async fn add(
    tx: &StoreTransaction,
    batch: BatchId,
    counts: &mut DeliveryCounts,
) -> Result<(), PostgresFault> {
    let gone = tx
        .all(
            "SELECT state, sum(rows)::int8 AS rows FROM pruned_rows WHERE batch = $1 GROUP BY state",
            values![batch.0],
            |row| {
                let state = codes::state(columns::code(row, "state")?)?;
                Ok((state, columns::count(row, "rows")?))
            },
        )
        .await?;
    for (state, rows) in gone {
        *counts.of_mut(state) += rows;
    }
    Ok(())
}

/// The first batch of which a pruned row said that a reader got it, and that nothing came back of it.
pub(crate) async fn earlier_mail(
    tx: &StoreTransaction,
    realm: Realm,
    reader: SubscriberId,
) -> Result<Option<BatchId>, PostgresFault> {
    if realm != Realm::Real {
        return Ok(None);
    }
    let sql = "SELECT batch FROM earlier_mail WHERE subscriber = $1";
    let batch: Option<i64> = tx.maybe_value(sql, values![reader.0]).await?;
    Ok(batch.map(BatchId))
}

/// When a batch was frozen, where rows of it have gone.
pub(crate) async fn frozen_at(
    tx: &StoreTransaction,
    batch: BatchId,
) -> Result<Option<DateTime<Utc>>, PostgresFault> {
    let sql = "SELECT frozen_at FROM batches WHERE id = $1 \
               AND EXISTS (SELECT 1 FROM pruned_rows WHERE batch = $1)";
    tx.maybe(sql, values![batch.0], |row| columns::time(row, "frozen_at"))
        .await
}
