//! The rows whose turn it is: the heads of the chunks that this sender may have, and of what waits by itself. The chunks
//! and what waits are locked, and those that another has locked are passed by; the rows are not: a lock of each would be
//! written to the log once more, and what is a chunk's has none yet.

use tokio_postgres::Row;

use super::chunk_head::{ChunkHead, FoundPlace};
use crate::{
    audience::{Reader, SubscriberState},
    store::{
        BatchId, Claim, Realm, codes,
        machine::reader_gone,
        postgres::{
            columns, fault::PostgresFault, realm, transaction::StoreTransaction, values::values,
        },
        queue_partition::{DueRow, DueUntil, QueuePartition},
    },
};

/// As many rows as a chunk has at the most.
const CHUNK: i64 = 1_000;

/// Whose rows are looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DueQuestion {
    pub(crate) realm: Realm,
    pub(crate) batch: BatchId,
    pub(crate) sender: i64,
    pub(crate) until: DueUntil,
}

/// A row with its turn.
pub(crate) struct FoundRow {
    pub(crate) ord: i64,
    is_waiting: bool,
    pub(crate) subscriber: i64,
    pub(crate) domain: i64,
    pub(crate) wave: Option<i64>,
    due_at: i64,
    pub(crate) row: DueRow,
}

impl FoundRow {
    /// Nothing has become of it yet.
    pub(crate) fn place(&self) -> FoundPlace {
        FoundPlace {
            ord: self.ord,
            is_waiting: self.is_waiting,
            is_handled: false,
        }
    }
}

/// What a look finds.
#[derive(Default)]
pub(crate) struct DueHeads {
    pub(crate) chunks: Vec<ChunkHead>,
    /// The chunks may have more rows than were looked at.
    pub(crate) is_cut_off: bool,
    /// Those that came first stand first, whatever their lane: so none starves while all share one limit.
    pub(crate) rows: Vec<FoundRow>,
}

impl DueQuestion {
    /// The due rows at the head of each lane: of their chunks `limit` together, the first in turn; of what waits by
    /// itself as many of each.
    pub(crate) async fn ask(
        self,
        tx: &StoreTransaction,
        lanes: &[QueuePartition],
        limit: u32,
    ) -> Result<DueHeads, PostgresFault> {
        let open = lanes.iter().filter(|lane| lane.room > 0);
        let (numbers, rooms): (Vec<i64>, Vec<i64>) = open
            .map(|lane| (lane.number, i64::from(lane.room.min(limit))))
            .unzip();
        if numbers.is_empty() {
            return Ok(DueHeads::default());
        }
        let (chunks, waiting) = tokio::join!(
            biased;
            self.chunks(tx, &numbers, &rooms),
            self.waiting(tx, &numbers, &rooms)
        );
        let chunks = chunks?;
        let mut rows = self.of_chunks(tx, &chunks, limit).await?;
        let is_cut_off = rows.len() >= limit as usize;
        rows.extend(waiting?);
        rows.sort_by_key(|row| (row.due_at, row.subscriber));
        Ok(DueHeads {
            chunks,
            is_cut_off,
            rows,
        })
    }

    /// Chunks that are this sender's, nobody's, or a dead one's.
    async fn chunks(
        self,
        tx: &StoreTransaction,
        lanes: &[i64],
        rooms: &[i64],
    ) -> Result<Vec<ChunkHead>, PostgresFault> {
        tx.all(
            "SELECT c.lane, c.no, c.due_at, c.next, least(c.hi, c.next + l.room - 1) AS upto, c.hi \
             FROM unnest($2, $3) AS l(lane, room) CROSS JOIN LATERAL (SELECT * FROM chunks AS c \
               WHERE c.batch = $1 AND c.lane = l.lane AND c.due_at <= $4 \
               AND (c.sender IS NULL OR c.sender = $5 OR NOT EXISTS (SELECT 1 FROM leases AS s \
                 WHERE s.id = c.sender AND s.lease_until > clock_timestamp())) \
               ORDER BY c.due_at, c.sender IS DISTINCT FROM $5, c.no LIMIT 1 + l.room / $6 \
               FOR UPDATE SKIP LOCKED) AS c",
            values![
                self.batch.0,
                lanes,
                rooms,
                codes::millis(self.until.untried),
                self.sender,
                CHUNK
            ],
            |row| {
                Ok(ChunkHead {
                    lane: row.try_get("lane")?,
                    no: row.try_get("no")?,
                    due_at: row.try_get("due_at")?,
                    next: row.try_get("next")?,
                    to: row.try_get("upto")?,
                    hi: row.try_get("hi")?,
                })
            },
        )
        .await
    }

    async fn of_chunks(
        self,
        tx: &StoreTransaction,
        chunks: &[ChunkHead],
        limit: u32,
    ) -> Result<Vec<FoundRow>, PostgresFault> {
        if chunks.is_empty() {
            return Ok(Vec::new());
        }
        let column =
            |value: fn(&ChunkHead) -> i64| -> Vec<i64> { chunks.iter().map(value).collect() };
        // Whose turn it is first, by the chunks alone: of many lanes' heads most are for a later claim, and of those the
        // reader is not looked up. Those that were parted have rows.
        let sql = self.rows(
            "(SELECT h.lo + r.place - 1 AS ord, r.subscriber, r.domain, c.lane, c.wave, h.due_at, \
               0::int2 AS state, 0::int8 AS fence, 0 AS attempts, 0 AS losses, NULL::int8 AS waited, \
               NULL::int8 AS tried_at, NULL::int8 AS content \
               FROM unnest($1, $2, $3, $4, $5, $6) AS h(batch, lane, no, due_at, lo, hi) \
               JOIN chunks AS c ON c.batch = h.batch AND c.lane = h.lane AND c.no = h.no \
               CROSS JOIN LATERAL (SELECT coalesce(array_agg(d.ord), '{}') AS ords \
                 FROM deliveries AS d WHERE d.batch = h.batch AND d.ord BETWEEN h.lo AND h.hi) AS parted \
               CROSS JOIN LATERAL unnest( \
                 c.readers[(h.lo - h.no + 1)::int4 : (h.hi - h.no + 1)::int4], \
                 c.domains[(h.lo - h.no + 1)::int4 : (h.hi - h.no + 1)::int4]) \
                 WITH ORDINALITY AS r(subscriber, domain, place) \
               WHERE h.lo + r.place - 1 <> ALL (parted.ords) \
               ORDER BY h.due_at, r.subscriber LIMIT $7) AS d",
            "d.due_at AS turn, FALSE AS is_waiting",
        );
        let read = |row: &Row| found_from(row, self.batch);
        tx.all(
            &sql,
            values![
                vec![self.batch.0; chunks.len()],
                column(|chunk| chunk.lane),
                column(|chunk| chunk.no),
                column(|chunk| chunk.due_at),
                column(|chunk| chunk.next),
                column(|chunk| chunk.to),
                i64::from(limit)
            ],
            read,
        )
        .await
    }

    async fn waiting(
        self,
        tx: &StoreTransaction,
        lanes: &[i64],
        rooms: &[i64],
    ) -> Result<Vec<FoundRow>, PostgresFault> {
        let sql = self.rows(
            "unnest($2, $3) AS l(lane, room) CROSS JOIN LATERAL (SELECT w.batch, w.ord, w.due_at \
               FROM waiting AS w WHERE w.batch = $1 AND w.lane = l.lane AND w.due_at <= $4 \
               AND (NOT w.is_tried OR w.due_at <= $5) ORDER BY w.due_at, w.ord LIMIT l.room \
               FOR UPDATE SKIP LOCKED) AS w JOIN deliveries AS d ON d.batch = w.batch AND d.ord = w.ord",
            "w.due_at AS turn, TRUE AS is_waiting",
        );
        let read = |row: &Row| found_from(row, self.batch);
        tx.all(
            &sql,
            values![
                self.batch.0,
                lanes,
                rooms,
                codes::millis(self.until.untried),
                codes::millis(self.until.tried)
            ],
            read,
        )
        .await
    }

    /// A question for rows `d`, with their readers.
    fn rows(self, from: &str, turn: &str) -> String {
        let suppressed = realm::suppressed(self.realm);
        let realm = realm::code(self.realm);
        format!(
            "SELECT d.ord, d.subscriber, d.lane, d.state, d.fence, d.attempts::int8, \
             d.losses::int8, coalesce(d.waited, 0) AS waited, d.tried_at, d.domain, d.wave, \
             s.email, s.name, s.language, s.tags, \
             {suppressed} AS suppressed, s.state AS reader, {turn}, \
             (SELECT hash FROM contents WHERE id = d.content) AS content, \
             (SELECT min(r.at) FROM refusals AS r \
               WHERE r.subscriber = d.subscriber AND r.realm = {realm}) AS refused_since \
             FROM {from} LEFT JOIN subscribers AS s ON s.id = d.subscriber"
        )
    }
}

fn found_from(row: &Row, batch: BatchId) -> Result<FoundRow, PostgresFault> {
    let ord = row.try_get("ord")?;
    let delivery = columns::delivery_id(batch, ord);
    Ok(FoundRow {
        ord,
        subscriber: row.try_get("subscriber")?,
        domain: row.try_get("domain")?,
        wave: row.try_get("wave")?,
        due_at: row.try_get("turn")?,
        is_waiting: row.try_get("is_waiting")?,
        row: DueRow {
            delivery,
            partition: row.try_get("lane")?,
            from: codes::state(columns::code(row, "state")?)?,
            claim: claim_from(row, batch)?,
        },
    })
}

/// The claim on a row; where its reader gets no mail any more, the word for why.
fn claim_from(row: &Row, batch: BatchId) -> Result<Result<Claim, &'static str>, PostgresFault> {
    let suppressed = columns::maybe_code(row, "suppressed")?;
    let suppressed = suppressed.map(codes::reason).transpose()?;
    let active = codes::subscriber_state_code(SubscriberState::Active);
    let is_removed = columns::maybe_code(row, "reader")? != Some(active);
    if let Some((_, reply)) = reader_gone(suppressed, is_removed) {
        return Ok(Err(reply));
    }
    let email: Option<String> = row.try_get("email")?;
    // The policy on addresses may be stricter now than when this one came.
    let Some(email) = email.and_then(|email| codes::address(&email).ok()) else {
        return Ok(Err("invalid address"));
    };
    let small = |column: &str| -> Result<u32, PostgresFault> {
        let count = columns::count(row, column)?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    };
    Ok(Ok(Claim {
        delivery: columns::delivery_id(batch, row.try_get("ord")?),
        fence: row.try_get::<_, i64>("fence")? + 1,
        attempts: small("attempts")?,
        losses: small("losses")?,
        waited: codes::duration(row.try_get("waited")?),
        tried_at: columns::maybe_time(row, "tried_at")?,
        refused_since: columns::maybe_time(row, "refused_since")?,
        content: row.try_get("content")?,
        reader: Reader {
            id: columns::subscriber(row, "subscriber")?,
            email,
            name: row.try_get("name")?,
            language: row.try_get("language")?,
            tags: columns::maybe_set(row, "tags")?.unwrap_or_default(),
        },
    }))
}
