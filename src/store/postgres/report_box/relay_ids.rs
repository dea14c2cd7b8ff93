//! The numbers that relays gave our messages (`store::relay_numbers`), on PostgreSQL: taken out of the ledger when
//! something asks for one, a batch at a time and a page after the other.

use chrono::{DateTime, Utc};

use crate::{
    audience::SubscriberId,
    store::{
        BatchId, DeliveryState, Realm, codes,
        postgres::{
            columns, fault::PostgresFault, realm, transaction::StoreTransaction, values::values,
        },
        relay_numbers::{AGAIN, KEPT, hashed, numbers_in, with_beginnings},
    },
};

/// Answers that are read at once.
const PAGE: i64 = 5_000;

/// A look for relays' numbers, in one transaction.
pub(super) struct RelayNumbers {
    now: DateTime<Utc>,
    is_read: bool,
    /// A batch was read so lately that it was not read again.
    is_behind: bool,
}

/// A batch that has come further since its answers were read.
struct BatchBehind {
    batch: i64,
    steps: i64,
    read_at: Option<DateTime<Utc>>,
}

impl RelayNumbers {
    pub(super) fn new(now: DateTime<Utc>) -> Self {
        Self {
            now,
            is_read: false,
            is_behind: false,
        }
    }

    /// Whether a number that is not found may be found a minute later.
    pub(super) fn may_come(&self) -> bool {
        self.is_behind
    }

    /// The mail of the first of these numbers that is one's; of one that several have, nobody's.
    pub(super) async fn find(
        &mut self,
        tx: &StoreTransaction,
        realm: Realm,
        ids: &[String],
    ) -> Result<Option<(BatchId, SubscriberId)>, PostgresFault> {
        if ids.is_empty() {
            return Ok(None);
        }
        if let Some(found) = look(tx, ids).await? {
            return Ok(Some(found));
        }
        if std::mem::replace(&mut self.is_read, true) {
            return Ok(None);
        }
        self.read_new(tx, realm).await?;
        look(tx, ids).await
    }

    /// Takes the numbers out of the batches that have come further since they were read.
    async fn read_new(&mut self, tx: &StoreTransaction, realm: Realm) -> Result<(), PostgresFault> {
        let oldest = codes::millis(self.now - KEPT);
        let behind = tx
            .all(
                "SELECT b.id, t.steps, r.at FROM batches AS b CROSS JOIN LATERAL \
                   (SELECT coalesce(sum(steps), 0)::int8 AS steps FROM tallies WHERE batch = b.id) AS t \
                 LEFT JOIN relay_ids_read AS r ON r.batch = b.id \
                 WHERE b.realm = $1 AND b.frozen_at >= $2 AND t.steps > coalesce(r.steps, 0) \
                 ORDER BY b.id",
                values![realm::code(realm), oldest],
                |row| {
                    Ok(BatchBehind {
                        batch: row.try_get("id")?,
                        steps: row.try_get("steps")?,
                        read_at: columns::maybe_time(row, "at")?,
                    })
                },
            )
            .await?;
        for BatchBehind {
            batch,
            steps,
            read_at,
        } in behind
        {
            if read_at.is_some_and(|at| (self.now - at).abs() < AGAIN) {
                self.is_behind = true;
                continue;
            }
            if read_at.is_none() {
                forget_before(tx, oldest).await?;
            }
            read_batch(tx, batch, read_at).await?;
            tx.run(
                "INSERT INTO relay_ids_read (batch, steps, at) VALUES ($1, $2, $3) \
                 ON CONFLICT (batch) DO UPDATE SET steps = excluded.steps, at = excluded.at",
                values![batch, steps, codes::millis(self.now)],
            )
            .await?;
        }
        Ok(())
    }
}

async fn look(
    tx: &StoreTransaction,
    ids: &[String],
) -> Result<Option<(BatchId, SubscriberId)>, PostgresFault> {
    for id in ids.iter().flat_map(|id| with_beginnings(id)) {
        let rows = tx
            .all(
                "SELECT batch, subscriber FROM relay_ids WHERE id = $1 LIMIT 2",
                values![hashed(id)],
                |row| {
                    let reader = columns::subscriber(row, "subscriber")?;
                    Ok((BatchId(row.try_get("batch")?), reader))
                },
            )
            .await?;
        if let [mail] = rows[..] {
            return Ok(Some(mail));
        }
    }
    Ok(None)
}

/// Forgets the numbers of batches that nothing is found of any more.
async fn forget_before(tx: &StoreTransaction, oldest: i64) -> Result<(), PostgresFault> {
    let old: Vec<i64> = tx
        .values(
            "SELECT r.batch FROM relay_ids_read AS r LEFT JOIN batches AS b ON b.id = r.batch \
             WHERE b.id IS NULL OR b.frozen_at < $1",
            values![oldest],
        )
        .await?;
    if old.is_empty() {
        return Ok(());
    }
    for table in ["relay_ids", "relay_ids_read"] {
        let sql = format!("DELETE FROM {table} WHERE batch = ANY($1)");
        tx.run(&sql, values![old]).await?;
    }
    Ok(())
}

async fn read_batch(
    tx: &StoreTransaction,
    batch: i64,
    since: Option<DateTime<Utc>>,
) -> Result<(), PostgresFault> {
    // Answers are recorded in groups: one that bears an earlier moment may have come later.
    let since = since.map_or(0, |since| codes::millis(since - AGAIN));
    let mut behind = 0;
    loop {
        let answers: Vec<(i64, i64, String)> = tx
            .all(
                "SELECT ord, subscriber, reply FROM deliveries WHERE batch = $1 AND ord > $2 \
                 AND state = $3 AND updated_at >= $4 AND reply IS NOT NULL ORDER BY ord LIMIT $5",
                values![
                    batch,
                    behind,
                    codes::state_code(DeliveryState::Accepted),
                    since,
                    PAGE
                ],
                |row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)),
            )
            .await?;
        let Some((last, ..)) = answers.last() else {
            return Ok(());
        };
        behind = *last;
        let numbers = answers.iter().flat_map(|(_, reader, answer)| {
            numbers_in(answer).map(|number| (hashed(number), *reader))
        });
        let (ids, readers): (Vec<i64>, Vec<i64>) = numbers.unzip();
        tx.run(
            "INSERT INTO relay_ids (id, batch, subscriber) \
             SELECT id, $1, subscriber FROM unnest($2, $3) AS n(id, subscriber) \
             ON CONFLICT DO NOTHING",
            values![batch, ids, readers],
        )
        .await?;
    }
}
