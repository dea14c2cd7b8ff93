//! What people and programs are told, kept until it is told: an outbox beside the ledger. Knows
//! nothing of what a notice says.

use chrono::{DateTime, TimeDelta, Utc};

/// How long whoever took a notice has for telling it, before somebody else may.
pub const TELLING: TimeDelta = TimeDelta::minutes(5);

/// A notice's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NoticeId(pub i64);

/// Something to be told in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotice {
    /// What happened. The same is told to the same place once, ever.
    pub key: String,
    /// Where it is told: a mail address, a webhook.
    pub target: String,
    /// What is told, ready to leave.
    pub content: Vec<u8>,
}

/// A notice that this process is to tell now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueNotice {
    /// Its number.
    pub id: NoticeId,
    /// What happened.
    pub key: String,
    /// Where it is told.
    pub target: String,
    /// What is told.
    pub content: Vec<u8>,
    /// Tries that failed so far.
    pub attempts: u32,
    /// When it happened.
    pub at: DateTime<Utc>,
}

/// What came of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotifyOutcome {
    /// It is told.
    Done,
    /// Not yet; again at this time.
    Again(DateTime<Utc>),
    /// It never will be.
    GivenUp,
}

/// A target that what happened did not reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreachedTarget {
    /// Which.
    pub target: String,
    /// Notices that were given up since the last one that was told there.
    pub given_up: u64,
    /// When the last of them was.
    pub at: DateTime<Utc>,
    /// What the other side said to it.
    pub reply: String,
}
