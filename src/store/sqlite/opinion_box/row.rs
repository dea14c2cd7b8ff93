//! An opinion as its row has it.

use rusqlite::Row;

use crate::{
    audience::SubscriberId,
    store::{
        Opinion,
        sqlite::{codes, fault::SqliteFault},
    },
};

pub(super) fn opinion_from(row: &Row<'_>) -> Result<Opinion, SqliteFault> {
    let reader: Option<i64> = row.get("subscriber")?;
    Ok(Opinion {
        id: row.get("id")?,
        reader: reader.map(SubscriberId),
        issue: row.get("issue")?,
        choice: row.get("choice")?,
        text: row.get("text")?,
        may_publish: row.get("may_publish")?,
        name: row.get("name")?,
        may_reply: row.get("may_reply")?,
        at: codes::time_at(row, "at")?,
        is_published: row.get("is_published")?,
    })
}
