//! The counts of a batch's rows by state, kept in the batch's own row by every transaction that
//! moves deliveries: a million rows are counted by reading one.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};

use super::{SqliteFault, codes, statement::Statements};
use crate::store::{BatchId, DeliveryCounts, machine::RowState};

/// Moves to be added to the counters.
#[derive(Default)]
pub(super) struct CounterMoves(BTreeMap<i64, [i64; RowState::ALL.len()]>);

impl CounterMoves {
    pub(super) fn add(&mut self, batch: BatchId, from: RowState, to: RowState) {
        self.add_many(batch, from, to, 1);
    }

    pub(super) fn add_many(&mut self, batch: BatchId, from: RowState, to: RowState, rows: i64) {
        let counters = self.0.entry(batch.0).or_default();
        counters[from as usize] -= rows;
        counters[to as usize] += rows;
    }

    /// Adds the moves up; answers how many steps each batch has come since its freeze.
    pub(super) fn write(self, tx: &Connection) -> Result<Vec<(BatchId, u64)>, SqliteFault> {
        let mut steps = Vec::with_capacity(1);
        for (
            batch,
            [
                pending,
                claimed,
                sending,
                accepted,
                deferred,
                rejected,
                unknown,
                skipped,
            ],
        ) in self.0
        {
            let count: i64 = tx.value(
                "UPDATE batches SET pending = pending + ?2, claimed = claimed + ?3, \
                 sending = sending + ?4, accepted = accepted + ?5, deferred = deferred + ?6, \
                 rejected = rejected + ?7, unknown = unknown + ?8, skipped = skipped + ?9, \
                 steps = steps + 1 WHERE id = ?1 RETURNING steps",
                params![
                    batch, pending, claimed, sending, accepted, deferred, rejected, unknown,
                    skipped
                ],
            )?;
            steps.push((BatchId(batch), count.unsigned_abs()));
        }
        Ok(steps)
    }
}

pub(super) fn counts_from(row: &Row<'_>) -> Result<DeliveryCounts, SqliteFault> {
    Ok(DeliveryCounts {
        pending: codes::count(row, "pending")?,
        claimed: codes::count(row, "claimed")?,
        sending: codes::count(row, "sending")?,
        accepted: codes::count(row, "accepted")?,
        deferred: codes::count(row, "deferred")?,
        rejected: codes::count(row, "rejected")?,
        unknown: codes::count(row, "unknown")?,
        skipped: codes::count(row, "skipped")?,
    })
}
