//! People who are new to the list, most likely: added without being looked up one by one first. Where
//! one was known after all, nothing was done and the usual way is taken.

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::group::PersonGroup;
use crate::{
    audience::Origin,
    store::sqlite::{fault::SqliteFault, statement::Statements},
};

/// Fewer people are looked up: asking whether they are new costs as much.
const MANY: usize = 100;

/// What the people so far let expect of the next ones.
pub(crate) struct BulkInsert {
    are_likely: bool,
}

impl BulkInsert {
    /// Before the first of so many: an empty list knows nobody.
    pub(crate) fn expect(tx: &Connection, people: usize) -> Result<Self, SqliteFault> {
        let are_likely =
            people >= MANY && tx.value("SELECT NOT EXISTS (SELECT 1 FROM subscribers)", [])?;
        Ok(Self { are_likely })
    }

    pub(crate) fn are_likely(&self) -> bool {
        self.are_likely
    }

    /// A group was looked up, and merged.
    pub(crate) fn learn(&mut self, group: &PersonGroup) {
        self.are_likely = group.len() >= MANY && group.count_known() == 0;
    }

    /// Adds a group of strangers. False: some are none, and nothing was written.
    pub(crate) fn write(
        &mut self,
        group: &PersonGroup,
        tx: &Connection,
        origin: Origin,
        now: DateTime<Utc>,
    ) -> Result<bool, SqliteFault> {
        tx.run("SAVEPOINT strangers", [])?;
        let added = group.add_strangers(tx, origin, now)?;
        self.are_likely = added == group.len() as u64;
        if !self.are_likely {
            tx.run("ROLLBACK TO strangers", [])?;
        }
        tx.run("RELEASE strangers", [])?;
        Ok(self.are_likely)
    }
}
