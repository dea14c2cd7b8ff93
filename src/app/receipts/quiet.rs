//! When mail that may wait for days leaves: not in the minutes of a batch.

use chrono::TimeDelta;

use crate::{
    app::App,
    publication::Slot,
    store::{BatchLedger, BatchState, StoreError},
};

/// How long before a slot's moment, and after it, its batch is expected.
const AROUND_A_SLOT: TimeDelta = TimeDelta::minutes(15);
/// Batches among which an open one is looked for.
const RECENT: u32 = 20;

impl App {
    /// Whether no batch is on its way, and none is expected. One that a person has stopped is not on its way.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn is_quiet(
        &self,
        ledger: &(impl BatchLedger + ?Sized),
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let batches = ledger.batches(RECENT).await?;
        let has_begun = |slot: &Slot| {
            let mut batches = batches.iter();
            batches.any(|batch| batch.slot == slot.at && batch.edition == slot.edition)
        };
        let around = self.publication.slots_after(now - AROUND_A_SLOT);
        let mut around = around.take_while(|slot| slot.at <= now + AROUND_A_SLOT);
        let is_expected = around.any(|slot| slot.at > now || !has_begun(&slot));
        Ok(!is_expected && batches.iter().all(|batch| batch.state != BatchState::Open))
    }
}
