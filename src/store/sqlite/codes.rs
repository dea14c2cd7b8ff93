//! How the domain's words are written in SQLite's columns: small integers, milliseconds, sorted
//! JSON arrays. The numbers are in people's databases: add, never renumber.

use std::{collections::BTreeSet, time::Duration};

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use rusqlite::Row;

use super::fault::SqliteFault;
use crate::{
    address::Address,
    audience::{Origin, SubscriberId, SubscriberState, SuppressionReason},
    store::{BatchId, BatchState, DeliveryId, DeliveryState, merge},
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

pub(super) fn millis(time: DateTime<Utc>) -> i64 {
    time.timestamp_millis()
}

pub(super) fn time(millis: i64) -> Result<DateTime<Utc>, SqliteFault> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| damaged("time", millis))
}

pub(super) fn duration_millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

pub(super) fn duration(millis: i64) -> Duration {
    Duration::from_millis(millis.unsigned_abs())
}

pub(super) fn state_code(state: DeliveryState) -> i64 {
    match state {
        DeliveryState::Pending => 0,
        DeliveryState::Claimed => 1,
        DeliveryState::Sending => 2,
        DeliveryState::Accepted => 3,
        DeliveryState::Deferred => 4,
        DeliveryState::Rejected => 5,
        DeliveryState::Unknown => 6,
        DeliveryState::Skipped => 7,
    }
}

pub(super) fn state(code: i64) -> Result<DeliveryState, SqliteFault> {
    from_code("delivery state", &DeliveryState::ALL, state_code, code)
}

pub(super) fn reason_code(reason: SuppressionReason) -> i64 {
    match reason {
        SuppressionReason::Unsubscribed => 1,
        SuppressionReason::HardBounce => 2,
        SuppressionReason::Complaint => 3,
        SuppressionReason::Manual => 4,
        SuppressionReason::Erased => 5,
    }
}

pub(super) fn reason(code: i64) -> Result<SuppressionReason, SqliteFault> {
    from_code(
        "suppression reason",
        &SuppressionReason::ALL,
        reason_code,
        code,
    )
}

pub(super) fn origin_code(origin: Origin) -> i64 {
    i64::from(merge::origin_code(origin))
}

pub(super) fn origin(code: i64) -> Result<Origin, SqliteFault> {
    from_code("origin", &Origin::ALL, origin_code, code)
}

pub(super) fn subscriber_state_code(state: SubscriberState) -> i64 {
    match state {
        SubscriberState::Active => 0,
        SubscriberState::Unconfirmed => 1,
        SubscriberState::Inactive => 2,
    }
}

pub(super) fn subscriber_state(code: i64) -> Result<SubscriberState, SqliteFault> {
    from_code(
        "subscriber state",
        &SubscriberState::ALL,
        subscriber_state_code,
        code,
    )
}

pub(super) fn batch_state_code(state: &BatchState) -> i64 {
    match state {
        BatchState::Open => 0,
        BatchState::Paused {
            over_refusals: false,
            ..
        } => 1,
        BatchState::Paused {
            over_refusals: true,
            ..
        } => 4,
        BatchState::Finished => 2,
        BatchState::Cancelled => 3,
    }
}

pub(super) fn batch_state(code: i64, reason: Option<String>) -> Result<BatchState, SqliteFault> {
    Ok(match code {
        0 => BatchState::Open,
        1 | 4 => BatchState::Paused {
            reason: reason.unwrap_or_default(),
            over_refusals: code == 4,
        },
        2 => BatchState::Finished,
        3 => BatchState::Cancelled,
        _ => return Err(damaged("batch state", code)),
    })
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
    Address::parse(text).map_err(|error| SqliteFault::Damaged(error.to_string()))
}

/// A column that is never negative.
pub(super) fn count(row: &Row<'_>, column: &str) -> Result<u64, SqliteFault> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| damaged("count", value))
}

/// A number of rows, as SQLite counts.
pub(super) fn signed(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

pub(super) fn timezone(name: &str) -> Result<chrono_tz::Tz, SqliteFault> {
    name.parse()
        .map_err(|_| SqliteFault::Damaged(format!("{name:?} is no time zone")))
}

/// When somebody agreed, with the clock that they agreed by.
pub(super) fn consent_time(text: &str) -> Result<DateTime<FixedOffset>, SqliteFault> {
    DateTime::parse_from_rfc3339(text).map_err(|error| SqliteFault::Damaged(error.to_string()))
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
    let date = |text: String| {
        let no_date = |_| SqliteFault::Damaged(format!("{text:?} is no date"));
        text.parse().map_err(no_date)
    };
    text.map(date).transpose()
}

fn from_code<T: Copy>(
    what: &'static str,
    all: &[T],
    code_of: impl Fn(T) -> i64,
    code: i64,
) -> Result<T, SqliteFault> {
    all.iter()
        .copied()
        .find(|value| code_of(*value) == code)
        .ok_or_else(|| damaged(what, code))
}

/// The code of a value in a table that has all of them.
pub(super) fn code_in<T: Copy + PartialEq>(table: &[(T, i64)], value: T) -> i64 {
    let found = table.iter().find(|(other, _)| *other == value);
    found.map_or(0, |(_, code)| *code)
}

/// The value of a code in such a table.
pub(super) fn of_code_in<T: Copy>(
    what: &'static str,
    table: &[(T, i64)],
    code: i64,
) -> Result<T, SqliteFault> {
    let found = table.iter().find(|(_, other)| *other == code);
    found
        .map(|(value, _)| *value)
        .ok_or_else(|| damaged(what, code))
}

fn damaged(what: &'static str, value: i64) -> SqliteFault {
    SqliteFault::Damaged(format!("{value} is no {what}"))
}
