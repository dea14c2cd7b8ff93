//! What became of the people whom somebody adds to the list of record.

use serde::Serialize;

use crate::{address::Address, audience::SuppressionReason};

/// What a fold of subscribers.yaml may not do unasked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FoldLimits {
    /// The share of the list that it may take off.
    pub max_removal: f64,
    /// The file may be cut off within its last entry: whoever that adds or changes waits.
    pub is_end_in_doubt: bool,
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

/// What became of a state that a person took into use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AdoptionOutcome {
    /// Batches that were open in it and are paused now.
    pub paused: u64,
    /// Readers who left since it was made, and are out now.
    pub departed: u64,
}

/// What became of a person who was to be forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erasure {
    /// Something of them stood in the state.
    pub was_known: bool,
    /// It is overwritten on the disk. False: another program reads the database's log, which holds it until
    /// that program is done.
    pub is_overwritten: bool,
}
