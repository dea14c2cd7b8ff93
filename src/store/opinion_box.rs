//! What readers say of an issue: one opinion a reader and issue, the last one counts; what comes without a reader's
//! link waits for review.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{LimitReached, NewNotice, StoreError};
use crate::{address::Address, audience::SubscriberId};

/// Opinions, from the form to the page below their issue.
#[async_trait]
pub trait OpinionBox: Send + Sync {
    /// Keeps an opinion. One that was published and says something else now is published no more.
    async fn opine(
        &self,
        opinion: &NewOpinion,
        limits: &OpinionLimits,
        now: DateTime<Utc>,
    ) -> Result<OpinionOutcome, StoreError>;

    /// A page of opinions in the order of their numbers, behind `after`.
    async fn opinions(
        &self,
        filter: &OpinionFilter,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Opinion>, StoreError>;

    /// The opinion of that number.
    async fn opinion(&self, id: i64) -> Result<Option<Opinion>, StoreError>;

    /// Publishes an opinion, or takes it back. False: there is none of that number, or its writer did not allow it.
    async fn publish_opinion(&self, id: i64, is_published: bool) -> Result<bool, StoreError>;

    /// Opinions that the writer has not heard of, the first one first.
    async fn untold_opinions(&self, limit: u32) -> Result<Vec<UntoldOpinion>, StoreError>;

    /// Puts notices of these opinions into the outbox of notices, all of them under that key, and notes that the writer
    /// hears of them; those that changed since they were read are told again. Without notices nobody hears of them.
    async fn tell_opinions(
        &self,
        opinions: &[Opinion],
        key: &str,
        notices: &[NewNotice],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// The published opinions on an issue, the first one first, without anything of their writers but the name that
    /// they allowed.
    async fn published_opinions(
        &self,
        issue: Option<&str>,
    ) -> Result<Vec<PublicOpinion>, StoreError>;
}

/// How many opinions are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpinionLimits {
    /// From one network prefix in an hour.
    pub per_prefix_hour: u32,
    /// Without a reader's link, over the publication, in an hour.
    pub nameless_an_hour: u32,
}

/// What somebody says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOpinion {
    /// Who; None: the form was opened without a reader's link.
    pub reader: Option<SubscriberId>,
    /// The issue's identity.
    pub issue: String,
    /// One of the publication's choices.
    pub choice: Option<String>,
    /// A text of their own.
    pub text: Option<String>,
    /// It may be published.
    pub may_publish: bool,
    /// The name to publish it with.
    pub name: Option<String>,
    /// The writer may answer them.
    pub may_reply: bool,
    /// The client's prefix: its hash alone is kept, for the limits.
    pub prefix: String,
}

/// An opinion that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Opinion {
    /// Its number.
    pub id: i64,
    /// Who; None: nobody knows.
    pub reader: Option<SubscriberId>,
    /// The issue's identity.
    pub issue: String,
    /// The choice.
    pub choice: Option<String>,
    /// The text.
    pub text: Option<String>,
    /// It may be published.
    pub may_publish: bool,
    /// The name to publish it with.
    pub name: Option<String>,
    /// The writer may answer them.
    pub may_reply: bool,
    /// When they said so last.
    pub at: DateTime<Utc>,
    /// It stands below its issue.
    pub is_published: bool,
}

/// An opinion that the writer has not heard of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UntoldOpinion {
    /// It.
    pub opinion: Opinion,
    /// Where its writer may be answered, as they allowed.
    pub answer_to: Option<Address>,
}

/// An opinion as everybody may read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicOpinion {
    /// The issue's identity.
    pub issue: String,
    /// Its number.
    pub id: i64,
    /// The choice.
    pub choice: Option<String>,
    /// The text.
    pub text: Option<String>,
    /// The name that they allowed.
    pub name: Option<String>,
    /// When they said so last.
    pub at: DateTime<Utc>,
}

impl From<Opinion> for PublicOpinion {
    fn from(said: Opinion) -> Self {
        Self {
            issue: said.issue,
            id: said.id,
            choice: said.choice,
            text: said.text,
            name: said.name,
            at: said.at,
        }
    }
}

/// Which opinions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpinionFilter {
    /// On that issue.
    pub issue: Option<String>,
    /// Published ones, or those that are not.
    pub is_published: Option<bool>,
    /// Kept after this moment.
    pub since: Option<DateTime<Utc>>,
}

/// What became of an opinion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpinionOutcome {
    /// It is kept.
    Kept {
        /// Its number.
        id: i64,
        /// It is the reader's first on that issue.
        is_first: bool,
    },
    /// There was enough of it.
    Limited(LimitReached),
    /// Nobody has that number.
    Unknown,
}

impl Default for OpinionLimits {
    fn default() -> Self {
        Self {
            per_prefix_hour: 20,
            nameless_an_hour: 200,
        }
    }
}
