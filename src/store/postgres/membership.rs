//! The life of readers on PostgreSQL. Whoever changes a reader's locks their row of the list first and looks after that:
//! of two who do so at once, the second finds what the first one did.

mod about;
mod asking;
mod choosing;
mod confirming;
mod forgetting;
mod growth;
pub(super) mod leaving;
pub(super) mod member;
mod moving;
pub(super) mod wishes;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{PostgresStore, history, tries::transaction};
use crate::{
    address::Address,
    audience::{
        SubscriberId,
        membership::{HistoryEntry, signup::SignupAsk},
    },
    store::{
        AskOutcome, ConfirmMoveOutcome, ConfirmOutcome, GrowthWeek, LeaveOutcome, LeaveRequest,
        Member, Membership, MoveAskOutcome, PersonalRecord, PreferOutcome, ReaderPreferences,
        SignupLimits, StoreError, UndoOutcome,
    },
};

#[async_trait]
impl Membership for PostgresStore {
    async fn ask(
        &self,
        ask: &SignupAsk,
        limits: &SignupLimits,
        now: DateTime<Utc>,
    ) -> Result<AskOutcome, StoreError> {
        transaction!(self.writing(), |tx| asking::ask(
            &tx, self.realm, ask, limits, now
        ))
    }

    async fn member(&self, reader: SubscriberId) -> Result<Option<Member>, StoreError> {
        transaction!(self.reading(), |tx| about::member(&tx, reader))
    }

    async fn confirm(
        &self,
        reader: SubscriberId,
        epoch: u32,
        now: DateTime<Utc>,
    ) -> Result<ConfirmOutcome, StoreError> {
        let rules = self.result_rules();
        transaction!(self.writing(), |tx| confirming::confirm(
            &tx, rules, reader, epoch, now
        ))
    }

    async fn leave(
        &self,
        departures: &[LeaveRequest],
        now: DateTime<Utc>,
    ) -> Result<Vec<LeaveOutcome>, StoreError> {
        let rules = self.result_rules();
        transaction!(self.writing(), |tx| leaving::leave(
            &tx, rules, departures, now
        ))
    }

    async fn say_why(&self, reader: SubscriberId, reason: &str) -> Result<bool, StoreError> {
        transaction!(self.writing(), |tx| leaving::say_why(&tx, reader, reason))
    }

    async fn undo_leave(
        &self,
        reader: SubscriberId,
        epoch: u32,
        now: DateTime<Utc>,
    ) -> Result<UndoOutcome, StoreError> {
        let rules = self.result_rules();
        transaction!(self.writing(), |tx| leaving::undo(
            &tx,
            rules,
            (reader, epoch),
            now
        ))
    }

    async fn prefer(
        &self,
        reader: SubscriberId,
        choice: &ReaderPreferences,
        now: DateTime<Utc>,
    ) -> Result<PreferOutcome, StoreError> {
        let rules = self.result_rules();
        transaction!(self.writing(), |tx| choosing::prefer(
            &tx, rules, reader, choice, now
        ))
    }

    async fn ask_link(
        &self,
        email: &Address,
        limits: &SignupLimits,
        now: DateTime<Utc>,
    ) -> Result<AskOutcome, StoreError> {
        transaction!(self.writing(), |tx| asking::ask_link(
            &tx, self.realm, email, limits, now
        ))
    }

    async fn ask_own_link(
        &self,
        reader: SubscriberId,
        limits: &SignupLimits,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        transaction!(self.writing(), |tx| asking::ask_own_link(
            &tx, self.realm, reader, limits, now
        ))
    }

    async fn spend_link(
        &self,
        reader: SubscriberId,
        epoch: u32,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        transaction!(self.writing(), |tx| choosing::spend_link(
            &tx, reader, epoch, until, now
        ))
    }

    async fn ask_move(
        &self,
        reader: SubscriberId,
        epoch: u32,
        to: &Address,
        limits: &SignupLimits,
        now: DateTime<Utc>,
    ) -> Result<MoveAskOutcome, StoreError> {
        transaction!(self.writing(), |tx| moving::ask(
            &tx,
            self.realm,
            (reader, epoch),
            to,
            limits,
            now
        ))
    }

    async fn confirm_move(
        &self,
        reader: SubscriberId,
        epoch: u32,
        to_key: &str,
        now: DateTime<Utc>,
    ) -> Result<ConfirmMoveOutcome, StoreError> {
        transaction!(self.writing(), |tx| moving::confirm(
            &tx,
            self.realm,
            (reader, epoch),
            to_key,
            now
        ))
    }

    async fn undo_move(
        &self,
        reader: SubscriberId,
        epoch: u32,
        now: DateTime<Utc>,
    ) -> Result<UndoOutcome, StoreError> {
        transaction!(self.writing(), |tx| moving::undo(&tx, reader, epoch, now))
    }

    async fn all_about(&self, reader: SubscriberId) -> Result<Option<PersonalRecord>, StoreError> {
        transaction!(self.reading(), |tx| about::all_about(
            &tx, self.realm, reader
        ))
    }

    async fn forget_unconfirmed(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        transaction!(self.writing(), |tx| forgetting::forget_unconfirmed(
            &tx, self.realm, now
        ))
    }

    async fn history(&self, reader: SubscriberId) -> Result<Vec<HistoryEntry>, StoreError> {
        transaction!(self.reading(), |tx| history::of(&tx, reader))
    }

    async fn changes(&self, after: i64, limit: u32) -> Result<Vec<HistoryEntry>, StoreError> {
        transaction!(self.reading(), |tx| history::behind(&tx, after, limit))
    }

    async fn growth(
        &self,
        weeks: u32,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Result<Vec<GrowthWeek>, StoreError> {
        transaction!(self.reading(), |tx| growth::growth(&tx, weeks, zone, now))
    }
}
