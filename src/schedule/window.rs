//! From when to when a slot's issue goes out on its own: from the earliest reader's hour until
//! `late` after the last one's. Without `by_reader_timezone` all readers share one hour.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::publication::{Publication, Slot, moment_of};

/// The zones of an edition's readers; None stands for readers who named none. Editions that are not
/// in it have no readers yet.
pub type ReaderZones = BTreeMap<String, Vec<Option<Tz>>>;

/// A stretch of time, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeWindow {
    /// The first hour.
    pub opens: DateTime<Utc>,
    /// The end of `late` after the last hour.
    pub closes: DateTime<Utc>,
}

/// The window of a slot.
#[must_use]
pub fn window(publication: &Publication, slot: &Slot, zones: &ReaderZones) -> TimeWindow {
    let hours = hours(publication, slot, zones);
    let last = hours.iter().max().copied().unwrap_or(slot.at);
    TimeWindow {
        opens: hours.iter().min().copied().unwrap_or(slot.at),
        closes: publication.schedule.latest(last),
    }
}

/// The moments at which readers get the slot's issue.
fn hours(publication: &Publication, slot: &Slot, zones: &ReaderZones) -> Vec<DateTime<Utc>> {
    let edition = publication.edition(&slot.edition);
    let (Some(edition), true) = (edition, publication.schedule.by_reader_timezone) else {
        return vec![slot.at];
    };
    let local = slot.date.and_time(edition.time);
    zones
        .get(&slot.edition)
        .into_iter()
        .flatten()
        .map(|zone| zone.map_or(slot.at, |zone| moment_of(zone, local)))
        .collect()
}
