//! A copy of the state taken into use by a person's word.

use crate::{
    app::{App, AppError},
    store::{AdoptionOutcome, Batch, StoreError},
};

/// What waits for the person who adopted a state.
pub struct Adopted {
    /// Batches that were open in the copy and are paused now.
    pub paused: u64,
    /// Readers who left since the copy was made, and are out now.
    pub departed: u64,
    /// The last batch that the copy knows of.
    pub last: Option<Batch>,
}

impl App {
    /// Says that this copy of the state is the one in use: it keeps the calendar from now on. What was
    /// due before waits for a person.
    ///
    /// # Errors
    /// Somebody who sends; the store's.
    pub(crate) async fn adopt(&self) -> Result<Adopted, AppError> {
        let store = self.store().await?;
        let sender = self.sender_id("adopt");
        let right = match store.hold(&sender).await {
            // That is what is to be answered.
            Err(StoreError::Copied | StoreError::DeparturesUnknown) => None,
            held => Some(held?),
        };
        let AdoptionOutcome { paused, departed } =
            self.take_into_use(store.as_ref(), right.is_none()).await?;
        let last = store.batches(1).await?.into_iter().next();
        Ok(Adopted {
            paused,
            departed,
            last,
        })
    }
}
