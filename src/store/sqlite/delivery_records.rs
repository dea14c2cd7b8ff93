//! Deliveries as people read them, from SQLite.

use async_trait::async_trait;
use rusqlite::{Connection, Row, params};

use super::{SqliteStore, codes, fault::SqliteFault, realm, statement::Statements};
use crate::{
    address::Address,
    audience::SubscriberId,
    store::{
        BatchId, DeliveryId, DeliveryRecords, DeliveryRow, DeliveryState, FailedDelivery, Realm,
        Receipt, StoreError,
    },
};

#[async_trait]
impl DeliveryRecords for SqliteStore {
    async fn failed(
        &self,
        batch: BatchId,
        after: DeliveryId,
        limit: u32,
    ) -> Result<Vec<(DeliveryId, FailedDelivery)>, StoreError> {
        let (first, last) = codes::deliveries_of(batch);
        self.read(move |tx, _| {
            tx.all(
                "SELECT d.id, d.state, d.reply, d.updated_at, s.email FROM deliveries AS d \
                 LEFT JOIN subscribers AS s ON s.id = d.subscriber \
                 WHERE d.id > ?1 AND d.id <= ?2 AND d.state >= 4 ORDER BY d.id LIMIT ?3",
                params![after.0.max(first), last, limit],
                |row| {
                    let failed = FailedDelivery {
                        email: email_from(row)?,
                        outcome: codes::state(row.get("state")?)?.word().to_owned(),
                        reply: row.get("reply")?,
                        at: codes::maybe_time_at(row, "updated_at")?.unwrap_or_default(),
                    };
                    Ok((DeliveryId(row.get("id")?), failed))
                },
            )
        })
        .await
    }

    async fn deliveries(
        &self,
        batch: BatchId,
        state: DeliveryState,
        after: DeliveryId,
        limit: u32,
    ) -> Result<Vec<(DeliveryId, DeliveryRow)>, StoreError> {
        let (first, last) = codes::deliveries_of(batch);
        self.read(move |tx, _| {
            tx.all(
                "SELECT d.id, d.state, d.attempts, d.reply, d.updated_at, s.email \
                 FROM deliveries AS d LEFT JOIN subscribers AS s ON s.id = d.subscriber \
                 WHERE d.id > ?1 AND d.id <= ?2 AND d.state = ?3 ORDER BY d.id LIMIT ?4",
                params![after.0.max(first), last, codes::state_code(state), limit],
                |row| {
                    let email = email_from(row)?;
                    Ok((DeliveryId(row.get("id")?), row_from(row, email)?))
                },
            )
        })
        .await
    }

    async fn receipts(&self, subscriber: SubscriberId) -> Result<Vec<Receipt>, StoreError> {
        let realm = self.realm;
        self.read(move |tx, _| receipts(tx, realm, subscriber))
            .await
    }
}

/// Every issue that a reader was frozen into, the newest first.
pub(super) fn receipts(
    tx: &Connection,
    realm: Realm,
    subscriber: SubscriberId,
) -> Result<Vec<Receipt>, SqliteFault> {
    // One look by number a batch: a ledger has few batches and many rows.
    tx.all(
        "SELECT b.issue, b.edition, b.slot, b.realm, d.state, d.attempts, d.reply, \
         d.updated_at \
         FROM batches AS b CROSS JOIN deliveries AS d ON d.id = (b.id << 40) | ?1 \
         WHERE b.realm IN (?2, ?3) ORDER BY b.id DESC",
        params![subscriber.0, realm::code(realm), realm::UNTOLD],
        |row| {
            Ok(Receipt {
                issue: row.get("issue")?,
                edition: row.get("edition")?,
                slot: codes::time_at(row, "slot")?,
                rehearsal: realm::is_rehearsal(row.get("realm")?),
                delivery: row_from(row, None)?,
            })
        },
    )
}

fn email_from(row: &Row<'_>) -> Result<Option<Address>, SqliteFault> {
    let email: Option<String> = row.get("email")?;
    email.as_deref().map(codes::address).transpose()
}

fn row_from(row: &Row<'_>, email: Option<Address>) -> Result<DeliveryRow, SqliteFault> {
    Ok(DeliveryRow {
        email,
        state: codes::state(row.get("state")?)?,
        at: codes::maybe_time_at(row, "updated_at")?,
        attempts: row.get("attempts")?,
        reply: row.get("reply")?,
    })
}
