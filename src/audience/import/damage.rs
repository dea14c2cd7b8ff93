//! What makes a table unreadable, in words: row, line, and what to do. Rows that ran together are told
//! here too, since the address in the wrong cell is somebody's who would be mailed under another's name.

use std::io;

use super::table::{RECORD_BYTES, TablePosition, TableRecord};
use crate::{
    source::SourceError,
    words::{phrase, phrased},
};

/// Why a table can't be read any further.
#[derive(Debug)]
pub(super) enum TableDamage {
    Unreadable(io::Error),
    /// A quotation mark is open until the end of the file.
    Unclosed {
        row: u64,
        at: TablePosition,
    },
    /// A quoted cell went over a line break, and then on behind its end.
    Stray {
        row: u64,
        opened: TablePosition,
        at: TablePosition,
    },
    TooLong {
        row: u64,
        line: u64,
        opened: Option<TablePosition>,
    },
    /// One record holds what were several lines.
    RunTogether {
        row: u64,
        first_line: u64,
        last_line: u64,
    },
}

impl TableDamage {
    /// Several rows in one record: a cell with a line break and an address in it, or a line break in a
    /// row of more cells than there are columns.
    pub(super) fn of(record: &TableRecord, columns: usize) -> Option<Self> {
        if record.first_line == record.last_line {
            return None;
        }
        let has_break = |cell: &str| cell.contains(['\n', '\r']);
        let has_address = |cell: &str| cell.contains(['@', '＠']);
        let is_damaged = record
            .cells()
            .any(|cell| has_break(cell) && has_address(cell))
            || record.len() > columns && record.cells().any(has_break);
        is_damaged.then_some(Self::RunTogether {
            row: record.row,
            first_line: record.first_line,
            last_line: record.last_line,
        })
    }

    /// In words, about the file of that name.
    pub(super) fn told(self, file: &str) -> SourceError {
        const CLOSE: &str =
            phrase!("close that quotation mark, or write it twice where it belongs to the text");
        match self {
            Self::Unreadable(error) => SourceError::new(phrased!("{file} can't be read: {error}")),
            Self::Unclosed { row, at } => SourceError::new(phrased!("{file}:{line}:{column}: the quotation mark here, in row {row}, is never closed", line = at.line, column = at.column))
            .with_hint(CLOSE),
            Self::Stray { row, opened, at } => SourceError::new(phrased!("{file}:{line}:{column}: the quotation mark here, in row {row}, takes in what follows up to line {end}", line = opened.line, column = opened.column, end = at.line))
            .with_hint(CLOSE),
            Self::TooLong { row, line, opened } => {
                let kibibytes = RECORD_BYTES / 1024;
                let error = SourceError::new(phrased!("{file}:{line}: row {row} is longer than {kibibytes} KiB"));
                match opened {
                    Some(at) => error.with_hint(phrased!("the quotation mark at line {line}, column {column} is probably never closed", line = at.line, column = at.column)),
                    None => error.with_hint(phrase!("this is probably not a table of subscribers")),
                }
            }
            Self::RunTogether {
                row,
                first_line,
                last_line,
            } => SourceError::new(phrased!("{file}:{first_line}: row {row} goes on to line {last_line}: several rows have run \
                 together in it"))
            .with_hint(
                phrase!("a quotation mark in it is not closed, or should be written twice; where the line \
                 break and the @ belong to the text of a cell, write that text on one line"),
            ),
        }
    }
}
