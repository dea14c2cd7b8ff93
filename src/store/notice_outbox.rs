//! What people and programs are told, kept until it is told: an outbox beside the ledger. Knows
//! nothing of what a notice says.

use std::borrow::Cow;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::{Realm, StoreError};

/// Notices on their way to their targets.
#[async_trait]
pub trait NoticeOutbox: Send + Sync {
    /// Puts notices into the outbox, in one transaction; those whose key was ever told to their
    /// target are left out. Answers how many are new.
    async fn post_notices(
        &self,
        notices: &[NewNotice],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError>;

    /// Takes of each target the oldest notice that is due, but of those that are `busy`. Unless it is
    /// settled before [`TELLING`] is over, it is due again.
    async fn take_due_notices(
        &self,
        busy: &[String],
        now: DateTime<Utc>,
    ) -> Result<Vec<DueNotice>, StoreError>;

    /// What came of telling one, in the other side's words.
    async fn settle_notice(
        &self,
        notice: NoticeId,
        told: NotifyOutcome,
        reply: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// When the next notice is due; None where none waits.
    async fn next_notice(&self) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// The targets that something was given up for since `since`, and nothing was told after.
    async fn unreached(&self, since: DateTime<Utc>) -> Result<Vec<UnreachedTarget>, StoreError>;
}

/// How long whoever took a notice has for telling it, before somebody else may.
pub const TELLING: TimeDelta = TimeDelta::minutes(5);

/// Long after this nothing is told twice: keys name their dates.
pub(super) const KEPT: TimeDelta = TimeDelta::days(400);

/// What is played never keeps what happens from being told.
pub(super) fn key_in(realm: Realm, key: &str) -> Cow<'_, str> {
    match realm {
        Realm::Real => Cow::Borrowed(key),
        Realm::Rehearsal => Cow::Owned(format!("rehearsal {key}")),
    }
}

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
