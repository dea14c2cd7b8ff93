//! A delivery: one row of a batch, its number, where it can stand, and how many stand where.

use serde::{Deserialize, Serialize};

/// A delivery's number: one row a batch and reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeliveryId(pub i64);

/// Where one row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Not tried yet, or as good as.
    Pending,
    /// Held by a sender.
    Claimed,
    /// On the wire.
    Sending,
    /// The relay took it.
    Accepted,
    /// Tried; to be tried again.
    Deferred,
    /// Refused for good.
    Rejected,
    /// Nobody can know.
    Unknown,
    /// Ended without mail: the reader left, or the batch was cancelled.
    Skipped,
}

impl DeliveryState {
    /// All, in the order of their codes.
    pub(crate) const ALL: [Self; 8] = [
        Self::Pending,
        Self::Claimed,
        Self::Sending,
        Self::Accepted,
        Self::Deferred,
        Self::Rejected,
        Self::Unknown,
        Self::Skipped,
    ];

    /// The word that people see.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Claimed => "claimed",
            Self::Sending => "sending",
            Self::Accepted => "accepted",
            Self::Deferred => "deferred",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }
}

/// How many rows stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeliveryCounts {
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

impl DeliveryCounts {
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

    /// The rows that stand there.
    pub(super) fn of_mut(&mut self, state: DeliveryState) -> &mut u64 {
        match state {
            DeliveryState::Pending => &mut self.pending,
            DeliveryState::Claimed => &mut self.claimed,
            DeliveryState::Sending => &mut self.sending,
            DeliveryState::Accepted => &mut self.accepted,
            DeliveryState::Deferred => &mut self.deferred,
            DeliveryState::Rejected => &mut self.rejected,
            DeliveryState::Unknown => &mut self.unknown,
            DeliveryState::Skipped => &mut self.skipped,
        }
    }
}
