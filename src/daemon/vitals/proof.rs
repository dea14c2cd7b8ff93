//! Whether the state can be written, by the daemon's own progress: while it writes nobody has to ask the
//! disk. Only where nothing was written for a while something is, for all who ask at once.

use std::time::Duration;

use tokio::{sync::Mutex, time::timeout};

use crate::{clock::Stopwatch, daemon::Heartbeat, source::with_causes, store::StateInstance};

/// A write that is not older proves enough.
const FRESH: Duration = Duration::from_secs(10);
/// How long the answer to one that was made for the asking stands.
const STANDS: Duration = Duration::from_secs(3);
/// Nobody who asks waits longer: a long freeze, or another program, may hold the database.
const PATIENCE: Duration = Duration::from_secs(3);
/// For so long that is no fault.
const HELD_UP: Duration = Duration::from_secs(60);

/// The last proof.
#[derive(Debug, Default)]
pub(super) struct WriteProof(Mutex<Option<ProofState>>);

#[derive(Debug)]
struct ProofState {
    since: Stopwatch,
    is_writable: bool,
}

impl WriteProof {
    /// Whether the state can be written.
    pub(super) async fn is_writable(
        &self,
        heartbeat: &Heartbeat,
        store: &dyn StateInstance,
    ) -> bool {
        // Whoever asks meanwhile waits for the same answer.
        let mut last = self.0.lock().await;
        if let Some(proved) = last.as_ref().filter(|it| it.since.elapsed() < STANDS) {
            return proved.is_writable;
        }
        heartbeat.has_written(store.writes());
        let is_recent = |within| {
            heartbeat
                .since_last_write()
                .is_some_and(|since| since < within)
        };
        if is_recent(FRESH) {
            return true;
        }
        let is_writable = match timeout(PATIENCE, store.probe()).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::error!("not ready: {}", with_causes(&error));
                false
            }
            Err(_) => is_recent(HELD_UP),
        };
        heartbeat.has_written(store.writes());
        *last = Some(ProofState {
            since: Stopwatch::start(),
            is_writable,
        });
        is_writable
    }
}
