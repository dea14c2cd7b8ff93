//! What becomes of a row, ruled by `health` and recorded by `outcome_recorder`: the one place where a ruling
//! becomes a step of the ledger.

use chrono::{DateTime, Utc};

use super::domain::HeldRefusal;
use crate::{
    delivery::retry::{self, LOSSES_BEFORE_DEFERRAL},
    publication::DeliverySettings,
    store::{Claim, DeliveryStep},
};

/// What becomes of a row, or of the batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ruling {
    /// The relay took it.
    Accept { claim: Claim, reply: String },
    /// Refused for good, and not yet believed: it is kept with the held ones.
    Hold { claim: Claim, reply: String },
    /// The reader's own fate.
    Reject {
        claim: Claim,
        reply: String,
        is_dead: bool,
    },
    /// Tried again later; `doubted` where it was refused for good and nobody believes it: whether as
    /// a dead address.
    Defer {
        claim: Claim,
        reply: String,
        doubted: Option<bool>,
    },
    /// Not its reader's matter: pending again, where it was, or at a time.
    PutOff {
        claim: Claim,
        reply: String,
        due_at: Option<DateTime<Utc>>,
    },
    /// The relay broke off: pending again, and deferred at the third time.
    Lose { claim: Claim, why: String },
    /// As if it had never been tried.
    PutBack(Claim),
    /// The batch pauses: a person must fix something.
    Pause { reason: String, over_refusals: bool },
}

impl Ruling {
    pub(super) fn pause(reason: String) -> Self {
        Self::Pause {
            reason,
            over_refusals: false,
        }
    }

    pub(super) fn defer(claim: Claim, reply: String) -> Self {
        Self::Defer {
            claim,
            reply,
            doubted: None,
        }
    }

    pub(super) fn put_off(claim: Claim, reply: String) -> Self {
        Self::PutOff {
            claim,
            reply,
            due_at: None,
        }
    }

    pub(super) fn doubt(held: HeldRefusal) -> Self {
        Self::Defer {
            claim: held.claim,
            reply: held.reply.to_string(),
            doubted: Some(held.is_dead),
        }
    }

    pub(super) fn reject(held: HeldRefusal) -> Self {
        Self::Reject {
            claim: held.claim,
            reply: held.reply.to_string(),
            is_dead: held.is_dead,
        }
    }

    /// The row's step in the ledger; None: it is the batch that is ruled on.
    pub(crate) fn into_step(
        self,
        settings: &DeliverySettings,
        now: DateTime<Utc>,
    ) -> Option<(Claim, DeliveryStep)> {
        Some(match self {
            Self::Accept { claim, reply } => (claim, DeliveryStep::Accepted { reply }),
            Self::Hold { claim, reply } => (claim, DeliveryStep::Held { reply }),
            Self::Reject {
                claim,
                reply,
                is_dead,
            } => {
                let step = DeliveryStep::Rejected {
                    reply,
                    suppress: is_dead,
                };
                (claim, step)
            }
            Self::Defer {
                claim,
                reply,
                doubted,
            } => {
                let step = defer(&claim, reply, doubted, settings, now);
                (claim, step)
            }
            Self::PutOff {
                claim,
                reply,
                due_at,
            } => {
                let waited = retry::waited(&claim, settings, now);
                let step = match waited >= settings.give_up {
                    true => given_up(&reply),
                    false => DeliveryStep::PutOff {
                        reply,
                        due_at,
                        waited,
                    },
                };
                (claim, step)
            }
            Self::Lose { claim, why } if claim.losses + 1 >= LOSSES_BEFORE_DEFERRAL => {
                let step = defer(&claim, why, None, settings, now);
                (claim, step)
            }
            Self::Lose { claim, .. } => (claim, DeliveryStep::Returned { lost: true }),
            Self::PutBack(claim) => (claim, DeliveryStep::Returned { lost: false }),
            Self::Pause { .. } => return None,
        })
    }
}

fn defer(
    claim: &Claim,
    reply: String,
    doubted: Option<bool>,
    settings: &DeliverySettings,
    now: DateTime<Utc>,
) -> DeliveryStep {
    match retry::next_attempt(claim, settings, now) {
        Some(due_at) => DeliveryStep::Deferred {
            due_at,
            reply,
            waited: retry::waited(claim, settings, now),
            doubted,
        },
        None => given_up(&reply),
    }
}

fn given_up(reply: &str) -> DeliveryStep {
    DeliveryStep::Rejected {
        reply: format!("gave_up: {reply}"),
        suppress: false,
    }
}
