//! How many rows of a batch stand where: a row of counters a sender, and one for its claims, so that no two wait for each
//! other. Only their sum says anything.

use std::collections::BTreeMap;

use tokio_postgres::Row;

use crate::store::{
    BatchId, DeliveryCounts, DeliveryState,
    postgres::{columns, fault::PostgresFault, transaction::StoreTransaction, values::values},
};

/// The sender of moves that are nobody's own: a freeze, a person's word.
pub(crate) const NOBODY: i64 = 0;

/// Whose counters a sender's claims are added to: apart from what it records meanwhile, or of a claim and a record one
/// would wait until the other is durable.
pub(crate) fn of_claims(sender: i64) -> i64 {
    -sender
}

/// Moves to be added to the counters of senders, each by its number.
#[derive(Default)]
pub(crate) struct TallyMoves(BTreeMap<(i64, i64), [i64; DeliveryState::ALL.len()]>);

impl TallyMoves {
    pub(crate) fn add(
        &mut self,
        (batch, sender): (BatchId, i64),
        from: DeliveryState,
        to: DeliveryState,
        rows: i64,
    ) {
        let counters = self.0.entry((batch.0, sender)).or_default();
        counters[from as usize] -= rows;
        counters[to as usize] += rows;
    }

    /// Rows that were not there before.
    pub(crate) fn begin(&mut self, batch: BatchId, state: DeliveryState, rows: i64) {
        self.0.entry((batch.0, NOBODY)).or_default()[state as usize] += rows;
    }

    pub(crate) async fn write(self, tx: &StoreTransaction) -> Result<(), PostgresFault> {
        for ((batch, sender), moves) in self.0 {
            tx.run(
                "INSERT INTO tallies AS t (batch, sender, pending, claimed, sending, accepted, \
                 deferred, rejected, unknown, skipped, steps) \
                 SELECT $1, $2, m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8], 1 \
                 FROM (SELECT $3::int8[] AS m) AS moves \
                 ON CONFLICT (batch, sender) DO UPDATE SET pending = t.pending + excluded.pending, \
                 claimed = t.claimed + excluded.claimed, sending = t.sending + excluded.sending, \
                 accepted = t.accepted + excluded.accepted, deferred = t.deferred + excluded.deferred, \
                 rejected = t.rejected + excluded.rejected, unknown = t.unknown + excluded.unknown, \
                 skipped = t.skipped + excluded.skipped, steps = t.steps + 1",
                values![batch, sender, moves.to_vec()],
            )
            .await?;
        }
        Ok(())
    }
}

pub(crate) async fn counts(
    tx: &StoreTransaction,
    batch: BatchId,
) -> Result<DeliveryCounts, PostgresFault> {
    let sum = |state: DeliveryState| {
        let word = state.word();
        format!("coalesce(sum({word}), 0)::int8 AS {word}")
    };
    let columns = DeliveryState::ALL.map(sum).join(", ");
    let sql = format!("SELECT {columns} FROM tallies WHERE batch = $1");
    tx.one(&sql, values![batch.0], counts_from).await
}

/// The counters of a row whose columns have the states' words.
pub(crate) fn counts_from(row: &Row) -> Result<DeliveryCounts, PostgresFault> {
    let mut counts = DeliveryCounts::default();
    for state in DeliveryState::ALL {
        *counts.of_mut(state) = columns::count(row, state.word())?;
    }
    Ok(counts)
}
