//! How the service is, for those who watch over it: health, readiness, and Prometheus' metrics.

mod metrics;
mod proof;

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use chrono::TimeDelta;
use tokio::sync::watch::Receiver;

use self::proof::WriteProof;
use super::{HealthReason, Heartbeat, Server};
use crate::{
    app::notices::{shown_since, still_told},
    clock::Clock,
    live::PublicationSnapshot,
    publication::Publication,
    source::with_causes,
    store::{Batch, DeliveryCounts, Store, StoreError, UnreachedTarget},
    web::vitals::{HealthReport, Vitals},
    words::phrase,
};

/// Batches that the metrics tell of: half a year of two editions.
const BATCHES: u32 = 52;

/// Reports that the metrics tell of.
const RETURNS_COUNTED: TimeDelta = TimeDelta::days(30);

/// Answers of a daemon that runs.
pub(crate) struct DaemonVitals {
    heartbeat: Arc<Heartbeat>,
    store: Arc<dyn Store>,
    snapshots: Receiver<Arc<PublicationSnapshot>>,
    clock: Clock,
    proof: WriteProof,
    /// Whether the readers' pages are served; None: there are none.
    pages: Option<Arc<AtomicBool>>,
}

impl DaemonVitals {
    /// The vitals of that daemon.
    #[must_use]
    pub(crate) fn new(daemon: &Server) -> Self {
        Self {
            heartbeat: daemon.heartbeat(),
            store: Arc::clone(&daemon.store),
            snapshots: daemon.live.subscribe(),
            clock: daemon.clock,
            proof: WriteProof::default(),
            pages: None,
        }
    }

    /// The same, which looks whether the readers' pages are served.
    #[must_use]
    pub(crate) fn watching(mut self, pages: Option<Arc<AtomicBool>>) -> Self {
        self.pages = pages;
        self
    }

    async fn batches(&self) -> Result<Vec<(Batch, DeliveryCounts)>, StoreError> {
        let mut batches = Vec::new();
        for batch in self.store.batches(BATCHES).await? {
            let counts = self.store.counts(batch.id).await?;
            batches.push((batch, counts));
        }
        Ok(batches)
    }

    /// What keeps the daemon from its work.
    async fn ailments(&self) -> BTreeSet<HealthReason> {
        let mut ailments = self.heartbeat.ailments();
        let is_usable = match self.heartbeat.is_keeping() {
            // What can be read may be beyond writing: a full disk, rights that were taken away.
            true => {
                self.proof
                    .is_writable(&self.heartbeat, self.store.as_ref())
                    .await
            }
            false => self.store.batches(1).await.is_ok(),
        };
        if !is_usable {
            ailments.insert(HealthReason::State);
        }
        let is_served = |pages: &Arc<AtomicBool>| pages.load(Ordering::Relaxed);
        // Who waits for another's end waits for that address, too.
        if self.heartbeat.is_keeping() && !self.pages.as_ref().is_none_or(is_served) {
            ailments.insert(HealthReason::Listen);
        }
        ailments
    }

    /// Who can't be told what happens.
    async fn unreached(&self, publication: Option<&Publication>) -> Vec<UnreachedTarget> {
        let since = shown_since(self.clock.now());
        let unreached = self.store.unreached(since).await.unwrap_or_default();
        publication.map_or_else(Vec::new, |publication| still_told(publication, unreached))
    }

    /// The publication as its file is now; None while it can't be read.
    fn publication(&self) -> Option<Arc<Publication>> {
        let snapshot = self.snapshots.borrow();
        let is_read = snapshot.configuration_faults.is_empty();
        is_read.then(|| Arc::clone(&snapshot.publication))
    }
}

#[async_trait]
impl Vitals for DaemonVitals {
    fn health(&self) -> HealthReport {
        match self.heartbeat.is_alive() {
            true => HealthReport::default(),
            false => HealthReport::ailing(phrase!("the daemon's beat has stopped")),
        }
    }

    async fn readiness(&self) -> HealthReport {
        let mut wellness = self.health();
        for ailment in self.ailments().await {
            wellness.add(ailment.words());
        }
        let publication = self.publication();
        if !self.unreached(publication.as_deref()).await.is_empty() {
            wellness.add(phrase!("notices to somebody are failing"));
        }
        wellness
    }

    async fn metrics(&self) -> String {
        let batches = self.batches().await.unwrap_or_else(|error| {
            tracing::error!("metrics without batches: {}", with_causes(&error));
            Vec::new()
        });
        let publication = self.publication();
        let now = self.clock.now();
        let unreached = self.unreached(publication.as_deref()).await;
        let returns = self.store.report_totals(now - RETURNS_COUNTED).await;
        let facts = metrics::MetricInputs {
            returns: &returns.unwrap_or_default(),
            batches: &batches,
            publication: publication.as_deref(),
            unreached: &unreached,
            ailments: &self.ailments().await,
        };
        metrics::page(&self.heartbeat, &facts, now)
    }
}
