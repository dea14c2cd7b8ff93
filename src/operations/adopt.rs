//! A copy of the state taken into use by a person's word.

use std::time::Duration;

use crate::{
    app::{App, AppError},
    clock::Stopwatch,
    store::{AdoptionOutcome, Batch, Store, StoreError},
};

/// How long it waits for the notes of other machines: those that live hand them in within seconds.
const PATIENCE: Duration = Duration::from_secs(15);
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// What waits for the person who adopted a state.
pub struct Adopted {
    /// Batches that were open in the copy and are paused now.
    pub paused: u64,
    /// Readers who left since the copy was made, and are out now.
    pub departed: u64,
    /// The machines and folders whose notes of what left since are in.
    pub heard: Vec<String>,
    /// The last batch that the copy knows of.
    pub last: Option<Batch>,
}

impl App {
    /// Says that this copy of the state is the one in use: it keeps the calendar from now on. What was
    /// due before waits for a person. What the machines in `without` noted is not waited for.
    ///
    /// # Errors
    /// Somebody who sends; the store's.
    pub(crate) async fn adopt(&self, without: &[String]) -> Result<Adopted, AppError> {
        let store = self.store().await?;
        let sender = self.sender_id("adopt");
        let right = match store.hold(&sender).await {
            // That is what is to be answered.
            Err(StoreError::Copied | StoreError::DeparturesUnknown) => None,
            held => Some(held?),
        };
        let AdoptionOutcome {
            paused,
            departed,
            heard,
        } = self
            .adopt_patiently(store.as_ref(), right.is_none(), without)
            .await?;
        let last = store.batches(1).await?.into_iter().next();
        Ok(Adopted {
            paused,
            departed,
            heard,
            last,
        })
    }

    async fn adopt_patiently(
        &self,
        store: &dyn Store,
        is_copy: bool,
        without: &[String],
    ) -> Result<AdoptionOutcome, AppError> {
        let since = Stopwatch::start();
        loop {
            match self.take_into_use(store, is_copy, without).await {
                Err(AppError::State(StoreError::NotesAwaited { .. }))
                    if since.elapsed() < PATIENCE =>
                {
                    tokio::time::sleep(BETWEEN_LOOKS).await;
                }
                adopted => return adopted,
            }
        }
    }
}
