//! The list of record: people added, folded in and merged, found, moved, counted by edition.

use std::{ops::RangeInclusive, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::StoreError;
use crate::{
    address::Address,
    audience::{
        HashedDeparture, Newcomer, Origin, PastConsent, Profile, Subscriber, SubscriberId,
        SubscriberState, Suppression, SuppressionReason,
    },
    source::SourceError,
};

/// The people of a publication, whoever brought them.
#[async_trait]
pub trait SubscriberList: Send + Sync {
    /// Folds subscribers.yaml into the list: adds, changes what the person did not set
    /// themself, deactivates readers whom only the file had added. Stops before losing more than
    /// `max_removal`, a share of the list, where that is more than 3 readers or most of it; and where its
    /// last address is the beginning of one that is gone. All or nothing.
    async fn fold(
        &self,
        entries: &mut (dyn Iterator<Item = Result<Profile, SourceError>> + Send),
        limits: FoldLimits,
        now: DateTime<Utc>,
    ) -> Result<FoldReport, StoreError>;

    /// What `fold` would do, and the edition's audience after it; changes nothing.
    async fn preview(
        &self,
        entries: &mut (dyn Iterator<Item = Result<Profile, SourceError>> + Send),
        limits: FoldLimits,
        edition: &str,
        now: DateTime<Utc>,
    ) -> Result<(FoldReport, AudienceSize), StoreError>;

    /// Adds or merges people in one transaction; answers one [`Upsert`] each.
    async fn upsert(
        &self,
        profiles: Arc<[Profile]>,
        origin: Origin,
        now: DateTime<Utc>,
    ) -> Result<Vec<Upsert>, StoreError>;

    /// What `suppress` and then `upsert` of an import would answer; changes nothing.
    async fn try_import(
        &self,
        departures: &[Suppression],
        profiles: Arc<[Profile]>,
        now: DateTime<Utc>,
    ) -> Result<(u64, Vec<Upsert>), StoreError>;

    /// Takes in people of another list of ours: who is new here with all that was known of them there, who
    /// is known like an import's. With `is_trial` it changes nothing.
    ///
    /// # Errors
    /// [`StoreError::TooManyHashKeys`] where people came from so many lists already.
    async fn join(
        &self,
        departures: &[HashedDeparture],
        people: &[Newcomer],
        is_trial: bool,
        now: DateTime<Utc>,
    ) -> Result<JoinOutcome, StoreError>;

    /// The consents that later ones replaced, of the people with these numbers, as far as there are any; each
    /// person's first one first.
    async fn past_consents(
        &self,
        people: RangeInclusive<SubscriberId>,
    ) -> Result<Vec<(SubscriberId, PastConsent)>, StoreError>;

    /// Gives a reader another address, with their number, consent and history. The old address is kept
    /// off the list from then on, so that neither a file nor an import makes a second reader of it.
    /// Changes nothing where the answer is not [`MoveOutcome::Moved`].
    async fn move_subscriber(
        &self,
        from: &Address,
        to: &Address,
        now: DateTime<Utc>,
    ) -> Result<MoveOutcome, StoreError>;

    /// The subscriber of that address, whatever its state.
    async fn subscriber(&self, email: &Address) -> Result<Option<Subscriber>, StoreError>;

    /// What the list and the suppressions know of each of these addresses, in their order.
    async fn known(&self, emails: &[Address]) -> Result<Vec<KnownAddress>, StoreError>;

    /// A page of the list in the order of numbers, after `after`.
    async fn subscribers(
        &self,
        state: Option<SubscriberState>,
        after: SubscriberId,
        limit: u32,
    ) -> Result<Vec<Subscriber>, StoreError>;

    /// How many readers an edition has now.
    async fn audience_size(&self, edition: &str) -> Result<AudienceSize, StoreError>;

    /// The zones of an edition's readers; None stands for readers who named none.
    async fn zones(&self, edition: &str) -> Result<Vec<Option<Tz>>, StoreError>;
}

/// Who an edition would go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct AudienceSize {
    /// Readers who would get it.
    pub readers: u64,
    /// Active subscribers of the edition who are suppressed.
    pub suppressed: u64,
    /// Active subscribers who read other editions alone.
    pub elsewhere: u64,
}

/// What a fold of subscribers.yaml may not do unasked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FoldLimits {
    /// The share of the list that it may take off.
    pub max_removal: f64,
    /// The file may be cut off within its last entry: whoever that adds or changes waits.
    pub is_end_in_doubt: bool,
}

/// Losing up to so many readers is everyday gardening, unless it is most of the list.
const HARMLESS_LOSS: u64 = 3;

impl FoldLimits {
    /// Whether a fold takes off more than a person does by hand without saying so: a share of the list, or
    /// most of a small one.
    pub(super) fn forbid(&self, lost: u64, readers: u64) -> bool {
        let is_much = lost > HARMLESS_LOSS || lost > 1 && lost * 2 > readers;
        is_much && lost as f64 > self.max_removal * readers as f64
    }
}

/// What a fold of subscribers.yaml did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct FoldReport {
    /// New readers.
    pub added: u64,
    /// Readers whose profile changed.
    pub changed: u64,
    /// Readers who were gone from the file and are back in it.
    pub returned: u64,
    /// Readers whom only the file had added, gone from it.
    pub deactivated: u64,
    /// Entries as they were.
    pub unchanged: u64,
    /// Entries whom the file may not bring back: unsubscribed, bounced, complained.
    pub suppressed: u64,
    /// The last entry, where it says something new and may be cut off: neither added nor changed.
    pub held_back: Option<Address>,
}

/// What `add` or an import row did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Upsert {
    /// A new reader.
    Added,
    /// A known reader, something changed.
    Merged,
    /// A known reader, nothing to change.
    Unchanged,
    /// Suppressed: nothing was changed.
    Suppressed(SuppressionReason),
}

/// What became of people who were on another list of ours.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JoinOutcome {
    /// Of each of the people, in their order.
    pub outcomes: Vec<Upsert>,
    /// Addresses that are kept off the list and were not before.
    pub newly_suppressed: u64,
}

/// What became of a reader whose address changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveOutcome {
    /// The same reader, with all that was known of them, under the new address.
    Moved,
    /// Nobody on the list has the old address.
    Unknown,
    /// The old address left, complained, or was taken off: a move is no way back.
    Left(SuppressionReason),
    /// Somebody on the list has the new address: whether they are one person, only a person knows.
    Taken,
    /// The new address is kept off the list.
    Suppressed(SuppressionReason),
}

/// What is known of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KnownAddress {
    /// The list has a subscriber of that address, whatever their state.
    pub is_listed: bool,
    /// Why it gets no mail.
    pub suppression: Option<SuppressionReason>,
}
