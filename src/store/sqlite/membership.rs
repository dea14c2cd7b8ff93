//! The life of readers on SQLite.

mod about;
mod asking;
mod choosing;
pub(super) mod confirming;
mod forgetting;
mod growth;
pub(super) mod leaving;
pub(super) mod member;
mod moving;
pub(super) mod wishes;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{SqliteStore, history};
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
impl Membership for SqliteStore {
    async fn ask(
        &self,
        ask: &SignupAsk,
        limits: &SignupLimits,
        now: DateTime<Utc>,
    ) -> Result<AskOutcome, StoreError> {
        let (realm, ask, limits) = (self.realm, ask.clone(), *limits);
        self.write(move |tx, _| asking::ask(tx, realm, &ask, &limits, now))
            .await
    }

    async fn member(&self, reader: SubscriberId) -> Result<Option<Member>, StoreError> {
        self.read(move |tx, _| about::member(tx, reader)).await
    }

    async fn confirm(
        &self,
        reader: SubscriberId,
        epoch: u32,
        now: DateTime<Utc>,
    ) -> Result<ConfirmOutcome, StoreError> {
        let results = self.result_rules();
        self.write(move |tx, _| confirming::confirm(tx, results, reader, epoch, now))
            .await
    }

    async fn leave(
        &self,
        departures: &[LeaveRequest],
        now: DateTime<Utc>,
    ) -> Result<Vec<LeaveOutcome>, StoreError> {
        let (results, departures) = (self.result_rules(), departures.to_vec());
        self.write(move |tx, _| leaving::leave(tx, results, &departures, now))
            .await
    }

    async fn say_why(&self, reader: SubscriberId, reason: &str) -> Result<bool, StoreError> {
        let reason = reason.to_owned();
        self.write(move |tx, _| leaving::say_why(tx, reader, &reason))
            .await
    }

    async fn undo_leave(
        &self,
        reader: SubscriberId,
        epoch: u32,
        now: DateTime<Utc>,
    ) -> Result<UndoOutcome, StoreError> {
        let results = self.result_rules();
        self.write(move |tx, _| leaving::undo(tx, results, (reader, epoch), now))
            .await
    }

    async fn prefer(
        &self,
        reader: SubscriberId,
        choice: &ReaderPreferences,
        now: DateTime<Utc>,
    ) -> Result<PreferOutcome, StoreError> {
        let (results, choice) = (self.result_rules(), choice.clone());
        self.write(move |tx, _| choosing::prefer(tx, results, reader, &choice, now))
            .await
    }

    async fn ask_link(
        &self,
        email: &Address,
        limits: &SignupLimits,
        now: DateTime<Utc>,
    ) -> Result<AskOutcome, StoreError> {
        let (realm, email, limits) = (self.realm, email.clone(), *limits);
        self.write(move |tx, _| asking::ask_link(tx, realm, &email, &limits, now))
            .await
    }

    async fn ask_own_link(
        &self,
        reader: SubscriberId,
        limits: &SignupLimits,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (realm, limits) = (self.realm, *limits);
        self.write(move |tx, _| asking::ask_own_link(tx, realm, reader, &limits, now))
            .await
    }

    async fn spend_link(
        &self,
        reader: SubscriberId,
        epoch: u32,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.write(move |tx, _| choosing::spend_link(tx, reader, epoch, until, now))
            .await
    }

    async fn ask_move(
        &self,
        reader: SubscriberId,
        epoch: u32,
        to: &Address,
        limits: &SignupLimits,
        now: DateTime<Utc>,
    ) -> Result<MoveAskOutcome, StoreError> {
        let (realm, to, limits) = (self.realm, to.clone(), *limits);
        self.write(move |tx, _| moving::ask(tx, realm, (reader, epoch), &to, &limits, now))
            .await
    }

    async fn confirm_move(
        &self,
        reader: SubscriberId,
        epoch: u32,
        to_key: &str,
        now: DateTime<Utc>,
    ) -> Result<ConfirmMoveOutcome, StoreError> {
        let (realm, to_key) = (self.realm, to_key.to_owned());
        self.write(move |tx, _| moving::confirm(tx, realm, (reader, epoch), &to_key, now))
            .await
    }

    async fn undo_move(
        &self,
        reader: SubscriberId,
        epoch: u32,
        now: DateTime<Utc>,
    ) -> Result<UndoOutcome, StoreError> {
        self.write(move |tx, _| moving::undo(tx, reader, epoch, now))
            .await
    }

    async fn all_about(&self, reader: SubscriberId) -> Result<Option<PersonalRecord>, StoreError> {
        let realm = self.realm;
        self.read(move |tx, _| about::all_about(tx, realm, reader))
            .await
    }

    async fn forget_unconfirmed(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let realm = self.realm;
        self.write(move |tx, _| forgetting::forget_unconfirmed(tx, realm, now))
            .await
    }

    async fn history(&self, reader: SubscriberId) -> Result<Vec<HistoryEntry>, StoreError> {
        self.read(move |tx, _| history::of(tx, reader)).await
    }

    async fn changes(&self, after: i64, limit: u32) -> Result<Vec<HistoryEntry>, StoreError> {
        self.read(move |tx, _| history::behind(tx, after, limit))
            .await
    }

    async fn growth(
        &self,
        weeks: u32,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Result<Vec<GrowthWeek>, StoreError> {
        self.read(move |tx, _| growth::growth(tx, weeks, zone, now))
            .await
    }
}
