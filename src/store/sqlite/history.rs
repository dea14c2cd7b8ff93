//! The history of readers on SQLite: rows that are only ever added, and that name readers by their numbers alone.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::{codes, fault::SqliteFault, statement::Statements};
pub(super) use crate::store::history_note::{HistoryNote, source_code, source_of};
use crate::{
    audience::{
        SubscriberId,
        membership::{ChangeSource, HistoryEntry, MembershipChange},
    },
    store::history_note::{self, beginning_codes, change_code},
};

/// Writes down what happened to one reader.
pub(super) fn note(
    tx: &Connection,
    reader: SubscriberId,
    note: HistoryNote,
) -> Result<(), SqliteFault> {
    note_all(tx, (reader.0, reader.0), note)
}

/// Writes down what happened to all readers between two numbers, both included.
pub(super) fn note_all(
    tx: &Connection,
    (first, last): (i64, i64),
    note: HistoryNote,
) -> Result<(), SqliteFault> {
    tx.run(
        "INSERT INTO history (subscriber, through, at, change, source, gain) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            first,
            last,
            codes::millis(note.at),
            change_code(note.change),
            source_code(note.source),
            note.gain
        ],
    )?;
    Ok(())
}

/// What happened to a reader, the first of it first.
pub(super) fn of(tx: &Connection, reader: SubscriberId) -> Result<Vec<HistoryEntry>, SqliteFault> {
    tx.all(
        "SELECT * FROM history WHERE subscriber = ?1 UNION \
         SELECT * FROM history WHERE through > subscriber AND through >= ?1 AND subscriber < ?1 \
         ORDER BY id",
        params![reader.0],
        entry_from,
    )
}

/// What happened to whomever behind that row.
pub(super) fn behind(
    tx: &Connection,
    after: i64,
    limit: u32,
) -> Result<Vec<HistoryEntry>, SqliteFault> {
    tx.all(
        "SELECT * FROM history WHERE id > ?1 ORDER BY id LIMIT ?2",
        params![after, limit],
        entry_from,
    )
}

/// When a reader last confirmed, moved or was let in again: mail of before was sent under another membership. None:
/// they are what they were since they came.
pub(super) fn member_since(
    tx: &Connection,
    reader: SubscriberId,
) -> Result<Option<DateTime<Utc>>, SqliteFault> {
    let last: Option<i64> = tx.value(
        // What a report had done and a bad hour took back was no change of theirs.
        "SELECT max(at) FROM history WHERE subscriber = ?1 \
         AND change IN (SELECT value FROM json_each(?2)) AND source <> ?3",
        params![
            reader.0,
            codes::rows(beginning_codes())?,
            source_code(ChangeSource::Bounce)
        ],
    )?;
    last.map(codes::time).transpose()
}

fn entry_from(row: &Row<'_>) -> Result<HistoryEntry, SqliteFault> {
    Ok(HistoryEntry {
        id: row.get("id")?,
        reader: SubscriberId(row.get("subscriber")?),
        through: SubscriberId(row.get("through")?),
        at: codes::time_at(row, "at")?,
        change: change(row.get("change")?)?,
        source: source(row.get("source")?)?,
    })
}

pub(super) fn change(code: i64) -> Result<MembershipChange, SqliteFault> {
    Ok(history_note::change(code)?)
}

fn source(code: i64) -> Result<ChangeSource, SqliteFault> {
    Ok(history_note::source(code)?)
}
