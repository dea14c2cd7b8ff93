//! A state among its copies and among processes: which one it is, who may act from it, and whether it can
//! be written.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{SenderGuard, SenderId, StoreError};
use crate::audience::SubscriberId;

/// This state, and no copy of it.
#[async_trait]
pub trait StateInstance: Send + Sync {
    /// How this list is known among others: a mark that its backups share.
    async fn mark(&self) -> Result<String, StoreError>;

    /// The highest number that a reader had when the list's mark was first put into signed links: links without a mark
    /// were made before, and are good for the readers up to this one alone. 0: there were none.
    async fn last_unmarked(&self) -> Result<SubscriberId, StoreError>;

    /// Takes the right to send from this state under that name until the guard is dropped or the process dies. On
    /// SQLite it is an OS lock, and nobody else has it meanwhile. Where many machines share a state it is a lease that
    /// the guard renews: many hold one at once, and whoever's is over is dead to the others
    /// ([`DeliveryQueue::recover`](super::DeliveryQueue::recover)).
    ///
    /// # Errors
    /// [`StoreError::Held`] with what the holder says of itself.
    async fn hold(&self, sender: &SenderId) -> Result<SenderGuard, StoreError>;

    /// Says that a sender of that name is no more, for whoever knows: its lease is over now, not when it would have
    /// ended.
    async fn bury(&self, sender: &SenderId) -> Result<(), StoreError>;

    /// Takes the exclusive right to keep the calendar: to decide what is due and begin it. Apart
    /// from the right to send, so that a person can send while a daemon waits for the next slot. Where it is a lease,
    /// a freeze that names its term ([`NewBatch::term`](super::NewBatch)) is refused once that is over.
    ///
    /// # Errors
    /// [`StoreError::Kept`] with what the holder says of itself; [`StoreError::Copied`] where this is
    /// not the state that kept the calendar last.
    async fn hold_schedule(&self, keeper: &SenderId) -> Result<SenderGuard, StoreError>;

    /// A person vouches that this copy is the one in use: it may send and keep the calendar from now on.
    /// Open batches are paused, to be looked at, and who is known to have left since is out; so are
    /// those who left the `lost` list (its mark), whose place this one takes. Where many machines share a state, what each
    /// noted of whose mail left since is in first, but for those named in `without`.
    ///
    /// # Errors
    /// [`StoreError::NotesAwaited`] with those who handed in nothing yet.
    async fn adopt(
        &self,
        lost: Option<&str>,
        without: &[String],
        now: DateTime<Utc>,
    ) -> Result<AdoptionOutcome, StoreError>;

    /// Hands in what this machine noted of whose mail left, where the state is a copy that may not know of it, and nobody
    /// on this machine sends any more. Soon over where there is nothing to do.
    async fn hand_in(&self) -> Result<(), StoreError>;

    /// When a person vouched for this copy: what was due before waits for them. None: it is no copy.
    async fn adopted_at(&self) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// The server that has this state, as it says of itself. None: it is in a folder of this machine.
    async fn server(&self) -> Result<Option<StateServer>, StoreError>;

    /// How many transactions of this process have changed the state and are on its disk: while it grows,
    /// the state can be written.
    fn writes(&self) -> u64;

    /// Writes what is there already once more, as durably as all else.
    ///
    /// # Errors
    /// Where nothing can be written, or nothing would be sent: a disk that is full or nearly so or
    /// answers with errors, a folder that is gone.
    async fn probe(&self) -> Result<(), StoreError>;
}

/// A server that has a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateServer {
    /// Where it is, without its password.
    pub place: String,
    /// Its release.
    pub version: String,
    /// What its clock shows: leases go by it.
    pub now: DateTime<Utc>,
}

/// What became of a state that a person took into use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AdoptionOutcome {
    /// Batches that were open in it and are paused now.
    pub paused: u64,
    /// Readers who left since it was made, and are out now.
    pub departed: u64,
    /// The machines and folders whose notes of what left since are in.
    pub heard: Vec<String>,
}
