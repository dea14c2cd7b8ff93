//! A delivery: one row of a batch, claimed, stepped through its states, ended.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{BatchId, DeliveryState};
use crate::{
    address::Address,
    audience::{Reader, SuppressionReason},
};

/// A delivery's number: one row a batch and reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeliveryId(pub i64);

/// A sender: one process. Its claims carry its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SenderId(pub String);

/// How many rows a claim may take, and where from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClaimQuotas {
    /// From everywhere together; rows that came first go first.
    pub total: u32,
    /// From all domains that `domains` does not name.
    pub rest: u32,
    /// Domains with limits of their own, each with its room, which may be none.
    pub domains: Vec<(String, u32)>,
}

/// An answer to `lease`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseAnswer {
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
    /// How long it has waited since its first try, as far as that was observed, for `give_up`.
    pub waited: Duration,
    /// When it was last tried and had to wait.
    pub tried_at: Option<DateTime<Utc>>,
    /// Since when its reader is refused for good without being believed to be, by whatever issue, and was
    /// not taken by any.
    pub refused_since: Option<DateTime<Utc>>,
    /// The hash of the content this row was tried with, where a `refreeze` has changed the batch's
    /// since: it gets the same again.
    pub content: Option<String>,
    /// To whom.
    pub reader: Reader,
}

impl Claim {
    /// Whether the relay was asked about this row before, and did not take it.
    #[must_use]
    pub fn was_tried(&self) -> bool {
        self.attempts > 0 || self.tried_at.is_some()
    }
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
    pub fn tried(&self) -> usize {
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

/// A step of one claimed row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The row.
    pub delivery: DeliveryId,
    /// The claim's fencing number.
    pub fence: i64,
    /// Where it goes.
    pub to: DeliveryStep,
}

/// Where a claimed row goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryStep {
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
        /// How long it has waited by now.
        waited: Duration,
        /// It was refused for good, as a dead address or otherwise, and nobody believes it: its
        /// domain refuses everybody. Where a reader is refused as dead in three issues over two
        /// weeks, no doubt is left: rejected and suppressed instead.
        doubted: Option<bool>,
    },
    /// The relay answered, and it is not this row's matter: pending again with no attempt counted.
    PutOff {
        /// The relay's words.
        reply: String,
        /// When it is due; None: as before, so that it goes first.
        due_at: Option<DateTime<Utc>>,
        /// How long it has waited by now.
        waited: Duration,
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
pub struct RefusedStep {
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
    /// The reader was taken off the list since the freeze, by whoever had put them there: the row is
    /// skipped.
    Removed,
    /// Another sender holds the row now, or the row has its end.
    Fenced,
    /// The batch was paused or cancelled meanwhile: the row went back, or was skipped.
    Stopped,
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

/// A row of a batch as it stands, for people: the proof of what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveryRow {
    /// Who; None once erased, or where it is clear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Address>,
    /// Where it stands.
    pub state: DeliveryState,
    /// Since when; None: nothing was tried yet.
    pub at: Option<DateTime<Utc>>,
    /// Attempts that ended in a deferral.
    pub attempts: u32,
    /// The relay's words, with its number for the message where it names one.
    pub reply: Option<String>,
}

/// An issue that a reader was to get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// Its identity.
    pub issue: String,
    /// The edition's key.
    pub edition: String,
    /// When it was due.
    pub slot: DateTime<Utc>,
    /// It was tried out: it left for nobody.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub rehearsal: bool,
    /// What became of it.
    #[serde(flatten)]
    pub delivery: DeliveryRow,
}

/// What a recovery found of a dead sender's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecoveredRows {
    /// Claims that returned to pending.
    pub returned: u64,
    /// Rows in flight whose fate nobody knows.
    pub unknown: u64,
    /// Open rows that may have been sent since, for the database is an older copy of itself:
    /// unknown too, whatever the policy on unknown rows.
    pub restored: u64,
}

/// What a person decides about rows whose fate nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownAnswer {
    /// Send them again, with the same Message-ID: whoever had it may get it twice.
    Resend,
    /// Take them as accepted: whoever did not get it never will.
    Accept,
}

/// Rows that a person wants tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySelection {
    /// Where they stand.
    pub state: RetryState,
    /// Only those of this domain.
    pub domain: Option<String>,
    /// Only those refused with this code, `550` or `5.7.1`.
    pub code: Option<String>,
    /// Only these; all where there are none.
    pub emails: Vec<Address>,
}

/// Where rows stand that can be tried again by hand. What was taken never is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryState {
    /// Refused for good, or given up.
    Rejected,
    /// They wait: now instead.
    Deferred,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RetryOutcome {
    /// Rows that are due now.
    pub rows: u64,
    /// Rows left as they are: their readers are suppressed.
    pub suppressed: u64,
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
