//! How the domain's words are written in a store's columns: small integers, milliseconds, zones and moments as text.
//! The numbers are in people's databases: add, never renumber. Not: how a column is read, which is each store's.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

use super::{BatchState, DeliveryState, merge};
use crate::{
    address::Address,
    audience::{Origin, SubscriberState, SuppressionReason},
};

const DAY_MILLIS: i64 = 86_400_000;

/// A value that no daily-note writes: the column is damaged, or another program's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct NotOurs(pub(super) String);

impl NotOurs {
    pub(super) fn number(what: &'static str, value: i64) -> Self {
        Self(format!("{value} is no {what}"))
    }
}

pub(super) fn millis(time: DateTime<Utc>) -> i64 {
    time.timestamp_millis()
}

pub(super) fn time(millis: i64) -> Result<DateTime<Utc>, NotOurs> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| NotOurs::number("time", millis))
}

/// The day of a moment (in UTC), as days are counted.
pub(super) fn day(time: DateTime<Utc>) -> i64 {
    millis(time).div_euclid(DAY_MILLIS)
}

/// When that day began.
pub(super) fn day_begin(day: i64) -> Result<DateTime<Utc>, NotOurs> {
    time(day.saturating_mul(DAY_MILLIS))
}

pub(super) fn duration_millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

pub(super) fn duration(millis: i64) -> Duration {
    Duration::from_millis(millis.unsigned_abs())
}

/// A number of rows, as databases count.
pub(super) fn signed(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// A number of rows, which is never below nothing.
pub(super) fn count(value: i64) -> Result<u64, NotOurs> {
    u64::try_from(value).map_err(|_| NotOurs::number("count", value))
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

pub(super) fn state(code: i64) -> Result<DeliveryState, NotOurs> {
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

pub(super) fn reason(code: i64) -> Result<SuppressionReason, NotOurs> {
    let all = &SuppressionReason::ALL;
    from_code("suppression reason", all, reason_code, code)
}

pub(super) fn origin_code(origin: Origin) -> i64 {
    i64::from(merge::origin_code(origin))
}

pub(super) fn origin(code: i64) -> Result<Origin, NotOurs> {
    from_code("origin", &Origin::ALL, origin_code, code)
}

pub(super) fn subscriber_state_code(state: SubscriberState) -> i64 {
    match state {
        SubscriberState::Active => 0,
        SubscriberState::Unconfirmed => 1,
        SubscriberState::Inactive => 2,
    }
}

pub(super) fn subscriber_state(code: i64) -> Result<SubscriberState, NotOurs> {
    let all = &SubscriberState::ALL;
    from_code("subscriber state", all, subscriber_state_code, code)
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

pub(super) fn batch_state(code: i64, reason: Option<String>) -> Result<BatchState, NotOurs> {
    Ok(match code {
        0 => BatchState::Open,
        1 | 4 => BatchState::Paused {
            reason: reason.unwrap_or_default(),
            over_refusals: code == 4,
        },
        2 => BatchState::Finished,
        3 => BatchState::Cancelled,
        _ => return Err(NotOurs::number("batch state", code)),
    })
}

pub(super) fn address(text: &str) -> Result<Address, NotOurs> {
    Address::parse(text).map_err(|error| NotOurs(error.to_string()))
}

pub(super) fn timezone(name: &str) -> Result<chrono_tz::Tz, NotOurs> {
    name.parse()
        .map_err(|_| NotOurs(format!("{name:?} is no time zone")))
}

pub(super) fn date(text: &str) -> Result<NaiveDate, NotOurs> {
    text.parse()
        .map_err(|_| NotOurs(format!("{text:?} is no date")))
}

/// When somebody agreed, with the clock that they agreed by.
pub(super) fn consent_time(text: &str) -> Result<DateTime<FixedOffset>, NotOurs> {
    DateTime::parse_from_rfc3339(text).map_err(|error| NotOurs(error.to_string()))
}

fn from_code<T: Copy>(
    what: &'static str,
    all: &[T],
    code_of: impl Fn(T) -> i64,
    code: i64,
) -> Result<T, NotOurs> {
    all.iter()
        .copied()
        .find(|value| code_of(*value) == code)
        .ok_or_else(|| NotOurs::number(what, code))
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
) -> Result<T, NotOurs> {
    let found = table.iter().find(|(_, other)| *other == code);
    found
        .map(|(value, _)| *value)
        .ok_or_else(|| NotOurs::number(what, code))
}
