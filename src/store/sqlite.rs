//! The store on SQLite: one file in the state folder, one writer, a few readers, every verb one
//! immediate transaction. WAL with synchronous=FULL: what a verb answered for is on the disk.

pub mod backup;
mod batch;
mod claim;
mod codes;
mod counters;
mod erasure;
mod fold;
mod freeze;
mod group;
mod hold;
mod home;
mod lanes;
mod lease;
mod notices;
mod open;
mod people;
mod record;
mod recover;
mod strangers;
mod suppression;
mod trouble;
mod waves;
mod witness;

use std::path::{Path, PathBuf};

pub use open::make_private_folder;

use async_trait::async_trait;
use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sqlx::{Sqlite, SqlitePool, Transaction};

use super::{
    AudienceSize, Batch, BatchId, BatchState, Claim, Counts, DeliveryId, DueNotice, FailedDelivery,
    FoldReport, Freeze, Known, Lease, NewBatch, NewNotice, NoticeId, Quotas, Recovered, Refusal,
    SenderGuard, SenderId, Store, StoreError, Told, Transition, UnknownAnswer, Upsert, Wave,
};
use crate::{
    address::Address,
    audience::{Origin, Profile, Subscriber, SubscriberId, SubscriberState, Suppression},
    publication::Rate,
    source::SourceError,
};

/// The name of the database in the state folder.
const FILE: &str = "daily-note.sqlite";

/// The list and the ledger of one publication, in one file.
#[derive(Debug)]
pub struct SqliteStore {
    state_dir: PathBuf,
    writer: SqlitePool,
    readers: SqlitePool,
    erasure_key: hmac::Key,
    witness: witness::Witness,
}

/// What goes wrong inside: SQLite's errors get their plain words at the edge.
enum Fault {
    Sql(sqlx::Error),
    Told(StoreError),
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<SourceError> for Fault {
    fn from(error: SourceError) -> Self {
        Self::Told(StoreError::Entry(error))
    }
}

impl SqliteStore {
    /// Opens the state in that folder, making it where there is none.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] where the folder or the file can't be read and written,
    /// [`StoreError::Foreign`] or [`StoreError::Newer`] where the file is not ours or was written by a
    /// newer program.
    pub async fn open(state_dir: &Path) -> Result<Self, StoreError> {
        let file = state_dir.join(FILE);
        Self::open_file(state_dir, &file)
            .await
            .map_err(|fault| told(&file, fault))
    }

    /// Whether there is a state in that folder; pictures may be cached there without one.
    #[must_use]
    pub fn is_below(state_dir: &Path) -> bool {
        state_dir.join(FILE).is_file()
    }

    async fn open_file(state_dir: &Path, file: &Path) -> Result<Self, Fault> {
        let pools = open::open(state_dir, file).await?;
        let erasure_key: Vec<u8> = sqlx::query_scalar("SELECT erasure_key FROM instance")
            .fetch_one(&pools.writer)
            .await?;
        Ok(Self {
            state_dir: state_dir.to_owned(),
            writer: pools.writer,
            readers: pools.readers,
            erasure_key: hmac::Key::new(hmac::HMAC_SHA256, &erasure_key),
            witness: witness::Witness::beside(state_dir),
        })
    }

    /// Closes the database in good order: the log is folded into the file. Dropping the store
    /// instead loses nothing.
    pub async fn close(self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Starts a transaction that will write: taking the lock at once, it can't fail half-way for
    /// another process's sake.
    async fn write(&self) -> Result<Transaction<'static, Sqlite>, Fault> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    fn told<T>(&self, result: Result<T, Fault>) -> Result<T, StoreError> {
        result.map_err(|fault| told(&self.state_dir.join(FILE), fault))
    }
}

fn told(file: &Path, fault: Fault) -> StoreError {
    match fault {
        Fault::Told(error) => error,
        Fault::Sql(error) => StoreError::Unusable {
            place: file.display().to_string(),
            source: Box::new(trouble::Trouble::from(error)),
        },
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn fold(
        &self,
        entries: &mut (dyn Iterator<Item = Result<Profile, SourceError>> + Send),
        max_removal: f64,
        now: DateTime<Utc>,
    ) -> Result<FoldReport, StoreError> {
        self.told(fold::fold(self, entries, max_removal, now).await)
    }

    async fn preview(
        &self,
        entries: &mut (dyn Iterator<Item = Result<Profile, SourceError>> + Send),
        max_removal: f64,
        edition: &str,
        now: DateTime<Utc>,
    ) -> Result<(FoldReport, AudienceSize), StoreError> {
        self.told(fold::preview(self, entries, max_removal, edition, now).await)
    }

    async fn upsert(
        &self,
        profiles: &[Profile],
        origin: Origin,
        now: DateTime<Utc>,
    ) -> Result<Vec<Upsert>, StoreError> {
        self.told(people::upsert(self, profiles, origin, now).await)
    }

    async fn subscriber(&self, email: &Address) -> Result<Option<Subscriber>, StoreError> {
        self.told(people::subscriber(self, email).await)
    }

    async fn known(&self, emails: &[Address]) -> Result<Vec<Known>, StoreError> {
        self.told(people::known(self, emails).await)
    }

    async fn subscribers(
        &self,
        state: Option<SubscriberState>,
        after: SubscriberId,
        limit: u32,
    ) -> Result<Vec<Subscriber>, StoreError> {
        self.told(people::page(self, state, after, limit).await)
    }

    async fn suppress(
        &self,
        suppressions: &[Suppression],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        self.told(suppression::suppress(self, suppressions, now).await)
    }

    async fn lift_suppression(&self, email: &Address) -> Result<Option<Suppression>, StoreError> {
        self.told(suppression::lift(self, email).await)
    }

    async fn suppression(&self, email: &Address) -> Result<Option<Suppression>, StoreError> {
        self.told(suppression::of(self, email).await)
    }

    async fn suppressions(
        &self,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, Suppression)>, StoreError> {
        self.told(suppression::page(self, after, limit).await)
    }

    async fn audience_size(&self, edition: &str) -> Result<AudienceSize, StoreError> {
        self.told(freeze::audience_size(self, edition).await)
    }

    async fn freeze(&self, batch: &NewBatch, now: DateTime<Utc>) -> Result<Freeze, StoreError> {
        self.told(freeze::freeze(self, batch, now).await)
    }

    async fn batch(&self, issue: &str) -> Result<Option<Batch>, StoreError> {
        self.told(batch::of(self, issue).await)
    }

    async fn batches(&self, limit: u32) -> Result<Vec<Batch>, StoreError> {
        self.told(batch::newest(self, limit).await)
    }

    async fn content(&self, hash: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.told(batch::content(self, hash).await)
    }

    async fn hold(&self, sender: &SenderId) -> Result<SenderGuard, StoreError> {
        let held = self.told(hold::sending(&self.state_dir, sender))?;
        // Another process may have sent since this one looked.
        self.witness.forget();
        Ok(held)
    }

    async fn hold_schedule(&self, keeper: &SenderId) -> Result<SenderGuard, StoreError> {
        let held = self.told(hold::schedule(&self.state_dir, keeper))?;
        self.told(home::check(self).await)?;
        Ok(held)
    }

    async fn adopt(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        self.told(home::adopt(self, now).await)
    }

    async fn adopted_at(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.told(home::adopted_at(self).await)
    }

    async fn zones(&self, edition: &str) -> Result<Vec<Option<Tz>>, StoreError> {
        self.told(waves::zones(self, edition).await)
    }

    async fn waves(&self, batch: BatchId) -> Result<Vec<Wave>, StoreError> {
        self.told(waves::of(self, batch).await)
    }

    async fn waves_come_due(
        &self,
        batch: BatchId,
        earliest: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        self.told(waves::come_due(self, batch, earliest, now).await)
    }

    async fn release_waves(&self, batch: BatchId, now: DateTime<Utc>) -> Result<u64, StoreError> {
        self.told(waves::release(self, batch, now).await)
    }

    async fn recover(
        &self,
        batch: BatchId,
        resend: bool,
        now: DateTime<Utc>,
    ) -> Result<Recovered, StoreError> {
        self.told(recover::recover(self, batch, resend, now).await)
    }

    async fn claim(
        &self,
        batch: BatchId,
        sender: &SenderId,
        quotas: &Quotas,
        now: DateTime<Utc>,
    ) -> Result<Vec<Claim>, StoreError> {
        self.told(claim::claim(self, batch, sender, quotas, now).await)
    }

    async fn lease(
        &self,
        key: &str,
        rate: Rate,
        want: u32,
        now: DateTime<Utc>,
    ) -> Result<Lease, StoreError> {
        self.told(lease::lease(self, key, rate, want, now).await)
    }

    async fn record(
        &self,
        transitions: &[Transition],
        now: DateTime<Utc>,
    ) -> Result<Vec<Refusal>, StoreError> {
        self.told(record::record(self, transitions, now).await)
    }

    async fn set_batch_state(
        &self,
        batch: BatchId,
        state: &BatchState,
        now: DateTime<Utc>,
    ) -> Result<BatchState, StoreError> {
        self.told(batch::set_state(self, batch, state, now).await)
    }

    async fn resolve_unknown(
        &self,
        batch: BatchId,
        answer: UnknownAnswer,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        self.told(recover::resolve_unknown(self, batch, answer, now).await)
    }

    async fn refreeze(
        &self,
        batch: BatchId,
        content_hash: &str,
        content: &[u8],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        self.told(freeze::refreeze(self, batch, content_hash, content, now).await)
    }

    async fn counts(&self, batch: BatchId) -> Result<Counts, StoreError> {
        self.told(batch::counts(self, batch).await)
    }

    async fn next_due(&self, batch: BatchId) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.told(batch::next_due(self, batch).await)
    }

    async fn failed(
        &self,
        batch: BatchId,
        after: DeliveryId,
        limit: u32,
    ) -> Result<Vec<(DeliveryId, FailedDelivery)>, StoreError> {
        self.told(batch::failed(self, batch, after, limit).await)
    }

    async fn post_notices(
        &self,
        notices: &[NewNotice],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        self.told(notices::post(self, notices, now).await)
    }

    async fn take_due_notices(
        &self,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<DueNotice>, StoreError> {
        self.told(notices::take_due(self, limit, now).await)
    }

    async fn settle_notice(
        &self,
        notice: NoticeId,
        told: Told,
        reply: &str,
    ) -> Result<(), StoreError> {
        self.told(notices::settle(self, notice, told, reply).await)
    }

    async fn next_notice(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.told(notices::next_due(self).await)
    }
}
