//! Lanes: within a batch, a domain with limits of its own has its own chunks and its own place among what waits, so that
//! a claim reads the rows it may take and no others, however many wait elsewhere.

use super::unclaimed;
use crate::store::{
    BatchId, ClaimQuotas,
    postgres::{fault::PostgresFault, transaction::StoreTransaction, values::values},
    queue_partition::QueuePartition,
};

/// The lanes of a batch, and which of the domains that quotas name have none and could have one.
pub(crate) struct KnownLanes {
    lanes: Vec<(String, i64)>,
    lacking: Vec<String>,
}

impl KnownLanes {
    /// Locks nothing: most domains that have limits of their own have no reader, and never get a lane.
    pub(crate) async fn look(
        tx: &StoreTransaction,
        batch: BatchId,
        quotas: &ClaimQuotas,
    ) -> Result<Self, PostgresFault> {
        let (lanes, lacking) = tokio::join!(biased; all(tx, batch), lacking(tx, batch, quotas));
        Ok(Self {
            lanes: lanes?,
            lacking: lacking?,
        })
    }

    /// The lanes with their room. Domains that the quotas name for the first time get theirs.
    pub(crate) async fn open(
        self,
        tx: &StoreTransaction,
        batch: BatchId,
        quotas: &ClaimQuotas,
    ) -> Result<Vec<QueuePartition>, PostgresFault> {
        let lacking: Vec<&str> = self.lacking.iter().map(String::as_str).collect();
        let lanes = match !lacking.is_empty() && split_off(tx, batch, &lacking).await? {
            true => all(tx, batch).await?,
            false => self.lanes,
        };
        Ok(QueuePartition::all(lanes, quotas))
    }
}

/// Domains of the quotas that somebody's address is in, and that are not parted in this batch.
async fn lacking(
    tx: &StoreTransaction,
    batch: BatchId,
    quotas: &ClaimQuotas,
) -> Result<Vec<String>, PostgresFault> {
    if quotas.domains.is_empty() {
        return Ok(Vec::new());
    }
    let named = quotas.domains.iter().map(|(name, _)| name.as_str());
    tx.values(
        "SELECT d.name FROM domains AS d WHERE d.name = ANY($2) AND NOT EXISTS \
         (SELECT 1 FROM lanes AS l WHERE l.batch = $1 AND l.domain = d.id)",
        values![batch.0, named.collect::<Vec<&str>>()],
    )
    .await
}

/// The lane of a domain, made where it had none; None: no reader has such an address.
pub(crate) async fn lane_of(
    tx: &StoreTransaction,
    batch: BatchId,
    domain: &str,
) -> Result<Option<i64>, PostgresFault> {
    let known = |lanes: Vec<(String, i64)>| {
        let mut lanes = lanes.into_iter();
        Some(lanes.find(|(name, _)| name == domain)?.1)
    };
    if let Some(lane) = known(all(tx, batch).await?) {
        return Ok(Some(lane));
    }
    split_off(tx, batch, &[domain]).await?;
    Ok(known(all(tx, batch).await?))
}

/// The domains of a batch that have lanes of their own.
async fn all(tx: &StoreTransaction, batch: BatchId) -> Result<Vec<(String, i64)>, PostgresFault> {
    tx.all(
        "SELECT d.name, l.lane FROM lanes AS l JOIN domains AS d ON d.id = l.domain \
         WHERE l.batch = $1 ORDER BY l.lane",
        values![batch.0],
        |row| Ok((row.try_get("name")?, row.try_get("lane")?)),
    )
    .await
}

/// Gives domains their lanes and moves their rows there; false where no reader has such an address.
async fn split_off(
    tx: &StoreTransaction,
    batch: BatchId,
    names: &[&str],
) -> Result<bool, PostgresFault> {
    // One after the other, and nobody claims from the common chunks meanwhile: rows leave them.
    let sql = "SELECT id FROM batches WHERE id = $1 FOR UPDATE";
    tx.rows(sql, values![batch.0]).await?;
    let sql = "SELECT no FROM chunks WHERE batch = $1 AND lane = 0 ORDER BY no FOR UPDATE";
    tx.rows(sql, values![batch.0]).await?;
    let sql = "SELECT coalesce(max(lane), 0) FROM lanes WHERE batch = $1";
    let last: i64 = tx.value(sql, values![batch.0]).await?;
    let made = tx
        .run(
            "INSERT INTO lanes (batch, domain, lane) \
             SELECT $1, d.id, $3 + row_number() OVER (ORDER BY d.id) \
             FROM domains AS d WHERE d.name = ANY($2) AND NOT EXISTS (SELECT 1 FROM lanes AS l \
               WHERE l.batch = $1 AND l.domain = d.id)",
            values![batch.0, names, last],
        )
        .await?;
    if made == 0 {
        return Ok(false);
    }
    move_rows(tx, batch, last).await?;
    Ok(true)
}

/// Moves the open rows of the domains whose lanes came after that one.
async fn move_rows(tx: &StoreTransaction, batch: BatchId, last: i64) -> Result<(), PostgresFault> {
    let values = values![batch.0, last];
    // What nobody claimed is parted from its chunk, and waits by itself as long as that would have. First: who parts a
    // reader of theirs meanwhile is waited for, and found below.
    unclaimed::part_lanes(tx, batch, last).await?;
    tx.run(
        "UPDATE waiting AS w SET lane = l.lane FROM deliveries AS d \
         JOIN lanes AS l ON l.batch = $1 AND l.lane > $2 AND l.domain = d.domain \
         WHERE w.batch = $1 AND d.batch = $1 AND d.ord = w.ord AND w.lane <> l.lane",
        values,
    )
    .await?;
    // What is on its way comes back there: accepted, rejected and skipped rows never do.
    tx.run(
        "UPDATE deliveries AS d SET lane = l.lane FROM lanes AS l WHERE l.batch = $1 \
         AND l.lane > $2 AND l.domain = d.domain AND d.batch = $1 AND d.lane <> l.lane \
         AND d.state NOT IN (3, 5, 7)",
        values,
    )
    .await
    .map(drop)
}
