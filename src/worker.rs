//! The worker: carries the open batches of a state that many machines share. It knows no publication: what it sends is
//! frozen in the store, and its relay and its keys are its own configuration's (docs/decisions/0030). It never freezes
//! anything and keeps no calendar.
//!
//! - `place`: its folder on this machine, which no other worker has, and what one that was killed left there;
//! - `carrying`: the loop, a batch at a time, a turn for each;
//! - `composing`: what of a frozen issue it needs keys for;
//! - `standing`: how it is, for whoever watches.

mod carrying;
mod composing;
mod error;
mod event;
mod place;
mod standing;

use std::{path::Path, sync::Arc};

pub(crate) use self::{error::WorkerError, event::WorkerEvent, standing::WorkerStanding};
use self::{place::WorkerPlace, standing::Rests};
use crate::{
    clock::Clock,
    delivery::BatchTurns,
    links::{LinkSecrets, LinkSigner, ListMark},
    publication::WorkerSettings,
    smtp::Relay,
    store::{
        SharedLedger, StateInstance, StoreError,
        postgres::{PostgresSettings, PostgresStore},
    },
};

/// Who hears what it does.
pub(crate) type WorkerEars = Arc<dyn Fn(WorkerEvent) + Send + Sync>;

/// A sender of whatever is open.
pub(crate) struct Worker {
    settings: Arc<WorkerSettings>,
    store: Arc<dyn SharedLedger>,
    place: WorkerPlace,
    links: LinkSigner,
    relay: Relay,
    clock: Clock,
    ears: WorkerEars,
    standing: Arc<WorkerStanding>,
    turns: BatchTurns,
    rests: Rests,
}

impl Worker {
    /// Opens the database and the worker's own folder, and settles what one that was killed here left: by its notes
    /// only what had begun to leave is in doubt.
    ///
    /// # Errors
    /// A database that can't be used, a folder that is another worker's.
    pub(crate) async fn open(
        settings: WorkerSettings,
        folder: &Path,
        clock: Clock,
        ears: WorkerEars,
    ) -> Result<Self, WorkerError> {
        let (place, dead) = WorkerPlace::take(folder)?;
        let secrets = match &settings.secrets {
            Some(secrets) => LinkSecrets::written(&secrets.current, &secrets.retired),
            None => place.secrets()?,
        };
        let address = PostgresSettings::parse(&settings.storage, &|name| std::env::var(name).ok())?;
        let store = PostgresStore::open(&address).await?;
        let store = store.noting_in(place.folder().to_owned());
        let links = links_of(&secrets, &store).await?;
        for sender in &dead {
            store.bury(sender).await?;
        }
        let relay = Relay::from_settings(&settings.relay, &settings.smtp);
        Ok(Self {
            store: Arc::new(store),
            place,
            links,
            relay,
            clock,
            ears,
            standing: Arc::default(),
            turns: BatchTurns::default(),
            rests: Rests::new(&settings.delivery),
            settings: Arc::new(settings),
        })
    }

    /// How it is, for whoever watches.
    #[must_use]
    pub(crate) fn standing(&self) -> Arc<WorkerStanding> {
        Arc::clone(&self.standing)
    }
}

/// Signs the links of that list's readers.
async fn links_of(
    secrets: &LinkSecrets,
    list: &dyn StateInstance,
) -> Result<LinkSigner, StoreError> {
    let mark = ListMark {
        mark: list.mark().await?,
        last_unmarked: list.last_unmarked().await?,
    };
    Ok(LinkSigner::new(secrets, &mark, None))
}
