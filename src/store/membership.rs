//! What readers do themselves: ask, confirm, leave, come back, choose, move; and the history of it. Each verb is one
//! transaction: what is answered, what is written down and what is to be said to the reader stand together or not at all.

pub(super) mod asking;
pub(super) mod choosing;
pub(super) mod confirming;
pub(super) mod growth;
pub(super) mod leaving;
pub(super) mod member_row;
pub(super) mod moving;
mod outcomes;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

pub use self::outcomes::{
    AskOutcome, ConfirmMoveOutcome, ConfirmOutcome, DepartureScope, GrowthWeek, LeaveOutcome,
    LeaveRequest, Member, MoveAskOutcome, PendingAsk, PersonalMove, PersonalRecord, PreferOutcome,
    ReaderPreferences, UndoOutcome,
};
use super::{SignupLimits, StoreError};
use crate::{
    address::Address,
    audience::{
        SubscriberId,
        membership::{HistoryEntry, signup::SignupAsk},
    },
};

/// The life of readers, by their own acts. A reader is named by their number, which a signed link holds; `epoch` is
/// what the link was made for: it grew since with every confirmation, departure, bounce, complaint, erasure and move.
#[async_trait]
pub trait Membership: Send + Sync {
    /// Somebody asks to subscribe an address. Who gets mail already stays as they are, and is told so; whoever is
    /// barred from coming back gets nothing.
    async fn ask(
        &self,
        ask: &SignupAsk,
        limits: &SignupLimits,
        now: DateTime<Utc>,
    ) -> Result<AskOutcome, StoreError>;

    /// How a reader stands. None: nobody has that number, or not any more.
    async fn member(&self, reader: SubscriberId) -> Result<Option<Member>, StoreError>;

    /// The person says that it was they who asked.
    async fn confirm(
        &self,
        reader: SubscriberId,
        epoch: u32,
        now: DateTime<Utc>,
    ) -> Result<ConfirmOutcome, StoreError>;

    /// Readers leave, in one transaction; answers in their order.
    async fn leave(
        &self,
        departures: &[LeaveRequest],
        now: DateTime<Utc>,
    ) -> Result<Vec<LeaveOutcome>, StoreError>;

    /// Why somebody left who did, in their words, cut to a length that is one. False: they did not leave.
    async fn say_why(&self, reader: SubscriberId, reason: &str) -> Result<bool, StoreError>;

    /// Takes a departure back: what stood before it stands again, while nothing else has happened since.
    async fn undo_leave(
        &self,
        reader: SubscriberId,
        epoch: u32,
        now: DateTime<Utc>,
    ) -> Result<UndoOutcome, StoreError>;

    /// A reader chooses what they get and how they are called; brings back nobody who left.
    async fn prefer(
        &self,
        reader: SubscriberId,
        choice: &ReaderPreferences,
        now: DateTime<Utc>,
    ) -> Result<PreferOutcome, StoreError>;

    /// Somebody who says that they read at that address asks for a fresh link; only a reader gets one.
    async fn ask_link(
        &self,
        email: &Address,
        limits: &SignupLimits,
        now: DateTime<Utc>,
    ) -> Result<AskOutcome, StoreError>;

    /// Whoever holds a mail of that reader asks for a fresh link to the reader's own address. False: nothing leaves.
    async fn ask_own_link(
        &self,
        reader: SubscriberId,
        limits: &SignupLimits,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError>;

    /// Uses up the fresh link that was good until then. False: it was used, or is over.
    async fn spend_link(
        &self,
        reader: SubscriberId,
        epoch: u32,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError>;

    /// A reader asks for another address, which is to confirm it. A page answers the same to all of it: who is on the
    /// list is nobody's business.
    async fn ask_move(
        &self,
        reader: SubscriberId,
        epoch: u32,
        to: &Address,
        limits: &SignupLimits,
        now: DateTime<Utc>,
    ) -> Result<MoveAskOutcome, StoreError>;

    /// The new address (by its key) confirms it.
    async fn confirm_move(
        &self,
        reader: SubscriberId,
        epoch: u32,
        to_key: &str,
        now: DateTime<Utc>,
    ) -> Result<ConfirmMoveOutcome, StoreError>;

    /// The old address takes a move back, for 14 days, whatever happened since: `epoch` is the one of the move.
    async fn undo_move(
        &self,
        reader: SubscriberId,
        epoch: u32,
        now: DateTime<Utc>,
    ) -> Result<UndoOutcome, StoreError>;

    /// Everything that is kept about a reader.
    async fn all_about(&self, reader: SubscriberId) -> Result<Option<PersonalRecord>, StoreError>;

    /// Forgets who asked and did not confirm within 14 days, and what was held for a day; answers how many people that
    /// were. For the limits, keyed hashes of their mailboxes stay until they fade.
    async fn forget_unconfirmed(&self, now: DateTime<Utc>) -> Result<u64, StoreError>;

    /// What happened to a reader, the first of it first.
    async fn history(&self, reader: SubscriberId) -> Result<Vec<HistoryEntry>, StoreError>;

    /// A page of what happened to whomever, in its order, behind the row `after`.
    async fn changes(&self, after: i64, limit: u32) -> Result<Vec<HistoryEntry>, StoreError>;

    /// The list, week by week, the last of them still under way.
    async fn growth(
        &self,
        weeks: u32,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Result<Vec<GrowthWeek>, StoreError>;
}
