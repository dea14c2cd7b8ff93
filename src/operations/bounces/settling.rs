//! What is known beside the list when something comes back, and decisions that are due before an issue is frozen.

use chrono::{DateTime, Utc};

use crate::{
    app::{App, AppError},
    delivery::{HealthTrouble, troubles},
    publication::Publication,
    store::{ReportSurroundings, Store, StoreError},
};

/// What is known now.
pub(super) async fn surroundings(
    store: &dyn Store,
    publication: &Publication,
    now: DateTime<Utc>,
) -> Result<ReportSurroundings, StoreError> {
    let spells = troubles(store, now).await?;
    let spells = spells.into_iter().filter_map(|trouble| match trouble {
        HealthTrouble::Spell { domain, .. } => Some(domain),
        _ => None,
    });
    Ok(ReportSurroundings {
        spells: spells.collect(),
        wants_goodbye: publication.web.goodbye.unwrap_or(publication.law.korea),
        realm: None,
    })
}

impl App {
    /// Decides what was held until now: who is dead gets no other issue.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn settle_returns(&self, store: &dyn Store) -> Result<(), AppError> {
        let now = self.clock.now();
        let around = surroundings(store, &self.publication, now).await?;
        store.settle_reports(&around, now).await?;
        Ok(())
    }
}
