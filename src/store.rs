//! The list of record and the delivery ledger, behind one interface that SQLite implements and
//! PostgreSQL will. Speaks the domain's verbs on groups of rows: one transaction a call, durable on
//! return, the time passed in, no SQL type outside.

mod batch;
mod delivery;
mod error;
mod kept;
mod list;
mod machine;
mod merge;
mod notices;
mod pace;
mod realm;
pub mod sqlite;

use std::ops::RangeInclusive;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

pub(crate) use self::delivery::is_beyond_doubt;
pub use self::{
    batch::{
        AudienceSize, Batch, BatchId, BatchState, DeliveryCounts, Freeze, NewBatch, WaveState,
        ZoneCohort,
    },
    delivery::{
        BounceSelection, Claim, ClaimQuotas, DeliveryId, DeliveryRow, DeliveryStep, DomainRecord,
        FailedDelivery, LeaseAnswer, Receipt, RecoveredRows, RefusalReason, RefusedStep,
        RetryOutcome, RetrySelection, RetryState, SenderId, StoredMood, Transition, UnknownAnswer,
    },
    error::StoreError,
    kept::HeldRelease,
    list::{
        AdoptionOutcome, Erasure, FoldLimits, FoldReport, JoinOutcome, KnownAddress, MoveOutcome,
        Upsert,
    },
    machine::RowState as DeliveryState,
    notices::{DueNotice, NewNotice, NoticeId, NotifyOutcome, TELLING, UnreachedTarget},
    realm::Realm,
};
use crate::{
    address::Address,
    audience::{
        HashedDeparture, Newcomer, Origin, PastConsent, Profile, Subscriber, SubscriberId,
        SubscriberState, Suppression,
    },
    publication::Rate,
    source::SourceError,
};

/// The list of record and the delivery ledger.
#[async_trait]
pub trait Store: Send + Sync {
    // ── the list ──────────────────────────────────────────────────────────────────────────────

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
        profiles: &[Profile],
        origin: Origin,
        now: DateTime<Utc>,
    ) -> Result<Vec<Upsert>, StoreError>;

    /// What [`Store::suppress`] and then [`Store::upsert`] of an import would answer; changes nothing.
    async fn try_import(
        &self,
        departures: &[Suppression],
        profiles: &[Profile],
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

    /// What remains of the people who were erased, or whose address this copy never had.
    async fn hashed_departures(&self) -> Result<Vec<HashedDeparture>, StoreError>;

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

    /// Puts addresses beyond mail's reach in one transaction; answers how many were new.
    async fn suppress(
        &self,
        suppressions: &[Suppression],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError>;

    /// Forgets a person for good: all that names them is overwritten, on the disk too, and a keyed hash keeps
    /// their address from coming back unasked.
    async fn erase(&self, email: &Address, now: DateTime<Utc>) -> Result<Erasure, StoreError>;

    /// Lifts a suppression; answers the one that stood.
    async fn lift_suppression(&self, email: &Address) -> Result<Option<Suppression>, StoreError>;

    /// Whom a relay's refusal keeps off the list, as far as the filter reaches.
    async fn bounced(&self, wanted: &BounceSelection) -> Result<Vec<Suppression>, StoreError>;

    /// Lifts the suppressions of all these, in one transaction; answers how many stood.
    async fn lift_suppressions(&self, emails: &[Address]) -> Result<u64, StoreError>;

    /// Why that address gets no mail.
    async fn suppression(&self, email: &Address) -> Result<Option<Suppression>, StoreError>;

    /// A page of the suppressions in their order of arrival; `after` is the number of the last
    /// one seen, which each comes with.
    async fn suppressions(
        &self,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, Suppression)>, StoreError>;

    // ── the ledger ────────────────────────────────────────────────────────────────────────────

    /// How many readers an edition has now.
    async fn audience_size(&self, edition: &str) -> Result<AudienceSize, StoreError>;

    /// Freezes an issue to its audience in one transaction, or finds the batch it has, which stays
    /// as it is.
    ///
    /// # Errors
    /// [`StoreError::OlderCopy`] where it was sent and the state restored from before that, unless it may
    /// be repeated;
    /// [`StoreError::SlotTaken`] where another issue has its date of the calendar.
    async fn freeze(&self, batch: &NewBatch, now: DateTime<Utc>) -> Result<Freeze, StoreError>;

    /// The batch of that issue.
    async fn batch(&self, issue: &str) -> Result<Option<Batch>, StoreError>;

    /// Drops what rehearsals left: their batches, paces, bounces and notices. Answers how many batches
    /// those were. Only the holder of the right to send may call it.
    async fn drop_rehearsals(&self) -> Result<u64, StoreError>;

    /// All batches, the newest first.
    async fn batches(&self, limit: u32) -> Result<Vec<Batch>, StoreError>;

    /// Frozen content by its hash.
    async fn content(&self, hash: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Takes the exclusive right to send from this state (an OS lock on SQLite) until the guard
    /// is dropped or the process dies.
    ///
    /// # Errors
    /// [`StoreError::Held`] with what the holder says of itself.
    async fn hold(&self, sender: &SenderId) -> Result<SenderGuard, StoreError>;

    /// Takes the exclusive right to keep the calendar: to decide what is due and begin it. Apart
    /// from the right to send, so that a person can send while a daemon waits for the next slot.
    ///
    /// # Errors
    /// [`StoreError::Kept`] with what the holder says of itself; [`StoreError::Copied`] where this is
    /// not the state that kept the calendar last.
    async fn hold_schedule(&self, keeper: &SenderId) -> Result<SenderGuard, StoreError>;

    /// How many transactions of this process have changed the state and are on its disk: while it grows,
    /// the state can be written.
    fn writes(&self) -> u64;

    /// Writes what is there already once more, as durably as all else.
    ///
    /// # Errors
    /// Where nothing can be written, or nothing would be sent: a disk that is full or nearly so or
    /// answers with errors, a folder that is gone.
    async fn probe(&self) -> Result<(), StoreError>;

    /// Notes that the calendar is kept from this state now; answers since when it is. Only the holder of
    /// that right may call it.
    async fn keep_calendar(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError>;

    /// Since when the calendar is kept from this state, at the latest since its first batch; None: it
    /// never was, and knows nothing of any slot.
    async fn kept_since(&self) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// Holds an issue or a slot until it is released; false: it is held already, and stays as it is.
    async fn put_on_hold(&self, hold: &HeldRelease) -> Result<bool, StoreError>;

    /// Releases what is held under that name; answers the hold that stood.
    async fn release_hold(&self, name: &str) -> Result<Option<HeldRelease>, StoreError>;

    /// All holds that stand, by name.
    async fn holds(&self) -> Result<Vec<HeldRelease>, StoreError>;

    /// A person vouches that this copy is the one in use: it may keep the calendar from now on. Open
    /// batches are paused, to be looked at; answers how many.
    /// A person vouches that this copy is the one in use: it may send and keep the calendar from now on.
    /// Open batches are paused, to be looked at, and who is known to have left since is out; so are
    /// those who left the `lost` list (its mark), whose place this one takes.
    async fn adopt(
        &self,
        lost: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<AdoptionOutcome, StoreError>;

    /// Whether that issue was sent from this state though its database knows nothing of it.
    async fn is_witnessed(&self, issue: &str) -> Result<bool, StoreError>;

    /// How this list is known among others: a mark that its backups share.
    async fn mark(&self) -> Result<String, StoreError>;

    /// When a person vouched for this copy: what was due before waits for them. None: it is no copy.
    async fn adopted_at(&self) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// The zones of an edition's readers; None stands for readers who named none.
    async fn zones(&self, edition: &str) -> Result<Vec<Option<Tz>>, StoreError>;

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

    /// Settles what a dead sender left of a batch: claims return, rows in flight are `unknown`
    /// (or return with the same Message-ID, where `resend` says so). Where the state was restored
    /// from an older copy, all open rows are `unknown`. Only the holder may call it.
    async fn recover(
        &self,
        batch: BatchId,
        resend: bool,
        now: DateTime<Utc>,
    ) -> Result<RecoveredRows, StoreError>;

    /// Claims due rows of an open batch, as many as the quotas allow; a domain without room never
    /// holds up the others. Costs no more for a long ledger than for a short one.
    async fn claim(
        &self,
        batch: BatchId,
        sender: &SenderId,
        quotas: &ClaimQuotas,
        now: DateTime<Utc>,
    ) -> Result<Vec<Claim>, StoreError>;

    /// Leases up to `want` of the messages that `rate` allows under that key, over all workers
    /// together; a second's worth at the most.
    async fn lease(
        &self,
        key: &str,
        rate: Rate,
        want: u32,
        now: DateTime<Utc>,
    ) -> Result<LeaseAnswer, StoreError>;

    /// Applies transitions in order, in one transaction; durable (fsync) on return. Answers those
    /// that were not applied.
    async fn record(
        &self,
        transitions: &[Transition],
        now: DateTime<Utc>,
    ) -> Result<Vec<RefusedStep>, StoreError>;

    /// Opens, pauses, finishes or cancels a batch; cancelling skips the rows never sent. Opening
    /// one that was paused over refusals sets `trusts_refusals`. Answers the state that stands then: what is
    /// cancelled stays so, and a batch with open rows isn't finished.
    async fn set_batch_state(
        &self,
        batch: BatchId,
        state: &BatchState,
        now: DateTime<Utc>,
    ) -> Result<BatchState, StoreError>;

    /// Settles the rows whose fate nobody knows by a person's word; answers how many. Resending
    /// opens a finished batch again; of a cancelled batch nothing is sent again.
    async fn resolve_unknown(
        &self,
        batch: BatchId,
        answer: UnknownAnswer,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError>;

    /// Rejected or deferred rows are due now, by a person's word, and a finished batch is open again.
    /// Rows whose readers are suppressed stay as they are.
    async fn retry(
        &self,
        batch: BatchId,
        wanted: &RetrySelection,
        now: DateTime<Utc>,
    ) -> Result<RetryOutcome, StoreError>;

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

    /// The rows of a domain that are due before `until` are due then; answers how many.
    async fn postpone(
        &self,
        batch: BatchId,
        domain: &str,
        until: DateTime<Utc>,
    ) -> Result<u64, StoreError>;

    /// No row of what has begun waits longer than until `latest`; answers how many did.
    async fn pull_back(&self, batch: BatchId, latest: DateTime<Utc>) -> Result<u64, StoreError>;

    /// What is remembered of the relay and of recipient domains.
    async fn moods(&self) -> Result<Vec<StoredMood>, StoreError>;

    /// Remembers moods, each in the place of the one before.
    async fn keep_moods(&self, moods: &[StoredMood]) -> Result<(), StoreError>;

    /// Gives a paused batch new content for the rows never tried, and answers how many those are;
    /// rows that were tried get what they were tried with. Changes nothing unless it is paused.
    async fn refreeze(
        &self,
        batch: BatchId,
        content_hash: &str,
        content: &[u8],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError>;

    /// How many rows stand where.
    async fn counts(&self, batch: BatchId) -> Result<DeliveryCounts, StoreError>;

    /// The earliest time at which an open row is due by itself; None where none is open, or all that
    /// are wait for a person. Rows that a sender holds have no such time.
    async fn next_due(&self, batch: BatchId) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// Whether rows wait that had no answer yet: they are due since the batch has begun, whatever the
    /// clock says.
    async fn awaits_first_try(&self, batch: BatchId) -> Result<bool, StoreError>;

    /// A page of the rows that did not end well, or wait.
    async fn failed(
        &self,
        batch: BatchId,
        after: DeliveryId,
        limit: u32,
    ) -> Result<Vec<(DeliveryId, FailedDelivery)>, StoreError>;

    /// A page of the rows that stand in a state, in the order of their numbers.
    async fn deliveries(
        &self,
        batch: BatchId,
        state: DeliveryState,
        after: DeliveryId,
        limit: u32,
    ) -> Result<Vec<(DeliveryId, DeliveryRow)>, StoreError>;

    /// Every issue that a reader was frozen into, the newest first, and what became of it.
    async fn receipts(&self, subscriber: SubscriberId) -> Result<Vec<Receipt>, StoreError>;

    // ── what people are told ──────────────────────────────────────────────────────────────────

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

/// The exclusive right to send from a state, or to keep its calendar; released on drop.
#[derive(Debug)]
pub struct SenderGuard {
    /// Whatever must live as long as the right does.
    _held: Box<dyn std::fmt::Debug + Send + Sync>,
}

impl SenderGuard {
    /// Wraps what holds the right: a locked file, a session-level advisory lock.
    pub fn new(held: impl std::fmt::Debug + Send + Sync + 'static) -> Self {
        Self {
            _held: Box::new(held),
        }
    }
}
