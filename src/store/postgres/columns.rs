//! How columns are read: what `store::codes` says, from a row of PostgreSQL's.

use chrono::{DateTime, Utc};
use serde::{Serialize, de::DeserializeOwned};
use tokio_postgres::Row;

use super::fault::PostgresFault;
use crate::{
    audience::SubscriberId,
    store::{BatchId, DeliveryId, codes},
};

/// How far the batch's number stands left of the row's place in it.
const BATCH_SHIFT: u32 = 40;

pub(super) fn delivery_id(batch: BatchId, ord: i64) -> DeliveryId {
    DeliveryId((batch.0 << BATCH_SHIFT) | ord)
}

pub(super) fn batch_of(delivery: DeliveryId) -> BatchId {
    BatchId(delivery.0 >> BATCH_SHIFT)
}

/// Where a row stands in its batch.
pub(super) fn ord_of(delivery: DeliveryId) -> i64 {
    delivery.0 & ((1 << BATCH_SHIFT) - 1)
}

/// A small number: a code.
pub(super) fn code(row: &Row, column: &str) -> Result<i64, PostgresFault> {
    Ok(i64::from(row.try_get::<_, i16>(column)?))
}

/// A small number that there may be.
pub(super) fn maybe_code(row: &Row, column: &str) -> Result<Option<i64>, PostgresFault> {
    Ok(row.try_get::<_, Option<i16>>(column)?.map(i64::from))
}

/// A column that is never negative.
pub(super) fn count(row: &Row, column: &str) -> Result<u64, PostgresFault> {
    Ok(codes::count(row.try_get(column)?)?)
}

pub(super) fn time(row: &Row, column: &str) -> Result<DateTime<Utc>, PostgresFault> {
    Ok(codes::time(row.try_get(column)?)?)
}

pub(super) fn maybe_time(row: &Row, column: &str) -> Result<Option<DateTime<Utc>>, PostgresFault> {
    let millis: Option<i64> = row.try_get(column)?;
    Ok(millis.map(codes::time).transpose()?)
}

pub(super) fn subscriber(row: &Row, column: &str) -> Result<SubscriberId, PostgresFault> {
    Ok(SubscriberId(row.try_get(column)?))
}

/// A text of somebody else's: the server takes every character but one.
pub(super) fn text(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

/// The same of one that there may be.
pub(super) fn maybe_text(words: Option<&str>) -> Option<String> {
    words.map(text)
}

/// A number that grows from nothing, and of which nobody sees the end.
pub(super) fn small_count(row: &Row, column: &str) -> Result<u32, PostgresFault> {
    let count = row.try_get(column)?;
    Ok(u32::try_from(count).map_err(|_| codes::NotOurs::number("count", count))?)
}

/// What stands in a column as JSON.
pub(super) fn json<T: DeserializeOwned>(row: &Row, column: &str) -> Result<T, PostgresFault> {
    let json: String = row.try_get(column)?;
    Ok(serde_json::from_str(&json).map_err(|error| codes::NotOurs(error.to_string()))?)
}

/// A value as JSON.
pub(super) fn json_text(value: &impl Serialize) -> Result<String, PostgresFault> {
    Ok(serde_json::to_string(value).map_err(|error| codes::NotOurs(error.to_string()))?)
}

/// A set as the server writes lists: a list of lists is none to it, a list of such texts is.
pub(super) fn list_text<'a>(texts: impl IntoIterator<Item = &'a String>) -> String {
    let quoted = |one: &String| {
        format!(
            "\"{}\"",
            text(one).replace('\\', "\\\\").replace('"', "\\\"")
        )
    };
    let all: Vec<String> = texts.into_iter().map(quoted).collect();
    format!("{{{}}}", all.join(","))
}

/// A list that there may be.
pub(super) fn maybe_set<C: FromIterator<String>>(
    row: &Row,
    column: &str,
) -> Result<Option<C>, PostgresFault> {
    let list: Option<Vec<String>> = row.try_get(column)?;
    Ok(list.map(C::from_iter))
}
