//! The freeze: an issue's content and its audience, set down in one transaction, in the order of lane, wave and reader, as
//! chunks. Rows come into being when they are claimed.

use chrono::{DateTime, Utc};

use super::{batch, tallies::TallyMoves, waves};
use crate::{
    audience::SubscriberState,
    store::{
        BatchId, BatchState, DeliveryState, Freeze, NewBatch, Realm, StoreError, codes,
        history_note::beginning_codes,
        machine::{DECLINED_ADS, DORMANT},
        postgres::{
            delivery_queue::unclaimed,
            fault::PostgresFault,
            realm,
            report_box::soft,
            state_instance::{home, leases},
            transaction::StoreTransaction,
            values::values,
        },
    },
};

/// How many readers a chunk has: enough that few are leased, few enough that many senders share a batch to its end.
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
    // Whoever leaves is out before, or finds the chunks that are written here: `wait_for_the_wire`. And one freezes after
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
    let audience = cut_into_chunks(tx, realm, id, new, new.slot.min(now)).await?;
    let passed_by = passed_by(tx, realm, id, now).await? + declined(tx, id, new, now).await?;
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

/// Cuts the audience into chunks, each of one lane and one wave, due with its wave, or since `begun`; answers how many
/// readers there are. Nobody has a row yet.
async fn cut_into_chunks(
    tx: &StoreTransaction,
    realm: Realm,
    batch: BatchId,
    new: &NewBatch,
    begun: DateTime<Utc>,
) -> Result<i64, PostgresFault> {
    let suppressed = realm::suppressed(realm);
    // Here and below whole lists are held against each other, and the server knows how long none of them is.
    tx.script("SET LOCAL enable_nestloop = off; SET LOCAL jit = off")
        .await?;
    // Their places in the batch follow from how long the lists before them are.
    let sql = format!(
        "WITH found AS (SELECT s.id, s.domain, coalesce(l.lane, 0) AS lane, w.number AS wave, \
           (row_number() OVER (PARTITION BY coalesce(l.lane, 0), w.number ORDER BY s.id) - 1) / $5 \
             AS part \
           FROM subscribers AS s LEFT JOIN lanes AS l ON l.batch = $1 AND l.domain = s.domain \
           LEFT JOIN (SELECT number, unnest(zones) AS zone FROM waves WHERE batch = $1) AS w \
             ON w.zone = coalesce(s.timezone, '') \
           WHERE s.state = $2 AND {suppressed} IS NULL \
           AND (s.editions IS NULL OR $3 = ANY(s.editions))), \
         cut AS (SELECT lane, wave, count(*) AS rows, \
           (sum(count(*)) OVER (ORDER BY lane, wave, part))::int8 AS hi, \
           array_agg(id ORDER BY id) AS readers, array_agg(domain ORDER BY id) AS domains \
           FROM found GROUP BY lane, wave, part), \
         laid AS (INSERT INTO chunks (batch, lane, no, wave, due_at, next, hi, first_reader, \
             last_reader, readers, domains) \
           SELECT $1, c.lane, c.hi - c.rows + 1, c.wave, coalesce(w.due_at, $4), \
           c.hi - c.rows + 1, c.hi, c.readers[1], c.readers[c.rows::int4], c.readers, c.domains \
           FROM cut AS c LEFT JOIN waves AS w ON w.batch = $1 AND w.number = c.wave \
           RETURNING hi) \
         SELECT coalesce(max(hi), 0) FROM laid"
    );
    tx.value(
        &sql,
        values![
            batch.0,
            codes::subscriber_state_code(SubscriberState::Active),
            new.edition.as_str(),
            codes::millis(begun),
            CHUNK
        ],
    )
    .await
}

/// Readers whose mailboxes could take nothing for weeks are passed by, and those whose rest is over are tried;
/// answers how many are passed by.
async fn passed_by(
    tx: &StoreTransaction,
    realm: Realm,
    batch: BatchId,
    now: DateTime<Utc>,
) -> Result<i64, PostgresFault> {
    let sql = "SELECT EXISTS (SELECT 1 FROM dormancies WHERE realm = $1)";
    let is_any: bool = tx.value(sql, values![realm::code(realm)]).await?;
    if !is_any {
        return Ok(0);
    }
    let changes = beginning_codes().map(|code| code.to_string()).join(", ");
    let resting = format!(
        "SELECT z.subscriber FROM dormancies AS z WHERE z.realm = {realm} AND z.retry_at > $4 \
         AND NOT EXISTS (SELECT 1 FROM history AS h WHERE h.subscriber = z.subscriber \
           AND h.at > z.since AND h.change IN ({changes}))",
        realm = realm::code(realm),
    );
    let ending = (batch, DeliveryState::Skipped, DORMANT);
    let skipped = unclaimed::end_readers(tx, &resting, ending, now).await?;
    soft::note_retried(tx, realm, batch, now).await?;
    Ok(skipped)
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
    let declined = "SELECT p.subscriber FROM consent_proofs AS p JOIN subscribers AS s \
                    ON s.id = p.subscriber AND s.consent_at = p.consent_at WHERE NOT p.agreed_to_ads";
    let ending = (batch, DeliveryState::Skipped, DECLINED_ADS);
    unclaimed::end_readers(tx, declined, ending, now).await
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
    Ok(codes::count(untried)? + unclaimed::count(tx, id).await?)
}
