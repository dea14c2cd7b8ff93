//! When rows are due: those that wait by themselves, a small table in their order, and those that nobody tried, with
//! their chunk.

use chrono::{DateTime, Utc};

use super::{partitions, unclaimed::ROWS};
use crate::store::{
    BatchId, codes,
    postgres::{fault::PostgresFault, transaction::StoreTransaction, values::values},
    zone_cohort::HELD_MILLIS,
};

/// The earliest of all; what waits for a person has no time.
pub(crate) async fn next_due(
    tx: &StoreTransaction,
    batch: BatchId,
) -> Result<Option<DateTime<Utc>>, PostgresFault> {
    // One look into the index a lane; min() alone would read it all.
    let millis: Option<i64> = tx
        .value(
            "SELECT least((SELECT min(due_at) FROM chunks WHERE batch = $1), \
             (SELECT min(w.due_at) FROM (SELECT 0 AS lane UNION ALL \
                SELECT lane FROM lanes WHERE batch = $1) AS l \
              CROSS JOIN LATERAL (SELECT due_at FROM waiting WHERE batch = $1 AND lane = l.lane \
                ORDER BY due_at LIMIT 1) AS w))",
            values![batch.0],
        )
        .await?;
    let millis = millis.filter(|due_at| *due_at < HELD_MILLIS);
    Ok(millis.map(codes::time).transpose()?)
}

/// Rows that wait by themselves from now on, as their deliveries say.
pub(crate) async fn add(
    tx: &StoreTransaction,
    batch: BatchId,
    ords: &[i64],
) -> Result<(), PostgresFault> {
    tx.run(
        "INSERT INTO waiting (batch, lane, due_at, ord, is_tried) \
         SELECT d.batch, d.lane, d.due_at, d.ord, d.tried_at IS NOT NULL \
         FROM unnest($1, $2) AS n(batch, ord) \
         JOIN deliveries AS d ON d.batch = n.batch AND d.ord = n.ord \
         WHERE d.due_at IS NOT NULL ON CONFLICT DO NOTHING",
        values![vec![batch.0; ords.len()], ords],
    )
    .await
    .map(drop)
}

/// Rows that wait no more as their deliveries still say.
pub(crate) async fn remove(
    tx: &StoreTransaction,
    batch: BatchId,
    ords: &[i64],
) -> Result<(), PostgresFault> {
    if ords.is_empty() {
        return Ok(());
    }
    tx.run(
        // By its whole key: of what waits the server knows as little as of the batch.
        "WITH d AS MATERIALIZED (SELECT d.batch, d.lane, d.due_at, d.ord \
           FROM unnest($1, $2) AS n(batch, ord) \
           JOIN deliveries AS d ON d.batch = n.batch AND d.ord = n.ord) \
         DELETE FROM waiting AS w USING d WHERE w.batch = d.batch AND w.lane = d.lane \
         AND w.due_at = d.due_at AND w.ord = d.ord",
        values![vec![batch.0; ords.len()], ords],
    )
    .await
    .map(drop)
}

/// The rows of a domain that are due before `until` are due then; answers how many.
pub(crate) async fn postpone(
    tx: &StoreTransaction,
    batch: BatchId,
    domain: &str,
    until: DateTime<Utc>,
) -> Result<u64, PostgresFault> {
    let Some(lane) = partitions::lane_of(tx, batch, domain).await? else {
        return Ok(0);
    };
    move_lane(tx, batch, lane, ("< $2", until)).await
}

/// The rows of a domain that wait until exactly then are due at `now`; answers how many.
pub(crate) async fn release(
    tx: &StoreTransaction,
    batch: BatchId,
    domain: &str,
    (until, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<u64, PostgresFault> {
    let Some(lane) = partitions::lane_of(tx, batch, domain).await? else {
        return Ok(0);
    };
    let then = format!("= {}", codes::millis(until));
    move_lane(tx, batch, lane, (&then, now)).await
}

/// The rows of a lane whose time is so – as compared with `to`, which is `$2` – are due at `to`; answers how many.
async fn move_lane(
    tx: &StoreTransaction,
    batch: BatchId,
    lane: i64,
    (due, to): (&str, DateTime<Utc>),
) -> Result<u64, PostgresFault> {
    let to = codes::millis(to);
    let untried: i64 = tx
        .value(
            &format!(
                "WITH moved AS (UPDATE chunks SET due_at = $2 \
                   WHERE batch = $1 AND lane = $3 AND due_at {due} RETURNING batch, next, hi) \
                 SELECT coalesce(sum({ROWS}), 0)::int8 FROM moved AS c"
            ),
            values![batch.0, to, lane],
        )
        .await?;
    let alone = move_waiting(
        tx,
        &format!(
            "w.batch = $1 AND w.lane = $3 AND w.due_at {due} AND d.batch = w.batch \
             AND d.ord = w.ord"
        ),
        (batch, to, lane),
    )
    .await?;
    Ok(codes::count(untried)? + alone)
}

/// No row of what has begun waits longer than until `latest`; answers how many did.
pub(crate) async fn pull_back(
    tx: &StoreTransaction,
    batch: BatchId,
    latest: DateTime<Utc>,
) -> Result<u64, PostgresFault> {
    let latest = codes::millis(latest);
    let untried: i64 = tx
        .value(
            &format!(
                "WITH moved AS (UPDATE chunks AS c SET due_at = $2 \
                   WHERE c.batch = $1 AND c.due_at > $2 AND c.due_at < $3 AND (c.wave IS NULL \
                     OR EXISTS (SELECT 1 FROM waves AS w WHERE w.batch = $1 AND w.number = c.wave \
                       AND w.state = 1)) RETURNING batch, next, hi) \
                 SELECT coalesce(sum({ROWS}), 0)::int8 FROM moved AS c"
            ),
            values![batch.0, latest, HELD_MILLIS],
        )
        .await?;
    let alone = move_waiting(
        tx,
        "w.batch = $1 AND w.due_at > $2 AND w.due_at < $3 AND d.batch = w.batch AND d.ord = w.ord \
         AND (d.state = 4 OR d.wave IS NULL OR EXISTS (SELECT 1 FROM waves AS v \
           WHERE v.batch = $1 AND v.number = d.wave AND v.state = 1))",
        (batch, latest, HELD_MILLIS),
    )
    .await?;
    Ok(codes::count(untried)? + alone)
}

/// Moves what waits by itself to `$2`, where the condition on `w` and `d` holds; answers how many.
async fn move_waiting(
    tx: &StoreTransaction,
    condition: &str,
    (batch, due_at, other): (BatchId, i64, i64),
) -> Result<u64, PostgresFault> {
    let sql = format!(
        "WITH moved AS (UPDATE waiting AS w SET due_at = $2 FROM deliveries AS d \
         WHERE {condition} RETURNING w.ord) \
         UPDATE deliveries AS d SET due_at = $2 FROM moved \
         WHERE d.batch = $1 AND d.ord = moved.ord"
    );
    tx.run(&sql, values![batch.0, due_at, other]).await
}
