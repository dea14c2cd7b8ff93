//! Files of some days that the calendar has no slot for.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use serde::Serialize;

use super::slot_view::BatchView;
use crate::{
    issue::{Archive, ArchivedFile},
    publication::Publication,
    source::shown_path,
    words::phrased,
};

/// A file that no slot is for.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct StrayFile {
    /// Relative to the publication's root.
    pub file: String,
    /// What is the matter.
    #[serde(flatten)]
    pub reason: StrayReason,
}

/// Why no slot is for a file.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum StrayReason {
    /// It is no issue that can be read.
    Unreadable {
        /// The first thing that is wrong.
        error: String,
    },
    /// Its edition has no slot on its date; nothing sends it but a person.
    NoSlot {
        /// Its date.
        date: NaiveDate,
        /// Its edition.
        edition: String,
        /// The calendar's word.
        why: String,
    },
}

/// Those of the files of these days.
pub(super) fn strays(
    publication: &Publication,
    archive: &Archive,
    batches: &[BatchView],
    dates: &RangeInclusive<NaiveDate>,
) -> Vec<StrayFile> {
    let strays = archive.entries().filter_map(|entry| {
        Some(StrayFile {
            reason: reason(entry, publication, batches, dates)?,
            file: shown_path(&publication.root, &entry.path),
        })
    });
    strays.collect()
}

fn reason(
    entry: &ArchivedFile,
    publication: &Publication,
    batches: &[BatchView],
    dates: &RangeInclusive<NaiveDate>,
) -> Option<StrayReason> {
    let date = match entry.head() {
        Some(head) => head.front_matter().date,
        None => entry.name.get(..10)?.parse().ok()?,
    };
    if !dates.contains(&date) {
        return None;
    }
    let head = match entry.glimpse() {
        Ok((head, _)) => head,
        Err(error) => {
            let error = error.to_string();
            return Some(StrayReason::Unreadable { error });
        }
    };
    let edition = &head.front_matter().edition;
    if batches.iter().any(|batch| batch.issue == head.id) {
        return None;
    }
    let why = match publication.slot_or_absence(edition, date) {
        Err(absence) => absence.to_string(),
        Ok(slot) => {
            let on_slot =
                |batch: &&BatchView| batch.edition == slot.edition && batch.slot == slot.at;
            let other = batches.iter().find(on_slot)?;
            phrased!("{issue} went out on that date already", issue = other.issue)
        }
    };
    Some(StrayReason::NoSlot {
        date,
        edition: edition.clone(),
        why,
    })
}
