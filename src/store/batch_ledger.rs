//! Batches: an issue frozen for its audience, its content, where it stands, and its waves.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{DeliveryCounts, LeaseTerm, StoreError, ZoneCohort};
use crate::words::phrase;

/// The issues that were frozen, each once.
#[async_trait]
pub trait BatchLedger: Send + Sync {
    /// Freezes an issue for its audience, once ever.
    ///
    /// # Errors
    /// [`StoreError::SlotTaken`] where another issue has its date of the calendar; [`StoreError::TermOver`] where the
    /// calendar is another's by now.
    async fn freeze(&self, batch: &NewBatch, now: DateTime<Utc>) -> Result<Freeze, StoreError>;

    /// rows that were tried get what they were tried with. Changes nothing unless it is paused.
    async fn refreeze(
        &self,
        batch: BatchId,
        content_hash: &str,
        content: &[u8],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError>;

    /// The batch of that issue.
    async fn batch(&self, issue: &str) -> Result<Option<Batch>, StoreError>;

    /// All batches, the newest first.
    async fn batches(&self, limit: u32) -> Result<Vec<Batch>, StoreError>;

    /// Frozen content by its hash.
    async fn content(&self, hash: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// How many rows stand where.
    async fn counts(&self, batch: BatchId) -> Result<DeliveryCounts, StoreError>;

    /// Opens, pauses, finishes or cancels a batch; cancelling skips the rows never sent. Opening
    /// one that was paused over refusals sets `trusts_refusals`. Answers the state that stands then: what is
    /// cancelled stays so, and a batch with open rows isn't finished.
    async fn set_batch_state(
        &self,
        batch: BatchId,
        state: &BatchState,
        now: DateTime<Utc>,
    ) -> Result<BatchState, StoreError>;

    /// The waves of a batch, the earliest first; none where all readers get it at once.
    async fn waves(&self, batch: BatchId) -> Result<Vec<ZoneCohort>, StoreError>;

    /// Marks the waves whose hour has come as begun; one whose hour came before `earliest`, with no
    /// row tried, as too late: its rows wait for a person. Answers how many readers wait since this
    /// call.
    async fn waves_come_due(
        &self,
        batch: BatchId,
        earliest: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError>;

    /// Lets the readers of waves that were too late get it now; answers how many.
    async fn release_waves(&self, batch: BatchId, now: DateTime<Utc>) -> Result<u64, StoreError>;

    /// Whether that issue was sent from this state though its database knows nothing of it.
    async fn is_witnessed(&self, issue: &str) -> Result<bool, StoreError>;

    /// Drops what rehearsals left: their batches, paces, bounces and notices. Answers how many batches
    /// those were. Only the holder of the right to send may call it.
    async fn drop_rehearsals(&self) -> Result<u64, StoreError>;
}

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
    pub(crate) fn begun_at(&self) -> DateTime<Utc> {
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

impl BatchState {
    /// Where a batch stands that was open in a copy when a person took it into use.
    pub(super) fn put_here_from_a_copy() -> Self {
        let reason = phrase!(
            "the state was put here from a copy; who got it since that was made, it can't know"
        );
        Self::Paused {
            reason: reason.to_owned(),
            over_refusals: false,
        }
    }

    /// What a person is told of a pause.
    pub(super) fn pause_reason(&self) -> Option<&str> {
        match self {
            Self::Paused { reason, .. } => Some(reason),
            _ => None,
        }
    }

    /// An end is an end: only rows that wait again (a person resends unknowns) open a batch once more.
    pub(super) fn may_become(&self, to: &Self, counts: DeliveryCounts) -> bool {
        match (self, to) {
            (Self::Cancelled, _) => false,
            (_, Self::Finished) => counts.open() == 0,
            (Self::Finished, _) => counts.open() > 0,
            _ => true,
        }
    }
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
    /// Advertising: whoever said no to it is passed by.
    pub is_ad: bool,
    /// By which holding of the calendar it is frozen; None: by a person, or where that ends with its process.
    pub term: Option<LeaseTerm>,
}

/// What `freeze` found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeze {
    /// The batch.
    pub batch: Batch,
    /// False: the issue had its batch already and nothing was changed.
    pub is_new: bool,
}
