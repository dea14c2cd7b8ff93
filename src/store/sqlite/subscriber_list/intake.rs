//! People on their way into a transaction, a group at a time: whoever has them makes the next group
//! ready while the database's thread writes the one before. Few groups are on the way at a time, so
//! that memory stays flat.

use tokio::sync::mpsc;

use crate::store::{StoreError, sqlite::fault::SqliteFault};

/// How many groups wait for the database's thread.
const WAITING: usize = 1;

/// Where the groups come from. Dropped before `end`, it undoes the transaction: half of a list is
/// none.
pub(crate) struct GroupFeed<T>(mpsc::Sender<Option<T>>);

/// Where the transaction takes them.
pub(crate) struct ListIntake<T>(mpsc::Receiver<Option<T>>);

pub(crate) fn intake<T>() -> (GroupFeed<T>, ListIntake<T>) {
    let (feed, intake) = mpsc::channel(WAITING);
    (GroupFeed(feed), ListIntake(intake))
}

impl<T> GroupFeed<T> {
    /// Hands a group over; false where nobody takes it: the transaction has failed already.
    pub(crate) async fn hand_over(&self, group: T) -> bool {
        self.0.send(Some(group)).await.is_ok()
    }

    /// Says that these were all.
    pub(crate) async fn end(self) {
        // Where the transaction has failed, its own error is told.
        let _ = self.0.send(None).await;
    }
}

impl<T> ListIntake<T> {
    /// The next group; None: these were all. On the database's thread alone: it waits.
    pub(crate) fn next(&mut self) -> Result<Option<T>, SqliteFault> {
        self.0
            .blocking_recv()
            .ok_or(SqliteFault::Told(StoreError::Abandoned))
    }
}
