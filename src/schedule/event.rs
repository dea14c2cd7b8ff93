//! What people should hear of the calendar's keeping, and the seam through which they hear it.

mod facts;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

pub(crate) use self::facts::codes;
pub use self::facts::{EventFacts, EventKey, EventWeight, Repetition};
use crate::{publication::Slot, store::DeliveryCounts};

/// Hears what happens. What it does with it (a line, a log, a mail, a webhook) must not fail the
/// sending: it keeps its troubles to itself.
#[async_trait]
pub trait EventSink: Send + Sync {
    /// Something happened at `at`. Told once a process for each [`Event::key`]; a daemon that
    /// starts again tells again what still stands.
    async fn tell(&self, event: &Event, at: DateTime<Utc>);
}

/// Where a slot's issue stands, as far as it can't go out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "standing")]
pub enum SlotStanding {
    /// No file is on the slot.
    Missing,
    /// A file is, and says `status: draft`.
    Draft {
        /// The issue's id.
        issue: String,
    },
    /// The file is ready.
    Ready {
        /// The issue's id.
        issue: String,
    },
    /// A file of its date can't be read.
    Broken {
        /// Relative to the publication's root.
        file: String,
        /// What is wrong, each with its place.
        problems: Vec<String>,
    },
    /// A person holds it, whatever its file says.
    OnHold {
        /// The issue's id, where there is one.
        issue: Option<String>,
    },
    /// More than one file is.
    Doubled {
        /// The issues' ids.
        issues: Vec<String>,
    },
}

/// Something that people should hear of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// A slot nears without an issue that could go out.
    SlotNears {
        /// The slot.
        slot: Slot,
        /// What is there.
        #[serde(flatten)]
        standing: SlotStanding,
        /// Which reminder it is: how long before the hour.
        before_seconds: i64,
    },
    /// A slot's hour has come without an issue that could go out; it still may.
    SlotWaits {
        /// The slot.
        slot: Slot,
        /// What is there.
        #[serde(flatten)]
        standing: SlotStanding,
        /// Until when it goes out on its own.
        until: DateTime<Utc>,
    },
    /// A slot's time is over, and nothing went out: a person decides.
    SlotMissed {
        /// The slot.
        slot: Slot,
        /// What is there.
        #[serde(flatten)]
        standing: SlotStanding,
        /// Until when it would have gone out on its own.
        until: DateTime<Utc>,
    },
    /// An issue is due and can't go out as it is.
    IssueRefused {
        /// The slot.
        slot: Slot,
        /// The issue's id.
        issue: String,
        /// Why, for the writer: each with its place.
        problems: Vec<String>,
        /// Until when it goes out on its own, once fixed.
        until: DateTime<Utc>,
    },
    /// An issue is due and ready, and its files are being changed: half an issue must never go out.
    IssueHeld {
        /// The slot.
        slot: Slot,
        /// The issue's id.
        issue: String,
        /// What is seen of its files.
        why: String,
        /// Until when it goes out on its own, once they stand still.
        until: DateTime<Utc>,
        /// It has lasted so long that somebody must look.
        is_alarm: bool,
    },
    /// An issue is ready, and no slot will ever take it: nothing sends it but a person.
    IssueUnplaced {
        /// The issue's id.
        issue: String,
        /// Its edition's key.
        edition: String,
        /// Its date.
        date: NaiveDate,
        /// Why none does.
        why: String,
    },
    /// A batch was frozen and goes out.
    BatchBegan {
        /// The issue's id.
        issue: String,
        /// The edition's key.
        edition: String,
        /// When it was due.
        slot: DateTime<Utc>,
        /// To how many.
        audience: u64,
    },
    /// Every row of a batch has its end.
    BatchEnded {
        /// The issue's id.
        issue: String,
        /// The edition's key.
        edition: String,
        /// When it was due.
        slot: DateTime<Utc>,
        /// To how many it was frozen.
        audience: u64,
        /// Where they stand.
        counts: DeliveryCounts,
    },
    /// A batch waits for a person.
    BatchPaused {
        /// The issue's id.
        issue: String,
        /// Why, for a tired person.
        reason: String,
    },
    /// The hour of some readers was missed by more than `late`: they wait for a person.
    ReadersMissed {
        /// The issue's id.
        issue: String,
        /// How many.
        readers: u64,
    },
    /// Mail can't leave now; it is tried again.
    RelayAway {
        /// The issue's id.
        issue: String,
        /// What was seen.
        reason: String,
    },
    /// So many ask to subscribe that the mail of some is held for a person to look at.
    SignupsHeld {
        /// When the flood began.
        since: DateTime<Utc>,
    },
    /// An issue is due, and the readers' pages that its mail promises do not answer; they are asked again.
    PagesAway {
        /// The issue's id.
        issue: String,
        /// What was seen.
        reason: String,
    },
    /// A reader called an issue spam and gets no mail any more.
    ReaderComplained {
        /// The issue's id.
        issue: String,
        /// The report's number.
        report: i64,
    },
    /// A domain's system sends an issue back, and not for its readers' sake: they are not marked, and the others of
    /// that domain wait.
    DomainRefuses {
        /// The issue's id.
        issue: String,
        /// The domain.
        domain: String,
        /// How many came back within an hour.
        reports: u64,
        /// The last one's words.
        reason: String,
        /// Until when the others wait.
        until: DateTime<Utc>,
    },
    /// A mail asks, in words, to be taken off the list: a person reads it.
    LeaveAsked {
        /// The report's number.
        report: i64,
    },
    /// So much came back on a day that proves nothing that no more of it is kept.
    ReturnsTurnedAway {
        /// When the day began.
        since: DateTime<Utc>,
    },
    /// A connection of a batch that goes on was not to be used: by another machine's certificate, for
    /// lack of TLS, with a token that is not taken. Others are tried.
    RelayTrouble {
        /// The issue's id.
        issue: String,
        /// What was seen.
        reason: String,
    },
    /// daily-note.yaml can't be read as it is now: nothing new begins until it is fixed.
    ConfigurationRefused {
        /// What is wrong, each with its place.
        problems: Vec<String>,
    },
    /// The state can't be used, or not now.
    StateRefused {
        /// What is wrong, and what to do.
        reason: String,
    },
    /// A notice could not be told somewhere, and is given up: those who can be told hear of it.
    NoticeGivenUp {
        /// Where: `webhook`, or an address, masked.
        target: String,
        /// What it was about.
        notice: String,
        /// What the other side said.
        reason: String,
    },
    /// Another process keeps the calendar; this one waits to take over.
    Waiting {
        /// What the other says of itself.
        holder: String,
    },
    /// This process keeps the calendar now.
    Keeping {
        /// The next slot.
        next: Option<Slot>,
    },
}
