//! Claims → messages, on threads of their own: composing and signing are the CPU's work and must
//! not hold up the connections.

use std::sync::{Arc, Mutex, PoisonError};

use super::{in_flight::InFlightPermit, outcome_recorder::OutcomeRecorder};
use crate::{
    message::{Composer, Envelope},
    smtp::MessageParts,
    source::with_causes,
    store::Claim,
};

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

/// Starts the threads. They end when the claims do.
pub(crate) fn start(
    threads: usize,
    recorder: &Arc<OutcomeRecorder>,
    claims: &async_channel::Receiver<ClaimedRow>,
    jobs: &async_channel::Sender<ComposedJob>,
) {
    let buffers = Arc::new(BufferPool::default());
    for _ in 0..threads {
        let recorder = Arc::clone(recorder);
        let (claims, jobs, buffers) = (claims.clone(), jobs.clone(), Arc::clone(&buffers));
        tokio::task::spawn_blocking(move || work(&recorder, &buffers, &claims, &jobs));
    }
}

fn work(
    recorder: &OutcomeRecorder,
    buffers: &Arc<BufferPool>,
    claims: &async_channel::Receiver<ClaimedRow>,
    jobs: &async_channel::Sender<ComposedJob>,
) {
    while let Ok(ClaimedRow {
        claim,
        composer,
        permit,
    }) = claims.recv_blocking()
    {
        if recorder.halted().is_requested() {
            recorder.put_back(&claim);
            continue;
        }
        let mut own = buffers.take();
        match composer.compose(&claim.reader, &mut own) {
            Ok(envelope) => {
                let job = ComposedJob {
                    claim,
                    letter: PooledMessage {
                        envelope,
                        own,
                        shared: Arc::clone(composer.shared_end()),
                        buffers: Arc::clone(buffers),
                    },
                    composer,
                    _seat: permit,
                };
                // The run keeps a receiver until all threads are done, so a job is never lost here.
                if let Err(error) = jobs.send_blocking(job) {
                    recorder.put_back(&error.into_inner().claim);
                }
            }
            Err(error) => {
                recorder.put_back(&claim);
                recorder.pause(format!(
                    "the message for {} can't be composed: {}",
                    claim.reader.email.masked(),
                    with_causes(&error)
                ));
            }
        }
    }
}
