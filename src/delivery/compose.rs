//! Claims → messages, on threads of their own: composing and signing are the CPU's work and must
//! not hold up the connections.

use std::sync::{Arc, Mutex, PoisonError};

use super::{clerk::Clerk, room::Seat};
use crate::{
    message::{Composer, Message},
    source::with_causes,
    store::Claim,
};

/// A claimed row and its place in the run.
pub(crate) struct Seated {
    pub(crate) claim: Claim,
    pub(crate) composer: Arc<Composer>,
    pub(crate) seat: Seat,
}

/// A message that waits for a connection.
pub(crate) struct Job {
    pub(crate) claim: Claim,
    pub(crate) letter: Letter,
    /// What made it: the ledger notes the hash of its content.
    pub(crate) composer: Arc<Composer>,
    _seat: Seat,
}

/// A message whose buffer goes back to be written anew: allocating one on this thread and freeing
/// it on that is what a general allocator is worst at.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) message: Message,
    buffers: Arc<Buffers>,
}

/// Buffers of messages that have left; never more than were in use at once.
#[derive(Debug, Default)]
struct Buffers(Mutex<Vec<Vec<u8>>>);

impl Buffers {
    fn take(&self) -> Vec<u8> {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        free.pop().unwrap_or_default()
    }
}

impl Drop for Letter {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.message.bytes);
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
    clerk: &Arc<Clerk>,
    claims: &async_channel::Receiver<Seated>,
    jobs: &async_channel::Sender<Job>,
) {
    let buffers = Arc::new(Buffers::default());
    for _ in 0..threads {
        let clerk = Arc::clone(clerk);
        let (claims, jobs, buffers) = (claims.clone(), jobs.clone(), Arc::clone(&buffers));
        tokio::task::spawn_blocking(move || work(&clerk, &buffers, &claims, &jobs));
    }
}

fn work(
    clerk: &Clerk,
    buffers: &Arc<Buffers>,
    claims: &async_channel::Receiver<Seated>,
    jobs: &async_channel::Sender<Job>,
) {
    while let Ok(Seated {
        claim,
        composer,
        seat,
    }) = claims.recv_blocking()
    {
        if clerk.halted().is_requested() {
            clerk.put_back(&claim);
            continue;
        }
        let mut bytes = buffers.take();
        match composer.compose(&claim.reader, &mut bytes) {
            Ok(envelope) => {
                let message = Message { envelope, bytes };
                let job = Job {
                    claim,
                    letter: Letter {
                        message,
                        buffers: Arc::clone(buffers),
                    },
                    composer,
                    _seat: seat,
                };
                // The run keeps a receiver until all threads are done, so a job is never lost here.
                if let Err(error) = jobs.send_blocking(job) {
                    clerk.put_back(&error.into_inner().claim);
                }
            }
            Err(error) => {
                clerk.put_back(&claim);
                clerk.pause(format!(
                    "the message for {} can't be composed: {}",
                    claim.reader.email.masked(),
                    with_causes(&error)
                ));
            }
        }
    }
}
