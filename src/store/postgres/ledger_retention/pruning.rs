//! Rows of old batches on their way out: which go, what is kept of them, and in what portions. Whatever another has in
//! hand is passed by, batch or row: its turn comes another day.

use chrono::{DateTime, Utc};

use crate::{
    audience::SuppressionReason,
    store::{
        Batch, BatchId, DeliveryState, PrunableBatch, PruneCursor, PruneStep, Realm, codes,
        ledger_retention::PRUNABLE,
        postgres::{
            batch_ledger::batch::{BATCH, batch_from},
            columns,
            fault::PostgresFault,
            realm,
            transaction::StoreTransaction,
            values::values,
        },
    },
};

/// SQL: the rows `d` of the batch `$1` that go, of those behind `$2` up to `$3`, unless they have changed since `$4`.
/// Not: those of readers whose issues in a row are being counted, and those that say why an address gets no mail.
fn going() -> String {
    let states = PRUNABLE.map(|state| codes::state_code(state).to_string());
    format!(
        "deliveries AS d WHERE d.batch = $1 AND d.ord > $2 AND d.ord <= $3 \
         AND d.state IN ({states}) AND coalesce(d.updated_at, 0) < $4 \
         AND NOT EXISTS (SELECT 1 FROM soft_failures AS f WHERE f.subscriber = d.subscriber) \
         AND NOT (d.state = {rejected} AND EXISTS (SELECT 1 FROM subscribers AS s \
           JOIN suppressions AS p ON p.key = s.key WHERE s.id = d.subscriber \
           AND p.reason = {bounced} AND p.detail = d.reply))",
        states = states.join(", "),
        rejected = codes::state_code(DeliveryState::Rejected),
        bounced = codes::reason_code(SuppressionReason::HardBounce),
    )
}

/// The batches from that number on that were over before then and have rows left.
async fn old_batches(
    tx: &StoreTransaction,
    from: i64,
    before: DateTime<Utc>,
) -> Result<Vec<Batch>, PostgresFault> {
    let sql = format!(
        "{BATCH} WHERE b.id >= $1 AND b.realm = $2 AND b.audience > \
         coalesce((SELECT sum(p.rows) FROM pruned_rows AS p WHERE p.batch = b.id), 0) \
         ORDER BY b.id"
    );
    let real = realm::code(Realm::Real);
    let mut batches = tx.all(&sql, values![from, real], batch_from).await?;
    batches.retain(|batch| batch.was_over_before(before));
    Ok(batches)
}

pub(super) async fn prunable(
    tx: &StoreTransaction,
    before: DateTime<Utc>,
) -> Result<Vec<PrunableBatch>, PostgresFault> {
    let count = format!("SELECT count(*) AS rows FROM {}", going());
    let mut prunable = Vec::new();
    for batch in old_batches(tx, 0, before).await? {
        let since = codes::millis(before);
        let whole = values![batch.id.0, -1_i64, i64::MAX, since];
        let rows = tx
            .one(&count, whole, |row| columns::count(row, "rows"))
            .await?;
        if rows > 0 {
            prunable.push(PrunableBatch {
                issue: batch.issue,
                slot: batch.slot,
                rows,
            });
        }
    }
    Ok(prunable)
}

pub(super) async fn prune(
    tx: &StoreTransaction,
    before: DateTime<Utc>,
    from: PruneCursor,
    most: u32,
    now: DateTime<Utc>,
) -> Result<PruneStep, PostgresFault> {
    let Some(batch) = next_in_hand(tx, from.batch, before).await? else {
        return Ok(PruneStep::default());
    };
    let behind = from.row_in(batch);
    let portion_ends: Option<i64> = tx
        .maybe_value(
            "SELECT ord FROM deliveries WHERE batch = $1 AND ord > $2 \
             ORDER BY ord LIMIT 1 OFFSET $3",
            values![batch.0, behind, i64::from(most.max(1) - 1)],
        )
        .await?;
    let portion = (behind, portion_ends.unwrap_or(i64::MAX));
    let next = match portion_ends {
        Some(row) => PruneCursor {
            batch: batch.0,
            row,
        },
        None => PruneCursor::behind(batch),
    };
    Ok(PruneStep {
        batch: Some(batch),
        rows: take_out(tx, batch, portion, before, now).await?,
        next: Some(next),
    })
}

/// The next batch that was over before then, in hand until the transaction ends: nobody opens it again meanwhile, nor
/// prunes it beside us.
async fn next_in_hand(
    tx: &StoreTransaction,
    from: i64,
    before: DateTime<Utc>,
) -> Result<Option<BatchId>, PostgresFault> {
    for batch in old_batches(tx, from, before).await? {
        let sql = format!("{BATCH} WHERE b.id = $1 FOR UPDATE OF b SKIP LOCKED");
        let held = tx.maybe(&sql, values![batch.id.0], batch_from).await?;
        // As it stands by now.
        if held.is_some_and(|held| held.was_over_before(before)) {
            return Ok(Some(batch.id));
        }
    }
    Ok(None)
}

/// Counts the rows of a portion that go, keeps what outlives them, and deletes them; answers how many.
async fn take_out(
    tx: &StoreTransaction,
    batch: BatchId,
    (behind, up_to): (i64, i64),
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<u64, PostgresFault> {
    let sql = format!(
        "WITH going AS MATERIALIZED (SELECT d.ord FROM {going} FOR UPDATE OF d SKIP LOCKED), \
         gone AS (DELETE FROM deliveries AS d USING going AS g WHERE d.batch = $1 \
           AND d.ord = g.ord RETURNING d.subscriber, d.state, coalesce(d.wave, 0) AS wave), \
         counted AS (INSERT INTO pruned_rows AS p (batch, wave, state, rows, at) \
           SELECT $1, wave, state, count(*), $5 FROM gone GROUP BY wave, state \
           ON CONFLICT (batch, wave, state) \
           DO UPDATE SET rows = p.rows + excluded.rows, at = excluded.at), \
         kept AS (INSERT INTO earlier_mail AS m (subscriber, batch) \
           SELECT g.subscriber, $1 FROM gone AS g \
           JOIN subscribers AS s ON s.id = g.subscriber AND s.key IS NOT NULL \
           WHERE g.state = {accepted} AND NOT EXISTS (SELECT 1 FROM reports AS r \
             WHERE r.subscriber = g.subscriber AND r.batch = $1 AND r.kind = 'bounce') \
           ORDER BY g.subscriber ON CONFLICT (subscriber) DO UPDATE SET batch = excluded.batch \
           WHERE excluded.batch < m.batch) \
         SELECT count(*) AS rows FROM gone",
        going = going(),
        accepted = codes::state_code(DeliveryState::Accepted),
    );
    tx.one(
        &sql,
        values![
            batch.0,
            behind,
            up_to,
            codes::millis(before),
            codes::millis(now)
        ],
        |row| columns::count(row, "rows"),
    )
    .await
}
