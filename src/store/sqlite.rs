//! The store on SQLite: one file in the state folder, one writer, a few readers, every verb one
//! immediate transaction. WAL with synchronous=FULL: what a verb answered for is on the disk.
//!
//! A trait of [`store`](super) is implemented in the file of its name here; what of it is more than a
//! statement or two stands in the folder below it. Under all of them lie the file itself (`database`), what is
//! kept beside it (`high_water_mark`, `outside`), and how it is spoken to (`statement`, `codes`, `fault`).

pub(crate) mod backup;
mod batch_ledger;
mod calendar_record;
mod codes;
mod consent_record;
mod database;
mod delivery_queue;
mod delivery_records;
mod domain_history;
mod fault;
mod high_water_mark;
mod history;
mod ledger_retention;
mod membership;
mod migrations;
pub(super) mod moving_out;
mod notice_outbox;
mod opinion_box;
mod outside;
mod realm;
mod receipt_outbox;
mod report_box;
mod signup_counts;
mod state_instance;
mod statement;
mod subscriber_list;
mod suppression_list;
mod trouble;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rusqlite::Connection;

use self::{
    database::{
        owner::DatabaseOwner,
        place::{FILE, StatePlace},
    },
    fault::SqliteFault,
    suppression_list::departures,
};
pub(crate) use self::{outside::OutsideFolder, suppression_list::departures::other::Departures};
use super::{MovingTrouble, Realm, StoreError, receipt_outbox::results::ResultRules};

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
    /// The law wants people told what became of what they agreed to or took back.
    owes_results: bool,
    outside: Option<OutsideFolder>,
}

impl SqliteStore {
    /// Opens the state in that folder, making it where there is none. Its ledger is the real one.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] where the folder or the file can't be read and written,
    /// [`StoreError::Foreign`] or [`StoreError::Newer`] where the file is not ours or was written by a
    /// newer program, [`StoreError::Moving`] where its list lives elsewhere by now.
    pub async fn open(state_dir: &Path) -> Result<Self, StoreError> {
        let store = Self::open_to_move_out(state_dir).await?;
        match store.moved_to().await? {
            Some(to) => Err(MovingTrouble::MovedAway { to }.into()),
            None => Ok(store),
        }
    }

    /// The same, whether its list has moved away or not: for whoever moves it.
    ///
    /// # Errors
    /// As for [`SqliteStore::open`].
    pub async fn open_to_move_out(state_dir: &Path) -> Result<Self, StoreError> {
        let owner = DatabaseOwner::of(state_dir).await;
        Ok(Self {
            state_dir: state_dir.to_owned(),
            owner: owner.map_err(|fault| fault.of_file(&state_dir.join(FILE)))?,
            realm: Realm::Real,
            owes_results: false,
            outside: None,
        })
    }

    /// The same list with the ledger of that realm.
    #[must_use]
    pub fn in_realm(self, realm: Realm) -> Self {
        Self { realm, ..self }
    }

    /// The same, which queues a notice of the result of whatever readers agree to or take back, where no other mail
    /// says it (정보통신망법 제50조 제7항).
    #[must_use]
    pub fn owing_results(self, owes_results: bool) -> Self {
        Self {
            owes_results,
            ..self
        }
    }

    fn result_rules(&self) -> ResultRules {
        ResultRules {
            realm: self.realm,
            are_owed: self.owes_results,
        }
    }

    /// The same, which tells that place outside what a copy of it can't know.
    #[must_use]
    pub(crate) fn with_outside(self, outside: Option<OutsideFolder>) -> Self {
        Self { outside, ..self }
    }

    /// Tells the place outside who left while it could not be told: whatever a person does next may be the last
    /// thing before this state is lost.
    ///
    /// # Errors
    /// When the database can't be read or written.
    pub(crate) async fn catch_up_outside(&self) -> Result<(), StoreError> {
        let Some(outside) = self.outside.clone() else {
            return Ok(());
        };
        match self
            .read(move |tx, _| departures::telling::is_untold(tx, &outside))
            .await?
        {
            // Each transaction that writes carries out what is untold; two at once must not mix their lines.
            true => self.write(|_, _| Ok(())).await,
            false => Ok(()),
        }
    }

    /// Whether there is a state in that folder; pictures may be cached there without one.
    #[must_use]
    pub(crate) fn is_below(state_dir: &Path) -> bool {
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
        let (place, outside) = (Arc::clone(&self.owner.place), self.outside.clone());
        let verb = move |tx: &Connection| {
            let value = verb(tx, &place)?;
            if let Some(outside) = &outside {
                departures::telling::carry_out(tx, &place, outside)?;
            }
            Ok(value)
        };
        self.told(self.owner.database.write(verb).await)
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
        let place = Arc::clone(&self.owner.place);
        let verb = move |tx: &Connection| verb(tx, &place);
        self.told(self.owner.database.try_out(verb).await)
    }

    /// One transaction that reads.
    async fn read<T: Send + 'static>(
        &self,
        verb: impl FnOnce(&Connection, &StatePlace) -> Result<T, SqliteFault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let place = Arc::clone(&self.owner.place);
        let verb = move |tx: &Connection| verb(tx, &place);
        self.told(self.owner.database.read(verb).await)
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

    fn told<T>(&self, result: Result<T, SqliteFault>) -> Result<T, StoreError> {
        result.map_err(|fault| fault.of_file(&self.state_dir.join(FILE)))
    }
}
