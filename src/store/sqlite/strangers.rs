//! People who are new to the list, most likely: added without being looked up one by one first. Where
//! one was known after all, nothing was done and the usual way is taken.

use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;

use super::group::Group;
use crate::audience::Origin;

/// Fewer people are looked up: asking whether they are new costs as much.
const MANY: usize = 100;

/// What the people so far let expect of the next ones.
pub(super) struct Strangers {
    are_likely: bool,
}

impl Strangers {
    /// Before the first of so many: an empty list knows nobody.
    pub(super) async fn expect(
        connection: &mut SqliteConnection,
        people: usize,
    ) -> sqlx::Result<Self> {
        let are_likely = people >= MANY
            && sqlx::query_scalar("SELECT NOT EXISTS (SELECT 1 FROM subscribers)")
                .fetch_one(connection)
                .await?;
        Ok(Self { are_likely })
    }

    pub(super) fn are_likely(&self) -> bool {
        self.are_likely
    }

    /// A group was looked up.
    pub(super) fn learn(&mut self, group: &Group) {
        self.are_likely = group.len() >= MANY && group.count_known() == 0;
    }

    /// Adds a group of strangers. False: some are none, and nothing was written.
    pub(super) async fn write(
        &mut self,
        group: &Group,
        connection: &mut SqliteConnection,
        origin: Origin,
        now: DateTime<Utc>,
    ) -> sqlx::Result<bool> {
        execute(connection, "SAVEPOINT strangers").await?;
        let added = group.add_strangers(connection, origin, now).await?;
        self.are_likely = added == group.len() as u64;
        if !self.are_likely {
            execute(connection, "ROLLBACK TO strangers").await?;
        }
        execute(connection, "RELEASE strangers").await?;
        Ok(self.are_likely)
    }
}

async fn execute(connection: &mut SqliteConnection, statement: &'static str) -> sqlx::Result<()> {
    sqlx::query(statement).execute(connection).await.map(drop)
}
