//! Where each slot stands: which issue it has, how far that is, what wants work before its hour; and
//! what lies beside the calendar.

mod absence_lines;
mod slot_view;
mod stray_files;

use std::ops::RangeInclusive;

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::Serialize;

pub use self::{
    absence_lines::AbsentDates,
    slot_view::{BatchView, SlotNeed, SlotState, SlotView},
    stray_files::{StrayFile, StrayReason},
};
use self::{absence_lines::absences, slot_view::IssueView, stray_files::strays};
use super::window::{ReaderZones, TimeWindow, window};
use crate::{
    issue::{Archive, Issue, IssueHead, IssueStatus},
    publication::{Publication, Slot},
    source::shown_path,
    store::{BatchState, HeldRelease},
};

/// How far back an issue that still waits for somebody is shown.
const LOOK_BACK_DAYS: u64 = 28;

/// The calendar of some days.
#[derive(Debug, Serialize)]
pub struct CalendarOverview {
    /// Slots, and dates without the slot that the rules give them, in their order.
    pub rows: Vec<CalendarRow>,
    /// Files of these days that no slot is for.
    pub strays: Vec<StrayFile>,
}

/// A line of the calendar.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CalendarRow {
    /// An issue is due.
    Slot(Box<SlotView>),
    /// None is, though the edition's days say so.
    Absent(AbsentDates),
}

/// What the calendar reads of the ledger and the list.
#[derive(Debug, Clone, Default)]
pub struct LedgerView {
    /// The recent batches.
    pub batches: Vec<BatchView>,
    /// Where the readers are; empty where all get an issue at one hour.
    pub zones: ReaderZones,
    /// Since when the calendar is kept from this state; None: it never was.
    pub kept_since: Option<DateTime<Utc>>,
    /// What a person holds.
    pub holds: Vec<HeldRelease>,
}

/// The calendar of the days of `dates`, and before them what still waits for somebody.
#[must_use]
pub fn overview(
    publication: &Publication,
    archive: &Archive,
    ledger: &LedgerView,
    dates: RangeInclusive<NaiveDate>,
    now: DateTime<Utc>,
) -> CalendarOverview {
    let (first, last) = (*dates.start(), *dates.end());
    let look = OverviewInputs {
        publication,
        archive,
        ledger,
        now,
    };
    let earlier = first
        .checked_sub_days(Days::new(LOOK_BACK_DAYS))
        .unwrap_or(first);
    let mut rows: Vec<CalendarRow> = publication
        .slots_between(earlier, last)
        .map(|slot| look.view(slot))
        .filter(|view| view.date >= first || view.waits_for_somebody())
        .map(|view| CalendarRow::Slot(Box::new(view)))
        .collect();
    rows.extend(absences(publication, first, last).map(CalendarRow::Absent));
    rows.sort_by_key(|row| match row {
        CalendarRow::Slot(view) => (view.date, Some(view.slot)),
        CalendarRow::Absent(absent) => (absent.from, None),
    });
    CalendarOverview {
        rows,
        strays: strays(publication, archive, &ledger.batches, &dates),
    }
}

/// What the calendar is made of.
struct OverviewInputs<'a> {
    publication: &'a Publication,
    archive: &'a Archive,
    ledger: &'a LedgerView,
    now: DateTime<Utc>,
}

impl OverviewInputs<'_> {
    fn view(&self, slot: Slot) -> SlotView {
        let is_its = |head: &IssueHead| {
            let head = head.front_matter();
            head.edition == slot.edition && head.date == slot.date
        };
        let issues: Vec<&Issue> = self.archive.issues_where(is_its).collect();
        // The file of an issue that went out may be gone, or have another date by now.
        let batches = &self.ledger.batches;
        let batch = batches
            .iter()
            .find(|batch| issues.iter().any(|issue| issue.id == batch.issue))
            .or_else(|| {
                batches
                    .iter()
                    .find(|batch| batch.edition == slot.edition && batch.slot == slot.at)
            });
        let window = window(self.publication, &slot, &self.ledger.zones);
        let hold = self.hold(&slot, &issues);
        let state = match (batch, &hold) {
            (None, Some(_)) => SlotState::Held,
            _ => self.state(window, &issues, batch),
        };
        let edition = self.publication.edition(&slot.edition);
        let is_extra = self
            .publication
            .schedule
            .extra
            .iter()
            .any(|extra| extra.edition == slot.edition && extra.date == slot.date);
        SlotView {
            title: edition.map_or_else(String::new, |edition| edition.title.clone()),
            topic: edition.map_or_else(String::new, |edition| edition.topic.clone()),
            date: slot.date,
            slot: slot.at,
            opens: window.opens,
            latest: window.closes,
            is_extra,
            state,
            needs: SlotNeed::of(state, window.opens - self.now, !issues.is_empty()),
            issues: issues.into_iter().map(|issue| self.issue(issue)).collect(),
            batch: batch.cloned(),
            hold,
            edition: slot.edition,
        }
    }

    fn state(&self, window: TimeWindow, issues: &[&Issue], batch: Option<&BatchView>) -> SlotState {
        match batch.map(|batch| &batch.state) {
            Some(BatchState::Open) => return SlotState::Sending,
            Some(BatchState::Paused { .. }) => return SlotState::Paused,
            Some(BatchState::Finished) => return SlotState::Sent,
            Some(BatchState::Cancelled) => return SlotState::Cancelled,
            None => {}
        }
        match issues {
            [_, _, ..] => SlotState::Conflict,
            _ if self.now > window.closes && !self.was_kept(window.closes) => SlotState::Past,
            [] if self.now >= window.opens && !self.was_kept(window.opens) => SlotState::Past,
            _ if self.now > window.closes => SlotState::Missed,
            _ if self.now >= window.opens => SlotState::Late,
            [] => SlotState::Missing,
            [issue] => match issue.front_matter.status {
                IssueStatus::Draft => SlotState::Draft,
                IssueStatus::Ready => SlotState::Ready,
            },
        }
    }

    /// Whether the calendar was kept from here at that moment.
    fn was_kept(&self, at: DateTime<Utc>) -> bool {
        self.ledger.kept_since.is_some_and(|since| at >= since)
    }

    fn hold(&self, slot: &Slot, issues: &[&Issue]) -> Option<HeldRelease> {
        let name = format!("{}-{}", slot.edition, slot.date);
        let is_its = |hold: &&HeldRelease| {
            hold.name == name || issues.iter().any(|issue| issue.id == hold.name)
        };
        self.ledger.holds.iter().find(is_its).cloned()
    }

    fn issue(&self, issue: &Issue) -> IssueView {
        IssueView {
            id: issue.id.clone(),
            title: issue.front_matter.title.clone(),
            file: shown_path(&self.publication.root, &issue.path),
            status: issue.front_matter.status,
        }
    }
}

#[cfg(test)]
mod tests;
