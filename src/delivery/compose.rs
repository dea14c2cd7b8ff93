//! Claims → messages. Composing is cheaper than handing over what was composed, so a connection does it itself;
//! signing is the processor's work and must not hold up the connections, so it has threads of its own.

use std::sync::{Arc, Mutex, PoisonError};

use super::{in_flight::InFlightPermit, outcome_recorder::OutcomeRecorder};
use crate::{
    message::{Composer, Envelope},
    smtp::MessageParts,
    source::with_causes,
    store::Claim,
    words::phrased,
};

/// Messages that a thread signs before it hands them over, at the most: with a key of 2048 bits four milliseconds of its
/// time.
const GROUP: usize = 16;

/// A claimed row and its place in the run.
pub(crate) struct ClaimedRow {
    pub(crate) claim: Claim,
    pub(crate) composer: Arc<Composer>,
    pub(crate) permit: InFlightPermit,
}

/// A message that waits for a connection.
pub(crate) struct ComposedJob {
    pub(crate) claim: Claim,
    pub(crate) letter: PooledMessage,
    /// What made it: the ledger notes the hash of its content.
    pub(crate) composer: Arc<Composer>,
    _seat: InFlightPermit,
}

/// A message whose buffer goes back to be written again: allocating one on this thread and freeing
/// it on that is what a general allocator is worst at. Pictures stand in memory once, however many connections there are.
#[derive(Debug)]
pub(crate) struct PooledMessage {
    pub(crate) envelope: Envelope,
    own: Vec<u8>,
    shared: Arc<[u8]>,
    buffers: Arc<BufferPool>,
}

impl PooledMessage {
    pub(crate) fn parts(&self) -> MessageParts<'_> {
        MessageParts {
            own: &self.own,
            shared: &self.shared,
        }
    }
}

/// Buffers of messages that have left; never more than were in use at once.
#[derive(Debug, Default)]
struct BufferPool(Mutex<Vec<Vec<u8>>>);

impl BufferPool {
    fn take(&self) -> Vec<u8> {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        free.pop().unwrap_or_default()
    }
}

impl Drop for PooledMessage {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.own);
        let mut free = self
            .buffers
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        free.push(buffer);
    }
}

/// Where connections get their messages from.
#[derive(Clone)]
pub(crate) enum JobSource {
    /// Composed by whoever takes it.
    Here {
        workshop: Arc<Workshop>,
        claims: async_channel::Receiver<ClaimedRow>,
    },
    /// Composed and signed by threads.
    Threads(async_channel::Receiver<ComposedJob>),
}

impl JobSource {
    /// Messages of these claims. `waiting` is how many may wait for a connection where threads sign them; the
    /// threads end when the claims do.
    pub(crate) fn start(
        claims: async_channel::Receiver<ClaimedRow>,
        recorder: &Arc<OutcomeRecorder>,
        is_signed: bool,
        waiting: usize,
    ) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let group = (waiting / threads / 2).clamp(1, GROUP);
        let workshop = Arc::new(Workshop {
            recorder: Arc::clone(recorder),
            buffers: Arc::default(),
            group,
        });
        if !is_signed {
            return Self::Here { workshop, claims };
        }
        // What threads hold waits, too.
        let room = waiting.saturating_sub(threads * group).max(1);
        let (jobs, to_send) = async_channel::bounded(room);
        for _ in 0..threads {
            let (workshop, claims, jobs) = (Arc::clone(&workshop), claims.clone(), jobs.clone());
            tokio::task::spawn_blocking(move || workshop.work(&claims, &jobs));
        }
        Self::Threads(to_send)
    }

    /// The next message; None: there are no more.
    pub(crate) async fn next(&self) -> Option<ComposedJob> {
        match self {
            Self::Threads(jobs) => jobs.recv().await.ok(),
            Self::Here { workshop, claims } => loop {
                let row = claims.recv().await.ok()?;
                if let Some(job) = workshop.compose(row) {
                    return Some(job);
                }
            },
        }
    }

    /// A message that is there already.
    pub(crate) fn try_next(&self) -> Option<ComposedJob> {
        match self {
            Self::Threads(jobs) => jobs.try_recv().ok(),
            Self::Here { workshop, claims } => loop {
                let row = claims.try_recv().ok()?;
                if let Some(job) = workshop.compose(row) {
                    return Some(job);
                }
            },
        }
    }

    /// What found no connection goes back, until there is nothing more.
    pub(crate) async fn put_back_all(self, recorder: &OutcomeRecorder) {
        match self {
            Self::Threads(jobs) => {
                while let Ok(job) = jobs.recv().await {
                    recorder.put_back(&job.claim);
                }
            }
            Self::Here { claims, .. } => {
                while let Ok(row) = claims.recv().await {
                    recorder.put_back(&row.claim);
                }
            }
        }
    }
}

/// What composing needs.
pub(crate) struct Workshop {
    recorder: Arc<OutcomeRecorder>,
    buffers: Arc<BufferPool>,
    /// How many messages a thread makes before it hands them over.
    group: usize,
}

impl Workshop {
    fn work(
        &self,
        claims: &async_channel::Receiver<ClaimedRow>,
        jobs: &async_channel::Sender<ComposedJob>,
    ) {
        let mut made = Vec::with_capacity(self.group);
        while let Ok(row) = claims.recv_blocking() {
            made.extend(self.compose(row));
            // Of rows that are there already. What is handed over together wakes connections, relay and ledger once; nobody
            // waits for a row that is still to be claimed.
            while made.len() < self.group
                && let Ok(row) = claims.try_recv()
            {
                made.extend(self.compose(row));
            }
            for job in made.drain(..) {
                // The run keeps a receiver until all threads are done, so a job is never lost here.
                if let Err(error) = jobs.send_blocking(job) {
                    self.recorder.put_back(&error.into_inner().claim);
                }
            }
        }
    }

    /// None: the row went back, for the run halts, or does so now since its message can't be made.
    fn compose(&self, row: ClaimedRow) -> Option<ComposedJob> {
        let ClaimedRow {
            claim,
            composer,
            permit,
        } = row;
        if self.recorder.halted().is_requested() {
            self.recorder.put_back(&claim);
            return None;
        }
        let mut own = self.buffers.take();
        match composer.compose(&claim.reader, &mut own) {
            Ok(envelope) => Some(ComposedJob {
                claim,
                letter: PooledMessage {
                    envelope,
                    own,
                    shared: Arc::clone(composer.shared_end()),
                    buffers: Arc::clone(&self.buffers),
                },
                composer,
                _seat: permit,
            }),
            Err(error) => {
                self.recorder.put_back(&claim);
                self.recorder.pause(phrased!(
                    "the message for {reader} can't be composed: {error}",
                    reader = claim.reader.email.masked(),
                    error = with_causes(&error)
                ));
                None
            }
        }
    }
}
