//! Claims: due rows taken in their order, lane by lane, each lane as far as its quota reaches.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params, params_from_iter};

use super::{
    SqliteFault, batch, codes,
    counters::CounterMoves,
    partitions::{self, QueuePartition},
    realm,
    statement::Statements,
};
use crate::{
    audience::{Reader, SubscriberState},
    store::{
        Batch, BatchId, BatchState, Claim, ClaimQuotas, DeliveryId, Realm, SenderId,
        machine::{REMOVED, RowState, word},
    },
};

pub(super) fn claim(
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
        let (taken, skipped) = sort_out(rows, &mut open_lanes, &mut moves)?;
        take(tx, &taken, sender)?;
        skip(tx, &skipped, now)?;
        claims.extend(taken);
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

/// Up to when rows are due.
#[derive(Debug, Clone, Copy)]
struct DueUntil {
    /// What began is due, also where the clock was set back since.
    untried: DateTime<Utc>,
    /// What had to wait was told so by the clock as it is.
    tried: DateTime<Utc>,
}

/// A due row with its reader, as they stand in the tables.
struct DueRow {
    id: i64,
    lane: i64,
    state: i64,
    fence: i64,
    attempts: u32,
    losses: u32,
    waited: i64,
    tried_at: Option<i64>,
    email: Option<String>,
    name: Option<String>,
    language: Option<String>,
    tags: Option<String>,
    suppressed: Option<i64>,
    reader_state: i64,
    content: Option<String>,
    refused_since: Option<i64>,
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
    Ok(DueRow {
        id: row.get(0)?,
        lane: row.get(1)?,
        state: row.get(2)?,
        fence: row.get(3)?,
        attempts: row.get(4)?,
        losses: row.get(5)?,
        waited: row.get(6)?,
        tried_at: row.get(7)?,
        email: row.get(8)?,
        name: row.get(9)?,
        language: row.get(10)?,
        tags: row.get(11)?,
        suppressed: row.get(12)?,
        reader_state: row.get(13)?,
        content: row.get(14)?,
        refused_since: row.get(15)?,
    })
}

/// A row that ends without mail, and the word for why.
type SkippedRow = (DeliveryId, &'static str);

/// Parts those who get mail from those who left since the freeze.
fn sort_out(
    rows: Vec<DueRow>,
    lanes: &mut [QueuePartition],
    moves: &mut CounterMoves,
) -> Result<(Vec<Claim>, Vec<SkippedRow>), SqliteFault> {
    let active = codes::subscriber_state_code(SubscriberState::Active);
    let (mut taken, mut skipped) = (Vec::new(), Vec::new());
    for row in rows {
        let (delivery, lane) = (DeliveryId(row.id), row.lane);
        let from = codes::state(row.state)?;
        let batch = codes::batch_of(delivery);
        let claim = match row.suppressed {
            Some(code) => Err(word(codes::reason(code)?)),
            None if row.reader_state != active => Err(REMOVED),
            // The policy on addresses may be stricter now than when this one came.
            None => claim_from(row)?.ok_or("invalid address"),
        };
        match claim {
            Ok(claim) => {
                if partitions::use_one(lanes, lane) {
                    moves.add(batch, from, RowState::Claimed);
                    taken.push(claim);
                }
            }
            Err(reason) => {
                moves.add(batch, from, RowState::Skipped);
                skipped.push((delivery, reason));
            }
        }
    }
    Ok((taken, skipped))
}

/// None: the address is none that we mail to.
fn claim_from(row: DueRow) -> Result<Option<Claim>, SqliteFault> {
    let email = row.email.and_then(|email| codes::address(&email).ok());
    let Some(email) = email else {
        return Ok(None);
    };
    let delivery = DeliveryId(row.id);
    Ok(Some(Claim {
        delivery,
        fence: row.fence + 1,
        attempts: row.attempts,
        losses: row.losses,
        waited: codes::duration(row.waited),
        tried_at: row.tried_at.map(codes::time).transpose()?,
        refused_since: row.refused_since.map(codes::time).transpose()?,
        content: row.content,
        reader: Reader {
            id: codes::subscriber_of(delivery),
            email,
            name: row.name,
            language: row.language,
            tags: row
                .tags
                .as_deref()
                .map(codes::set)
                .transpose()?
                .unwrap_or_default(),
        },
    }))
}

fn take(tx: &Connection, claims: &[Claim], sender: i64) -> Result<(), SqliteFault> {
    for claim in claims {
        tx.run(
            "UPDATE deliveries SET state = ?2, fence = fence + 1, due_at = NULL, sender = ?3 \
             WHERE id = ?1",
            params![
                claim.delivery.0,
                codes::state_code(RowState::Claimed),
                sender
            ],
        )?;
    }
    Ok(())
}

fn skip(tx: &Connection, skipped: &[SkippedRow], now: DateTime<Utc>) -> Result<(), SqliteFault> {
    for (delivery, why) in skipped {
        let (state, now) = (codes::state_code(RowState::Skipped), codes::millis(now));
        tx.run(
            "UPDATE deliveries SET state = ?2, due_at = NULL, reply = ?3, updated_at = ?4 \
             WHERE id = ?1",
            params![delivery.0, state, why, now],
        )?;
    }
    Ok(())
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
