//! How the domain's words stand in SQLite's columns: what `store::codes` says, deliveries' numbers, sorted JSON
//! arrays.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use rusqlite::Row;

use super::fault::SqliteFault;
pub(super) use crate::store::codes::{
    batch_state_code, day, duration, duration_millis, millis, origin_code, reason_code, signed,
    state_code, subscriber_state_code,
};
use crate::{
    address::Address,
    audience::{Origin, SubscriberId, SubscriberState, SuppressionReason},
    store::{BatchId, BatchState, DeliveryId, DeliveryState, codes},
};

/// How far the batch's number stands left of the subscriber's in a delivery's.
const BATCH_SHIFT: u32 = 40;

pub(super) fn delivery_id(batch: BatchId, subscriber: SubscriberId) -> DeliveryId {
    DeliveryId((batch.0 << BATCH_SHIFT) | subscriber.0)
}

pub(super) fn batch_of(delivery: DeliveryId) -> BatchId {
    BatchId(delivery.0 >> BATCH_SHIFT)
}

pub(super) fn subscriber_of(delivery: DeliveryId) -> SubscriberId {
    SubscriberId(delivery.0 & ((1 << BATCH_SHIFT) - 1))
}

/// The numbers that a batch's deliveries lie between, both included.
pub(super) fn deliveries_of(batch: BatchId) -> (i64, i64) {
    let first = delivery_id(batch, SubscriberId(0)).0;
    (first, first + ((1 << BATCH_SHIFT) - 1))
}

pub(super) fn time(millis: i64) -> Result<DateTime<Utc>, SqliteFault> {
    Ok(codes::time(millis)?)
}

pub(super) fn state(code: i64) -> Result<DeliveryState, SqliteFault> {
    Ok(codes::state(code)?)
}

pub(super) fn reason(code: i64) -> Result<SuppressionReason, SqliteFault> {
    Ok(codes::reason(code)?)
}

pub(super) fn origin(code: i64) -> Result<Origin, SqliteFault> {
    Ok(codes::origin(code)?)
}

pub(super) fn subscriber_state(code: i64) -> Result<SubscriberState, SqliteFault> {
    Ok(codes::subscriber_state(code)?)
}

pub(super) fn batch_state(code: i64, reason: Option<String>) -> Result<BatchState, SqliteFault> {
    Ok(codes::batch_state(code, reason)?)
}

/// A set as a JSON array.
pub(super) fn set_text(set: &BTreeSet<String>) -> String {
    serde_json::Value::from_iter(set.iter().map(String::as_str)).to_string()
}

pub(super) fn set<C: FromIterator<String>>(text: &str) -> Result<C, SqliteFault> {
    serde_json::from_str::<Vec<String>>(text)
        .map(C::from_iter)
        .map_err(|error| SqliteFault::Damaged(error.to_string()))
}

/// Rows as one JSON parameter, for `json_each`.
pub(super) fn rows(rows: impl serde::Serialize) -> Result<String, SqliteFault> {
    serde_json::to_string(&rows).map_err(|error| SqliteFault::Damaged(error.to_string()))
}

pub(super) fn address(text: &str) -> Result<Address, SqliteFault> {
    Ok(codes::address(text)?)
}

/// A column that is never negative.
pub(super) fn count(row: &Row<'_>, column: &str) -> Result<u64, SqliteFault> {
    Ok(codes::count(row.get(column)?)?)
}

pub(super) fn timezone(name: &str) -> Result<chrono_tz::Tz, SqliteFault> {
    Ok(codes::timezone(name)?)
}

pub(super) fn consent_time(text: &str) -> Result<DateTime<FixedOffset>, SqliteFault> {
    Ok(codes::consent_time(text)?)
}

/// A column with a time.
pub(super) fn time_at(row: &Row<'_>, column: &str) -> Result<DateTime<Utc>, SqliteFault> {
    time(row.get(column)?)
}

/// A column that may hold a time.
pub(super) fn maybe_time_at(
    row: &Row<'_>,
    column: &str,
) -> Result<Option<DateTime<Utc>>, SqliteFault> {
    row.get::<_, Option<i64>>(column)?.map(time).transpose()
}

/// A column that may hold a date.
pub(super) fn maybe_date_at(row: &Row<'_>, column: &str) -> Result<Option<NaiveDate>, SqliteFault> {
    let text: Option<String> = row.get(column)?;
    Ok(text.as_deref().map(codes::date).transpose()?)
}
