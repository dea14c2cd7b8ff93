//! Deliveries as people read them, from PostgreSQL.

use async_trait::async_trait;
use tokio_postgres::Row;

use super::{
    PostgresStore, columns, delivery_queue::unclaimed, fault::PostgresFault, realm,
    transaction::StoreTransaction, tries::transaction, values::values,
};
use crate::{
    address::Address,
    audience::SubscriberId,
    store::{
        BatchId, DeliveryId, DeliveryRecords, DeliveryRow, DeliveryState, FailedDelivery, Realm,
        Receipt, StoreError, codes,
    },
};

#[async_trait]
impl DeliveryRecords for PostgresStore {
    async fn failed(
        &self,
        batch: BatchId,
        after: DeliveryId,
        limit: u32,
    ) -> Result<Vec<(DeliveryId, FailedDelivery)>, StoreError> {
        transaction!(self.reading(), |tx| tx.all(
            "SELECT d.ord, d.state, d.reply, d.updated_at, s.email FROM deliveries AS d \
                 LEFT JOIN subscribers AS s ON s.id = d.subscriber \
                 WHERE d.batch = $1 AND d.ord > $2 AND d.state >= 4 ORDER BY d.ord LIMIT $3",
            values![batch.0, after_in(batch, after), i64::from(limit)],
            |row| {
                let failed = FailedDelivery {
                    email: email_from(row)?,
                    outcome: codes::state(columns::code(row, "state")?)?
                        .word()
                        .to_owned(),
                    reply: row.try_get("reply")?,
                    at: columns::maybe_time(row, "updated_at")?.unwrap_or_default(),
                };
                Ok((columns::delivery_id(batch, row.try_get("ord")?), failed))
            },
        ))
    }

    async fn deliveries(
        &self,
        batch: BatchId,
        state: DeliveryState,
        after: DeliveryId,
        limit: u32,
    ) -> Result<Vec<(DeliveryId, DeliveryRow)>, StoreError> {
        let page = (after_in(batch, after), limit);
        transaction!(self.reading(), |tx| in_state(&tx, batch, state, page))
    }

    async fn receipts(&self, subscriber: SubscriberId) -> Result<Vec<Receipt>, StoreError> {
        transaction!(self.reading(), |tx| receipts(&tx, self.realm, subscriber))
    }
}

/// A page of the rows of a batch that stand in a state, behind a place in it. Of those that nobody claimed, too.
async fn in_state(
    tx: &StoreTransaction,
    batch: BatchId,
    state: DeliveryState,
    (after, limit): (i64, u32),
) -> Result<Vec<(DeliveryId, DeliveryRow)>, PostgresFault> {
    let read = |row: &Row| {
        let id = columns::delivery_id(batch, row.try_get("ord")?);
        Ok((id, row_from(row, email_from(row)?)?))
    };
    let most = i64::from(limit);
    let mut page = tx
        .all(
            "SELECT d.ord, d.state, d.attempts::int8, d.reply, d.updated_at, s.email \
             FROM deliveries AS d LEFT JOIN subscribers AS s ON s.id = d.subscriber \
             WHERE d.batch = $1 AND d.ord > $2 AND d.state = $3 ORDER BY d.ord LIMIT $4",
            values![batch.0, after, codes::state_code(state), most],
            read,
        )
        .await?;
    if state != DeliveryState::Pending {
        return Ok(page);
    }
    let mut behind = after;
    let mut found = 0;
    // Chunk by chunk: none is opened whose readers the page does not reach.
    while found < limit as usize
        && let Some(hi) = unclaimed::chunk_behind(tx, batch, behind).await?
    {
        let of_chunk = tx
            .all(
                "SELECT u.ord, $5::int2 AS state, 0::int8 AS attempts, NULL::text AS reply, \
                 NULL::int8 AS updated_at, s.email \
                 FROM unclaimed AS u LEFT JOIN subscribers AS s ON s.id = u.subscriber \
                 WHERE u.batch = $1 AND u.hi = $3 AND u.ord > $2 ORDER BY u.ord LIMIT $4",
                values![batch.0, behind, hi, most, codes::state_code(state)],
                read,
            )
            .await?;
        found += of_chunk.len();
        page.extend(of_chunk);
        behind = hi;
    }
    page.sort_by_key(|(id, _)| *id);
    page.truncate(limit as usize);
    Ok(page)
}

/// Every issue that a reader was frozen into, the newest first.
pub(super) async fn receipts(
    tx: &StoreTransaction,
    realm: Realm,
    subscriber: SubscriberId,
) -> Result<Vec<Receipt>, PostgresFault> {
    let unclaimed = unclaimed::places_of("(SELECT $1 AS subscriber) AS n");
    let sql = format!(
        "SELECT b.issue, b.edition, b.slot, b.realm, d.state, d.attempts, d.reply, d.updated_at \
         FROM (SELECT d.batch, d.state, d.attempts::int8, d.reply, d.updated_at \
           FROM batches AS b JOIN deliveries AS d ON d.batch = b.id AND d.subscriber = $1 \
         UNION ALL SELECT u.batch, {pending}::int2, 0, NULL, NULL FROM ({unclaimed}) AS u \
           WHERE NOT EXISTS (SELECT 1 FROM deliveries AS d \
             WHERE d.batch = u.batch AND d.ord = u.ord)) AS d \
         JOIN batches AS b ON b.id = d.batch WHERE b.realm = $2 ORDER BY b.id DESC",
        pending = codes::state_code(DeliveryState::Pending),
    );
    tx.all(&sql, values![subscriber.0, realm::code(realm)], |row| {
        Ok(Receipt {
            issue: row.try_get("issue")?,
            edition: row.try_get("edition")?,
            slot: columns::time(row, "slot")?,
            rehearsal: columns::code(row, "realm")? == realm::code(Realm::Rehearsal),
            delivery: row_from(row, None)?,
        })
    })
    .await
}

/// Where a page goes on: behind a row of this batch, or at its beginning.
fn after_in(batch: BatchId, after: DeliveryId) -> i64 {
    match columns::batch_of(after) == batch {
        true => columns::ord_of(after),
        false => 0,
    }
}

fn email_from(row: &Row) -> Result<Option<Address>, PostgresFault> {
    let email: Option<String> = row.try_get("email")?;
    Ok(email.as_deref().map(codes::address).transpose()?)
}

fn row_from(row: &Row, email: Option<Address>) -> Result<DeliveryRow, PostgresFault> {
    let attempts = columns::count(row, "attempts")?;
    Ok(DeliveryRow {
        email,
        state: codes::state(columns::code(row, "state")?)?,
        at: columns::maybe_time(row, "updated_at")?,
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        reply: row.try_get("reply")?,
    })
}
