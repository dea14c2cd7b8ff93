//! How the daemon is, as others may ask at any time: when it beat last, whether it keeps the calendar,
//! what troubles it.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::clock::Stopwatch;

/// A daemon whose last beat is longer ago than this hangs. A beat that reads years of issues takes a
/// second or two.
const DEAD_AFTER: Duration = Duration::from_secs(60);

/// The daemon's pulse. Shared with whoever watches it.
#[derive(Debug)]
pub struct Pulse {
    /// Wall clocks jump; this one doesn't.
    since: Stopwatch,
    last_millis: AtomicU64,
    last_at: AtomicI64,
    is_keeping: AtomicBool,
    is_held: AtomicBool,
    trouble: Mutex<Vec<String>>,
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            since: Stopwatch::start(),
            last_millis: AtomicU64::new(0),
            last_at: AtomicI64::new(0),
            is_keeping: AtomicBool::new(false),
            is_held: AtomicBool::new(false),
            trouble: Mutex::new(Vec::new()),
        }
    }
}

impl Pulse {
    /// It beats. `trouble` is what is wrong with the files, nothing where all is well.
    pub(super) fn beat(&self, now: DateTime<Utc>, is_keeping: bool, trouble: &[String]) {
        let millis = self.since.elapsed().as_millis();
        let millis = u64::try_from(millis).unwrap_or(u64::MAX);
        self.last_millis.store(millis, Ordering::Relaxed);
        self.last_at.store(now.timestamp(), Ordering::Relaxed);
        self.is_keeping.store(is_keeping, Ordering::Relaxed);
        let mut known = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if *known != trouble {
            *known = trouble.to_vec();
        }
    }

    /// An issue that is due is held up by its files, or none is.
    pub(super) fn hold(&self, is_held: bool) {
        self.is_held.store(is_held, Ordering::Relaxed);
    }

    /// Whether an issue that is due is held up by its files.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.is_held.load(Ordering::Relaxed)
    }

    /// Whether it has beaten of late.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        let last = Duration::from_millis(self.last_millis.load(Ordering::Relaxed));
        self.since.elapsed().saturating_sub(last) <= DEAD_AFTER
    }

    /// When it beat last, in seconds since 1970; 0 before the first beat.
    #[must_use]
    pub fn last_beat(&self) -> i64 {
        self.last_at.load(Ordering::Relaxed)
    }

    /// Whether this process keeps the calendar; it waits for another's end where not.
    #[must_use]
    pub fn is_keeping(&self) -> bool {
        self.is_keeping.load(Ordering::Relaxed)
    }

    /// What is wrong with the configuration as it is now.
    #[must_use]
    pub fn trouble(&self) -> Vec<String> {
        let trouble = self.trouble.lock();
        trouble.unwrap_or_else(PoisonError::into_inner).clone()
    }
}
