//! Who gets no mail, and why: the suppressions, which stand above the list, and erasure.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{BatchId, StoreError};
use crate::{
    address::Address,
    audience::{HashedDeparture, Suppression, membership::ChangeSource},
};

/// Addresses beyond mail's reach.
#[async_trait]
pub trait SuppressionList: Send + Sync {
    /// Puts addresses beyond mail's reach in one transaction; answers how many were new.
    async fn suppress(
        &self,
        suppressions: &[Suppression],
        source: ChangeSource,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError>;

    /// Lifts the suppressions of all these, in one transaction; answers those that stood. The operator's word: it
    /// lifts complaints, too.
    async fn lift_suppressions(
        &self,
        emails: &[Address],
        now: DateTime<Utc>,
    ) -> Result<Vec<Suppression>, StoreError>;

    /// Why that address gets no mail.
    async fn suppression(&self, email: &Address) -> Result<Option<Suppression>, StoreError>;

    /// A page of the suppressions in their order of arrival; `after` is the number of the last
    /// one seen, which each comes with.
    async fn suppressions(
        &self,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, Suppression)>, StoreError>;

    /// Whom a relay's refusal keeps off the list, as far as the filter reaches.
    async fn bounced(&self, wanted: &BounceSelection) -> Result<Vec<Suppression>, StoreError>;

    /// What remains of the people who were erased, or whose address this copy never had.
    async fn hashed_departures(&self) -> Result<Vec<HashedDeparture>, StoreError>;

    /// Forgets a person for good: all that names them is overwritten, on the disk too, and a keyed hash keeps
    /// their address from coming back unasked.
    async fn erase(
        &self,
        email: &Address,
        source: ChangeSource,
        now: DateTime<Utc>,
    ) -> Result<Erasure, StoreError>;
}

/// Which of the suppressions that a relay's refusal made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BounceSelection {
    /// Made by this batch.
    pub batch: Option<BatchId>,
    /// Made since then.
    pub since: Option<DateTime<Utc>>,
    /// Of this domain.
    pub domain: Option<String>,
    /// Made by this code.
    pub code: Option<String>,
}

/// What became of a person who was to be forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erasure {
    /// Something of them stood in the state.
    pub was_known: bool,
    /// It is overwritten on the disk. False: another program reads the database's log, which holds it until
    /// that program is done.
    pub is_overwritten: bool,
}
