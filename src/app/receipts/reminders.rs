//! The law's reminder, every two years, of a consent to advertising (정보통신망법 제50조 제8항): a few readers a day,
//! and none in the minutes of a batch.

use chrono::Months;

use crate::{
    app::{App, AppError},
    store::Store,
};

/// How long the law lets a consent rest.
const TWO_YEARS: Months = Months::new(24);

impl App {
    /// Queues today's reminders on the list of record.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn remind_readers(&self) -> Result<u64, AppError> {
        let store = self.store().await?;
        self.remind_of_consents(store.as_ref()).await
    }

    /// Queues today's reminders, as far as there is time for them now; answers how many.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn remind_of_consents(&self, store: &dyn Store) -> Result<u64, AppError> {
        if !self.publication.law.korea || !self.is_quiet(store).await? {
            return Ok(0);
        }
        // A moment that is pretended has its consents, too: what is played reminds nobody in earnest.
        let Some(before) = self.clock.now().checked_sub_months(TWO_YEARS) else {
            return Ok(0);
        };
        let now = self.clock.true_now();
        Ok(store.remind_of_consents(before, now).await?)
    }
}
