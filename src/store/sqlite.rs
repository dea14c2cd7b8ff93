//! The store on SQLite: one file in the state folder, one writer, a few readers, every verb one
//! immediate transaction. WAL with synchronous=FULL: what a verb answered for is on the disk.

pub mod backup;
mod batch;
mod bulk_insert;
mod claim;
mod codes;
mod counters;
mod database;
mod departures;
mod erasure;
mod fold;
mod freeze;
mod group;
mod hash_keys;
mod high_water_mark;
mod hold;
mod instance;
mod intake;
mod kept;
mod lease;
mod migrations;
mod moods;
mod newcomers;
mod notices;
mod open;
mod outside;
mod owner;
mod partitions;
mod past_consents;
mod people;
mod place;
mod realm;
mod record;
mod recover;
mod refusals;
mod relocation;
mod retry;
mod rows;
mod statement;
mod suppression;
mod trouble;
mod verbs;
mod waves;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

pub use self::{departures::other::Departures, open::make_private_folder, outside::OutsideFolder};

use rusqlite::Connection;

use self::{owner::DatabaseOwner, place::StatePlace};
use super::{Realm, StoreError};
use crate::source::SourceError;

/// The name of the database in the state folder.
const FILE: &str = "daily-note.sqlite";

/// How often a write that must not be lost is tried while another program holds the database, each time for
/// half a minute.
const PATIENCE: u32 = 20;

/// The list and the ledger of one publication, in one file. Opened again in the same process, it is
/// the same one.
#[derive(Debug)]
pub struct SqliteStore {
    state_dir: PathBuf,
    owner: Arc<DatabaseOwner>,
    realm: Realm,
    outside: Option<OutsideFolder>,
}

/// What goes wrong inside: SQLite's errors get their plain words at the edge.
#[derive(Debug)]
enum SqliteFault {
    Sql(rusqlite::Error),
    /// A value that we never write.
    Damaged(String),
    Told(StoreError),
}

impl From<rusqlite::Error> for SqliteFault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<SourceError> for SqliteFault {
    fn from(error: SourceError) -> Self {
        Self::Told(StoreError::Entry(error))
    }
}

impl SqliteStore {
    /// Opens the state in that folder, making it where there is none. Its ledger is the real one.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] where the folder or the file can't be read and written,
    /// [`StoreError::Foreign`] or [`StoreError::Newer`] where the file is not ours or was written by a
    /// newer program.
    pub async fn open(state_dir: &Path) -> Result<Self, StoreError> {
        let owner = DatabaseOwner::of(state_dir).await;
        Ok(Self {
            state_dir: state_dir.to_owned(),
            owner: owner.map_err(|fault| told(&state_dir.join(FILE), fault))?,
            realm: Realm::Real,
            outside: None,
        })
    }

    /// The same list with the ledger of that realm.
    #[must_use]
    pub fn in_realm(self, realm: Realm) -> Self {
        Self { realm, ..self }
    }

    /// The same, which tells that place outside what a copy of it can't know.
    #[must_use]
    pub fn with_outside(self, outside: Option<OutsideFolder>) -> Self {
        Self { outside, ..self }
    }

    /// Tells the place outside who left while it could not be told: whatever a person does next may be the last
    /// thing before this state is lost.
    ///
    /// # Errors
    /// When the database can't be read or written.
    pub async fn catch_up_outside(&self) -> Result<(), StoreError> {
        let Some(outside) = self.outside.clone() else {
            return Ok(());
        };
        match self
            .read(move |tx, _| departures::is_untold(tx, &outside))
            .await?
        {
            // Each transaction that writes carries out what is untold; two at once must not mix their lines.
            true => self.write(|_, _| Ok(())).await,
            false => Ok(()),
        }
    }

    /// Whether there is a state in that folder; pictures may be cached there without one.
    #[must_use]
    pub fn is_below(state_dir: &Path) -> bool {
        state_dir.join(FILE).is_file()
    }

    /// Closes the database in good order: the log is folded into the file, unless somebody else in this
    /// process has it open. Dropping the store does the same, and whoever drops it waits.
    pub async fn close(self) {
        let _ = tokio::task::spawn_blocking(move || drop(self)).await;
    }

    /// One transaction that writes.
    async fn write<T: Send + 'static>(
        &self,
        verb: impl FnOnce(&Connection, &StatePlace) -> Result<T, SqliteFault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let outside = self.outside.clone();
        let verb = move |tx: &Connection, place: &StatePlace| {
            let value = verb(tx, place)?;
            if let Some(outside) = &outside {
                departures::carry_out(tx, place, outside)?;
            }
            Ok(value)
        };
        self.told(self.owner.database.write(&self.owner.place, verb).await)
    }

    /// One transaction that writes what must not be lost: while another program holds the database it is
    /// tried again, and what came of mail stays in memory.
    async fn write_patiently<T: Send + 'static>(
        &self,
        verb: impl Fn(&Connection, &StatePlace) -> Result<T, SqliteFault> + Clone + Send + 'static,
    ) -> Result<T, StoreError> {
        for _ in 1..PATIENCE {
            match self.write(verb.clone()).await {
                Err(error @ StoreError::Locked { .. }) => tracing::warn!("{error}; still trying"),
                written => return written,
            }
        }
        self.write(verb).await
    }

    /// One transaction that writes, and of which nothing stays.
    async fn try_out<T: Send + 'static>(
        &self,
        verb: impl FnOnce(&Connection, &StatePlace) -> Result<T, SqliteFault> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.told(self.owner.database.try_out(&self.owner.place, verb).await)
    }

    /// One transaction that reads.
    async fn read<T: Send + 'static>(
        &self,
        verb: impl FnOnce(&Connection, &StatePlace) -> Result<T, SqliteFault> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.told(self.owner.database.read(&self.owner.place, verb).await)
    }

    /// The database is still where it was opened: whoever claims, freezes or lets mail leave looks
    /// before. A folder that was removed or moved away under a sender is written to no more, and
    /// another sender may have begun in its place.
    fn look_at_place(&self) -> Result<(), StoreError> {
        match self.owner.is_in_place(&self.state_dir) {
            true => Ok(()),
            false => Err(StoreError::Gone {
                place: self.state_dir.display().to_string(),
            }),
        }
    }

    /// Finds the database at home, and begins a run of it that no copy knows.
    async fn begin_run(&self) -> Result<(), StoreError> {
        let outside = self.outside.clone();
        let state_dir = self.state_dir.clone();
        if self.realm.is_rehearsal() {
            // It leaves no run behind, and harms nobody wherever it is played.
            self.owner.place.read_witnesses_again(None);
            return Ok(());
        }
        self.note_run(move |tx, place| {
            departures::refuse_unknown(tx)?;
            let list = instance::list(tx)?;
            place.read_witnesses_again(outside.as_ref().map(|outside| (outside, list.as_str())));
            departures::seed(tx)?;
            if let Some(outside) = &outside {
                departures::bring_up_to_date(tx, place, outside)?;
            }
            instance::check(tx, &state_dir, outside.as_ref())?;
            Ok(((), instance::begin_run(tx)?))
        })
        .await
    }

    /// A transaction that begins a run, and what of it is told to the files: after the database has
    /// it, so that none of them ever knows more.
    async fn note_run<T: Send + 'static>(
        &self,
        verb: impl FnOnce(&Connection, &StatePlace) -> Result<(T, instance::SenderRun), SqliteFault>
        + Send
        + 'static,
    ) -> Result<T, StoreError> {
        let folder = self.state_dir.clone();
        let lock = tokio::task::spawn_blocking(move || instance::lock_mark(&folder)).await;
        let lock = lock.map_err(|error| {
            SqliteFault::Told(StoreError::Unusable {
                place: self.state_dir.display().to_string(),
                source: error.into(),
            })
        });
        let _lock = self.told(lock.and_then(|lock| lock))?;
        let (value, run, list) = self
            .write(move |tx, place| {
                let (value, run) = verb(tx, place)?;
                Ok((value, run, instance::list(tx)?))
            })
            .await?;
        let outside = self
            .outside
            .as_ref()
            .map(|outside| (outside, list.as_str()));
        self.told(run.note(&self.state_dir, outside))?;
        Ok(value)
    }

    fn told<T>(&self, result: Result<T, SqliteFault>) -> Result<T, StoreError> {
        result.map_err(|fault| told(&self.state_dir.join(FILE), fault))
    }
}

fn told(file: &Path, fault: SqliteFault) -> StoreError {
    if let SqliteFault::Sql(error) = &fault
        && trouble::is_locked(error)
    {
        let place = file.display().to_string();
        return StoreError::Locked { place };
    }
    if let SqliteFault::Sql(error) = &fault
        && trouble::is_opening(error)
        && file.parent().is_some_and(open::are_descriptors_used_up)
    {
        let place = file.display().to_string();
        return StoreError::NoDescriptors { place };
    }
    let trouble = match fault {
        SqliteFault::Told(error) => return error,
        SqliteFault::Sql(error) => trouble::DatabaseTrouble::of(error),
        SqliteFault::Damaged(what) => trouble::DatabaseTrouble::damaged(what),
    };
    StoreError::Unusable {
        place: file.display().to_string(),
        source: Box::new(trouble),
    }
}
