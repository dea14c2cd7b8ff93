//! Claims: due rows taken in their order, lane by lane, each lane as far as its quota reaches. A chunk's cursor moves
//! past what was taken, and with its last row the chunk is gone.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{
    due::{ChunkHead, DueHeads, DueQuestion, FoundRow},
    partitions, waiting,
};
use crate::store::{
    Batch, BatchId, BatchState, Claim, ClaimQuotas, DeliveryId, DeliveryState, Realm, SenderId,
    codes,
    postgres::{
        batch_ledger::{batch, tallies::TallyMoves},
        columns,
        fault::PostgresFault,
        state_instance::{home, leases},
        transaction::StoreTransaction,
        values::values,
    },
    queue_partition::{DueRow, DueUntil, QueuePartition, SortedRows},
};

pub(crate) async fn claim(
    tx: &StoreTransaction,
    realm: Realm,
    batch: BatchId,
    sender: &SenderId,
    quotas: &ClaimQuotas,
    now: DateTime<Utc>,
) -> Result<Vec<Claim>, PostgresFault> {
    home::require(tx).await?;
    let is_open = |batch: &Batch| batch.state == BatchState::Open;
    let Some(Batch { content, .. }) = batch::by_id(tx, batch).await?.filter(is_open) else {
        return Ok(Vec::new());
    };
    let mut lanes = partitions::open(tx, batch, quotas).await?;
    let mut claiming = Claiming {
        tx,
        question: DueQuestion {
            realm,
            batch,
            sender: leases::number(tx, sender).await?,
            until: DueUntil {
                untried: now.max(batch::begun_at(tx, batch).await?),
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
        let DueHeads { chunks, rows } = self.question.ask(self.tx, lanes, left).await?;
        let mut places: BTreeMap<DeliveryId, PlaceInTurn> = BTreeMap::new();
        let mut due: Vec<DueRow> = Vec::with_capacity(rows.len());
        for FoundRow {
            ord,
            is_waiting,
            row,
            ..
        } in rows
        {
            places.insert(row.delivery, PlaceInTurn { ord, is_waiting });
            // What the limit cuts off stays where it is, and its chunk's cursor before it.
            if due.len() < left as usize {
                due.push(row);
            }
        }
        let SortedRows { taken, skipped } = QueuePartition::sort_out(lanes, due);
        let batch = self.question.batch;
        let taken_ords: Vec<i64> = taken
            .iter()
            .map(|(_, claim)| columns::ord_of(claim.delivery))
            .collect();
        let skipped_ords = skipped.iter().map(|(_, id, _)| columns::ord_of(*id));
        let handled: BTreeSet<i64> = taken_ords.iter().copied().chain(skipped_ords).collect();
        let alone = places.values().filter(|place| place.is_waiting);
        let alone = alone.map(|place| place.ord);
        let alone: Vec<i64> = alone.filter(|ord| handled.contains(ord)).collect();
        if !alone.is_empty() {
            waiting::remove(self.tx, batch, &alone).await?;
        }
        self.take(&taken_ords).await?;
        let counters = (batch, self.question.sender);
        for (from, id, why) in &skipped {
            self.skip(columns::ord_of(*id), why).await?;
            self.moves.add(counters, *from, DeliveryState::Skipped, 1);
        }
        for (from, _) in &taken {
            self.moves.add(counters, *from, DeliveryState::Claimed, 1);
        }
        let mut has_moved = !handled.is_empty();
        for chunk in &chunks {
            has_moved |= self.advance(chunk, &handled, &places).await?;
        }
        let claims = taken.into_iter().map(|(_, claim)| claim).collect();
        Ok((claims, has_moved))
    }

    async fn take(&self, ords: &[i64]) -> Result<(), PostgresFault> {
        if ords.is_empty() {
            return Ok(());
        }
        self.tx
            .run(
                "UPDATE deliveries SET state = $3, fence = fence + 1, due_at = NULL, sender = $4 \
                 WHERE batch = $1 AND ord = ANY($2)",
                values![
                    self.question.batch.0,
                    ords,
                    codes::state_code(DeliveryState::Claimed),
                    self.question.sender
                ],
            )
            .await
            .map(drop)
    }

    async fn skip(&self, ord: i64, why: &str) -> Result<(), PostgresFault> {
        self.tx
            .run(
                "UPDATE deliveries SET state = $3, due_at = NULL, reply = $4, updated_at = $5 \
                 WHERE batch = $1 AND ord = $2",
                values![
                    self.question.batch.0,
                    ord,
                    codes::state_code(DeliveryState::Skipped),
                    why,
                    codes::millis(self.now)
                ],
            )
            .await
            .map(drop)
    }

    /// Moves a chunk's cursor to the first row that was not taken; answers whether that is another one.
    async fn advance(
        &self,
        chunk: &ChunkHead,
        handled: &BTreeSet<i64>,
        places: &BTreeMap<DeliveryId, PlaceInTurn>,
    ) -> Result<bool, PostgresFault> {
        let batch = self.question.batch;
        let window =
            columns::delivery_id(batch, chunk.next)..=columns::delivery_id(batch, chunk.to);
        let found = places.range(window).map(|(_, place)| place);
        let mut left = found.filter(|place| !place.is_waiting && !handled.contains(&place.ord));
        let next = match left.next() {
            Some(place) => place.ord,
            None => chunk.to + 1,
        };
        if next == chunk.next {
            return Ok(false);
        }
        let key = (batch.0, chunk.lane, chunk.no);
        if next > chunk.hi {
            let sql = "DELETE FROM chunks WHERE batch = $1 AND lane = $2 AND no = $3";
            self.tx.run(sql, values![key.0, key.1, key.2]).await?;
        } else {
            let sql = "UPDATE chunks SET next = $4, sender = $5 \
                       WHERE batch = $1 AND lane = $2 AND no = $3";
            let values = values![key.0, key.1, key.2, next, self.question.sender];
            self.tx.run(sql, values).await?;
        }
        Ok(true)
    }
}

/// Where a row was found.
#[derive(Debug, Clone, Copy)]
struct PlaceInTurn {
    ord: i64,
    is_waiting: bool,
}
