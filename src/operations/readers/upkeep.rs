//! What time itself does to readers: who asked and did not confirm is forgotten.

use std::{sync::Arc, time::Duration};

use crate::{clock::Clock, delivery::StopSignal, source::with_causes, store::Store};

/// How often it is looked for: a promise of days is kept to the quarter of an hour.
const BETWEEN_LOOKS: Duration = Duration::from_secs(15 * 60);

/// Keeps it up until `stop`.
pub(super) async fn keep_up(store: Arc<dyn Store>, clock: Clock, stop: StopSignal) {
    while !stop.is_requested() {
        match store.forget_unconfirmed(clock.true_now()).await {
            Ok(0) => {}
            Ok(people) => tracing::info!(people, "who did not confirm is forgotten"),
            Err(error) => {
                tracing::error!(
                    "who did not confirm can't be forgotten: {}",
                    with_causes(&error)
                );
            }
        }
        tokio::select! {
            () = tokio::time::sleep(BETWEEN_LOOKS) => {}
            () = stop.requested() => {}
        }
    }
}
