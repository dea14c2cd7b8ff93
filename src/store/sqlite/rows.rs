//! Rows of the ledger as people read them: who of a batch stands where, and what a reader was sent.

use rusqlite::{Connection, Row, params};

use super::{SqliteFault, codes, realm, statement::Statements};
use crate::{
    address::Address,
    audience::SubscriberId,
    store::{BatchId, DeliveryId, DeliveryRow, DeliveryState, Realm, Receipt},
};

/// A page of a batch's rows in that state, in the order of readers.
pub(super) fn in_state(
    tx: &Connection,
    batch: BatchId,
    state: DeliveryState,
    after: DeliveryId,
    limit: u32,
) -> Result<Vec<(DeliveryId, DeliveryRow)>, SqliteFault> {
    let (first, last) = codes::deliveries_of(batch);
    tx.all(
        "SELECT d.id, d.state, d.attempts, d.reply, d.updated_at, s.email FROM deliveries AS d \
         LEFT JOIN subscribers AS s ON s.id = d.subscriber \
         WHERE d.id > ?1 AND d.id <= ?2 AND d.state = ?3 ORDER BY d.id LIMIT ?4",
        params![after.0.max(first), last, codes::state_code(state), limit],
        |row| {
            let email: Option<String> = row.get("email")?;
            let email = email.as_deref().map(codes::address).transpose()?;
            Ok((DeliveryId(row.get("id")?), row_from(row, email)?))
        },
    )
}

/// What a reader was frozen into, the newest batch first.
pub(super) fn of_subscriber(
    tx: &Connection,
    realm: Realm,
    subscriber: SubscriberId,
) -> Result<Vec<Receipt>, SqliteFault> {
    // One look by number a batch: a ledger has few batches and many rows.
    tx.all(
        "SELECT b.issue, b.edition, b.slot, b.realm, d.state, d.attempts, d.reply, d.updated_at \
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

fn row_from(row: &Row<'_>, email: Option<Address>) -> Result<DeliveryRow, SqliteFault> {
    Ok(DeliveryRow {
        email,
        state: codes::state(row.get("state")?)?,
        at: codes::maybe_time_at(row, "updated_at")?,
        attempts: row.get("attempts")?,
        reply: row.get("reply")?,
    })
}
