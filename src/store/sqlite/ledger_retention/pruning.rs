//! Rows of old batches on their way out: which go, what is kept of them, and in what portions.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::{
    audience::SuppressionReason,
    store::{
        Batch, BatchId, DeliveryState, PrunableBatch, PruneCursor, PruneStep, Realm,
        ledger_retention::PRUNABLE,
        sqlite::{
            batch_ledger::batch::batch_from, codes, fault::SqliteFault, realm,
            statement::Statements,
        },
    },
};

/// SQL: the rows `d` that go, of those behind the number `?1` up to `?2`, unless they have changed since `?3`. Not: those
/// of readers whose issues in a row are being counted, and those that say why an address gets no mail.
fn going() -> String {
    let states = PRUNABLE.map(|state| codes::state_code(state).to_string());
    format!(
        "deliveries AS d WHERE d.id > ?1 AND d.id <= ?2 AND d.state IN ({states}) \
         AND coalesce(d.updated_at, 0) < ?3 \
         AND NOT EXISTS (SELECT 1 FROM soft_failures AS f WHERE f.subscriber = d.subscriber) \
         AND NOT (d.state = {rejected} AND EXISTS (SELECT 1 FROM subscribers AS s \
           JOIN suppressions AS p ON p.email = s.email WHERE s.id = d.subscriber \
           AND p.reason = {bounced} AND p.detail = d.reply))",
        states = states.join(", "),
        rejected = codes::state_code(DeliveryState::Rejected),
        bounced = codes::reason_code(SuppressionReason::HardBounce),
    )
}

/// The batches from that number on that were over before then and have rows left.
fn old_batches(
    tx: &Connection,
    from: i64,
    before: DateTime<Utc>,
) -> Result<Vec<Batch>, SqliteFault> {
    let mut batches = tx.all(
        "SELECT b.*, c.hash FROM batches AS b JOIN contents AS c ON c.id = b.content \
         WHERE b.id >= ?1 AND b.realm IN (?2, ?3) AND b.audience > \
         coalesce((SELECT sum(p.rows) FROM pruned_rows AS p WHERE p.batch = b.id), 0) \
         ORDER BY b.id",
        params![from, realm::code(Realm::Real), realm::UNTOLD],
        batch_from,
    )?;
    batches.retain(|batch| batch.was_over_before(before));
    Ok(batches)
}

pub(super) fn prunable(
    tx: &Connection,
    before: DateTime<Utc>,
) -> Result<Vec<PrunableBatch>, SqliteFault> {
    let count = format!("SELECT count(*) FROM {}", going());
    let mut prunable = Vec::new();
    for batch in old_batches(tx, 0, before)? {
        let (first, last) = codes::deliveries_of(batch.id);
        let rows: i64 = tx.value(&count, params![first, last, codes::millis(before)])?;
        if rows > 0 {
            prunable.push(PrunableBatch {
                issue: batch.issue,
                slot: batch.slot,
                rows: rows.unsigned_abs(),
            });
        }
    }
    Ok(prunable)
}

pub(super) fn prune(
    tx: &Connection,
    before: DateTime<Utc>,
    from: PruneCursor,
    most: u32,
    now: DateTime<Utc>,
) -> Result<PruneStep, SqliteFault> {
    let Some(batch) = old_batches(tx, from.batch, before)?.into_iter().next() else {
        return Ok(PruneStep::default());
    };
    let (first, last) = codes::deliveries_of(batch.id);
    let behind = first.max(from.row_in(batch.id));
    let portion_ends: Option<i64> = tx.maybe_value(
        "SELECT id FROM deliveries WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT 1 OFFSET ?3",
        params![behind, last, most.max(1) - 1],
    )?;
    let portion = Portion {
        tx,
        batch: batch.id,
        behind,
        up_to: portion_ends.unwrap_or(last),
        before,
    };
    let next = match portion_ends {
        Some(row) => PruneCursor {
            batch: batch.id.0,
            row,
        },
        None => PruneCursor::behind(batch.id),
    };
    Ok(PruneStep {
        batch: Some(batch.id),
        rows: portion.take_out(now)?,
        next: Some(next),
    })
}

/// Rows of a batch that one transaction looks at.
struct Portion<'c> {
    tx: &'c Connection,
    batch: BatchId,
    behind: i64,
    up_to: i64,
    before: DateTime<Utc>,
}

impl Portion<'_> {
    /// Counts them, keeps what outlives them, and deletes them; answers how many.
    fn take_out(&self, now: DateTime<Utc>) -> Result<u64, SqliteFault> {
        let counted = self.tx.run(
            &format!(
                "INSERT INTO pruned_rows AS p (batch, wave, state, rows, at) \
                 SELECT ?4, coalesce(d.wave, 0), d.state, count(*), ?5 FROM {} \
                 GROUP BY coalesce(d.wave, 0), d.state ON CONFLICT (batch, wave, state) \
                 DO UPDATE SET rows = p.rows + excluded.rows, at = excluded.at",
                going()
            ),
            params![
                self.behind,
                self.up_to,
                codes::millis(self.before),
                self.batch.0,
                codes::millis(now)
            ],
        )?;
        if counted == 0 {
            return Ok(0);
        }
        self.keep_earlier_mail()?;
        self.tx.run(
            &format!("DELETE FROM {}", going()),
            params![self.behind, self.up_to, codes::millis(self.before)],
        )
    }

    /// That somebody got an issue once, for whoever is refused later.
    fn keep_earlier_mail(&self) -> Result<u64, SqliteFault> {
        self.tx.run(
            &format!(
                "INSERT INTO earlier_mail AS m (subscriber, batch) SELECT d.subscriber, ?4 FROM {} \
                 AND d.state = {accepted} \
                 AND NOT EXISTS (SELECT 1 FROM reports AS r WHERE r.subscriber = d.subscriber \
                   AND r.batch = ?4 AND r.kind = 'bounce') \
                 AND EXISTS (SELECT 1 FROM subscribers AS s WHERE s.id = d.subscriber \
                   AND s.email IS NOT NULL) \
                 ON CONFLICT (subscriber) DO UPDATE SET batch = excluded.batch \
                 WHERE excluded.batch < m.batch",
                going(),
                accepted = codes::state_code(DeliveryState::Accepted),
            ),
            params![
                self.behind,
                self.up_to,
                codes::millis(self.before),
                self.batch.0
            ],
        )
    }
}
