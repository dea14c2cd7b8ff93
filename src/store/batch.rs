//! A batch: one issue frozen for its audience, where it stands, and its waves.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

/// A batch's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BatchId(pub i64);

/// One issue, frozen, on its way to its audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its number.
    pub id: BatchId,
    /// The issue's identity: unique over all batches of a realm.
    pub issue: String,
    /// It was tried out: no reader got it.
    pub is_rehearsal: bool,
    /// The edition's key.
    pub edition: String,
    /// When it was due.
    pub slot: DateTime<Utc>,
    /// The date of the calendar that it stands for; None: it went out of turn.
    pub date: Option<NaiveDate>,
    /// How many moments its readers' hours are, where each gets it on their own clock; 0: all at once.
    pub waves: u32,
    /// The hash of its frozen content.
    pub content: String,
    /// The issue's file when it was frozen, relative to the publication; None: made before that was kept.
    pub file: Option<String>,
    /// Where it stands.
    pub state: BatchState,
    /// How many readers it was frozen for.
    pub audience: u64,
    /// When it was frozen; the Date header of all its messages.
    pub frozen_at: DateTime<Utc>,
    /// A person resumed it after a pause over refusals: they count from now on.
    pub trusts_refusals: bool,
}

impl Batch {
    /// When its rows became due, where they all do at once. A clock that shows less was set back.
    #[must_use]
    pub fn begun_at(&self) -> DateTime<Utc> {
        self.slot.min(self.frozen_at)
    }
}

/// Where a batch stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum BatchState {
    /// Rows may be claimed.
    Open,
    /// A person or the sender's own fault stopped it.
    Paused {
        /// For a tired person.
        reason: String,
        /// The relay refused reader after reader, and nobody was marked: once a person has
        /// looked and resumed, refusals count.
        over_refusals: bool,
    },
    /// Every row has its end.
    Finished,
    /// A person ended it; rows not yet sent are skipped.
    Cancelled,
}

/// What `freeze` needs.
#[derive(Debug, Clone)]
pub struct NewBatch {
    /// The issue's identity.
    pub issue: String,
    /// The edition whose readers get it.
    pub edition: String,
    /// When it was due.
    pub slot: DateTime<Utc>,
    /// The date of the calendar that it stands for, which is sent once, ever; None: out of turn.
    pub date: Option<NaiveDate>,
    /// When each reader gets it on their own clock; None: all at once. Readers without a zone of
    /// their own get it at the slot.
    pub readers_hour: Option<NaiveDateTime>,
    /// The hash under which `content` is kept.
    pub content_hash: String,
    /// The frozen content.
    pub content: Vec<u8>,
    /// The issue's file, relative to the publication.
    pub file: Option<String>,
    /// A person wants what was sent before to be sent once more.
    pub may_repeat: bool,
}

/// The readers of a batch who get it at the same moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ZoneCohort {
    /// The moment.
    pub due_at: DateTime<Utc>,
    /// Their zones, by name; `""` stands for readers who named none.
    pub zones: Vec<String>,
    /// Whether it is under way.
    pub state: WaveState,
    /// Where its rows stand.
    pub counts: DeliveryCounts,
}

/// Whether a wave is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WaveState {
    /// Its hour lies ahead.
    ToCome,
    /// Its hour has come.
    Begun,
    /// Nobody began it in time: its rows wait for a person.
    TooLate,
}

/// What `freeze` found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeze {
    /// The batch.
    pub batch: Batch,
    /// False: the issue had its batch already and nothing was changed.
    pub is_new: bool,
}

/// Who an edition would go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct AudienceSize {
    /// Readers who would get it.
    pub readers: u64,
    /// Active subscribers of the edition who are suppressed.
    pub suppressed: u64,
}

/// How many rows stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeliveryCounts {
    /// Not yet tried.
    pub pending: u64,
    /// Held by a sender.
    pub claimed: u64,
    /// On the wire.
    pub sending: u64,
    /// The relay took it.
    pub accepted: u64,
    /// Tried; to be tried again.
    pub deferred: u64,
    /// Refused for good.
    pub rejected: u64,
    /// Nobody can know.
    pub unknown: u64,
    /// Not sent: suppressed since the freeze, or cancelled.
    pub skipped: u64,
}

impl DeliveryCounts {
    /// All rows.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.open() + self.accepted + self.rejected + self.unknown + self.skipped
    }

    /// Rows that have no end yet.
    #[must_use]
    pub fn open(&self) -> u64 {
        self.pending + self.claimed + self.sending + self.deferred
    }
}
