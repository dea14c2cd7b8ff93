//! The look at every page of a database that somebody left without closing it, beside the work: it takes half a second
//! for a million readers, and where the machine has run all the while, and a process alone died, its pages are whole,
//! unless somebody put another file in their place.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
    thread::{self, JoinHandle},
};

use super::open::{self, ConnectionAccess};
use crate::store::{
    StoreError,
    sqlite::{fault::SqliteFault, trouble},
};

/// A look that goes on beside the work, by a thread and a connection of its own.
#[derive(Debug)]
pub(super) struct PageLook {
    thread: Option<JoinHandle<()>>,
    damage: Arc<OnceLock<String>>,
}

impl PageLook {
    pub(super) fn start(file: &Path) -> Result<Self, SqliteFault> {
        let (path, damage) = (file.to_owned(), Arc::<OnceLock<String>>::default());
        let found = Arc::clone(&damage);
        let look = move || match open::connect(&path, ConnectionAccess::Reader)
            .and_then(|connection| open::refuse_damage(&connection))
        {
            Ok(()) => {}
            Err(SqliteFault::Told(StoreError::Damaged { what })) => drop(found.set(what)),
            Err(SqliteFault::Sql(error)) if trouble::is_of_pages(&error) => {
                drop(found.set(error.to_string()));
            }
            Err(fault) => {
                let error = fault.of_file(&path);
                tracing::warn!("not every page of the database could be looked at: {error}");
            }
        };
        let thread = thread::Builder::new().name("ledger-look".to_owned());
        let thread = thread
            .spawn(look)
            .map_err(|error| SqliteFault::unusable(file, error))?;
        Ok(Self {
            thread: Some(thread),
            damage,
        })
    }

    /// Says where pages don't fit together, as far as it has come.
    pub(super) fn refuse(&self) -> Result<(), SqliteFault> {
        match self.damage.get() {
            Some(what) => Err(StoreError::Damaged { what: what.clone() }.into()),
            None => Ok(()),
        }
    }

    /// Waits for its end: a database is not closed before it was looked at.
    pub(super) fn finish(&mut self) -> Result<(), SqliteFault> {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.refuse()
    }
}
