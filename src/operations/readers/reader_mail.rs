//! What is written to readers, with pages or without: about what they do, and what time itself does to them; and to the
//! writer, about what they say.

use std::sync::Arc;

use tokio::task::JoinHandle;

use super::upkeep::ReaderUpkeep;
use crate::{
    app::{Notifier, OpinionTeller, ReceiptSender},
    clock::Clock,
    delivery::StopSignal,
    live::LivePublication,
};

/// One publication's mail to readers beside its issues, being written.
pub(crate) struct ReaderMail {
    receipts: Arc<ReceiptSender>,
    writing: JoinHandle<()>,
    upkeep: JoinHandle<()>,
    telling: JoinHandle<()>,
}

impl ReaderMail {
    /// Writes it until `stop`; `notifier` carries what readers say to the writer.
    #[must_use]
    pub(crate) fn start(
        live: &LivePublication,
        notifier: &Arc<Notifier>,
        clock: Clock,
        stop: &StopSignal,
    ) -> Self {
        let receipts = ReceiptSender::of(live, clock);
        let upkeep = ReaderUpkeep::of(live, clock, Arc::clone(&receipts));
        let teller = OpinionTeller::of(live, clock, Arc::clone(notifier));
        let (writer, stop_writing) = (Arc::clone(&receipts), stop.clone());
        Self {
            receipts,
            writing: tokio::spawn(async move { writer.run(&stop_writing).await }),
            upkeep: tokio::spawn(upkeep.run(stop.clone())),
            telling: tokio::spawn(teller.run(stop.clone())),
        }
    }

    /// Whoever writes it.
    #[must_use]
    pub(crate) fn receipts(&self) -> Arc<ReceiptSender> {
        Arc::clone(&self.receipts)
    }

    /// Waits until a mail on the wire has left, once it is to stop.
    pub(crate) async fn ended(self) {
        let _ = self.writing.await;
        let _ = self.upkeep.await;
        let _ = self.telling.await;
    }
}
