//! The list's lines: the slots of the coming weeks with their issues, and the archive below.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::{accents::accent_of, former::FormerIssue};
use crate::{
    issue::{Archive, ArchivedFile, IssueHead, IssueStatus},
    publication::Publication,
    schedule::{self, LedgerView, SlotState, SlotView},
    store::BatchState,
    web::preview::IssueRow,
};

/// So far ahead a slot without an issue is shown.
const AHEAD_DAYS: u64 = 14;
/// And so far back.
const BACK_DAYS: u64 = 7;

/// What the list is made of.
pub(super) struct ListInputs<'a> {
    pub(super) publication: &'a Publication,
    pub(super) archive: &'a Archive,
    /// What could once be read, by name.
    pub(super) former: &'a BTreeMap<String, FormerIssue>,
    pub(super) ledger: &'a LedgerView,
    pub(super) now: DateTime<Utc>,
}

/// All lines, the latest date first.
pub(super) fn rows(inputs: &ListInputs<'_>) -> Vec<IssueRow> {
    let slots = inputs.slots();
    let mut rows: Vec<IssueRow> = inputs
        .archive
        .entries()
        .map(|entry| match entry.glimpse() {
            Ok((head, _)) => inputs.readable(entry, head, &slots),
            Err(_) => inputs.broken(entry),
        })
        .collect();
    // Before the first issue, and before today, nothing is missing.
    let today = inputs.today();
    let heads = inputs.archive.readable_heads();
    let begin = heads.map(|head| head.front_matter().date);
    let begin = begin.min().map_or(today, |begin| begin.min(today));
    let missing: Vec<IssueRow> = slots
        .iter()
        .filter(|view| view.issues.is_empty() && view.date >= begin)
        .map(|view| inputs.missing(view))
        .filter(|slot| {
            // The issue of that date may be there, and broken.
            let is_its = |row: &IssueRow| row.state.is_none() && row.date == slot.date;
            !rows.iter().any(is_its)
        })
        .collect();
    rows.extend(missing);
    rows.sort_by(|one, other| (other.date, &other.name).cmp(&(one.date, &one.name)));
    rows
}

impl ListInputs<'_> {
    fn today(&self) -> NaiveDate {
        self.publication.today(self.now)
    }

    fn slots(&self) -> Vec<SlotView> {
        let today = self.today();
        let first = today
            .checked_sub_days(Days::new(BACK_DAYS))
            .unwrap_or(today);
        let last = today
            .checked_add_days(Days::new(AHEAD_DAYS))
            .unwrap_or(today);
        let dates = first..=last;
        let overview =
            schedule::overview(self.publication, self.archive, self.ledger, dates, self.now);
        let slot = |row| match row {
            schedule::CalendarRow::Slot(view) => Some(*view),
            schedule::CalendarRow::Absent(_) => None,
        };
        overview.rows.into_iter().filter_map(slot).collect()
    }

    fn missing(&self, view: &SlotView) -> IssueRow {
        IssueRow {
            name: None,
            title: view.title.clone(),
            edition: format!("daily-note new {}", view.edition),
            accent: accent_of(self.publication, &view.edition),
            date: Some(view.date),
            state: Some(view.state),
        }
    }

    fn readable(&self, entry: &ArchivedFile, issue: &IssueHead, slots: &[SlotView]) -> IssueRow {
        let front_matter = issue.front_matter();
        let has_it = |view: &&SlotView| view.issues.iter().any(|one| one.id == issue.id);
        let mut batches = self.ledger.batches.iter();
        let batch = batches.find(|batch| batch.issue == issue.id);
        let state = match (slots.iter().find(has_it), batch.map(|batch| &batch.state)) {
            (Some(view), _) => view.state,
            (None, Some(BatchState::Open)) => SlotState::Sending,
            (None, Some(BatchState::Paused { .. })) => SlotState::Paused,
            (None, Some(BatchState::Finished)) => SlotState::Sent,
            (None, Some(BatchState::Cancelled)) => SlotState::Cancelled,
            // Of an old issue the calendar has nothing to say.
            (None, None) => match front_matter.status {
                IssueStatus::Draft => SlotState::Draft,
                IssueStatus::Ready => SlotState::Ready,
            },
        };
        IssueRow {
            name: Some(entry.name.clone()),
            title: front_matter.title.clone(),
            edition: self.edition_title(&front_matter.edition),
            accent: accent_of(self.publication, &front_matter.edition),
            date: Some(front_matter.date),
            state: Some(state),
        }
    }

    /// As it was when it could last be read.
    fn broken(&self, entry: &ArchivedFile) -> IssueRow {
        let former = self.former.get(&entry.name);
        let in_name = || entry.name.get(..10)?.parse().ok();
        IssueRow {
            name: Some(entry.name.clone()),
            title: former.map_or(&entry.name, |former| &former.title).clone(),
            edition: former.map_or_else(String::new, |former| self.edition_title(&former.edition)),
            accent: former.map_or(0, |former| accent_of(self.publication, &former.edition)),
            date: former.map(|former| former.date).or_else(in_name),
            state: None,
        }
    }

    fn edition_title(&self, key: &str) -> String {
        let edition = self.publication.edition(key);
        edition.map_or_else(String::new, |edition| edition.title.clone())
    }
}
