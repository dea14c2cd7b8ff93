//! The history of readers on SQLite: rows that are only ever added, and that name readers by their numbers alone.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::{codes, fault::SqliteFault, statement::Statements};
use crate::audience::{
    Origin, SubscriberId,
    membership::{ChangeSource, HistoryEntry, MembershipChange, Standing},
};

/// What is written down of one change.
#[derive(Debug, Clone, Copy)]
pub(super) struct HistoryNote {
    pub(super) change: MembershipChange,
    pub(super) source: ChangeSource,
    /// By how many more of those it is of get mail since.
    pub(super) gain: i64,
    pub(super) at: DateTime<Utc>,
}

impl HistoryNote {
    /// Nobody gets more or less mail for it.
    pub(super) fn quiet(change: MembershipChange, source: ChangeSource, at: DateTime<Utc>) -> Self {
        Self {
            change,
            source,
            gain: 0,
            at,
        }
    }

    /// A change of one reader's standing.
    pub(super) fn of(
        change: MembershipChange,
        source: ChangeSource,
        (from, to): (Standing, Standing),
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            change,
            source,
            gain: i64::from(to.gets_mail()) - i64::from(from.gets_mail()),
            at,
        }
    }
}

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
    const BEGINNINGS: [MembershipChange; 5] = [
        MembershipChange::Confirmed,
        MembershipChange::Returned,
        MembershipChange::Moved,
        MembershipChange::MoveUndone,
        MembershipChange::Lifted,
    ];
    let changes: Vec<i64> = BEGINNINGS.into_iter().map(change_code).collect();
    let last: Option<i64> = tx.value(
        // What a report had done and a bad hour took back was no change of theirs.
        "SELECT max(at) FROM history WHERE subscriber = ?1 \
         AND change IN (SELECT value FROM json_each(?2)) AND source <> ?3",
        params![
            reader.0,
            codes::rows(&changes)?,
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

/// By what a change came that one of the list's origins made.
pub(super) fn source_of(origin: Origin) -> ChangeSource {
    match origin {
        Origin::File => ChangeSource::File,
        Origin::Import => ChangeSource::Import,
        Origin::Operator => ChangeSource::Operator,
        Origin::Person => ChangeSource::Form,
    }
}

/// In people's databases: never renumbered.
const CHANGES: [(MembershipChange, i64); 20] = [
    (MembershipChange::Asked, 1),
    (MembershipChange::Confirmed, 2),
    (MembershipChange::Left, 3),
    (MembershipChange::LeftEdition, 4),
    (MembershipChange::Returned, 5),
    (MembershipChange::Preferred, 6),
    (MembershipChange::MoveAsked, 7),
    (MembershipChange::Moved, 8),
    (MembershipChange::MoveUndone, 9),
    (MembershipChange::Bounced, 10),
    (MembershipChange::Complained, 11),
    (MembershipChange::Suppressed, 12),
    (MembershipChange::Lifted, 13),
    (MembershipChange::Added, 14),
    (MembershipChange::Deactivated, 15),
    (MembershipChange::Reactivated, 16),
    (MembershipChange::Forgotten, 17),
    (MembershipChange::Erased, 18),
    (MembershipChange::Opined, 19),
    (MembershipChange::Reconsented, 20),
];

/// In people's databases: never renumbered.
const SOURCES: [(ChangeSource, i64); 11] = [
    (ChangeSource::Form, 1),
    (ChangeSource::Link, 2),
    (ChangeSource::OneClick, 3),
    (ChangeSource::Mailto, 4),
    (ChangeSource::File, 5),
    (ChangeSource::Import, 6),
    (ChangeSource::Operator, 7),
    (ChangeSource::Bounce, 8),
    (ChangeSource::Complaint, 9),
    (ChangeSource::Expiry, 10),
    (ChangeSource::Restore, 11),
];

fn change_code(change: MembershipChange) -> i64 {
    codes::code_in(&CHANGES, change)
}

pub(super) fn change(code: i64) -> Result<MembershipChange, SqliteFault> {
    codes::of_code_in("change", &CHANGES, code)
}

pub(super) fn source_code(source: ChangeSource) -> i64 {
    codes::code_in(&SOURCES, source)
}

fn source(code: i64) -> Result<ChangeSource, SqliteFault> {
    codes::of_code_in("source of a change", &SOURCES, code)
}
