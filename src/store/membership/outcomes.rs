//! What a reader's acts say and are answered: the nouns of [`Membership`](super::Membership).

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::{
    address::Address,
    audience::{
        PastConsent, Subscriber, SubscriberId, Suppression,
        membership::{
            ChangeSource, HistoryEntry,
            signup::{ConsentProof, ConsentWording},
        },
    },
    store::{LimitReached, Opinion, Receipt},
};

/// What became of a wish to subscribe, or for a fresh link. A page says the same to all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskOutcome {
    /// A mail waits to leave.
    Queued,
    /// So many ask that the mail is held for a person to look at; since then, the same for all of one flood.
    Held {
        /// When the flood began: what an alarm is told once for.
        since: DateTime<Utc>,
    },
    /// They get mail already; a mail that says so waits to leave, or is held.
    AlreadyHere,
    /// There was enough of it.
    Limited(LimitReached),
    /// Nothing leaves to that address, and nothing was written down.
    Barred,
}

/// A reader as pages need them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// What the list knows of them.
    pub subscriber: Subscriber,
    /// What links that end are made for.
    pub epoch: u32,
    /// What keeps them from mail.
    pub suppression: Option<Suppression>,
    /// What was asked for them and is not confirmed.
    pub pending: Option<PendingAsk>,
    /// The address that they asked to move to, and that did not confirm it yet.
    pub moving_to: Option<Address>,
}

/// A wish to subscribe that waits to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PendingAsk {
    /// When.
    pub asked_at: DateTime<Utc>,
    /// The name that the form said.
    pub name: Option<String>,
    /// The editions. None: all.
    pub editions: Option<BTreeSet<String>>,
    /// The language of the form.
    pub language: Option<String>,
    /// The zone.
    pub timezone: Option<Tz>,
    /// What was shown.
    pub wording: ConsentWording,
    /// The box for advertising.
    pub agreed_to_ads: Option<bool>,
    /// The page of the form.
    pub page: Option<String>,
    /// The network, where the publication asks for it.
    pub network: Option<String>,
}

/// What became of a confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfirmOutcome {
    /// They are a reader now.
    Confirmed {
        /// Who.
        subscriber: Box<Subscriber>,
    },
    /// They were a reader already.
    Already,
    /// Too much happened since, or too much time passed: they may ask again.
    Stale,
    /// The operator alone lets them in.
    Barred,
    /// Nobody has that number.
    Unknown,
}

/// Somebody who leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaveRequest {
    /// Who.
    pub reader: SubscriberId,
    /// What they leave.
    pub scope: DepartureScope,
    /// By what.
    pub source: ChangeSource,
    /// They get a mail about it, with the way back.
    pub wants_goodbye: bool,
}

/// What somebody leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DepartureScope {
    /// Everything.
    All,
    /// One edition; leaving the last is leaving everything.
    Edition {
        /// Which.
        edition: String,
        /// All editions that there are: who chose none in particular keeps the others.
        of: BTreeSet<String>,
    },
}

/// What became of a departure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaveOutcome {
    /// They left everything.
    Left {
        /// What an undo is made for.
        epoch: u32,
    },
    /// They left the edition and read on.
    LeftEdition {
        /// What an undo is made for.
        epoch: u32,
    },
    /// They had left before.
    Already {
        /// What an undo of the last departure is made for.
        epoch: u32,
    },
    /// Nobody has that number.
    Unknown,
}

/// What became of something taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UndoOutcome {
    /// What stood before stands again.
    Returned,
    /// It was taken back before.
    Already,
    /// Something else happened since.
    Stale,
    /// Nobody has that number, or there is nothing to take back.
    Unknown,
}

/// All that a reader chooses: what is None here is open from then on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderPreferences {
    /// The editions. None: all, future ones too.
    pub editions: Option<BTreeSet<String>>,
    /// The name in the salutation.
    pub name: Option<String>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// Their zone.
    pub timezone: Option<Tz>,
}

/// What became of a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreferOutcome {
    /// It is as they chose.
    Changed,
    /// It was so before.
    Unchanged,
    /// Editions that are none: leaving is another act.
    NoEdition,
    /// Nobody has that number.
    Unknown,
}

/// What became of a wish for another address. A page says the same to all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveAskOutcome {
    /// A mail to the new address waits to leave, or is held.
    Queued,
    /// There was enough of it.
    Limited(LimitReached),
    /// Somebody on the list has that address.
    Taken,
    /// Nothing leaves to that address.
    Barred,
    /// The link is over, or they left.
    Stale,
    /// Nobody has that number.
    Unknown,
}

/// What became of a move that the new address confirms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfirmMoveOutcome {
    /// The same reader, under the new address.
    Moved,
    /// They have it already.
    Already,
    /// Too much happened since, or too much time passed.
    Stale,
    /// Somebody on the list has that address by now.
    Taken,
    /// Nothing leaves to that address.
    Barred,
    /// Nobody has that number.
    Unknown,
}

/// A week of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct GrowthWeek {
    /// Its Monday.
    pub starts: NaiveDate,
    /// Forms that asked to subscribe somebody.
    pub asked: u64,
    /// People who confirmed.
    pub confirmed: u64,
    /// People whom a file, an import or the operator put on the list, or who were named again.
    pub added: u64,
    /// People who left everything.
    pub left: u64,
    /// People who took that back.
    pub returned: u64,
    /// Addresses that do not exist.
    pub bounced: u64,
    /// Reports of spam.
    pub complained: u64,
    /// People who were erased.
    pub erased: u64,
    /// Who got mail when it ended, or now.
    pub readers_at_end: u64,
}

/// A change of address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonalMove {
    /// The address before; None where it was not confirmed.
    pub from: Option<Address>,
    /// The address asked for.
    pub to: Address,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// When it was confirmed.
    pub moved_at: Option<DateTime<Utc>>,
}

/// Everything that is kept about a person who is on the list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PersonalRecord {
    /// What the list knows of them.
    pub subscriber: Subscriber,
    /// What keeps them from mail.
    pub suppression: Option<Suppression>,
    /// What was asked and is not confirmed.
    pub pending: Option<PendingAsk>,
    /// The consents that were confirmed, each with the words that were shown.
    pub proofs: Vec<ConsentProof>,
    /// The consents that later ones replaced.
    pub past_consents: Vec<PastConsent>,
    /// Changes of address.
    pub moves: Vec<PersonalMove>,
    /// Why they left, in their words.
    pub leaving_reason: Option<String>,
    /// What happened to them.
    pub history: Vec<HistoryEntry>,
    /// What they said.
    pub opinions: Vec<Opinion>,
    /// The issues that they were to get.
    pub issues: Vec<Receipt>,
}
