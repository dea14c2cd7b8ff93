//! How many rows a run holds at once, in all and by domain. A row's permit is given back when the
//! row is settled, whatever its end.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::Notify;

/// The permits of a run.
#[derive(Debug)]
pub(crate) struct InFlightLimit {
    /// As many rows may be held at once.
    size: usize,
    /// Domains that may hold so many at once and no more.
    limited: HashSet<String>,
    permits: Mutex<PermitCounts>,
    /// Told at a permit given back where somebody can do something with it.
    freed: Notify,
}

#[derive(Debug, Default)]
struct PermitCounts {
    taken: usize,
    by_domain: HashMap<String, u32>,
}

/// A claimed row's place in the run; given back on drop.
#[derive(Debug)]
pub(crate) struct InFlightPermit {
    room: Arc<InFlightLimit>,
    domain: String,
}

impl InFlightLimit {
    pub(crate) fn new(size: u32, limited: impl Iterator<Item = String>) -> Self {
        Self {
            size: size as usize,
            limited: limited.collect(),
            permits: Mutex::default(),
            freed: Notify::new(),
        }
    }

    /// Seats that are free, where there are enough for a claim: claims are cheaper in groups, so
    /// half of the permits must be free, while the other half keeps the connections busy.
    pub(crate) fn free(&self) -> Option<u32> {
        let taken = self.taken();
        let free = self.size.saturating_sub(taken);
        let is_enough = taken <= self.size / 2;
        u32::try_from(free).ok().filter(|_| is_enough)
    }

    /// Takes a permit for a row to that domain.
    pub(crate) fn enter(self: &Arc<Self>, domain: &str) -> InFlightPermit {
        let mut permits = self.permits.lock().unwrap_or_else(PoisonError::into_inner);
        permits.taken += 1;
        *permits.by_domain.entry(domain.to_owned()).or_default() += 1;
        InFlightPermit {
            room: Arc::clone(self),
            domain: domain.to_owned(),
        }
    }

    /// Seats taken.
    pub(crate) fn taken(&self) -> usize {
        self.permits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .taken
    }

    /// Seats taken by rows to that domain.
    pub(crate) fn taken_by(&self, domain: &str) -> u32 {
        let permits = self.permits.lock().unwrap_or_else(PoisonError::into_inner);
        permits.by_domain.get(domain).copied().unwrap_or_default()
    }

    /// Waits for a permit to be given back that makes a claim worth while.
    pub(crate) async fn freed(&self) {
        self.freed.notified().await;
    }
}

impl Drop for InFlightPermit {
    fn drop(&mut self) {
        let mut permits = self
            .room
            .permits
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        permits.taken -= 1;
        if let Some(count) = permits.by_domain.get_mut(&self.domain) {
            *count -= 1;
            if *count == 0 {
                permits.by_domain.remove(&self.domain);
            }
        }
        let is_wanted = permits.taken <= self.room.size / 2;
        drop(permits);
        // Waking a task for each message is dear.
        if is_wanted || self.room.limited.contains(&self.domain) {
            self.room.freed.notify_one();
        }
    }
}
