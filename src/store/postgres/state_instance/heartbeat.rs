//! The beat by which a lease is renewed: on a thread and over a connection of its own, so that neither a busy runtime
//! nor a full pool is taken for a death. Where the server can't be asked in time, the holder hears of it before the
//! server gives the lease to another.

use std::{sync::Arc, thread, time::Duration};

use tokio::{
    sync::oneshot,
    time::{Instant, sleep, timeout},
};

use super::leases::{LEASE, MARGIN, let_go, renew};
use crate::{
    source::with_causes,
    store::{
        StoreError,
        postgres::database::PostgresDatabase,
        sender_guard::{KeptLease, LeasePhase},
    },
    words::phrase,
};

/// Three words may get lost.
const BEAT: Duration = Duration::from_secs(3);
/// After one that got lost.
const AGAIN: Duration = Duration::from_millis(500);

/// Renews a lease until it is dropped.
#[derive(Debug)]
pub(super) struct LeaseBeat {
    /// Dropped, it ends the thread.
    _end: oneshot::Sender<()>,
}

impl LeaseBeat {
    pub(super) fn start(
        database: PostgresDatabase,
        kept: Arc<KeptLease>,
    ) -> Result<Self, StoreError> {
        let (end, ended) = oneshot::channel();
        let no_thread = |error: std::io::Error| StoreError::Unusable {
            place: phrase!("the lease").to_owned(),
            source: Box::new(error),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(no_thread)?;
        thread::Builder::new()
            .name("lease".to_owned())
            .spawn(move || runtime.block_on(beat(&database, &kept, ended)))
            .map_err(no_thread)?;
        Ok(Self { _end: end })
    }
}

async fn beat(database: &PostgresDatabase, kept: &KeptLease, mut ended: oneshot::Receiver<()>) {
    let mut pause = BEAT;
    loop {
        tokio::select! {
            // Nothing is ever sent: the other end is dropped.
            _ = &mut ended => break,
            () = sleep(pause) => {}
        }
        let asked_at = Instant::now();
        if kept.is_over() {
            return end(database, kept).await;
        }
        // A server that is silent must not outlast the lease: the connection goes with the wait.
        match timeout(BEAT, renew(database, kept.term())).await {
            Ok(Ok(true)) => {
                kept.renewed(asked_at + LEASE - MARGIN);
                pause = BEAT;
            }
            Ok(Ok(false)) => return end(database, kept).await,
            Ok(Err(error)) => {
                tracing::warn!("the lease is not renewed yet: {}", with_causes(&error));
                pause = AGAIN;
            }
            Err(_elapsed) => {
                tracing::warn!("the lease is not renewed yet: the server does not answer");
                pause = AGAIN;
            }
        }
    }
    give_back(database, kept).await;
}

/// What it holds may be another's by now: its claims are refused by their fences.
async fn end(database: &PostgresDatabase, kept: &KeptLease) {
    tracing::error!(
        "the right to act from this state is over: the server did not hear of us for {} s",
        LEASE.as_secs()
    );
    kept.enter(LeasePhase::Over);
    give_back(database, kept).await;
}

/// Only politeness: without it the next one waits for the lease to end.
async fn give_back(database: &PostgresDatabase, kept: &KeptLease) {
    match timeout(LEASE, let_go(database, kept.term())).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!("the lease ends by itself: {}", with_causes(&error)),
        Err(_elapsed) => tracing::warn!("the lease ends by itself: the server does not answer"),
    }
    kept.enter(LeasePhase::LetGo);
}
