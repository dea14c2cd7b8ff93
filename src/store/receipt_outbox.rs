//! Mails to readers about their own acts, on their way: what is to be said, never a finished mail nor a link, so that
//! no token lies in the state. Whoever takes one makes the mail, and says what came of it.

pub(super) mod queued;
pub(super) mod results;
pub(super) mod taken;

use std::collections::BTreeSet;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::{
    address::Address,
    audience::{SubscriberId, membership::ChangeSource},
};

/// What waits to be said to readers. What was asked under a rehearsal never leaves by a real relay, nor the other way
/// round.
#[async_trait]
pub trait ReceiptOutbox: Send + Sync {
    /// Queues mails that no form caused and nobody waits for: those who are on the list and not kept from mail get
    /// one; answers how many.
    async fn post_receipts(
        &self,
        receipts: &[NewReceipt],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError>;

    /// Takes receipts of that turn that are due, the oldest first. Each is due again after 5 minutes unless it is
    /// settled.
    async fn take_due_receipts(
        &self,
        turn: ReceiptTurn,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<DueReceipt>, StoreError>;

    /// What came of one, in the relay's words.
    async fn settle_receipt(
        &self,
        receipt: ReceiptId,
        outcome: ReceiptOutcome,
        reply: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// When the next one of that turn is due. None: nothing waits.
    async fn next_receipt(&self, turn: ReceiptTurn) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// Lets everything leave that was held; answers how many that are.
    async fn release_held(&self, now: DateTime<Utc>) -> Result<u64, StoreError>;

    /// How many are held for a person to look at.
    async fn held_receipts(&self) -> Result<u64, StoreError>;
}

/// A receipt's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReceiptId(pub i64);

/// Whose turn it is, of those that are due: each leaves before all that follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReceiptTurn {
    /// What somebody did a moment ago: they wait for it.
    Awaited,
    /// What many get at once, of their own doing or not.
    Bulk,
    /// What may wait for days, and leaves while no batch is on its way.
    Quiet,
}

impl ReceiptTurn {
    /// All of them, the first one first.
    pub const ALL: [Self; 3] = [Self::Awaited, Self::Bulk, Self::Quiet];
}

/// What is to be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptKind {
    /// Was it you who asked?
    Confirm,
    /// You are a reader now.
    Welcome,
    /// You are one already.
    AlreadyHere,
    /// You left.
    Goodbye,
    /// The fresh link that you asked for.
    ManageLink,
    /// Is this your new address?
    MoveConfirm,
    /// Your address is another one.
    Moved,
    /// Your opinion arrived.
    OpinionReceived,
    /// What became of your consent or refusal, where the law asks to say so.
    ResultNotice,
    /// You agreed to advertising two years ago.
    ConsentReminder,
    /// Do you agree, still?
    Reconfirm,
}

/// What a receipt speaks of: plain facts that templates fill in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptFacts {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// By what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ChangeSource>,
    /// The editions that they chose. None: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub editions: Option<BTreeSet<String>>,
    /// The edition that they left; None: everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// The other address of a move, masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_address: Option<String>,
    /// It goes to the address that was theirs before a move, with the way to take that back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_to_old_address: bool,
    /// The issue that an opinion is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
    /// The box for advertising, as they left it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed_to_ads: Option<bool>,
    /// What they did about their consent; None: they gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deed: Option<ConsentDeed>,
    /// The language of the form, for whom the list knows none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// What somebody did about their consent, other than giving it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentDeed {
    /// They took it back.
    Withdrew,
    /// They chose other editions.
    Chose,
}

/// A receipt that no form caused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReceipt {
    /// To whom.
    pub reader: SubscriberId,
    /// What is to be said.
    pub kind: ReceiptKind,
    /// Of what.
    pub about: ReceiptFacts,
}

/// A receipt that this process is to deliver now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueReceipt {
    /// Its number.
    pub id: ReceiptId,
    /// What is to be said.
    pub kind: ReceiptKind,
    /// To whom.
    pub reader: SubscriberId,
    /// What its links are made for.
    pub epoch: u32,
    /// Where to.
    pub to: Address,
    /// How they are called; None for an address that did not confirm: whatever a form said stays unsaid.
    pub name: Option<String>,
    /// BCP 47 tag: the reader's, or the form's.
    pub language: Option<String>,
    /// Of what.
    pub about: ReceiptFacts,
    /// Tries that failed.
    pub attempts: u32,
    /// When it was queued.
    pub asked_at: DateTime<Utc>,
}

/// What came of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptOutcome {
    /// The relay has it.
    Sent,
    /// Not yet; again at this time.
    Again(DateTime<Utc>),
    /// It never will be.
    GivenUp,
}

impl ReceiptFacts {
    /// Nothing but the moment.
    #[must_use]
    pub fn at(at: DateTime<Utc>) -> Self {
        Self {
            at,
            source: None,
            editions: None,
            edition: None,
            other_address: None,
            is_to_old_address: false,
            issue: None,
            agreed_to_ads: None,
            deed: None,
            language: None,
        }
    }
}

impl ReceiptKind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Confirm,
        Self::Welcome,
        Self::AlreadyHere,
        Self::Goodbye,
        Self::ManageLink,
        Self::MoveConfirm,
        Self::Moved,
        Self::OpinionReceived,
        Self::ResultNotice,
        Self::ConsentReminder,
        Self::Reconfirm,
    ];

    /// It goes to an address that nobody has confirmed.
    #[must_use]
    pub fn is_to_a_stranger(self) -> bool {
        matches!(self, Self::Confirm | Self::MoveConfirm)
    }
}
