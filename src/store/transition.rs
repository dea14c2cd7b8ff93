//! Where a claimed delivery goes: the step that a sender asks for, and why it may be refused.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::DeliveryId;
use crate::audience::SuppressionReason;

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

impl Transition {
    /// A refusal of a dead address that nobody believes, with the relay's words.
    pub(super) fn doubted_as_dead(&self) -> Option<&str> {
        match &self.to {
            DeliveryStep::Deferred {
                doubted: Some(true),
                reply,
                ..
            } => Some(reply),
            _ => None,
        }
    }

    /// The same believed: the address is dead, by these words.
    pub(super) fn believed(&self, reply: &str) -> Self {
        Self {
            to: DeliveryStep::Rejected {
                reply: reply.to_owned(),
                suppress: true,
            },
            ..self.clone()
        }
    }
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

/// What a person decides about rows whose fate nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownAnswer {
    /// Send them again, with the same Message-ID: whoever had it may get it twice.
    Resend,
    /// Take them as accepted: whoever did not get it never will.
    Accept,
}
