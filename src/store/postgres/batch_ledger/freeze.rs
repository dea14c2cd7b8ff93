//! The freeze: an issue's content and its audience, set down in one transaction, in the order of lane, wave and reader,
//! and cut into chunks.

use chrono::{DateTime, Utc};

use super::{batch, tallies::TallyMoves, waves};
use crate::{
    audience::SubscriberState,
    store::{
        BatchId, BatchState, DeliveryState, Freeze, NewBatch, Realm, StoreError, codes,
        history_note::beginning_codes,
        machine::{DECLINED_ADS, DORMANT},
        postgres::{
            fault::PostgresFault,
            realm,
            report_box::soft,
            state_instance::{home, leases},
            transaction::StoreTransaction,
            values::values,
        },
    },
};

/// How many rows a chunk has: enough that few are leased, few enough that many senders share a batch to its end.
const CHUNK: i64 = 1_000;

/// A domain with so many readers of an issue has a queue of its own from the start: who limits it then moves no rows.
const LARGE_DOMAIN: i64 = 5_000;

pub(crate) async fn freeze(
    tx: &StoreTransaction,
    realm: Realm,
    new: &NewBatch,
    now: DateTime<Utc>,
) -> Result<Freeze, PostgresFault> {
    if let Some(batch) = batch::by_issue(tx, realm, &new.issue).await? {
        return Ok(Freeze {
            batch,
            is_new: false,
        });
    }
    home::require(tx).await?;
    // Whoever leaves is out before, or finds the rows that are written here: `wait_for_the_wire`. And one freezes after
    // the other.
    tx.script("LOCK TABLE subscribers IN SHARE ROW EXCLUSIVE MODE")
        .await?;
    // Another may have frozen it while this one waited.
    if let Some(batch) = batch::by_issue(tx, realm, &new.issue).await? {
        return Ok(Freeze {
            batch,
            is_new: false,
        });
    }
    refuse_taken_slot(tx, realm, new).await?;
    let content = keep_content(tx, &new.content_hash, &new.content).await?;
    let id = insert_batch(tx, realm, new, content, now).await?;
    lay_lanes(tx, id, new).await?;
    if let Some(local) = new.readers_hour {
        waves::lay(tx, realm, id, new, local).await?;
    }
    let audience = insert_deliveries(tx, realm, id, new).await?;
    let passed_by = passed_by(tx, realm, id, now).await? + declined(tx, id, new, now).await?;
    cut_into_chunks(tx, id, new.slot.min(now)).await?;
    let sql = "UPDATE batches SET audience = $2 WHERE id = $1";
    tx.run(sql, values![id.0, audience]).await?;
    let mut moves = TallyMoves::default();
    moves.begin(id, DeliveryState::Pending, audience - passed_by);
    moves.begin(id, DeliveryState::Skipped, passed_by);
    moves.write(tx).await?;
    // At the end: until the transaction is over its holder can't renew it.
    if let Some(term) = new.term {
        leases::require(tx, term).await?;
    }
    match batch::by_id(tx, id).await? {
        Some(batch) => Ok(Freeze {
            batch,
            is_new: true,
        }),
        None => Err(codes::NotOurs::number("batch", id.0).into()),
    }
}

/// A slot is sent once, whatever its issue is called.
async fn refuse_taken_slot(
    tx: &StoreTransaction,
    realm: Realm,
    new: &NewBatch,
) -> Result<(), PostgresFault> {
    let taken: Option<String> = tx
        .maybe_value(
            "SELECT issue FROM batches WHERE edition = $1 AND slot_date = $2 AND state <> 3 \
             AND realm = $3",
            values![
                new.edition.as_str(),
                new.date.map(|date| date.to_string()),
                realm::code(realm)
            ],
        )
        .await?;
    match taken {
        Some(issue) => Err(StoreError::SlotTaken { issue }.into()),
        None => Ok(()),
    }
}

/// Keeps content under its hash; answers the number of it.
async fn keep_content(
    tx: &StoreTransaction,
    hash: &str,
    content: &[u8],
) -> Result<i64, PostgresFault> {
    let sql = "INSERT INTO contents (hash, content) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    tx.run(sql, values![hash, content]).await?;
    let sql = "SELECT id FROM contents WHERE hash = $1";
    tx.value(sql, values![hash]).await
}

async fn insert_batch(
    tx: &StoreTransaction,
    realm: Realm,
    new: &NewBatch,
    content: i64,
    now: DateTime<Utc>,
) -> Result<BatchId, PostgresFault> {
    let id = tx
        .value(
            "INSERT INTO batches (issue, edition, slot, content, state, frozen_at, slot_date, \
             realm, file) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
            values![
                new.issue.as_str(),
                new.edition.as_str(),
                codes::millis(new.slot),
                content,
                codes::batch_state_code(&BatchState::Open),
                codes::millis(now),
                new.date.map(|date| date.to_string()),
                realm::code(realm),
                new.file.as_deref()
            ],
        )
        .await?;
    Ok(BatchId(id))
}

/// Queues of their own for the domains that had limits in the batch before (those that had a bad day, which come last,
/// perhaps not), and for those with many readers.
async fn lay_lanes(
    tx: &StoreTransaction,
    batch: BatchId,
    new: &NewBatch,
) -> Result<(), PostgresFault> {
    tx.run(
        "INSERT INTO lanes (batch, domain, lane) SELECT $1, domain, lane FROM lanes \
         WHERE batch = (SELECT max(batch) FROM lanes WHERE batch < $1) ORDER BY lane LIMIT 100",
        values![batch.0],
    )
    .await?;
    tx.run(
        "INSERT INTO lanes (batch, domain, lane) \
         SELECT $1, s.domain, (SELECT coalesce(max(lane), 0) FROM lanes WHERE batch = $1) \
           + row_number() OVER (ORDER BY count(*) DESC) \
         FROM subscribers AS s WHERE s.state = $2 AND s.suppressed IS NULL \
         AND s.domain IS NOT NULL AND (s.editions IS NULL OR $3 = ANY(s.editions)) \
         AND NOT EXISTS (SELECT 1 FROM lanes AS l WHERE l.batch = $1 AND l.domain = s.domain) \
         GROUP BY s.domain HAVING count(*) >= $4 ORDER BY count(*) DESC LIMIT 100",
        values![
            batch.0,
            codes::subscriber_state_code(SubscriberState::Active),
            new.edition.as_str(),
            LARGE_DOMAIN
        ],
    )
    .await
    .map(drop)
}

/// Answers how many there are.
async fn insert_deliveries(
    tx: &StoreTransaction,
    realm: Realm,
    batch: BatchId,
    new: &NewBatch,
) -> Result<i64, PostgresFault> {
    let suppressed = realm::suppressed(realm);
    let done = tx
        .run(
            &format!(
                "INSERT INTO deliveries (batch, ord, subscriber, domain, lane, wave, state) \
                 SELECT $1, row_number() OVER (ORDER BY coalesce(l.lane, 0), w.number, s.id), s.id, \
                 s.domain, coalesce(l.lane, 0), w.number, $2 \
                 FROM subscribers AS s LEFT JOIN lanes AS l ON l.batch = $1 AND l.domain = s.domain \
                 LEFT JOIN (SELECT number, unnest(zones) AS zone FROM waves WHERE batch = $1) AS w \
                   ON w.zone = coalesce(s.timezone, '') \
                 WHERE s.state = $3 AND {suppressed} IS NULL \
                 AND (s.editions IS NULL OR $4 = ANY(s.editions))"
            ),
            values![
                batch.0,
                codes::state_code(DeliveryState::Pending),
                codes::subscriber_state_code(SubscriberState::Active),
                new.edition.as_str()
            ],
        )
        .await?;
    Ok(codes::signed(done))
}

/// A range of rows each, of one lane and one wave, which stand together in the batch; due with its wave, or since
/// `begun`.
async fn cut_into_chunks(
    tx: &StoreTransaction,
    batch: BatchId,
    begun: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    // To the server a new batch is one row, which it would sort; they are counted by a few kinds.
    tx.script("SET LOCAL enable_sort = off; SET LOCAL jit = off")
        .await?;
    tx.run(
        "INSERT INTO chunks (batch, lane, no, wave, due_at, next, hi) \
         SELECT $1, c.lane, part.lo, c.wave, coalesce(w.due_at, $2), part.lo, \
         least(part.lo + $3 - 1, c.hi) \
         FROM (SELECT lane, wave, min(ord) AS lo, max(ord) AS hi FROM deliveries \
           WHERE batch = $1 GROUP BY lane, wave) AS c \
         CROSS JOIN LATERAL generate_series(c.lo, c.hi, $3) AS part(lo) \
         LEFT JOIN waves AS w ON w.batch = $1 AND w.number = c.wave",
        values![batch.0, codes::millis(begun), CHUNK],
    )
    .await
    .map(drop)
}

/// Readers whose mailboxes could take nothing for weeks are passed by, and those whose rest is over are tried;
/// answers how many are passed by.
async fn passed_by(
    tx: &StoreTransaction,
    realm: Realm,
    batch: BatchId,
    now: DateTime<Utc>,
) -> Result<i64, PostgresFault> {
    let skipped = tx
        .run(
            "WITH resting AS MATERIALIZED (SELECT $1 AS batch, z.subscriber FROM dormancies AS z \
               WHERE z.realm = $4 AND z.retry_at > $5 AND NOT EXISTS (SELECT 1 FROM history AS h \
                 WHERE h.subscriber = z.subscriber AND h.at > z.since AND h.change = ANY($6))) \
             UPDATE deliveries AS d SET state = $2, reply = $3, updated_at = $5 FROM resting AS z \
             WHERE d.batch = z.batch AND d.subscriber = z.subscriber",
            values![
                batch.0,
                codes::state_code(DeliveryState::Skipped),
                DORMANT,
                realm::code(realm),
                codes::millis(now),
                beginning_codes().to_vec()
            ],
        )
        .await?;
    soft::note_retried(tx, realm, batch, now).await?;
    Ok(codes::signed(skipped))
}

/// Advertising goes to nobody who left its box empty (정보통신망법 제50조 제1항); answers how many are passed by.
async fn declined(
    tx: &StoreTransaction,
    batch: BatchId,
    new: &NewBatch,
    now: DateTime<Utc>,
) -> Result<i64, PostgresFault> {
    if !new.is_ad {
        return Ok(0);
    }
    let skipped = tx
        .run(
            "WITH declined AS MATERIALIZED (SELECT $1 AS batch, p.subscriber \
               FROM consent_proofs AS p JOIN subscribers AS s \
               ON s.id = p.subscriber AND s.consent_at = p.consent_at WHERE NOT p.agreed_to_ads) \
             UPDATE deliveries AS d SET state = $2, reply = $3, updated_at = $4 \
             FROM declined AS p WHERE d.batch = p.batch AND d.subscriber = p.subscriber \
             AND d.state = $5",
            values![
                batch.0,
                codes::state_code(DeliveryState::Skipped),
                DECLINED_ADS,
                codes::millis(now),
                codes::state_code(DeliveryState::Pending)
            ],
        )
        .await?;
    Ok(codes::signed(skipped))
}

pub(crate) async fn refreeze(
    tx: &StoreTransaction,
    id: BatchId,
    hash: &str,
    content: &[u8],
    now: DateTime<Utc>,
) -> Result<u64, PostgresFault> {
    let sql = "SELECT id FROM batches WHERE id = $1 FOR UPDATE";
    tx.rows(sql, values![id.0]).await?;
    let state = batch::by_id(tx, id).await?.map(|batch| batch.state);
    if !matches!(state, Some(BatchState::Paused { .. })) {
        return Ok(0);
    }
    // What was tried is tried again with the same; a row refused before the dot did not note it yet.
    tx.run(
        "UPDATE deliveries SET content = (SELECT content FROM batches WHERE id = $1), \
         updated_at = $2 WHERE batch = $1 AND first_attempt_at IS NOT NULL AND content IS NULL",
        values![id.0, codes::millis(now)],
    )
    .await?;
    let content = keep_content(tx, hash, content).await?;
    let sql = "UPDATE batches SET content = $2 WHERE id = $1";
    tx.run(sql, values![id.0, content]).await?;
    let untried: i64 = tx
        .value(
            "SELECT count(*) FROM deliveries WHERE batch = $1 AND state IN (0, 1) \
             AND first_attempt_at IS NULL",
            values![id.0],
        )
        .await?;
    Ok(codes::count(untried)?)
}
