//! How far a run is, counted without locks for whoever draws it; and what it meets on its way that people
//! should hear of.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::Notify;

/// Messages that this run has settled, by what became of them.
#[derive(Debug, Default)]
pub struct Progress {
    /// Taken by the relay.
    pub accepted: SharedCounter,
    /// To be tried again later.
    pub deferred: SharedCounter,
    /// Refused for good.
    pub rejected: SharedCounter,
    /// Lost between the dot and its answer.
    pub unknown: SharedCounter,
    /// Suppressed since the freeze.
    pub skipped: SharedCounter,
    alarms: Mutex<AlarmSink>,
    alarmed: Notify,
}

/// What people should hear of while the run goes on.
#[derive(Debug, Default)]
struct AlarmSink {
    /// Each is told once a run.
    raised: BTreeSet<String>,
    unheard: VecDeque<String>,
}

/// A counter that many tasks raise.
#[derive(Debug, Default)]
pub struct SharedCounter(AtomicU64);

impl SharedCounter {
    /// One more.
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many there are.
    #[must_use]
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Progress {
    /// Something is wrong that may pass by itself, and should be heard of meanwhile.
    pub(crate) fn raise_alarm(&self, reason: &str) {
        let mut alarms = self.alarms.lock().unwrap_or_else(PoisonError::into_inner);
        if alarms.raised.insert(reason.to_owned()) {
            alarms.unheard.push_back(reason.to_owned());
            self.alarmed.notify_one();
        }
    }

    /// The next alarm that nobody has heard; None: there is none now.
    pub(crate) fn alarm(&self) -> Option<String> {
        let mut alarms = self.alarms.lock().unwrap_or_else(PoisonError::into_inner);
        alarms.unheard.pop_front()
    }

    /// Waits for an alarm. One listener at a time.
    pub(crate) async fn next_alarm(&self) -> String {
        loop {
            if let Some(reason) = self.alarm() {
                return reason;
            }
            self.alarmed.notified().await;
        }
    }

    /// Rows that need no more work in this run.
    #[must_use]
    pub(crate) fn settled(&self) -> u64 {
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
