//! What a batch meets on its way and people should hear of while it lasts, though it goes on.

use std::sync::Arc;

use crate::{
    clock::Clock,
    delivery::Progress,
    schedule::{Event, EventSink},
};

/// The ears of one batch.
pub(super) struct BatchAlarms {
    pub(super) issue: String,
    pub(super) progress: Arc<Progress>,
    pub(super) teller: Arc<dyn EventSink>,
    pub(super) clock: Clock,
}

impl BatchAlarms {
    /// Tells each alarm as it comes, while the batch is carried, and what came last.
    pub(super) async fn beside<T>(&self, carrying: impl Future<Output = T>) -> T {
        let mut carrying = std::pin::pin!(carrying);
        loop {
            tokio::select! {
                carried = &mut carrying => {
                    while let Some(reason) = self.progress.alarm() {
                        self.tell(reason).await;
                    }
                    return carried;
                }
                reason = self.progress.next_alarm() => self.tell(reason).await,
            }
        }
    }

    async fn tell(&self, reason: String) {
        let issue = self.issue.clone();
        let event = Event::RelayTrouble { issue, reason };
        self.teller.tell(&event, self.clock.now()).await;
    }
}
