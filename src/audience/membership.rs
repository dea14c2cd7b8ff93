//! The life of one reader as a state machine, beside the ledger's: how they stand, which acts are lawful from
//! there, what each leads to, and whether it ends the links that were made before it. Pure: no database, no clock.
//!
//! ```text
//! stranger ──ask──► unconfirmed ──confirm──► reader ──► inactive (gone from the file)
//!                                             ▲  │
//!                        their own confirmation  leave, bounce, complaint, the operator, erasure
//!                      (but past no complaint        │
//!                       and no word of the operator) ▼
//!                                            kept from mail
//! ```

pub mod signup;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{SubscriberId, SubscriberState, SuppressionReason};

/// How somebody stands: on the list or not, and what keeps them from mail. Whoever is kept from it keeps their
/// place below that: lifting it gives them back as they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// On the list; None: not on it.
    pub state: Option<SubscriberState>,
    /// What keeps them from mail.
    pub suppression: Option<SuppressionReason>,
}

/// What somebody does, or what is done to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MembershipAct {
    /// A form asks to subscribe that address.
    Ask,
    /// The person confirms it from that address.
    Confirm,
    /// Their address goes beyond mail's reach: they left, it bounced, they complained, the operator says so, they
    /// are erased.
    Suppress(SuppressionReason),
    /// The operator lifts what keeps them from mail.
    Lift,
    /// The file, an import or the operator names them.
    Name,
    /// The file names them no more, and nobody else does.
    Vanish,
    /// They have another address from now on.
    Move,
    /// Whoever asked did not confirm in time.
    Forget,
}

/// What an act leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MembershipStep {
    /// How they stand then.
    pub to: Standing,
    /// The row of the history.
    pub change: MembershipChange,
    /// Links that were made before (confirm, undo, manage, move) end.
    pub grows_epoch: bool,
}

/// What changed in one reader's life; a row of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MembershipChange {
    /// A form asked to subscribe them.
    Asked,
    /// They confirmed it.
    Confirmed,
    /// They left everything.
    Left,
    /// They left one edition.
    LeftEdition,
    /// They took a departure back.
    Returned,
    /// They chose editions, name, language or time zone.
    Preferred,
    /// They asked for another address.
    MoveAsked,
    /// They have another address.
    Moved,
    /// They have their old address again.
    MoveUndone,
    /// Their address does not exist.
    Bounced,
    /// They called it spam.
    Complained,
    /// The operator keeps them off.
    Suppressed,
    /// The operator lifted what kept them from mail.
    Lifted,
    /// A file, an import or the operator put them on the list.
    Added,
    /// They are gone from the file that had brought them.
    Deactivated,
    /// They are named again.
    Reactivated,
    /// They asked and did not confirm, and are forgotten.
    Forgotten,
    /// They are erased.
    Erased,
    /// They gave an opinion.
    Opined,
    /// A newer consent replaced theirs.
    Reconsented,
}

/// By what a change came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeSource {
    /// A form on a page.
    Form,
    /// A link in a mail, and the button behind it.
    Link,
    /// The one click of RFC 8058.
    OneClick,
    /// A mail to the address of `List-Unsubscribe`.
    Mailto,
    /// subscribers.yaml.
    File,
    /// A CSV import, another list taken in.
    Import,
    /// A command of the operator's.
    Operator,
    /// A relay's refusal.
    Bounce,
    /// A report of spam.
    Complaint,
    /// Time that passed.
    Expiry,
    /// What another copy of the state knew.
    Restore,
}

/// A row of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryEntry {
    /// Its number; later rows have higher ones.
    pub id: i64,
    /// Whom it is of: the first of them.
    pub reader: SubscriberId,
    /// The last of them: who was brought in bulk has numbers in a row.
    pub through: SubscriberId,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub change: MembershipChange,
    /// By what.
    pub source: ChangeSource,
}

impl Standing {
    /// Somebody of whom nothing is known.
    pub const STRANGER: Self = Self {
        state: None,
        suppression: None,
    };

    /// Whether the next issue goes to them.
    #[must_use]
    pub fn gets_mail(self) -> bool {
        self.state == Some(SubscriberState::Active) && self.suppression.is_none()
    }

    /// Whether no act of their own brings them back: who complained is asked by nobody but the operator, and whom
    /// the operator keeps off, the operator alone lets in.
    #[must_use]
    pub fn is_barred(self) -> bool {
        matches!(
            self.suppression,
            Some(SuppressionReason::Complaint | SuppressionReason::Manual)
        )
    }

    /// What an act leads to from here; None: it is not lawful here, or changes nothing.
    #[must_use]
    pub fn after(self, act: MembershipAct) -> Option<MembershipStep> {
        match act {
            MembershipAct::Ask => self.after_asking(),
            MembershipAct::Confirm => self.after_confirming(),
            MembershipAct::Suppress(reason) => self.after_suppressing(reason),
            MembershipAct::Lift => self.suppression.map(|_| {
                let to = Self {
                    suppression: None,
                    ..self
                };
                MembershipStep::ending_links(to, MembershipChange::Lifted)
            }),
            MembershipAct::Name => self.after_naming(),
            MembershipAct::Vanish if self.state == Some(SubscriberState::Active) => {
                let to = self.with_state(SubscriberState::Inactive);
                Some(MembershipStep::new(to, MembershipChange::Deactivated))
            }
            // A person who moves says which address they read, not that they want to be back.
            MembershipAct::Move => match self.suppression {
                None | Some(SuppressionReason::HardBounce) if self.state.is_some() => {
                    let to = Self {
                        suppression: None,
                        ..self
                    };
                    Some(MembershipStep::ending_links(to, MembershipChange::Moved))
                }
                _ => None,
            },
            MembershipAct::Forget if self.state == Some(SubscriberState::Unconfirmed) => {
                let to = Self {
                    state: None,
                    ..self
                };
                Some(MembershipStep::ending_links(
                    to,
                    MembershipChange::Forgotten,
                ))
            }
            MembershipAct::Vanish | MembershipAct::Forget => None,
        }
    }

    fn after_asking(self) -> Option<MembershipStep> {
        if self.gets_mail() || self.is_barred() {
            return None;
        }
        // Nothing but the wish is new: who left has left until they confirm.
        let to = match self.state {
            None => self.with_state(SubscriberState::Unconfirmed),
            Some(_) => self,
        };
        Some(MembershipStep::new(to, MembershipChange::Asked))
    }

    fn after_confirming(self) -> Option<MembershipStep> {
        if self.state.is_none() || self.gets_mail() || self.is_barred() {
            return None;
        }
        let to = Self {
            state: Some(SubscriberState::Active),
            suppression: None,
        };
        Some(MembershipStep::ending_links(
            to,
            MembershipChange::Confirmed,
        ))
    }

    fn after_suppressing(self, reason: SuppressionReason) -> Option<MembershipStep> {
        let strength = |it: SuppressionReason| it.strength();
        if self.suppression.map(strength) >= Some(strength(reason)) {
            return None;
        }
        let to = Self {
            suppression: Some(reason),
            state: match reason {
                SuppressionReason::Erased => None,
                _ => self.state,
            },
        };
        Some(MembershipStep::ending_links(
            to,
            MembershipChange::of_reason(reason),
        ))
    }

    fn after_naming(self) -> Option<MembershipStep> {
        let change = match (self.state, self.suppression) {
            (_, Some(_)) | (Some(SubscriberState::Active), _) => return None,
            (Some(SubscriberState::Inactive), _) => MembershipChange::Reactivated,
            (None | Some(SubscriberState::Unconfirmed), _) => MembershipChange::Added,
        };
        let to = self.with_state(SubscriberState::Active);
        Some(MembershipStep::new(to, change))
    }

    fn with_state(self, state: SubscriberState) -> Self {
        Self {
            state: Some(state),
            ..self
        }
    }
}

impl MembershipStep {
    fn new(to: Standing, change: MembershipChange) -> Self {
        Self {
            to,
            change,
            grows_epoch: false,
        }
    }

    fn ending_links(to: Standing, change: MembershipChange) -> Self {
        Self {
            to,
            change,
            grows_epoch: true,
        }
    }
}

impl MembershipChange {
    /// The change that keeps somebody from mail for that reason.
    #[must_use]
    pub fn of_reason(reason: SuppressionReason) -> Self {
        match reason {
            SuppressionReason::Unsubscribed => Self::Left,
            SuppressionReason::HardBounce => Self::Bounced,
            SuppressionReason::Complaint => Self::Complained,
            SuppressionReason::Manual => Self::Suppressed,
            SuppressionReason::Erased => Self::Erased,
        }
    }
}

impl SuppressionReason {
    /// The person's own will is the strongest, what machines say the weakest. A stronger reason replaces a
    /// weaker one: lifting a bounce must not bring back someone who left as well.
    #[must_use]
    pub(crate) fn strength(self) -> u8 {
        match self {
            Self::HardBounce => 1,
            Self::Manual => 2,
            Self::Unsubscribed => 3,
            Self::Complaint => 4,
            Self::Erased => 5,
        }
    }
}
