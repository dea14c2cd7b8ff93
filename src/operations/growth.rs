//! How the list grew, week by week.

use crate::{
    app::{App, AppError},
    store::GrowthWeek,
};

impl App {
    /// The last so many weeks, the one under way included, by the publication's own Mondays.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn growth(&self, weeks: u32) -> Result<Vec<GrowthWeek>, AppError> {
        let zone = self.publication.timezone;
        let store = self.store().await?;
        Ok(store.growth(weeks, zone, self.clock.true_now()).await?)
    }
}
