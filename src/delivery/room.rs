//! How many rows a run holds at once, in all and by domain. A row's seat is given back when the
//! row is settled, whatever its end.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::Notify;

/// The seats of a run.
#[derive(Debug, Default)]
pub(crate) struct Room {
    seats: Mutex<Seats>,
    /// Told at each seat given back.
    freed: Notify,
}

#[derive(Debug, Default)]
struct Seats {
    taken: usize,
    by_domain: HashMap<String, u32>,
}

/// A claimed row's place in the run; given back on drop.
#[derive(Debug)]
pub(crate) struct Seat {
    room: Arc<Room>,
    domain: String,
}

impl Room {
    /// Takes a seat for a row to that domain.
    pub(crate) fn enter(self: &Arc<Self>, domain: &str) -> Seat {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        seats.taken += 1;
        *seats.by_domain.entry(domain.to_owned()).or_default() += 1;
        Seat {
            room: Arc::clone(self),
            domain: domain.to_owned(),
        }
    }

    /// Seats taken.
    pub(crate) fn taken(&self) -> usize {
        self.seats
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .taken
    }

    /// Seats taken by rows to that domain.
    pub(crate) fn taken_by(&self, domain: &str) -> u32 {
        let seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        seats.by_domain.get(domain).copied().unwrap_or_default()
    }

    /// Waits for a seat to be given back.
    pub(crate) async fn freed(&self) {
        self.freed.notified().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self
            .room
            .seats
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        seats.taken -= 1;
        if let Some(count) = seats.by_domain.get_mut(&self.domain) {
            *count -= 1;
            if *count == 0 {
                seats.by_domain.remove(&self.domain);
            }
        }
        drop(seats);
        self.room.freed.notify_one();
    }
}
