//! Claims: due rows taken in their order, lane by lane, each lane as far as its quota reaches.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::{
    Fault, SqliteStore, batch, codes,
    counters::Moves,
    lanes::{self, Lane},
};
use crate::{
    audience::{Reader, SubscriberState},
    store::{
        Batch, BatchId, BatchState, Claim, DeliveryId, Quotas, SenderId,
        machine::{REMOVED, State, word},
    },
};

pub(super) async fn claim(
    store: &SqliteStore,
    batch: BatchId,
    sender: &SenderId,
    quotas: &Quotas,
    now: DateTime<Utc>,
) -> Result<Vec<Claim>, Fault> {
    let mut tx = store.write().await?;
    let is_open = |batch: &Batch| batch.state == BatchState::Open;
    let Some(content) = batch::by_id(&mut tx, batch)
        .await?
        .filter(is_open)
        .map(|batch| batch.content)
    else {
        return Ok(Vec::new());
    };
    let mut open_lanes = lanes::open(&mut tx, batch, quotas).await?;
    let mut claims: Vec<Claim> = Vec::new();
    let mut moves = Moves::default();
    let sender = sender_number(&mut tx, sender).await?;
    // More than one round only where readers left since the freeze: they make room for others.
    loop {
        let taken = u32::try_from(claims.len()).unwrap_or(u32::MAX);
        let left = quotas.total.saturating_sub(taken);
        let rows = due(&mut tx, batch, &open_lanes, left, now).await?;
        let (taken, skipped) = sort_out(rows, &mut open_lanes, &mut moves)?;
        take(&mut tx, &taken, sender).await?;
        skip(&mut tx, &skipped, now).await?;
        claims.extend(taken);
        if skipped.is_empty() {
            break;
        }
    }
    moves.write(&mut tx).await?;
    tx.commit().await?;
    for claim in &mut claims {
        claim.content.take_if(|tried| *tried == content);
    }
    Ok(claims)
}

/// A due row with its reader, as they stand in the tables.
#[derive(Deserialize)]
struct Due {
    id: i64,
    lane: i64,
    due_at: i64,
    state: i64,
    fence: i64,
    attempts: u32,
    losses: u32,
    first_attempt_at: Option<i64>,
    email: Option<String>,
    name: Option<String>,
    language: Option<String>,
    tags: Option<String>,
    suppressed: Option<i64>,
    reader_state: i64,
    content: Option<String>,
}

/// The due rows at the head of each lane, `limit` of them at the most. Those that came first go
/// first, whatever their lane: so none starves while all share one limit.
async fn due(
    connection: &mut SqliteConnection,
    batch: BatchId,
    lanes: &[Lane],
    limit: u32,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Due>> {
    let lanes: Vec<&Lane> = lanes.iter().filter(|lane| lane.room > 0).collect();
    if lanes.is_empty() || limit == 0 {
        return Ok(Vec::new());
    }
    let mut heads = String::new();
    for place in 0..lanes.len() {
        let union = if place == 0 { "" } else { " UNION ALL " };
        let (lane, room) = (4 + 2 * place, 5 + 2 * place);
        write!(
            heads,
            "{union}SELECT * FROM (SELECT id, due_at FROM deliveries WHERE batch = ?1 \
             AND lane = ?{lane} AND due_at <= ?2 ORDER BY due_at, id LIMIT ?{room})"
        )
        .map_err(|error| sqlx::Error::Encode(error.into()))?;
    }
    // One JSON text: each row fetched by itself is a message between two threads.
    let mut query = sqlx::query_scalar(AssertSqlSafe(format!(
        "SELECT json_group_array(json_object('id', d.id, 'lane', d.lane, 'state', d.state, \
         'fence', d.fence, 'attempts', d.attempts, 'losses', d.losses, \
         'first_attempt_at', d.first_attempt_at, 'email', s.email, 'name', s.name, \
         'language', s.language, 'tags', s.tags, 'suppressed', s.suppressed, 'reader_state', s.state, \
         'due_at', head.due_at, 'content', (SELECT hash FROM contents WHERE id = d.content))) \
         FROM (SELECT * FROM ({heads}) ORDER BY due_at, id LIMIT ?3) AS head \
         CROSS JOIN deliveries AS d ON d.id = head.id \
         CROSS JOIN subscribers AS s ON s.id = d.subscriber"
    )))
    .bind(batch.0)
    .bind(codes::millis(now))
    .bind(limit);
    for lane in lanes {
        query = query.bind(lane.number).bind(lane.room);
    }
    let rows: String = query.fetch_one(connection).await?;
    let mut rows: Vec<Due> = codes::read_rows(&rows)?;
    rows.sort_by_key(|row| (row.due_at, row.id));
    Ok(rows)
}

/// A row that ends without mail, and the word for why.
type Skip = (DeliveryId, &'static str);

/// Parts those who get mail from those who left since the freeze.
fn sort_out(
    rows: Vec<Due>,
    lanes: &mut [Lane],
    moves: &mut Moves,
) -> sqlx::Result<(Vec<Claim>, Vec<Skip>)> {
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
                if lanes::use_one(lanes, lane) {
                    moves.add(batch, from, State::Claimed);
                    taken.push(claim);
                }
            }
            Err(reason) => {
                moves.add(batch, from, State::Skipped);
                skipped.push((delivery, reason));
            }
        }
    }
    Ok((taken, skipped))
}

/// None: the address is none that we mail to.
fn claim_from(row: Due) -> sqlx::Result<Option<Claim>> {
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
        first_attempt_at: row.first_attempt_at.map(codes::time).transpose()?,
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

async fn take(
    connection: &mut SqliteConnection,
    claims: &[Claim],
    sender: i64,
) -> sqlx::Result<()> {
    if claims.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = claims.iter().map(|claim| claim.delivery.0).collect();
    sqlx::query(
        "UPDATE deliveries SET state = ?2, fence = fence + 1, due_at = NULL, sender = ?3 \
         WHERE id IN (SELECT value FROM json_each(?1))",
    )
    .bind(codes::rows(&ids)?)
    .bind(codes::state_code(State::Claimed))
    .bind(sender)
    .execute(connection)
    .await?;
    Ok(())
}

async fn skip(
    connection: &mut SqliteConnection,
    skipped: &[Skip],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    if skipped.is_empty() {
        return Ok(());
    }
    let rows: Vec<(i64, &str)> = skipped.iter().map(|(id, why)| (id.0, *why)).collect();
    sqlx::query(
        "UPDATE deliveries SET state = ?2, due_at = NULL, reply = v.value->>1, updated_at = ?3 \
         FROM json_each(?1) AS v WHERE deliveries.id = v.value->>0",
    )
    .bind(codes::rows(&rows)?)
    .bind(codes::state_code(State::Skipped))
    .bind(codes::millis(now))
    .execute(connection)
    .await?;
    Ok(())
}

async fn sender_number(connection: &mut SqliteConnection, sender: &SenderId) -> sqlx::Result<i64> {
    let known = sqlx::query_scalar("SELECT id FROM senders WHERE name = ?1")
        .bind(&sender.0)
        .fetch_optional(&mut *connection)
        .await?;
    match known {
        Some(id) => Ok(id),
        None => {
            sqlx::query_scalar("INSERT INTO senders (name) VALUES (?1) RETURNING id")
                .bind(&sender.0)
                .fetch_one(connection)
                .await
        }
    }
}
