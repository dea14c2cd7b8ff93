//! Rows that are still their chunks': nobody claimed them, and `deliveries` has none of them. Here they are looked up,
//! counted, and parted from their chunk wherever something is to become of one that is no claim (docs/decisions/0038).
//!
//! A place in a chunk and its row exclude each other by the key of `deliveries`: of a claim and a parting at the same
//! moment the second waits until the first is durable, and finds the row there.

use chrono::{DateTime, Utc};

use crate::store::{
    BatchId, DeliveryState, codes,
    postgres::{columns, fault::PostgresFault, transaction::StoreTransaction, values::values},
};

/// SQL: how many rows of a chunk `c` are its own.
pub(crate) const ROWS: &str = "(c.hi - c.next + 1 - (SELECT count(*) FROM deliveries AS d \
    WHERE d.batch = c.batch AND d.ord BETWEEN c.next AND c.hi))";

/// SQL: the places of readers in the chunks of all batches, whether or not they were parted. `readers`: what has them
/// as `n.subscriber`.
pub(crate) fn places_of(readers: &str) -> String {
    format!(
        "SELECT c.batch, c.no + p.place - 1 AS ord, n.subscriber, c.domains[p.place] AS domain, \
         c.lane, c.wave, c.due_at FROM {readers} JOIN chunks AS c \
         ON int8range(c.first_reader, c.last_reader, '[]') @> n.subscriber \
         CROSS JOIN LATERAL array_position(c.readers, n.subscriber) AS p(place) \
         WHERE c.no + p.place > c.next"
    )
}

/// SQL that parts the rows that `found` has from their chunks: they wait by themselves, as long as they would have there.
/// Whatever is parted or claimed already stays as it is, by whichever of both keys the server finds it first.
fn parting(found: &str) -> String {
    format!(
        "WITH parted AS (INSERT INTO deliveries (batch, ord, subscriber, domain, lane, wave, \
           state, due_at) SELECT batch, ord, subscriber, domain, lane, wave, {pending}, due_at \
           FROM ({found}) AS found ORDER BY batch, ord \
           ON CONFLICT DO NOTHING RETURNING batch, lane, due_at, ord) \
         INSERT INTO waiting (batch, lane, due_at, ord, is_tried) \
         SELECT batch, lane, due_at, ord, FALSE FROM parted",
        pending = codes::state_code(DeliveryState::Pending),
    )
}

/// Parts readers, in all batches that have not come to them; answers how many rows that are.
pub(crate) async fn part_readers(
    tx: &StoreTransaction,
    readers: &[i64],
) -> Result<u64, PostgresFault> {
    let sql = parting(&places_of("unnest($1) AS n(subscriber)"));
    tx.run(&sql, values![readers]).await
}

/// Parts those rows of a batch.
pub(crate) async fn part_rows(
    tx: &StoreTransaction,
    batch: BatchId,
    ords: &[i64],
) -> Result<(), PostgresFault> {
    let sql = parting(
        "SELECT c.batch, n.ord, c.readers[(n.ord - c.no + 1)::int4] AS subscriber, \
         c.domains[(n.ord - c.no + 1)::int4] AS domain, c.lane, c.wave, c.due_at \
         FROM unnest($2) AS n(ord) JOIN chunks AS c \
         ON c.batch = $1 AND n.ord BETWEEN c.next AND c.hi",
    );
    tx.run(&sql, values![batch.0, ords]).await.map(drop)
}

/// Parts the rows of the common lane whose domains have one of their own since, and that came after the lane `last`.
pub(crate) async fn part_lanes(
    tx: &StoreTransaction,
    batch: BatchId,
    last: i64,
) -> Result<(), PostgresFault> {
    let sql = parting(
        "SELECT u.batch, u.ord, u.subscriber, u.domain, l.lane, u.wave, u.due_at \
         FROM unclaimed AS u JOIN lanes AS l \
         ON l.batch = $1 AND l.lane > $2 AND l.domain = u.domain \
         WHERE u.batch = $1 AND u.lane = 0",
    );
    tx.run(&sql, values![batch.0, last]).await?;
    // One that is empty since then would say that something is due.
    let sql = format!("DELETE FROM chunks AS c WHERE c.batch = $1 AND c.lane = 0 AND {ROWS} = 0");
    tx.run(&sql, values![batch.0]).await.map(drop)
}

/// Ends all of a batch; answers how many there were. Whoever claims from it is waited for, and claims no more.
pub(crate) async fn end_all(
    tx: &StoreTransaction,
    batch: BatchId,
    to: DeliveryState,
    reply: &str,
    now: DateTime<Utc>,
) -> Result<i64, PostgresFault> {
    let sql = "SELECT no FROM chunks WHERE batch = $1 ORDER BY lane, no FOR UPDATE";
    tx.rows(sql, values![batch.0]).await?;
    end(
        tx,
        "unclaimed AS u WHERE u.batch = $1",
        (batch, to, reply),
        now,
    )
    .await
}

/// Ends those of a batch that are in a list of readers: `readers` is SQL that has them as `subscriber`. Answers how many.
pub(crate) async fn end_readers(
    tx: &StoreTransaction,
    readers: &str,
    ending: (BatchId, DeliveryState, &str),
    now: DateTime<Utc>,
) -> Result<i64, PostgresFault> {
    let found = format!(
        "unclaimed AS u JOIN ({readers}) AS n ON n.subscriber = u.subscriber WHERE u.batch = $1"
    );
    end(tx, &found, ending, now).await
}

async fn end(
    tx: &StoreTransaction,
    found: &str,
    (batch, to, reply): (BatchId, DeliveryState, &str),
    now: DateTime<Utc>,
) -> Result<i64, PostgresFault> {
    let sql = format!(
        "INSERT INTO deliveries (batch, ord, subscriber, domain, lane, wave, state, reply, updated_at) \
         SELECT u.batch, u.ord, u.subscriber, u.domain, u.lane, u.wave, $2, $3, $4 FROM {found} \
         ORDER BY u.ord ON CONFLICT DO NOTHING"
    );
    let ended = tx
        .run(
            &sql,
            values![batch.0, codes::state_code(to), reply, codes::millis(now)],
        )
        .await?;
    Ok(codes::signed(ended))
}

/// How many a batch has.
pub(crate) async fn count(tx: &StoreTransaction, batch: BatchId) -> Result<u64, PostgresFault> {
    let sql = format!(
        "SELECT coalesce(sum({ROWS}), 0)::int8 AS rows FROM chunks AS c WHERE c.batch = $1"
    );
    tx.one(&sql, values![batch.0], |row| columns::count(row, "rows"))
        .await
}

/// How many of them a wave of it has.
pub(crate) async fn count_of_wave(
    tx: &StoreTransaction,
    batch: BatchId,
    wave: i64,
) -> Result<u64, PostgresFault> {
    let sql = format!(
        "SELECT coalesce(sum({ROWS}), 0)::int8 AS rows FROM chunks AS c \
         WHERE c.batch = $1 AND c.wave = $2"
    );
    tx.one(&sql, values![batch.0, wave], |row| {
        columns::count(row, "rows")
    })
    .await
}

/// Where the first chunk of a batch ends that has places behind that one.
pub(crate) async fn chunk_behind(
    tx: &StoreTransaction,
    batch: BatchId,
    behind: i64,
) -> Result<Option<i64>, PostgresFault> {
    let sql = "SELECT min(hi) FROM chunks WHERE batch = $1 AND hi > $2";
    tx.value(sql, values![batch.0, behind]).await
}
