//! What a sender's death or a person's word says of rows that are held, waiting, refused or of unknown fate. How rows
//! move is `store::machine`'s; here is which ones.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::moved::LockedRows;
use crate::{
    address::Address,
    store::{
        BatchId, DeliveryId, DeliveryState, Realm, RecoveredRows, RetryOutcome, RetrySelection,
        RetryState, UnknownAnswer, codes,
        postgres::{
            batch_ledger::{batch, tallies},
            columns,
            fault::PostgresFault,
            transaction::StoreTransaction,
            values::values,
        },
    },
};

/// The rows that senders hold whose leases are over: by the server's clock, and whoever asks.
pub(crate) async fn recover(
    tx: &StoreTransaction,
    realm: Realm,
    batch: BatchId,
    resend: bool,
    now: DateTime<Utc>,
) -> Result<RecoveredRows, PostgresFault> {
    let counts = tallies::counts(tx, batch).await?;
    // No index leads to them: a batch is read through only where some are held.
    if counts.claimed + counts.sending == 0 {
        return Ok(RecoveredRows::default());
    }
    let held: Vec<i64> = tx
        .values(
            "SELECT d.ord FROM deliveries AS d WHERE d.batch = $1 AND d.state BETWEEN 1 AND 2 \
             AND NOT EXISTS (SELECT 1 FROM leases AS s WHERE s.id = d.sender \
               AND s.lease_until > clock_timestamp())",
            values![batch.0],
        )
        .await?;
    let mut ledger = LockedRows::load(tx, realm, &of_batch(batch, held), now).await?;
    let recovered = ledger.rows.recover(None, resend);
    ledger.write(tx).await?;
    Ok(recovered)
}

pub(crate) async fn resolve_unknown(
    tx: &StoreTransaction,
    realm: Realm,
    id: BatchId,
    answer: UnknownAnswer,
    now: DateTime<Utc>,
) -> Result<u64, PostgresFault> {
    let unknown: Vec<i64> = tx
        .values(
            "SELECT ord FROM deliveries WHERE batch = $1 AND state = $2",
            values![id.0, codes::state_code(DeliveryState::Unknown)],
        )
        .await?;
    let mut ledger = LockedRows::load(tx, realm, &of_batch(id, unknown), now).await?;
    let resolved = ledger.rows.resolve(answer);
    ledger.write(tx).await?;
    if answer == UnknownAnswer::Resend && resolved > 0 {
        batch::reopen(tx, id).await?;
    }
    Ok(resolved)
}

/// Rows tried again by a person's word, refused or waiting.
pub(crate) async fn retry(
    tx: &StoreTransaction,
    realm: Realm,
    batch: BatchId,
    wanted: &RetrySelection,
    now: DateTime<Utc>,
) -> Result<RetryOutcome, PostgresFault> {
    let state = match wanted.state {
        RetryState::Rejected => DeliveryState::Rejected,
        RetryState::Deferred => DeliveryState::Deferred,
    };
    let keys: Vec<String> = wanted.emails.iter().map(Address::key).collect();
    let found: Vec<(i64, bool)> = tx
        .all(
            "SELECT d.ord, s.suppressed IS NOT NULL AS is_off FROM deliveries AS d \
             JOIN subscribers AS s ON s.id = d.subscriber WHERE d.batch = $1 AND d.state = $2 \
             AND ($3 IS NULL OR d.domain = (SELECT id FROM domains WHERE name = $3)) \
             AND ($4 IS NULL OR strpos(' ' || d.reply || ' ', ' ' || $4 || ' ') > 0) \
             AND (cardinality($5) = 0 OR s.key = ANY($5))",
            values![
                batch.0,
                codes::state_code(state),
                wanted.domain.as_deref(),
                wanted.code.as_deref(),
                keys
            ],
            |row| Ok((row.try_get("ord")?, row.try_get("is_off")?)),
        )
        .await?;
    let (kept_off, open): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, is_off)| *is_off);
    let ids = of_batch(batch, open.into_iter().map(|(ord, _)| ord));
    let mut ledger = LockedRows::load(tx, realm, &ids, now).await?;
    ledger.rows.retry();
    ledger.write(tx).await?;
    if !ids.is_empty() {
        batch::reopen(tx, batch).await?;
    }
    Ok(RetryOutcome {
        rows: ids.len() as u64,
        suppressed: kept_off.len() as u64,
    })
}

fn of_batch(batch: BatchId, ords: impl IntoIterator<Item = i64>) -> BTreeSet<DeliveryId> {
    let ids = ords.into_iter();
    ids.map(|ord| columns::delivery_id(batch, ord)).collect()
}
