//! What all conversations of the inbox share: places, and memory for messages that are not whole yet.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// Connections served at once.
const MAX_CONNECTIONS: usize = 200;
/// Connections that wait for a place; more are greeted with a 421.
const MAX_WAITING: usize = 200;
/// Messages that are not whole yet, together. Twice the largest one: what is read may lie beside what is
/// being kept.
const MAX_KIB: usize = 128 * 1024;
/// Memory is asked for in pieces of this, and the first is every conversation's own.
const PIECE_BYTES: usize = 1024 * 1024;

/// The inbox's places and memory.
#[derive(Clone)]
pub(super) struct InboxCapacity {
    places: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    /// How many wait for a place.
    wanted: watch::Sender<usize>,
}

/// One conversation's share; it goes back when this is dropped.
pub(super) struct ConversationPermit {
    _place: OwnedSemaphorePermit,
    memory: Arc<Semaphore>,
    held: Option<OwnedSemaphorePermit>,
    wanted: watch::Receiver<usize>,
}

impl InboxCapacity {
    pub(super) fn new() -> Self {
        Self {
            places: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
            waiting: Arc::new(Semaphore::new(MAX_WAITING)),
            memory: Arc::new(Semaphore::new(MAX_KIB)),
            wanted: watch::Sender::new(0),
        }
    }

    /// A place, once one is free: the idle make room. None where too many wait already.
    pub(super) async fn enter(&self) -> Option<ConversationPermit> {
        let place = match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => place,
            Err(_full) => {
                let _waiting = Arc::clone(&self.waiting).try_acquire_owned().ok()?;
                let _wanting = WaitingClient::new(&self.wanted);
                Arc::clone(&self.places).acquire_owned().await.ok()?
            }
        };
        Some(ConversationPermit {
            _place: place,
            memory: Arc::clone(&self.memory),
            held: None,
            wanted: self.wanted.subscribe(),
        })
    }
}

/// Somebody waits, as long as this lives.
struct WaitingClient<'w>(&'w watch::Sender<usize>);

impl<'w> WaitingClient<'w> {
    fn new(wanted: &'w watch::Sender<usize>) -> Self {
        wanted.send_modify(|waiting| *waiting += 1);
        Self(wanted)
    }
}

impl Drop for WaitingClient<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|waiting| *waiting -= 1);
    }
}

impl ConversationPermit {
    /// Waits until somebody wants this place.
    pub(super) async fn is_wanted(&mut self) {
        if self.wanted.wait_for(|waiting| *waiting > 0).await.is_err() {
            std::future::pending().await
        }
    }

    /// Whether there is memory for so much of a message.
    pub(super) fn holds(&mut self, bytes: usize) -> bool {
        let wanted = bytes.saturating_sub(PIECE_BYTES).div_ceil(PIECE_BYTES) * (PIECE_BYTES / 1024);
        let held = self
            .held
            .as_ref()
            .map_or(0, OwnedSemaphorePermit::num_permits);
        let Some(more) = wanted.checked_sub(held).filter(|more| *more > 0) else {
            return true;
        };
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        let Ok(more) = Arc::clone(&self.memory).try_acquire_many_owned(more) else {
            return false;
        };
        match &mut self.held {
            Some(held) => held.merge(more),
            None => self.held = Some(more),
        }
        true
    }

    /// The message is kept.
    pub(super) fn give_back(&mut self) {
        self.held = None;
    }
}
