//! The list of record and the delivery ledger, behind one interface that SQLite implements and
//! PostgreSQL will. Speaks the domain's verbs on groups of rows: one transaction a call, durable on
//! return, the time passed in, no SQL type outside.

mod machine;
mod merge;
mod notices;
mod pace;
pub mod sqlite;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

pub use self::notices::{DueNotice, NewNotice, NoticeId, TELLING, Told};
use crate::{
    address::Address,
    audience::{
        Origin, Profile, Reader, Subscriber, SubscriberId, SubscriberState, Suppression,
        SuppressionReason,
    },
    publication::Rate,
    source::SourceError,
};

/// A batch's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BatchId(pub i64);

/// A delivery's number: one row a batch and reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeliveryId(pub i64);

/// One issue, frozen, on its way to its audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its number.
    pub id: BatchId,
    /// The issue's identity: unique over all batches.
    pub issue: String,
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
    /// Where it stands.
    pub state: BatchState,
    /// How many readers it was frozen for.
    pub audience: u64,
    /// When it was frozen; the Date header of all its messages.
    pub frozen_at: DateTime<Utc>,
    /// A person resumed it after a pause over refusals: they count from now on.
    pub trusts_refusals: bool,
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
}

/// The readers of a batch who get it at the same moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wave {
    /// The moment.
    pub due_at: DateTime<Utc>,
    /// Their zones, by name; `""` stands for readers who named none.
    pub zones: Vec<String>,
    /// Whether it is under way.
    pub state: WaveState,
    /// Where its rows stand.
    pub counts: Counts,
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

/// A sender: one process. Its claims carry its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SenderId(pub String);

/// How many rows a claim may take, and where from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Quotas {
    /// From everywhere together; rows that came first go first.
    pub total: u32,
    /// From all domains that `domains` does not name.
    pub rest: u32,
    /// Domains with limits of their own, each with its room, which may be none.
    pub domains: Vec<(String, u32)>,
}

/// An answer to `lease`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// How many may go now.
    pub granted: u32,
    /// When to ask again, where fewer were granted than wanted.
    pub again_at: DateTime<Utc>,
}

/// A row that this sender holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The row.
    pub delivery: DeliveryId,
    /// The fencing number that `record` checks.
    pub fence: i64,
    /// Attempts that ended in a deferral so far.
    pub attempts: u32,
    /// Connections lost under this row since its last deferral.
    pub losses: u32,
    /// When it was first tried, for `give_up`.
    pub first_attempt_at: Option<DateTime<Utc>>,
    /// The hash of the content this row was tried with, where a `refreeze` has changed the batch's
    /// since: it gets the same again.
    pub content: Option<String>,
    /// To whom.
    pub reader: Reader,
}

/// A step of one claimed row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The row.
    pub delivery: DeliveryId,
    /// The claim's fencing number.
    pub fence: i64,
    /// Where it goes.
    pub to: Step,
}

/// Where a claimed row goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The message may leave now. Refused when the reader was suppressed since the freeze.
    Sending {
        /// The hash of what leaves.
        content: String,
    },
    /// Refused, but not yet believed: stays claimed by this sender until it is rejected or
    /// returned. A crash returns it.
    Held {
        /// The relay's words.
        reply: String,
    },
    /// The relay took it: its answer to the dot.
    Accepted {
        /// The relay's words.
        reply: String,
    },
    /// Not now; again at `due_at`.
    Deferred {
        /// When.
        due_at: DateTime<Utc>,
        /// The relay's words.
        reply: String,
    },
    /// Never.
    Rejected {
        /// The relay's words, or `gave_up`.
        reply: String,
        /// The address itself is dead: suppress it in the same transaction.
        suppress: bool,
    },
    /// Back to pending as if never claimed; `lost` counts a lost connection.
    Returned {
        /// A connection was lost under it, before the dot.
        lost: bool,
    },
    /// The connection died between the dot and its answer.
    Unknown {
        /// What was seen.
        reply: String,
    },
}

/// A transition that was not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The row.
    pub delivery: DeliveryId,
    /// Why.
    pub reason: RefusalReason,
}

/// Why a transition was not applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalReason {
    /// The reader left, bounced or was erased since the freeze: the row is skipped.
    Suppressed(SuppressionReason),
    /// Another sender holds the row now, or the row has its end.
    Fenced,
    /// The batch was paused or cancelled meanwhile: the row went back, or was skipped.
    Stopped,
}

/// How many rows stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
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

impl Counts {
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

/// A row that did not end well, for `status --failed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedDelivery {
    /// Who; None once erased.
    pub email: Option<Address>,
    /// `deferred`, `rejected`, `unknown` or `skipped`.
    pub outcome: String,
    /// The relay's words.
    pub reply: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// What a recovery found of a dead sender's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recovered {
    /// Claims that returned to pending.
    pub returned: u64,
    /// Rows in flight whose fate nobody knows.
    pub unknown: u64,
    /// Open rows that may have been sent since, for the database is an older copy of itself:
    /// unknown too, whatever the policy on unknown rows.
    pub restored: u64,
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

/// What a person decides about rows whose fate nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownAnswer {
    /// Send them again, with the same Message-ID: whoever had it may get it twice.
    Resend,
    /// Take them as accepted: whoever did not get it never will.
    Accept,
}

/// What is known of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Known {
    /// The list has a subscriber of that address, whatever their state.
    pub is_listed: bool,
    /// Why it gets no mail.
    pub suppression: Option<SuppressionReason>,
}

/// Everything that can go wrong with a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The state can't be opened or written.
    #[error("the state in {place} can't be used")]
    Unusable {
        /// The file or the server, without secrets.
        place: String,
        /// What the database said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Another process sends.
    #[error("another daily-note is sending from this state ({holder})")]
    Held {
        /// What the holder wrote of itself: process id, command, since when.
        holder: String,
    },
    /// The state was restored from a copy made before that issue was sent.
    #[error(
        "{issue} was sent from this state, and its database knows nothing of it: it is an older copy"
    )]
    OlderCopy {
        /// The issue's identity.
        issue: String,
    },
    /// Another issue has the slot.
    #[error("the slot was sent already, as {issue}")]
    SlotTaken {
        /// The other issue's identity.
        issue: String,
    },
    /// The state is a copy: nobody knows what was sent since it was made, or from where else.
    #[error("the state was copied or moved here from elsewhere")]
    Copied,
    /// Another process keeps the calendar.
    #[error("another daily-note keeps the calendar of this state ({holder})")]
    Kept {
        /// What the holder wrote of itself.
        holder: String,
    },
    /// A fold that would lose too much of the list.
    #[error("subscribers.yaml would take {lost} of {total} readers off the list")]
    FoldLosesTooMany {
        /// Readers who would go.
        lost: u64,
        /// Readers there are.
        total: u64,
    },
    /// An entry that can't be read.
    #[error(transparent)]
    Entry(#[from] SourceError),
    /// A database of another program.
    #[error("the database in the state folder is not daily-note's")]
    Foreign,
    /// The state was written by a newer program.
    #[error("the state was written by a newer daily-note")]
    Newer,
    /// A migration that fails.
    #[error("the state can't be brought up to date")]
    Outdated(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The rows of a batch are not what is counted beside them.
    #[error("the ledger does not add up: its rows are {rows:?}, its counters {counters:?}")]
    Unbalanced {
        /// Row by row.
        rows: Box<Counts>,
        /// As they were kept.
        counters: Box<Counts>,
    },
    /// Content that rows are to be sent with, and that can't be had.
    #[error("the content {hash} can't be read back from the ledger: {why}")]
    ContentLost {
        /// Under which it was kept.
        hash: String,
        /// Why.
        why: String,
    },
    /// A file that is no backup.
    #[error("this is no backup of daily-note")]
    NoBackup,
    /// A backup that is not whole.
    #[error("the backup is damaged")]
    DamagedBackup,
    /// A backup under a name that SQLite can't take.
    #[error("a backup's name must be Unicode")]
    BackupName,
    /// A restore where a state is.
    #[error("there is a state in {place} already")]
    StateExists {
        /// The folder.
        place: String,
    },
}

impl StoreError {
    /// What a person does about it.
    #[must_use]
    pub fn hint(&self) -> &str {
        match self {
            Self::Unusable { .. } => {
                "check that the folder exists, that you may write to it, and that its disk has room"
            }
            Self::Held { .. } | Self::Kept { .. } => {
                "wait until it is done, or stop it; then try again"
            }
            Self::FoldLosesTooMany { .. } => {
                "if that is meant, raise audience.max_removal in daily-note.yaml for this once"
            }
            Self::SlotTaken { .. } => {
                "give the issue another date, or take the other one's place: see `daily-note status`"
            }
            Self::Copied => {
                "if no other copy is in use, say so with `daily-note adopt`; then the calendar is kept from here"
            }
            Self::OlderCopy { .. } => {
                "put the newest copy of .daily-note back; if nobody got it after all, remove .daily-note/witness and send again"
            }
            Self::Entry(error) => error
                .hint()
                .unwrap_or("mend the entry; nothing was changed"),
            Self::Foreign => "move it away, or name another folder",
            Self::Newer => "install that version or a later one",
            Self::Outdated(_) => {
                "nothing was changed: use the version that wrote it, and report this with the cause"
            }
            Self::Unbalanced { .. } => {
                "nothing more is sent of it: keep a copy of .daily-note, and report this"
            }
            Self::ContentLost { .. } => {
                "`daily-note cancel` the issue, or put a backup back that has it"
            }
            Self::NoBackup => "name a file that `daily-note backup` wrote",
            Self::DamagedBackup => "restore another one",
            Self::BackupName => "choose another name",
            Self::StateExists { .. } => {
                "a restore overwrites nothing: stop what uses it, and move the folder away first"
            }
        }
    }
}

/// The list of record and the delivery ledger.
#[async_trait]
pub trait Store: Send + Sync {
    // ── the list ──────────────────────────────────────────────────────────────────────────────

    /// Folds subscribers.yaml into the list: adds, changes what the person did not set
    /// themself, deactivates readers whom only the file had added. With `max_removal` (a share of
    /// the list, and more than 10 readers) stops before losing too many. All or nothing.
    async fn fold(
        &self,
        entries: &mut (dyn Iterator<Item = Result<Profile, SourceError>> + Send),
        max_removal: f64,
        now: DateTime<Utc>,
    ) -> Result<FoldReport, StoreError>;

    /// What `fold` would do, and the edition's audience after it; changes nothing.
    async fn preview(
        &self,
        entries: &mut (dyn Iterator<Item = Result<Profile, SourceError>> + Send),
        max_removal: f64,
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

    /// The subscriber of that address, whatever its state.
    async fn subscriber(&self, email: &Address) -> Result<Option<Subscriber>, StoreError>;

    /// What the list and the suppressions know of each of these addresses, in their order.
    async fn known(&self, emails: &[Address]) -> Result<Vec<Known>, StoreError>;

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

    /// Lifts a suppression; answers the one that stood.
    async fn lift_suppression(&self, email: &Address) -> Result<Option<Suppression>, StoreError>;

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
    /// [`StoreError::OlderCopy`] where it was sent and the state restored from before that;
    /// [`StoreError::SlotTaken`] where another issue has its date of the calendar.
    async fn freeze(&self, batch: &NewBatch, now: DateTime<Utc>) -> Result<Freeze, StoreError>;

    /// The batch of that issue.
    async fn batch(&self, issue: &str) -> Result<Option<Batch>, StoreError>;

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

    /// A person vouches that this copy is the one in use: it may keep the calendar from now on. Open
    /// batches are paused, to be looked at; answers how many.
    async fn adopt(&self, now: DateTime<Utc>) -> Result<u64, StoreError>;

    /// When a person vouched for this copy: what was due before waits for them. None: it is no copy.
    async fn adopted_at(&self) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// The zones of an edition's readers; None stands for readers who named none.
    async fn zones(&self, edition: &str) -> Result<Vec<Option<Tz>>, StoreError>;

    /// The waves of a batch, the earliest first; none where all readers get it at once.
    async fn waves(&self, batch: BatchId) -> Result<Vec<Wave>, StoreError>;

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
    ) -> Result<Recovered, StoreError>;

    /// Claims due rows of an open batch, as many as the quotas allow; a domain without room never
    /// holds up the others. Costs no more for a long ledger than for a short one.
    async fn claim(
        &self,
        batch: BatchId,
        sender: &SenderId,
        quotas: &Quotas,
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
    ) -> Result<Lease, StoreError>;

    /// Applies transitions in order, in one transaction; durable (fsync) on return. Answers those
    /// that were not applied.
    async fn record(
        &self,
        transitions: &[Transition],
        now: DateTime<Utc>,
    ) -> Result<Vec<Refusal>, StoreError>;

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
    async fn counts(&self, batch: BatchId) -> Result<Counts, StoreError>;

    /// The earliest time at which an open row is due by itself; None where none is open, or all that
    /// are wait for a person. Rows that a sender holds have no such time.
    async fn next_due(&self, batch: BatchId) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// A page of the rows that did not end well, or wait.
    async fn failed(
        &self,
        batch: BatchId,
        after: DeliveryId,
        limit: u32,
    ) -> Result<Vec<(DeliveryId, FailedDelivery)>, StoreError>;

    // ── what people are told ──────────────────────────────────────────────────────────────────

    /// Puts notices into the outbox, in one transaction; those whose key was ever told to their
    /// target are left out. Answers how many are new.
    async fn post_notices(
        &self,
        notices: &[NewNotice],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError>;

    /// Takes notices that are due, the oldest first. Unless they are settled before [`TELLING`] is
    /// over, they are due again.
    async fn take_due_notices(
        &self,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<DueNotice>, StoreError>;

    /// What came of telling one, in the other side's words.
    async fn settle_notice(
        &self,
        notice: NoticeId,
        told: Told,
        reply: &str,
    ) -> Result<(), StoreError>;

    /// When the next notice is due; None where none waits.
    async fn next_notice(&self) -> Result<Option<DateTime<Utc>>, StoreError>;
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
