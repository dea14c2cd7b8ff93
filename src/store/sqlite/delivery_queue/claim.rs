//! Claims: due rows taken in their order, lane by lane, each lane as far as its quota reaches.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params, params_from_iter};

use super::partitions;
use crate::{
    audience::{Reader, SubscriberState},
    store::{
        Batch, BatchId, BatchState, Claim, ClaimQuotas, DeliveryId, DeliveryState, Realm, SenderId,
        machine::reader_gone,
        queue_partition::{DueRow, DueUntil, QueuePartition, SortedRows},
        sqlite::{
            batch_ledger::{batch, counters::CounterMoves},
            codes,
            fault::SqliteFault,
            realm,
            statement::Statements,
        },
    },
};

pub(crate) fn claim(
    tx: &Connection,
    realm: Realm,
    batch: BatchId,
    sender: &SenderId,
    quotas: &ClaimQuotas,
    now: DateTime<Utc>,
) -> Result<Vec<Claim>, SqliteFault> {
    let is_open = |batch: &Batch| batch.state == BatchState::Open;
    let Some(Batch { content, .. }) = batch::by_id(tx, batch)?.filter(is_open) else {
        return Ok(Vec::new());
    };
    let due_until = DueUntil {
        untried: now.max(batch::begun_at(tx, batch)?),
        tried: now,
    };
    let mut open_lanes = partitions::open(tx, batch, quotas)?;
    let mut claims: Vec<Claim> = Vec::new();
    let mut moves = CounterMoves::default();
    let sender = sender_number(tx, sender)?;
    // More than one round only where readers left since the freeze: they make room for others.
    loop {
        let taken = u32::try_from(claims.len()).unwrap_or(u32::MAX);
        let left = quotas.total.saturating_sub(taken);
        let rows = due(tx, realm, batch, &open_lanes, left, due_until)?;
        let SortedRows { taken, skipped } = QueuePartition::sort_out(&mut open_lanes, rows);
        for (from, claim) in taken {
            take(tx, claim.delivery, sender)?;
            moves.add(batch, from, DeliveryState::Claimed);
            claims.push(claim);
        }
        for (from, delivery, why) in &skipped {
            skip(tx, *delivery, why, now)?;
            moves.add(batch, *from, DeliveryState::Skipped);
        }
        if skipped.is_empty() {
            break;
        }
    }
    moves.write(tx)?;
    for claim in &mut claims {
        claim.content.take_if(|tried| *tried == content);
    }
    Ok(claims)
}

/// The due rows at the head of each lane, `limit` of them at the most. Those that came first go
/// first, whatever their lane: so none starves while all share one limit.
fn due(
    tx: &Connection,
    realm: Realm,
    batch: BatchId,
    lanes: &[QueuePartition],
    limit: u32,
    until: DueUntil,
) -> Result<Vec<DueRow>, SqliteFault> {
    let lanes: Vec<&QueuePartition> = lanes.iter().filter(|lane| lane.room > 0).collect();
    if lanes.is_empty() || limit == 0 {
        return Ok(Vec::new());
    }
    // Of a clock that was never set back the index alone knows what is due.
    let is_tried = match until.tried < until.untried {
        true => "AND (tried_at IS NULL OR due_at <= ?4)",
        false => "",
    };
    // More places a lane, the same text for as many lanes: it stays compiled.
    let head = |place: usize| {
        let (lane, room) = (5 + 2 * place, 6 + 2 * place);
        format!(
            "SELECT * FROM (SELECT id, due_at FROM deliveries WHERE batch = ?1 \
             AND lane = ?{lane} AND due_at <= ?2 {is_tried} ORDER BY due_at, id LIMIT ?{room})"
        )
    };
    let heads: Vec<String> = (0..lanes.len()).map(head).collect();
    let heads = heads.join(" UNION ALL ");
    let suppressed = realm::suppressed(realm);
    let realm = realm::code(realm);
    let (untried, tried) = (codes::millis(until.untried), codes::millis(until.tried));
    let mut parameters = vec![batch.0, untried, i64::from(limit), tried];
    for lane in lanes {
        parameters.extend([lane.number, i64::from(lane.room)]);
    }
    tx.all(
        &format!(
            "SELECT d.id, d.lane, d.state, d.fence, d.attempts, d.losses, d.waited, d.tried_at, \
             s.email, s.name, s.language, s.tags, {suppressed}, s.state, \
             (SELECT hash FROM contents WHERE id = d.content), \
             (SELECT min(r.at) FROM refusals AS r \
               WHERE r.subscriber = d.subscriber AND r.realm = {realm}) \
             FROM (SELECT * FROM ({heads}) ORDER BY due_at, id LIMIT ?3) AS head \
             CROSS JOIN deliveries AS d ON d.id = head.id \
             CROSS JOIN subscribers AS s ON s.id = d.subscriber \
             ORDER BY head.due_at, head.id"
        ),
        params_from_iter(parameters),
        due_from,
    )
}

fn due_from(row: &Row<'_>) -> Result<DueRow, SqliteFault> {
    let active = codes::subscriber_state_code(SubscriberState::Active);
    let time = |column: usize| {
        let millis: Option<i64> = row.get(column)?;
        millis.map(codes::time).transpose()
    };
    let delivery = DeliveryId(row.get(0)?);
    let suppressed: Option<i64> = row.get(12)?;
    let suppressed = suppressed.map(codes::reason).transpose()?;
    let email: Option<String> = row.get(8)?;
    let email = email.and_then(|email| codes::address(&email).ok());
    let claim = match (
        reader_gone(suppressed, row.get::<_, i64>(13)? != active),
        email,
    ) {
        (Some((_, reply)), _) => Err(reply),
        // The policy on addresses may be stricter now than when this one came.
        (None, None) => Err("invalid address"),
        (None, Some(email)) => Ok(Claim {
            delivery,
            fence: row.get::<_, i64>(3)? + 1,
            attempts: row.get(4)?,
            losses: row.get(5)?,
            waited: codes::duration(row.get(6)?),
            tried_at: time(7)?,
            refused_since: time(15)?,
            content: row.get(14)?,
            reader: Reader {
                id: codes::subscriber_of(delivery),
                email,
                name: row.get(9)?,
                language: row.get(10)?,
                tags: row
                    .get::<_, Option<String>>(11)?
                    .as_deref()
                    .map(codes::set)
                    .transpose()?
                    .unwrap_or_default(),
            },
        }),
    };
    Ok(DueRow {
        delivery,
        partition: row.get(1)?,
        from: codes::state(row.get(2)?)?,
        claim,
    })
}

fn take(tx: &Connection, delivery: DeliveryId, sender: i64) -> Result<u64, SqliteFault> {
    let claimed = codes::state_code(DeliveryState::Claimed);
    tx.run(
        "UPDATE deliveries SET state = ?2, fence = fence + 1, due_at = NULL, sender = ?3 \
         WHERE id = ?1",
        params![delivery.0, claimed, sender],
    )
}

fn skip(
    tx: &Connection,
    delivery: DeliveryId,
    why: &str,
    now: DateTime<Utc>,
) -> Result<u64, SqliteFault> {
    let (state, now) = (
        codes::state_code(DeliveryState::Skipped),
        codes::millis(now),
    );
    tx.run(
        "UPDATE deliveries SET state = ?2, due_at = NULL, reply = ?3, updated_at = ?4 \
         WHERE id = ?1",
        params![delivery.0, state, why, now],
    )
}

fn sender_number(tx: &Connection, sender: &SenderId) -> Result<i64, SqliteFault> {
    let known: Option<i64> =
        tx.maybe_value("SELECT id FROM senders WHERE name = ?1", params![&sender.0])?;
    match known {
        Some(id) => Ok(id),
        None => tx.value(
            "INSERT INTO senders (name) VALUES (?1) RETURNING id",
            params![&sender.0],
        ),
    }
}
