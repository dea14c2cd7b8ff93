//! The rows of a long table in the order of people, and each person's together: the list is then walked through once
//! and not once a group, and a person who stands in several rows is met in one place. The rows are sorted outside of
//! memory, in a file that nobody else can open and that is gone with its handle. Not: what becomes of them.

mod runs;

use std::{io, path::PathBuf};

use self::runs::{MergedRuns, RunWriter};
use super::{
    row::{CsvRow, RowDecision, RowReader},
    table::TableRecord,
};

/// Rows as they stand in the file, kept for their turn.
pub(crate) struct PersonSorter {
    runs: RunWriter,
}

/// A row, as far as it is about one person.
pub(crate) struct PersonRow {
    /// The key of their address; empty: only a hash of it is known.
    pub(crate) key: String,
    /// Whether it is the row's first person: somebody who left has left at all their addresses.
    pub(crate) is_first: bool,
    pub(crate) row: CsvRow,
}

/// The rows, sorted: a person's in the order in which they stand in the file.
pub(crate) struct RowsByPerson {
    reader: RowReader,
    runs: MergedRuns,
    record: TableRecord,
}

impl PersonSorter {
    /// Keeps what doesn't fit into memory in a file in that folder.
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self {
            runs: RunWriter::in_folder(folder),
        }
    }

    /// Keeps a row for everybody it is about.
    pub(super) fn keep(&mut self, record: &TableRecord, row: &CsvRow) -> io::Result<()> {
        let mut keys = keys_of(&row.entry).into_iter().enumerate();
        keys.try_for_each(|(number, key)| self.runs.push(&key, number == 0, record))
    }

    pub(super) fn sorted(self, reader: RowReader) -> io::Result<RowsByPerson> {
        Ok(RowsByPerson {
            reader,
            runs: self.runs.merged()?,
            record: TableRecord::default(),
        })
    }
}

impl Iterator for RowsByPerson {
    type Item = io::Result<PersonRow>;

    fn next(&mut self) -> Option<Self::Item> {
        let head = match self.runs.next(&mut self.record) {
            Ok(head) => head?,
            Err(error) => return Some(Err(error)),
        };
        // Read once more: what a row says is its reader's to know, and a copy of that would be larger.
        let mut row = self.reader.row(&self.record);
        if let RowDecision::Suppress(suppressions) = &mut row.entry {
            suppressions.retain(|it| {
                it.email
                    .as_ref()
                    .is_some_and(|email| email.key() == head.key)
            });
        }
        Some(Ok(PersonRow {
            key: head.key,
            is_first: head.is_first,
            row,
        }))
    }
}

/// Whom a row is about, by the keys of their addresses. Those who are known by a hash come before everybody, so that
/// none of them is let in.
fn keys_of(entry: &RowDecision) -> Vec<String> {
    match entry {
        RowDecision::Subscribe(profile) => vec![profile.email.key()],
        RowDecision::Join(newcomer) => vec![newcomer.profile.email.key()],
        RowDecision::Hashed(_) => vec![String::new()],
        RowDecision::Suppress(suppressions) => {
            let emails = suppressions.iter().filter_map(|it| it.email.as_ref());
            let mut keys: Vec<String> = Vec::new();
            for key in emails.map(crate::address::Address::key) {
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
            keys
        }
        RowDecision::Wording | RowDecision::Skip { .. } | RowDecision::Refuse { .. } => Vec::new(),
    }
}
