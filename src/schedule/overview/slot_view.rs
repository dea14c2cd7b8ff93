//! A slot as the calendar shows it: its issue, its batch, how far both are, and what it needs of a person.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;

use crate::{
    issue::IssueStatus,
    store::{Batch, BatchState, DeliveryCounts, HeldRelease},
};

/// An issue that isn't ready this long before its hour wants work.
const SOON: TimeDelta = TimeDelta::days(7);
/// And this long before, at once.
const NOW: TimeDelta = TimeDelta::hours(24);

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

impl SlotView {
    /// Whether something is there that a person or a sender has still to bring to its end.
    pub(super) fn waits_for_somebody(&self) -> bool {
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

impl SlotNeed {
    /// What one needs that opens after `left`.
    pub(super) fn of(state: SlotState, left: TimeDelta, has_issue: bool) -> Self {
        match state {
            SlotState::Paused | SlotState::Late | SlotState::Conflict => Self::Now,
            SlotState::Missed if has_issue => Self::Now,
            SlotState::Missing | SlotState::Draft if left <= NOW => Self::Now,
            SlotState::Missing | SlotState::Draft if left <= SOON => Self::Soon,
            _ => Self::Nothing,
        }
    }
}
