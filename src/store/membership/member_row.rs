//! A reader as their own acts find them, and what their last departure took away: for every store. Not: how either is
//! loaded.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    address::Address,
    audience::{
        Origin, Subscriber, SubscriberId, Suppression, SuppressionReason, membership::Standing,
    },
    store::merge::StoredPerson,
};

/// A row of the list that has an address.
#[derive(Debug, Clone)]
pub(crate) struct MemberRow {
    pub(crate) id: SubscriberId,
    pub(crate) person: StoredPerson,
    pub(crate) epoch: u32,
    pub(crate) suppressed: Option<SuppressionReason>,
    pub(crate) origin: Origin,
    pub(crate) created_at: DateTime<Utc>,
}

impl MemberRow {
    /// How they stand, as the list says it.
    pub(crate) fn plain_standing(&self) -> Standing {
        Standing {
            state: Some(self.person.state),
            suppression: self.suppressed,
        }
    }

    /// Whether their last departure may say more of how they stand than the list does.
    pub(crate) fn has_left(&self) -> bool {
        self.suppressed == Some(SuppressionReason::Unsubscribed)
    }

    /// How they stand, with all that was ever said: who left on top of the operator's word is still kept off by it.
    pub(crate) fn standing_below(&self, farewell: Option<&Farewell>) -> Standing {
        let is_closed = self.has_left()
            && farewell.is_some_and(|it| !it.is_undone && it.before.was_kept_off_by_operator());
        Standing {
            state: Some(self.person.state),
            suppression: match is_closed {
                true => Some(SuppressionReason::Manual),
                false => self.suppressed,
            },
        }
    }

    /// As the list shows them.
    pub(crate) fn subscriber(&self) -> Subscriber {
        Subscriber {
            id: self.id,
            profile: self.person.profile.clone(),
            state: self.person.state,
            origin: self.origin,
            created_at: self.created_at,
        }
    }
}

/// The last departure of somebody.
#[derive(Debug, Clone)]
pub(crate) struct Farewell {
    /// What an undo is made for.
    pub(crate) epoch: u32,
    pub(crate) before: StandingBefore,
    pub(crate) is_undone: bool,
}

impl Farewell {
    /// One that nobody took back yet.
    pub(crate) fn new(epoch: u32, before: StandingBefore) -> Self {
        Self {
            epoch,
            before,
            is_undone: false,
        }
    }
}

/// What a departure took away.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StandingBefore {
    /// One edition: these were chosen before, and who had chosen them. None: it was everything.
    pub(crate) edition: Option<ChosenBefore>,
    /// What had kept them from mail already.
    pub(crate) suppression: Option<SuppressionBefore>,
}

/// Editions as they were chosen.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ChosenBefore {
    pub(crate) editions: Option<BTreeSet<String>>,
    pub(crate) set_by: u32,
}

/// A suppression that a departure replaced.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SuppressionBefore {
    reason: SuppressionReason,
    detail: Option<String>,
    at: DateTime<Utc>,
}

impl StandingBefore {
    /// Of somebody who left everything, and was kept from mail by that.
    pub(crate) fn of_all(stood: Option<&Suppression>) -> Self {
        Self {
            edition: None,
            suppression: stood.map(SuppressionBefore::new),
        }
    }

    fn was_kept_off_by_operator(&self) -> bool {
        let before = self.suppression.as_ref();
        before.is_some_and(|it| it.reason == SuppressionReason::Manual)
    }
}

impl SuppressionBefore {
    fn new(stood: &Suppression) -> Self {
        Self {
            reason: stood.reason,
            detail: stood.detail.clone(),
            at: stood.at,
        }
    }

    /// As it stood against that address.
    pub(crate) fn suppression(&self, email: Address) -> Suppression {
        Suppression {
            email: Some(email),
            reason: self.reason,
            detail: self.detail.clone(),
            at: self.at,
        }
    }
}
