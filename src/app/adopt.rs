//! A copy of the state taken into use by a person's word.

use super::{App, AppError};
use crate::store::Batch;

/// What waits for the person who adopted a state.
pub struct Adopted {
    /// Batches that were open in the copy and are paused now.
    pub paused: u64,
    /// The last batch that the copy knows of.
    pub last: Option<Batch>,
}

impl App {
    /// Says that this copy of the state is the one in use: it keeps the calendar from now on. What was
    /// due before waits for a person.
    ///
    /// # Errors
    /// Somebody who sends; the store's.
    pub async fn adopt(&self) -> Result<Adopted, AppError> {
        let store = self.store().await?;
        let _right = store.hold(&self.sender_id("adopt")).await?;
        let paused = store.adopt(self.clock.now()).await?;
        let last = store.batches(1).await?.into_iter().next();
        Ok(Adopted { paused, last })
    }
}
