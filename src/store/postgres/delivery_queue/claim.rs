//! Claims: due rows taken in their order, lane by lane, each lane as far as its quota reaches. What was its chunk's becomes
//! a row, claimed already; the chunk's cursor moves past it, and with its last reader the chunk is gone.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{
    chunk_head::{ChunkHead, FoundPlace},
    due::{DueHeads, DueQuestion, FoundRow},
    new_rows::{self, NewRow, SkippedRow},
    partitions::KnownLanes,
    waiting,
};
use crate::store::{
    Batch, BatchId, BatchState, Claim, ClaimQuotas, DeliveryId, DeliveryState, Realm, SenderId,
    codes,
    postgres::{
        batch_ledger::{
            batch,
            tallies::{self, TallyMoves},
        },
        columns,
        fault::PostgresFault,
        state_instance::{home, leases},
        transaction::StoreTransaction,
        values::values,
    },
    queue_partition::{DueUntil, QueuePartition, SortedRows},
};

pub(crate) async fn claim(
    tx: &StoreTransaction,
    realm: Realm,
    batch: BatchId,
    sender: &SenderId,
    quotas: &ClaimQuotas,
    now: DateTime<Utc>,
) -> Result<Vec<Claim>, PostgresFault> {
    let (keyed, at_home, found, begun, known, sender) = tokio::join!(
        biased;
        tx.by_keys(),
        home::require(tx),
        batch::by_id(tx, batch),
        batch::begun_at(tx, batch),
        KnownLanes::look(tx, batch, quotas),
        leases::number(tx, sender)
    );
    keyed.and(at_home)?;
    let is_open = |batch: &Batch| batch.state == BatchState::Open;
    let Some(Batch { content, .. }) = found?.filter(is_open) else {
        return Ok(Vec::new());
    };
    let mut lanes = known?.open(tx, batch, quotas).await?;
    let mut claiming = Claiming {
        tx,
        question: DueQuestion {
            realm,
            batch,
            sender: sender?,
            until: DueUntil {
                untried: now.max(begun?),
                tried: now,
            },
        },
        moves: TallyMoves::default(),
        now,
    };
    let mut claims: Vec<Claim> = Vec::new();
    // More than one round only where readers left since the freeze, and make room for others, or rows were parted from
    // their chunk.
    loop {
        let taken = u32::try_from(claims.len()).unwrap_or(u32::MAX);
        let left = quotas.total.saturating_sub(taken);
        if left == 0 {
            break;
        }
        let (taken, has_moved) = claiming.round(&mut lanes, left).await?;
        claims.extend(taken);
        if !has_moved {
            break;
        }
    }
    claiming.moves.write(tx).await?;
    for claim in &mut claims {
        claim.content.take_if(|tried| *tried == content);
    }
    Ok(claims)
}

/// A claim under way.
struct Claiming<'a> {
    tx: &'a StoreTransaction,
    question: DueQuestion,
    moves: TallyMoves,
    now: DateTime<Utc>,
}

impl Claiming<'_> {
    /// Takes what there is and may be taken; answers it, and whether anything moved.
    async fn round(
        &mut self,
        lanes: &mut [QueuePartition],
        left: u32,
    ) -> Result<(Vec<Claim>, bool), PostgresFault> {
        let DueHeads {
            chunks,
            is_cut_off,
            rows,
        } = self.question.ask(self.tx, lanes, left).await?;
        let mut found: Vec<FoundPlace> = rows.iter().map(FoundRow::place).collect();
        let unclaimed: BTreeMap<i64, NewRow> = rows.iter().filter_map(NewRow::at).collect();
        // What the limit cuts off stays where it is, and its chunk's cursor before it.
        let due = rows.into_iter().take(left as usize).map(|found| found.row);
        let SortedRows { taken, skipped } = QueuePartition::sort_out(lanes, due.collect());
        let taken_ords = taken.iter().map(|(_, it)| columns::ord_of(it.delivery));
        let skipped_ords = skipped.iter().map(|(_, id, _)| columns::ord_of(*id));
        let handled: BTreeSet<i64> = taken_ords.chain(skipped_ords).collect();
        for place in &mut found {
            place.is_handled = handled.contains(&place.ord);
        }
        let alone = found.iter().filter(|place| place.is_waiting);
        let alone = alone.filter(|place| place.is_handled);
        let alone: Vec<i64> = alone.map(|place| place.ord).collect();
        let cursors = chunks.iter().filter_map(|chunk| {
            let next = chunk.begins_at(&found, is_cut_off);
            (next != chunk.next).then_some((chunk, next))
        });
        let cursors: Vec<(&ChunkHead, i64)> = cursors.collect();
        let has_moved = !handled.is_empty() || !cursors.is_empty();
        let entered = new_rows::of(unclaimed, &taken, &skipped);
        let has_row = |id: DeliveryId| !entered.contains_key(&columns::ord_of(id));
        let old_taken = taken.iter().filter(|(_, claim)| has_row(claim.delivery));
        let old_taken: Vec<&(DeliveryState, Claim)> = old_taken.collect();
        let old_skipped = skipped.iter().filter(|(_, id, _)| has_row(*id));
        let old_skipped: Vec<&SkippedRow> = old_skipped.collect();
        // The server gets it all at once, what waits no more before its row says so.
        let (removed, took, passed, written, advanced) = tokio::join!(
            biased;
            waiting::remove(self.tx, self.question.batch, &alone),
            self.take(&old_taken),
            self.skip(&old_skipped),
            new_rows::write(self.tx, &self.question, &entered, self.now),
            self.advance(&cursors)
        );
        removed.and(written).and(advanced)?;
        for from in passed? {
            self.count(from, DeliveryState::Skipped);
        }
        for row in entered.values().filter(|row| row.skipped.is_some()) {
            self.count(row.from, DeliveryState::Skipped);
        }
        let took = took?;
        let is_ours = |claim: &Claim| {
            let ord = columns::ord_of(claim.delivery);
            took.contains(&ord) || entered.contains_key(&ord)
        };
        let mut claims = Vec::with_capacity(taken.len());
        for (from, claim) in taken.into_iter().filter(|(_, claim)| is_ours(claim)) {
            self.count(from, DeliveryState::Claimed);
            claims.push(claim);
        }
        Ok((claims, has_moved))
    }

    fn count(&mut self, from: DeliveryState, to: DeliveryState) {
        let counters = tallies::of_claims(self.question.sender);
        let counters = (self.question.batch, counters);
        self.moves.add(counters, from, to, 1);
    }

    /// Takes those that nobody has settled since they were found; answers which.
    async fn take(
        &self,
        taken: &[&(DeliveryState, Claim)],
    ) -> Result<BTreeSet<i64>, PostgresFault> {
        if taken.is_empty() {
            return Ok(BTreeSet::new());
        }
        let ords = taken
            .iter()
            .map(|(_, claim)| columns::ord_of(claim.delivery));
        let fences = taken.iter().map(|(_, claim)| claim.fence);
        let states = taken.iter().map(|(from, _)| codes::state_code(*from));
        let took = self
            .tx
            .values(
            "UPDATE deliveries AS d SET state = $5, fence = n.fence, due_at = NULL, sender = $6 \
             FROM unnest($1, $2, $3, $4) AS n(batch, ord, fence, state) \
             WHERE d.batch = n.batch AND d.ord = n.ord AND d.fence = n.fence - 1 AND d.state = n.state \
             RETURNING d.ord",
            values![
                vec![self.question.batch.0; taken.len()],
                ords.collect::<Vec<i64>>(),
                fences.collect::<Vec<i64>>(),
                states.collect::<Vec<i64>>(),
                codes::state_code(DeliveryState::Claimed),
                self.question.sender
            ],
        )
        .await?;
        Ok(took.into_iter().collect())
    }

    /// Passes those by whose readers are gone; answers what each of them was.
    async fn skip(&self, skipped: &[&SkippedRow]) -> Result<Vec<DeliveryState>, PostgresFault> {
        let mut passed = Vec::with_capacity(skipped.len());
        for (from, id, why) in skipped {
            let done = self
                .tx
                .run(
                    "UPDATE deliveries SET state = $3, due_at = NULL, reply = $4, updated_at = $5 \
                 WHERE batch = $1 AND ord = $2 AND state = $6",
                    values![
                        self.question.batch.0,
                        columns::ord_of(*id),
                        codes::state_code(DeliveryState::Skipped),
                        *why,
                        codes::millis(self.now),
                        codes::state_code(*from)
                    ],
                )
                .await?;
            if done > 0 {
                passed.push(*from);
            }
        }
        Ok(passed)
    }

    /// Moves the cursors of chunks; those that are at their end are gone.
    async fn advance(&self, cursors: &[(&ChunkHead, i64)]) -> Result<(), PostgresFault> {
        let batch = |of: &[_]| vec![self.question.batch.0; of.len()];
        let (done, left): (Vec<_>, Vec<_>) =
            cursors.iter().partition(|(chunk, next)| *next > chunk.hi);
        if !done.is_empty() {
            let (lanes, nos) = ChunkHead::keys(&done);
            let sql = "DELETE FROM chunks AS c USING unnest($1, $2, $3) AS n(batch, lane, no) \
                       WHERE c.batch = n.batch AND c.lane = n.lane AND c.no = n.no";
            self.tx.run(sql, values![batch(&done), lanes, nos]).await?;
        }
        if !left.is_empty() {
            let (lanes, nos) = ChunkHead::keys(&left);
            let nexts: Vec<i64> = left.iter().map(|(_, next)| *next).collect();
            let sql = "UPDATE chunks AS c SET next = n.next, sender = $5 \
                       FROM unnest($1, $2, $3, $4) AS n(batch, lane, no, next) \
                       WHERE c.batch = n.batch AND c.lane = n.lane AND c.no = n.no";
            let batches = batch(&left);
            let values = values![batches, lanes, nos, nexts, self.question.sender];
            self.tx.run(sql, values).await?;
        }
        Ok(())
    }
}
