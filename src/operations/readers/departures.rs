//! Departures on their way to the disk: what comes while one transaction is written goes together into the
//! next one, so that a wave of them is as quick as the disk and each is answered once it is durable.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, oneshot},
    time::{self, MissedTickBehavior},
};

use crate::{
    clock::Clock,
    source::with_causes,
    store::{LeaveOutcome, LeaveRequest, Store},
    web::reader::{ReaderRefusal, ReaderResult},
};

/// Departures of one transaction at most.
const GROUP: usize = 256;
/// Departures that wait at most; further ones wait outside.
const WAITING: usize = 4 * GROUP;
/// From one transaction to the next at least: each takes the disk from a batch under way, and nobody who clicks notices.
/// Whoever comes alone waits for nothing.
const PAUSE: Duration = Duration::from_millis(10);

type Departing = (LeaveRequest, oneshot::Sender<ReaderResult<LeaveOutcome>>);

/// The one queue of a process.
pub(super) struct DepartureQueue(mpsc::Sender<Departing>);

impl DepartureQueue {
    /// A queue that ends with the last of its users.
    pub(super) fn start(store: Arc<dyn Store>, clock: Clock) -> Self {
        let (queue, mut waiting) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            let mut group = Vec::with_capacity(GROUP);
            let mut pace = time::interval(PAUSE);
            pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while waiting.recv_many(&mut group, GROUP).await > 0 {
                leave_together(store.as_ref(), clock, &mut group).await;
                pace.tick().await;
            }
        });
        Self(queue)
    }

    /// Answers once the departure is on the disk.
    pub(super) async fn leave(&self, departure: LeaveRequest) -> ReaderResult<LeaveOutcome> {
        let (answer, answered) = oneshot::channel();
        let gone = |_| ReaderRefusal::Unavailable;
        let sent = self.0.send((departure, answer)).await;
        sent.map_err(|_| ReaderRefusal::Unavailable)?;
        answered.await.map_err(gone)?
    }
}

async fn leave_together(store: &dyn Store, clock: Clock, group: &mut Vec<Departing>) {
    let (requests, answers): (Vec<_>, Vec<_>) = group.drain(..).unzip();
    let outcomes = match store.leave(&requests, clock.true_now()).await {
        Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
        Err(error) => {
            tracing::error!("departures can't be written: {}", with_causes(&error));
            vec![Err(ReaderRefusal::Unavailable); requests.len()]
        }
    };
    for (answer, outcome) in answers.into_iter().zip(outcomes) {
        // Who does not wait any more has left all the same.
        let _ = answer.send(outcome);
    }
}
