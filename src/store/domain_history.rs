//! How recipient domains and the relay have fared: what a batch counted of them, and what is remembered
//! between runs.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::{BatchId, StoreError};

/// What the past says of domains and of the relay.
#[async_trait]
pub trait DomainHistory: Send + Sync {
    /// How the readers of these domains have fared in a batch; of all domains where none is named.
    async fn fared(
        &self,
        batch: BatchId,
        domains: &[String],
    ) -> Result<Vec<DomainRecord>, StoreError>;

    /// How the readers of these domains fared in the other batches frozen since then, whoever was tried and
    /// not taken being refused; of all domains where none is named. A domain that is missing was not tried.
    async fn fared_before(
        &self,
        batch: BatchId,
        domains: &[String],
        since: DateTime<Utc>,
    ) -> Result<Vec<DomainRecord>, StoreError>;

    /// What is remembered of the relay and of recipient domains.
    async fn moods(&self) -> Result<Vec<StoredMood>, StoreError>;

    /// Remembers moods, each in the place of the one before.
    async fn keep_moods(&self, moods: &[StoredMood]) -> Result<(), StoreError>;
}

/// How a domain's readers have fared in a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainRecord {
    /// The domain.
    pub domain: String,
    /// Readers taken.
    pub taken: usize,
    /// Readers refused for good, believed or not, and not taken since.
    pub refused: usize,
    /// Readers of whom it has said nothing that lasts: not tried yet, put off, or held.
    pub untried: usize,
}

impl DomainRecord {
    /// Readers of whom the relay has said something that lasts.
    #[must_use]
    pub(crate) fn tried(&self) -> usize {
        self.taken + self.refused
    }
}

/// Whether a reader who was refused as dead in so many issues, and first then, is gone whatever is
/// believed of the domain: no doubt lasts for ever.
pub(crate) fn is_beyond_doubt(issues: usize, since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    issues >= 3 && now - since >= TimeDelta::days(14)
}

/// What is remembered of a relay or a recipient domain between runs. What it means is `delivery`'s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMood {
    /// Whose.
    pub key: String,
    /// As JSON.
    pub record: String,
    /// Since when it is so.
    pub at: DateTime<Utc>,
}
