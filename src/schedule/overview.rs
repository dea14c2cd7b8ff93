//! Where each slot stands: which issue it has, how far that is, what wants work before its hour; and
//! what lies beside the calendar.

use std::ops::RangeInclusive;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde::Serialize;

use super::window::{ReaderZones, TimeWindow, window};
use crate::{
    issue::{Archive, ArchivedFile, Issue, IssueHead, IssueStatus},
    publication::{Absence, Publication, Slot},
    source::shown_path,
    store::{Batch, BatchState, DeliveryCounts, HeldRelease},
    words::{phrase, phrased},
};

/// How far back an issue that still waits for somebody is shown.
const LOOK_BACK_DAYS: u64 = 28;
/// An issue that isn't ready this long before its hour wants work.
const SOON: TimeDelta = TimeDelta::days(7);
/// And this long before, at once.
const NOW: TimeDelta = TimeDelta::hours(24);

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

/// A slot and its issue.
#[derive(Debug, Serialize)]
pub struct SlotView {
    /// The edition's key.
    pub edition: String,
    /// The edition's name.
    pub title: String,
    /// What the edition is about; may be empty.
    pub topic: String,
    /// The date in the publication's zone.
    pub date: NaiveDate,
    /// When it is due, by the publication's clock.
    pub slot: DateTime<Utc>,
    /// When the first readers get it: before `slot` where readers are met at their own hour.
    pub opens: DateTime<Utc>,
    /// Until when it still goes out on its own.
    pub latest: DateTime<Utc>,
    /// Out of turn: `schedule.extra` names it.
    pub is_extra: bool,
    /// Where it stands.
    pub state: SlotState,
    /// What it needs of a person.
    pub needs: SlotNeed,
    /// The issues whose date it is: one at the most, or the calendar is wrong.
    pub issues: Vec<IssueView>,
    /// Its batch, once frozen.
    pub batch: Option<BatchView>,
    /// The hold that a person put on it.
    pub hold: Option<HeldRelease>,
}

/// An issue, as the calendar shows it.
#[derive(Debug, Serialize)]
pub struct IssueView {
    /// What the ledger knows it by.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its file, relative to the publication's root.
    pub file: String,
    /// Whether its writer is done.
    pub status: IssueStatus,
}

/// A batch, as the calendar shows it.
#[derive(Debug, Clone, Serialize)]
pub struct BatchView {
    /// The issue's identity.
    pub issue: String,
    /// The edition's key.
    pub edition: String,
    /// When it was due.
    pub slot: DateTime<Utc>,
    /// Where it stands.
    #[serde(flatten)]
    pub state: BatchState,
    /// To how many it was frozen.
    pub audience: u64,
    /// How many rows stand where.
    pub counts: DeliveryCounts,
}

/// Where a slot stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotState {
    /// No issue has its date.
    Missing,
    /// Its issue is being written.
    Draft,
    /// Its issue goes out at its hour.
    Ready,
    /// Its hour has passed and nothing went out; an issue that is ready still goes on its own.
    Late,
    /// Too late for that: whatever there is waits for a person.
    Missed,
    /// It came before the calendar was kept from here: nobody knows what became of it.
    Past,
    /// A person holds it.
    Held,
    /// Its batch is on its way.
    Sending,
    /// Its batch waits for a person.
    Paused,
    /// Everybody has got it, or never will.
    Sent,
    /// A person ended its batch.
    Cancelled,
    /// Two issues have its date.
    Conflict,
}

impl SlotState {
    /// In one word, as JSON has it.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Draft => "draft",
            Self::Ready => "ready",
            Self::Late => "late",
            Self::Missed => "missed",
            Self::Past => "past",
            Self::Held => "held",
            Self::Sending => "sending",
            Self::Paused => "paused",
            Self::Sent => "sent",
            Self::Cancelled => "cancelled",
            Self::Conflict => "conflict",
        }
    }
}

/// What a slot needs of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotNeed {
    /// Nothing, or not yet.
    Nothing,
    /// Work within the week.
    Soon,
    /// Work at once.
    Now,
}

/// Dates on which an edition would appear, and doesn't.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct AbsentDates {
    /// The first of them.
    pub from: NaiveDate,
    /// The last of them; neighbours of one reason are one line.
    pub to: NaiveDate,
    /// Whose dates.
    pub editions: Vec<String>,
    /// The reason, for people.
    pub why: String,
}

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

impl BatchView {
    /// What the calendar shows of a batch.
    #[must_use]
    pub(crate) fn new(batch: Batch, counts: DeliveryCounts) -> Self {
        Self {
            issue: batch.issue,
            edition: batch.edition,
            slot: batch.slot,
            state: batch.state,
            audience: batch.audience,
            counts,
        }
    }
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
        strays: look.strays(first, last),
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
            needs: need(state, window.opens - self.now, !issues.is_empty()),
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

    fn strays(&self, first: NaiveDate, last: NaiveDate) -> Vec<StrayFile> {
        let is_within = |date: NaiveDate| (first..=last).contains(&date);
        let reason = |entry: &ArchivedFile| {
            let date = match entry.head() {
                Some(head) => head.front_matter().date,
                None => entry.name.get(..10)?.parse().ok()?,
            };
            if !is_within(date) {
                return None;
            }
            let head = match entry.glimpse() {
                Ok((head, _)) => head,
                Err(error) => {
                    let error = error.to_string();
                    return Some(StrayReason::Unreadable { error });
                }
            };
            let (edition, batches) = (&head.front_matter().edition, &self.ledger.batches);
            if batches.iter().any(|batch| batch.issue == head.id) {
                return None;
            }
            let why = match self.publication.slot_or_absence(edition, date) {
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
        };
        let strays = self.archive.entries().filter_map(|entry| {
            Some(StrayFile {
                reason: reason(entry)?,
                file: shown_path(&self.publication.root, &entry.path),
            })
        });
        strays.collect()
    }
}

impl SlotView {
    /// Whether something is there that a person or a sender has still to bring to its end.
    fn waits_for_somebody(&self) -> bool {
        match self.state {
            SlotState::Sending | SlotState::Paused | SlotState::Late | SlotState::Held => true,
            SlotState::Missed => self.is_ready(),
            _ => false,
        }
    }

    /// Whether its issue's writer is done.
    #[must_use]
    pub(crate) fn is_ready(&self) -> bool {
        matches!(self.issues.as_slice(), [issue] if issue.status == IssueStatus::Ready)
    }
}

fn need(state: SlotState, left: TimeDelta, has_issue: bool) -> SlotNeed {
    match state {
        SlotState::Paused | SlotState::Late | SlotState::Conflict => SlotNeed::Now,
        SlotState::Missed if has_issue => SlotNeed::Now,
        SlotState::Missing | SlotState::Draft if left <= NOW => SlotNeed::Now,
        SlotState::Missing | SlotState::Draft if left <= SOON => SlotNeed::Soon,
        _ => SlotNeed::Nothing,
    }
}

/// The dates that `skip` and `breaks` take from the editions, neighbours of one reason together.
fn absences(
    publication: &Publication,
    first: NaiveDate,
    last: NaiveDate,
) -> impl Iterator<Item = AbsentDates> {
    let mut absences: Vec<AbsentDates> = Vec::new();
    let has_no_slot = |from, to| publication.slots_between(from, to).next().is_none();
    for date in first.iter_days().take_while(|date| *date <= last) {
        for edition in &publication.editions {
            let why = match publication.slot_or_absence(&edition.key, date) {
                Err(Absence::Skipped) => "skipped".to_owned(),
                Err(Absence::OnBreak { why: Some(why) }) => why,
                Err(Absence::OnBreak { why: None }) => phrase!("a break").to_owned(),
                _ => continue,
            };
            match absences.last_mut() {
                Some(before) if before.why == why && has_no_slot(before.to, date) => {
                    before.to = date;
                    if !before.editions.contains(&edition.key) {
                        before.editions.push(edition.key.clone());
                    }
                }
                _ => absences.push(AbsentDates {
                    from: date,
                    to: date,
                    editions: vec![edition.key.clone()],
                    why,
                }),
            }
        }
    }
    absences.into_iter()
}

#[cfg(test)]
mod tests;
