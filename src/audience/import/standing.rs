//! How a person of a table stands: that they read, that they left, that nobody knows; the worst that is said of them counts.

use crate::audience::SuppressionReason;

/// How a person stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonStanding {
    /// They get mail.
    Active,
    /// They signed up and have not confirmed.
    Unconfirmed,
    /// They are known, and never asked for mail; or were on the list once.
    Bystander,
    /// They must get none.
    Suppressed(SuppressionReason),
}

impl PersonStanding {
    /// The stronger of two claims: a reason for no mail outweighs any claim that they read.
    pub(super) fn or_worse(self, other: Self) -> Self {
        let weight = |standing| match standing {
            Self::Active => 0,
            Self::Bystander => 1,
            Self::Unconfirmed => 2,
            Self::Suppressed(SuppressionReason::Manual) => 3,
            Self::Suppressed(SuppressionReason::Unsubscribed) => 4,
            Self::Suppressed(SuppressionReason::HardBounce) => 5,
            Self::Suppressed(SuppressionReason::Complaint | SuppressionReason::Erased) => 6,
        };
        if weight(other) > weight(self) {
            other
        } else {
            self
        }
    }
}

/// A standing, and why it is so where that isn't plain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JudgedStanding {
    pub(super) standing: PersonStanding,
    pub(super) why: Option<String>,
}

impl From<PersonStanding> for JudgedStanding {
    fn from(standing: PersonStanding) -> Self {
        Self {
            standing,
            why: None,
        }
    }
}

impl JudgedStanding {
    /// The stronger of two.
    pub(super) fn or_worse(self, other: impl Into<Self>) -> Self {
        let other = other.into();
        if self.standing.or_worse(other.standing) == self.standing {
            self
        } else {
            other
        }
    }
}
