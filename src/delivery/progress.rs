//! How far a run is, counted without locks for whoever draws it.

use std::sync::atomic::{AtomicU64, Ordering};

/// Messages that this run has settled, by what became of them.
#[derive(Debug, Default)]
pub struct Progress {
    /// Taken by the relay.
    pub accepted: Count,
    /// To be tried again later.
    pub deferred: Count,
    /// Refused for good.
    pub rejected: Count,
    /// Lost between the dot and its answer.
    pub unknown: Count,
    /// Suppressed since the freeze.
    pub skipped: Count,
}

/// A counter that many tasks raise.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// One more.
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many there are.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Progress {
    /// Rows that need no more work in this run.
    #[must_use]
    pub fn settled(&self) -> u64 {
        [
            &self.accepted,
            &self.deferred,
            &self.rejected,
            &self.unknown,
            &self.skipped,
        ]
        .iter()
        .map(|count| count.get())
        .sum()
    }
}
