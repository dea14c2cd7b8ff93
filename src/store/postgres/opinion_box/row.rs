//! An opinion as its row has it.

use tokio_postgres::Row;

use crate::{
    audience::SubscriberId,
    store::{
        Opinion,
        postgres::{columns, fault::PostgresFault},
    },
};

/// The columns of an opinion, as [`opinion_from`] reads them.
pub(super) const OPINION: &str =
    "id, subscriber, issue, choice, text, may_publish, name, may_reply, at, is_published";

pub(super) fn opinion_from(row: &Row) -> Result<Opinion, PostgresFault> {
    let reader: Option<i64> = row.try_get("subscriber")?;
    Ok(Opinion {
        id: row.try_get("id")?,
        reader: reader.map(SubscriberId),
        issue: row.try_get("issue")?,
        choice: row.try_get("choice")?,
        text: row.try_get("text")?,
        may_publish: row.try_get("may_publish")?,
        name: row.try_get("name")?,
        may_reply: row.try_get("may_reply")?,
        at: columns::time(row, "at")?,
        is_published: row.try_get("is_published")?,
    })
}
