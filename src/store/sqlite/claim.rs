//! Claims: due rows taken in their order, lane by lane, each lane as far as its quota reaches.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Row, SqliteConnection, sqlite::SqliteRow};

use super::{
    Fault, SqliteStore, batch, codes,
    counters::Moves,
    lanes::{self, Lane},
};
use crate::{
    audience::Reader,
    store::{
        Batch, BatchId, BatchState, Claim, DeliveryId, Quotas, SenderId,
        machine::{State, word},
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
        let (taken, skipped) = sort_out(&rows, &mut open_lanes, &mut moves)?;
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

/// The due rows at the head of each lane, `limit` of them at the most. Those that came first go
/// first, whatever their lane: so none starves while all share one limit.
async fn due(
    connection: &mut SqliteConnection,
    batch: BatchId,
    lanes: &[Lane],
    limit: u32,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<SqliteRow>> {
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
    let mut query = sqlx::query(AssertSqlSafe(format!(
        "SELECT d.id, d.lane, d.state, d.fence, d.attempts, d.losses, d.first_attempt_at, \
         s.email, s.name, s.language, s.tags, s.suppressed, \
         (SELECT hash FROM contents WHERE id = d.content) AS content \
         FROM (SELECT * FROM ({heads}) ORDER BY due_at, id LIMIT ?3) AS head \
         CROSS JOIN deliveries AS d ON d.id = head.id \
         CROSS JOIN subscribers AS s ON s.id = d.subscriber ORDER BY head.due_at, head.id"
    )))
    .bind(batch.0)
    .bind(codes::millis(now))
    .bind(limit);
    for lane in lanes {
        query = query.bind(lane.number).bind(lane.room);
    }
    query.fetch_all(connection).await
}

/// A row that ends without mail, and the word for why.
type Skip = (DeliveryId, &'static str);

/// Parts those who get mail from those who left since the freeze.
fn sort_out(
    rows: &[SqliteRow],
    lanes: &mut [Lane],
    moves: &mut Moves,
) -> sqlx::Result<(Vec<Claim>, Vec<Skip>)> {
    let (mut taken, mut skipped) = (Vec::new(), Vec::new());
    for row in rows {
        let delivery = DeliveryId(row.try_get("id")?);
        let from = codes::state(row.try_get("state")?)?;
        let batch = codes::batch_of(delivery);
        let reader = match codes::maybe_reason_at(row, "suppressed")? {
            Some(reason) => Err(word(reason)),
            // The policy on addresses may be stricter now than when this one came.
            None => reader_from(row, delivery)?.ok_or("invalid address"),
        };
        match reader {
            Ok(reader) => {
                if lanes::use_one(lanes, row.try_get("lane")?) {
                    moves.add(batch, from, State::Claimed);
                    taken.push(claim_from(row, delivery, reader)?);
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

fn claim_from(row: &SqliteRow, delivery: DeliveryId, reader: Reader) -> sqlx::Result<Claim> {
    Ok(Claim {
        delivery,
        fence: row.try_get::<i64, _>("fence")? + 1,
        attempts: codes::small(row, "attempts")?,
        losses: codes::small(row, "losses")?,
        first_attempt_at: codes::maybe_time_at(row, "first_attempt_at")?,
        content: row.try_get("content")?,
        reader,
    })
}

fn reader_from(row: &SqliteRow, delivery: DeliveryId) -> sqlx::Result<Option<Reader>> {
    let email: Option<&str> = row.try_get("email")?;
    let Some(email) = email.and_then(|email| codes::address(email).ok()) else {
        return Ok(None);
    };
    let tags: Option<&str> = row.try_get("tags")?;
    Ok(Some(Reader {
        id: codes::subscriber_of(delivery),
        email,
        name: row.try_get("name")?,
        language: row.try_get("language")?,
        tags: tags.map(codes::set).transpose()?.unwrap_or_default(),
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
