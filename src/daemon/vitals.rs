//! How the service is, for those who watch over it: health, readiness, and Prometheus' metrics.

mod metrics;
mod proof;

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;

use self::proof::WriteProof;
use super::{HealthReason, Heartbeat};
use crate::{
    app::{
        App,
        notices::{shown_since, still_told},
    },
    clock::Clock,
    publication::Publication,
    source::with_causes,
    store::{Batch, DeliveryCounts, Store, StoreError, UnreachedTarget},
    web::vitals::{HealthReport, Vitals},
};

/// Batches that the metrics tell of: half a year of two editions.
const BATCHES: u32 = 52;

/// Answers of a daemon that runs.
pub struct DaemonVitals {
    heartbeat: Arc<Heartbeat>,
    store: Arc<dyn Store>,
    root: std::path::PathBuf,
    clock: Clock,
    proof: WriteProof,
}

impl DaemonVitals {
    /// The vitals of the daemon with that heartbeat and that state.
    #[must_use]
    pub fn new(app: &App, heartbeat: Arc<Heartbeat>, store: Arc<dyn Store>) -> Self {
        Self {
            heartbeat,
            store,
            root: app.publication.root.clone(),
            clock: app.clock,
            proof: WriteProof::default(),
        }
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
        ailments
    }

    /// Who can't be told what happens.
    async fn unreached(&self, publication: Option<&Publication>) -> Vec<UnreachedTarget> {
        let since = shown_since(self.clock.now());
        let unreached = self.store.unreached(since).await.unwrap_or_default();
        match publication {
            Some(publication) => still_told(publication, unreached),
            None => Vec::new(),
        }
    }

    /// The publication as its file is now; None while it can't be read.
    async fn publication(&self) -> Option<Publication> {
        let (root, clock) = (self.root.clone(), self.clock);
        let read = tokio::task::spawn_blocking(move || App::open(Some(&root), clock));
        Some(read.await.ok()?.ok()?.publication)
    }
}

#[async_trait]
impl Vitals for DaemonVitals {
    fn health(&self) -> HealthReport {
        match self.heartbeat.is_alive() {
            true => HealthReport::default(),
            false => HealthReport::ailing("the daemon's beat has stopped"),
        }
    }

    async fn readiness(&self) -> HealthReport {
        let mut wellness = self.health();
        for ailment in self.ailments().await {
            wellness.add(ailment.words());
        }
        let publication = self.publication().await;
        if !self.unreached(publication.as_ref()).await.is_empty() {
            wellness.add("notices to somebody are failing");
        }
        wellness
    }

    async fn metrics(&self) -> String {
        let batches = self.batches().await.unwrap_or_else(|error| {
            tracing::error!("metrics without batches: {}", with_causes(&error));
            Vec::new()
        });
        let publication = self.publication().await;
        let now = self.clock.now();
        let unreached = self.unreached(publication.as_ref()).await;
        let facts = metrics::MetricInputs {
            batches: &batches,
            publication: publication.as_ref(),
            unreached: &unreached,
            ailments: &self.ailments().await,
        };
        metrics::page(&self.heartbeat, &facts, now)
    }
}
