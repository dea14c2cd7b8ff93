//! What a beat sees of the files, the ledger and the readers: all that its decision is made of.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::window::ReaderZones;
use crate::{publication::Publication, store::Batch};

/// An issue, as far as the calendar is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueCandidate {
    /// What the ledger knows it by.
    pub id: String,
    /// The edition's key.
    pub edition: String,
    /// The slot's date.
    pub date: NaiveDate,
    /// Its file, relative to the publication.
    pub file: Option<String>,
    /// Whether the writer is done.
    pub is_ready: bool,
}

/// A file that should be an issue and can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenFile {
    /// Relative to the publication's root.
    pub file: String,
    /// The date in its name.
    pub date: NaiveDate,
    /// What is wrong, each with its place.
    pub problems: Vec<String>,
}

/// A batch, as far as the calendar is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedBatch {
    /// The batch.
    pub batch: Batch,
    /// When its next row is due; None where no row waits.
    pub next_due: Option<DateTime<Utc>>,
    /// No row of it was ever tried.
    pub is_untouched: bool,
}

/// All that a beat sees.
#[derive(Debug)]
pub struct PlanInput<'a> {
    /// The publication, as its file is now.
    pub publication: &'a Publication,
    /// The issues that can be read.
    pub candidates: &'a [IssueCandidate],
    /// The files that can't.
    pub broken: &'a [BrokenFile],
    /// The batches of late: those that are open, and those of slots that may still be due.
    pub batches: &'a [CarriedBatch],
    /// Where the readers are; looked at with `by_reader_timezone` only.
    pub zones: &'a ReaderZones,
    /// What was due before waits for a person: who vouched then for a state that is a copy.
    pub adopted_at: Option<DateTime<Utc>>,
    /// Since when the calendar is kept from this state: of slots before that it knows nothing, and
    /// tells nothing. None: it never was.
    pub kept_since: Option<DateTime<Utc>>,
    /// What a person holds: issues by id, slots as `edition-date`.
    pub holds: &'a BTreeSet<String>,
    /// The time.
    pub now: DateTime<Utc>,
}
