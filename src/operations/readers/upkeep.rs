//! What time itself does to readers: who asked and did not confirm is forgotten, who agreed two years ago is reminded.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch::Receiver;

use crate::{
    app::{App, AppError, ReceiptSender},
    clock::Clock,
    delivery::StopSignal,
    live::{LivePublication, PublicationSnapshot},
};

/// How often it is looked for: a promise of days is kept to the quarter of an hour.
const BETWEEN_LOOKS: Duration = Duration::from_secs(15 * 60);

/// Keeps it up for one publication.
pub(super) struct ReaderUpkeep {
    clock: Clock,
    snapshots: Receiver<Arc<PublicationSnapshot>>,
    receipts: Arc<ReceiptSender>,
}

impl ReaderUpkeep {
    pub(super) fn of(live: &LivePublication, clock: Clock, receipts: Arc<ReceiptSender>) -> Self {
        Self {
            clock,
            snapshots: live.subscribe(),
            receipts,
        }
    }

    /// Until `stop`.
    pub(super) async fn run(self, stop: StopSignal) {
        while !stop.is_requested() {
            if let Err(error) = self.look().await {
                let why = error.problems().join(": ");
                tracing::error!("what time does to readers is not done: {why}");
            }
            tokio::select! {
                () = tokio::time::sleep(BETWEEN_LOOKS) => {}
                () = stop.requested() => {}
            }
        }
    }

    async fn look(&self) -> Result<(), AppError> {
        let snapshot = Arc::clone(&self.snapshots.borrow());
        let app = App::of(&snapshot, self.clock);
        let store = app.store().await?;
        let people = store.forget_unconfirmed(self.clock.true_now()).await?;
        if people > 0 {
            tracing::info!(people, "who did not confirm is forgotten");
        }
        let reminded = app.remind_of_consents(store.as_ref()).await?;
        if reminded > 0 {
            tracing::info!(reminded, "readers are reminded of their consent");
            self.receipts.wake();
        }
        Ok(())
    }
}
