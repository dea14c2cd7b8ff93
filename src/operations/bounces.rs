//! What comes back – bounces, complaints, answers – taken in by whatever door it came: read and proved by `bounce`,
//! kept with what follows by the store, and told. Every door acknowledges a mail once that is on the disk, and nothing
//! is ever answered.

mod arrivals;
mod doors;
mod import;
mod listening;
mod looking;
mod mailboxes;
mod maildir;
mod probe;
mod settling;
mod telling;

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::watch::Receiver;

use self::arrivals::ArrivalReader;
pub(crate) use self::doors::ReturnDoors;
pub use self::{
    import::ImportedReturns,
    looking::{ReturnStatus, ReturnsWanted},
};
use crate::{
    app::{App, AppError},
    bounce::{Arrival, Door, IntakeError, ReportIntake, TakenIn},
    clock::Clock,
    live::{LivePublication, PublicationSnapshot},
    schedule::EventSink,
    source::with_causes,
    store::{Realm, ReportEffect, ReportNews, ReportSurroundings, Store, StoreError, TakenReport},
    words::phrase,
};

/// Batches whose mail may still come back as something: more than any month has.
const RECENT: u32 = 400;
/// Mails taken in by one transaction.
const GROUP: usize = 100;

/// Takes in what comes back to one publication.
pub(crate) struct ReturnDesk {
    clock: Clock,
    store: Arc<dyn Store>,
    snapshots: Receiver<Arc<PublicationSnapshot>>,
    teller: Arc<dyn EventSink>,
}

impl ReturnDesk {
    /// The desk of that publication.
    ///
    /// # Errors
    /// A state that can't be opened.
    pub(crate) async fn open(
        live: &LivePublication,
        clock: Clock,
        teller: Arc<dyn EventSink>,
    ) -> Result<Arc<Self>, AppError> {
        let store = App::of(&live.snapshot(), clock).store().await?;
        Ok(Arc::new(Self {
            clock,
            store,
            snapshots: live.subscribe(),
            teller,
        }))
    }

    /// Decides what was held until now, and what silence has come to mean.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn settle(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let around = self.surroundings(now).await?;
        let news = self.store.settle_reports(&around, now).await?;
        self.tell(news, now).await;
        Ok(())
    }

    fn app(&self) -> App {
        App::of(&self.snapshots.borrow().clone(), self.clock)
    }

    async fn surroundings(&self, now: DateTime<Utc>) -> Result<ReportSurroundings, StoreError> {
        let publication = self.app().publication;
        settling::surroundings(self.store.as_ref(), &publication, now).await
    }

    /// What is needed to read arrivals: the keys, and which batch was of which issue.
    async fn reader(&self) -> Result<ArrivalReader, AppError> {
        let links = self.app().link_signer(self.store.as_ref()).await?;
        let batches = self.store.batches(RECENT).await?;
        let issues: BTreeMap<i64, String> = batches
            .into_iter()
            .map(|batch| (batch.id.0, batch.issue))
            .collect();
        Ok(ArrivalReader { links, issues })
    }

    async fn take(
        &self,
        door: Door,
        arrivals: Vec<Arrival>,
        now: DateTime<Utc>,
    ) -> Result<Vec<TakenReport>, AppError> {
        let reader = self.reader().await?;
        let reading = move || -> Vec<_> {
            let arrivals = arrivals.into_iter();
            arrivals.map(|arrival| reader.read(door, arrival)).collect()
        };
        let reports = tokio::task::spawn_blocking(reading)
            .await
            .map_err(|panicked| StoreError::Unusable {
                place: phrase!("what came back").to_owned(),
                source: Box::new(panicked),
            })?;
        // What a mail system hands over is no rehearsal, whatever it lets us know of the settings.
        let is_real = door == Door::Pipe && !self.clock.is_pretended();
        let around = ReportSurroundings {
            realm: is_real.then_some(Realm::Real),
            ..self.surroundings(now).await?
        };
        let taken = self.store.take_in_reports(&reports, &around, now).await?;
        self.store
            .note_door_read(door.as_str(), around.realm, now)
            .await?;
        let news: Vec<ReportNews> = taken.iter().flat_map(|it| it.news.clone()).collect();
        self.tell(news, now).await;
        Ok(taken)
    }
}

#[async_trait]
impl ReportIntake for ReturnDesk {
    async fn take_in(
        &self,
        door: Door,
        arrivals: Vec<Arrival>,
        now: DateTime<Utc>,
    ) -> Result<Vec<TakenIn>, IntakeError> {
        let taken = self.take(door, arrivals, now).await;
        let taken = taken.map_err(|error| IntakeError(with_causes(&error)))?;
        Ok(taken.iter().map(kind_of_taken).collect())
    }

    async fn door_was_read(&self, door: Door, now: DateTime<Utc>) -> Result<(), IntakeError> {
        let noted = self.store.note_door_read(door.as_str(), None, now).await;
        noted.map_err(|error| IntakeError(with_causes(&error)))
    }

    async fn door_place(&self, door: &str) -> Result<Option<String>, IntakeError> {
        let place = self.store.door_place(door).await;
        place.map_err(|error| IntakeError(with_causes(&error)))
    }

    async fn keep_door_place(&self, door: &str, place: &str) -> Result<(), IntakeError> {
        let kept = self.store.keep_door_place(door, place).await;
        kept.map_err(|error| IntakeError(with_causes(&error)))
    }
}

fn kind_of_taken(taken: &TakenReport) -> TakenIn {
    match (taken.is_new, taken.effect) {
        (false, _) => TakenIn::SeenBefore,
        (true, ReportEffect::KeptAside) => TakenIn::KeptAside,
        (true, ReportEffect::TurnedAway) => TakenIn::TurnedAway,
        (true, _) => TakenIn::New,
    }
}
