//! The store on PostgreSQL, which many machines may share: docs/decisions/0027. Every verb is one transaction; nothing
//! is ever set on a session, so that a pool may stand in between.
//!
//! A trait of [`store`](super) is implemented in the file of its name here, and what of it is longer stands in the
//! folder below it. Under them lie the database itself (`database`, `pool`, `tls`, `settings`), and how it is spoken to
//! (`transaction`, `tries`, `values`, `columns`, `fault`).

mod batch_ledger;
mod calendar_record;
mod columns;
mod consent_record;
mod database;
mod delivery_queue;
mod delivery_records;
mod domain_history;
mod fault;
mod history;
mod ledger_retention;
mod list_lock;
mod membership;
mod migrations;
pub(super) mod moving_in;
mod notice_outbox;
mod opinion_box;
mod pool;
mod realm;
mod receipt_outbox;
mod report_box;
mod settings;
mod signup_counts;
mod state_instance;
mod subscriber_list;
mod suppression_list;
mod tls;
mod transaction;
mod tries;
mod values;

use std::{path::PathBuf, sync::Arc};

pub use self::settings::{Environment, PostgresSettings};
use self::{database::PostgresDatabase, transaction::StoreTransaction};
use super::{Realm, StoreError, receipt_outbox::results::ResultRules};

/// The list and the ledger of one publication, in one database.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    database: Arc<PostgresDatabase>,
    realm: Realm,
    /// The law wants people told what became of what they agreed to or took back.
    owes_results: bool,
    /// Where this machine notes whose messages begin to leave; None: nowhere.
    notes: Option<PathBuf>,
}

impl PostgresStore {
    /// Opens that database, making its tables where there are none. Its ledger is the real one.
    ///
    /// # Errors
    /// [`StoreError::Server`] where it can't be reached or is not as it must be, [`StoreError::Foreign`] or
    /// [`StoreError::Newer`] where its tables are not ours or were made by a newer program, [`StoreError::Moving`] while
    /// a list is on its way there.
    pub async fn open(settings: &PostgresSettings) -> Result<Self, StoreError> {
        let store = Self::open_to_move_in(settings).await?;
        store.refuse_half().await?;
        Ok(store)
    }

    /// The same, whether a list is moving in or not: for whoever moves it.
    ///
    /// # Errors
    /// As for [`PostgresStore::open`].
    pub async fn open_to_move_in(settings: &PostgresSettings) -> Result<Self, StoreError> {
        Ok(Self {
            database: Arc::new(PostgresDatabase::open(settings).await?),
            realm: Realm::Real,
            owes_results: false,
            notes: None,
        })
    }

    /// The same, whose senders note in that folder of this machine whose messages begin to leave: what of a killed one's
    /// rows had not begun is known to whoever recovers them with the same folder at hand.
    #[must_use]
    pub fn noting_in(self, folder: PathBuf) -> Self {
        Self {
            notes: Some(folder),
            ..self
        }
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

    async fn writing(&self) -> Result<StoreTransaction, StoreError> {
        self.database.writing().await
    }

    async fn reading(&self) -> Result<StoreTransaction, StoreError> {
        self.database.reading().await
    }
}
