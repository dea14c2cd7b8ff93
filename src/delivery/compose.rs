//! Claims → messages, on threads of their own: composing and signing are the CPU's work and must
//! not hold up the connections.

use std::sync::Arc;

use super::{clerk::Clerk, connection::with_causes, room::Seat};
use crate::{
    message::{Composer, Message},
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
    pub(crate) message: Message,
    /// What made it: the ledger notes the hash of its content.
    pub(crate) composer: Arc<Composer>,
    _seat: Seat,
}

/// Starts the threads. They end when the claims do.
pub(crate) fn start(
    threads: usize,
    clerk: &Arc<Clerk>,
    claims: &async_channel::Receiver<Seated>,
    jobs: &async_channel::Sender<Job>,
) {
    for _ in 0..threads {
        let clerk = Arc::clone(clerk);
        let (claims, jobs) = (claims.clone(), jobs.clone());
        tokio::task::spawn_blocking(move || work(&clerk, &claims, &jobs));
    }
}

fn work(
    clerk: &Clerk,
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
        match composer.compose_message(&claim.reader) {
            Ok(message) => {
                let job = Job {
                    claim,
                    message,
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
