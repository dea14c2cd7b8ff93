//! The wish to stop, as all tasks of a run see it.

use std::sync::Arc;

use tokio::sync::watch;

/// Tells a run to finish the messages in flight and end. Cheap to clone; never taken back.
#[derive(Debug, Clone)]
pub struct StopSignal {
    sender: Arc<watch::Sender<bool>>,
}

impl Default for StopSignal {
    fn default() -> Self {
        Self {
            sender: Arc::new(watch::channel(false).0),
        }
    }
}

impl StopSignal {
    /// Asks everything to drain.
    pub fn request(&self) {
        self.sender.send_replace(true);
    }

    /// Whether draining was asked for.
    #[must_use]
    pub(crate) fn is_requested(&self) -> bool {
        *self.sender.borrow()
    }

    /// Waits until draining is asked for.
    pub(crate) async fn requested(&self) {
        // The sender lives as long as `self`, so waiting can't fail.
        let _ = self
            .sender
            .subscribe()
            .wait_for(|is_requested| *is_requested)
            .await;
    }
}
