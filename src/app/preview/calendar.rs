//! The list's lines: the slots of the coming weeks with their issues, and the archive below.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::shelf::accent_of;
use crate::{
    issue::{Archive, Entry, Status},
    publication::Publication,
    schedule::{self, BatchView, SlotState, SlotView},
    store::BatchState,
    web::preview::Row,
};

/// So far ahead a slot without an issue is shown.
const AHEAD_DAYS: u64 = 14;
/// And so far back.
const BACK_DAYS: u64 = 7;

/// All lines, the latest date first.
pub(super) fn rows(
    publication: &Publication,
    archive: &Archive,
    batches: &[BatchView],
    now: DateTime<Utc>,
) -> Vec<Row> {
    let today = now.with_timezone(&publication.timezone).date_naive();
    let first = today
        .checked_sub_days(Days::new(BACK_DAYS))
        .unwrap_or(today);
    let last = today
        .checked_add_days(Days::new(AHEAD_DAYS))
        .unwrap_or(today);
    let overview = schedule::overview(publication, archive, batches, first..=last, now);
    let slots: Vec<&SlotView> = overview
        .rows
        .iter()
        .filter_map(|row| match row {
            schedule::Row::Slot(view) => Some(&**view),
            schedule::Row::Absent(_) => None,
        })
        .collect();
    let placed: BTreeSet<&str> = slots
        .iter()
        .flat_map(|view| view.issues.iter().map(|issue| issue.id.as_str()))
        .collect();
    // Before the first issue, and before today, nothing is missing.
    let begin = archive.issues().map(|issue| issue.front_matter.date).min();
    let begin = begin.map_or(today, |begin| begin.min(today));
    let mut rows: Vec<Row> = slots
        .iter()
        .filter(|view| view.issues.is_empty() && view.date >= begin)
        .map(|view| missing(publication, view))
        .collect();
    for entry in archive.entries() {
        let slot = entry.issue.as_ref().ok().and_then(|issue| {
            let is_placed = placed.contains(issue.id.as_str());
            let has_it = |view: &&&SlotView| view.issues.iter().any(|one| one.id == issue.id);
            is_placed.then(|| slots.iter().find(has_it)).flatten()
        });
        rows.push(of_entry(publication, entry, slot.copied(), batches));
    }
    rows.sort_by(|one, other| (other.date, &other.name).cmp(&(one.date, &one.name)));
    rows
}

fn missing(publication: &Publication, view: &SlotView) -> Row {
    Row {
        name: None,
        title: view.title.clone(),
        edition: format!("daily-note new {}", view.edition),
        accent: accent_of(publication, &view.edition),
        date: Some(view.date),
        state: Some(view.state),
    }
}

fn of_entry(
    publication: &Publication,
    entry: &Entry,
    slot: Option<&SlotView>,
    batches: &[BatchView],
) -> Row {
    let name = Some(entry.name.clone());
    let Ok(issue) = &entry.issue else {
        return Row {
            name,
            title: entry.name.clone(),
            edition: String::new(),
            accent: 0,
            date: entry
                .name
                .get(..10)
                .and_then(|date| date.parse::<NaiveDate>().ok()),
            state: None,
        };
    };
    let front_matter = &issue.front_matter;
    let edition = publication.edition(&front_matter.edition);
    let batch = batches.iter().find(|batch| batch.issue == issue.id);
    let state = match (slot, batch.map(|batch| &batch.state)) {
        (Some(view), _) => view.state,
        (None, Some(BatchState::Open)) => SlotState::Sending,
        (None, Some(BatchState::Paused { .. })) => SlotState::Paused,
        (None, Some(BatchState::Finished)) => SlotState::Sent,
        (None, Some(BatchState::Cancelled)) => SlotState::Cancelled,
        // Of an old issue the calendar has nothing to say.
        (None, None) => match front_matter.status {
            Status::Draft => SlotState::Draft,
            Status::Ready => SlotState::Ready,
        },
    };
    Row {
        name,
        title: front_matter.title.clone(),
        edition: edition.map_or_else(String::new, |edition| edition.title.clone()),
        accent: accent_of(publication, &front_matter.edition),
        date: Some(front_matter.date),
        state: Some(state),
    }
}
