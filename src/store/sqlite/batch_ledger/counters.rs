//! The counts of a batch's rows by state, kept in the batch's own row by every transaction that
//! moves deliveries: a million rows are counted by reading one.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params, params_from_iter};

use crate::store::{
    BatchId, DeliveryCounts, DeliveryState,
    sqlite::{codes, fault::SqliteFault, statement::Statements},
};

/// Moves to be added to the counters.
#[derive(Default)]
pub(crate) struct CounterMoves(BTreeMap<i64, [i64; DeliveryState::ALL.len()]>);

impl CounterMoves {
    pub(crate) fn add(&mut self, batch: BatchId, from: DeliveryState, to: DeliveryState) {
        self.add_many(batch, from, to, 1);
    }

    pub(crate) fn add_many(
        &mut self,
        batch: BatchId,
        from: DeliveryState,
        to: DeliveryState,
        rows: i64,
    ) {
        let counters = self.0.entry(batch.0).or_default();
        counters[from as usize] -= rows;
        counters[to as usize] += rows;
    }

    /// Adds the moves up; answers how many steps each batch has come since its freeze.
    pub(crate) fn write(self, tx: &Connection) -> Result<Vec<(BatchId, u64)>, SqliteFault> {
        let mut steps = Vec::with_capacity(1);
        for (batch, moves) in self.0 {
            // In the order of their codes.
            tx.run(
                "UPDATE batches SET pending = pending + ?2, claimed = claimed + ?3, \
                 sending = sending + ?4, accepted = accepted + ?5, deferred = deferred + ?6, \
                 rejected = rejected + ?7, unknown = unknown + ?8, skipped = skipped + ?9, \
                 steps = steps + 1 WHERE id = ?1",
                params_from_iter([batch].into_iter().chain(moves)),
            )?;
            // Not RETURNING: that makes a table for itself, a transaction each.
            let count: i64 = tx.value("SELECT steps FROM batches WHERE id = ?1", params![batch])?;
            steps.push((BatchId(batch), count.unsigned_abs()));
        }
        Ok(steps)
    }
}

/// The counters of a row whose columns have the states' words.
pub(crate) fn counts_from(row: &Row<'_>) -> Result<DeliveryCounts, SqliteFault> {
    let mut counts = DeliveryCounts::default();
    for state in DeliveryState::ALL {
        *counts.of_mut(state) = codes::count(row, state.word())?;
    }
    Ok(counts)
}
