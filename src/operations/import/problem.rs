//! What is said of a row that did not simply become a reader.

use serde::Serialize;

use crate::{address::Address, audience::import::CsvRow};

/// A row that did not simply become a reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowProblem {
    /// Its number in the sheet.
    pub row: u64,
    /// The line of the file that it begins at.
    pub line: u64,
    /// Whom it is about.
    pub email: String,
    /// What became of it.
    pub outcome: RowOutcome,
    /// Why.
    pub why: String,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowOutcome {
    /// Not taken.
    Refused,
    /// Neither put on the list nor kept off it.
    Skipped,
    /// Kept off by an earlier departure.
    KeptOff,
    /// Taken, with something left out.
    Note,
}

/// Where a row of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowPlace {
    pub(super) row: u64,
    pub(super) line: u64,
}

impl RowPlace {
    pub(super) fn of(row: &CsvRow) -> Self {
        Self {
            row: row.number,
            line: row.line,
        }
    }
}

impl RowProblem {
    pub(super) fn new(place: RowPlace, email: &str, outcome: RowOutcome, why: String) -> Self {
        let RowPlace { row, line } = place;
        Self {
            row,
            line,
            email: email.to_owned(),
            outcome,
            why,
        }
    }

    pub(super) fn kept_off(place: RowPlace, email: &Address, why: String) -> Self {
        Self::new(place, email.as_str(), RowOutcome::KeptOff, why)
    }
}
