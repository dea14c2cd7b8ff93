//! The only place that reads the time or randomness, so that tests and rehearsals (`--at`) can
//! hold both still.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use chrono::{DateTime, Utc};

/// Two machines' clocks that differ by more are not set by anybody.
pub(crate) const ASKEW: chrono::TimeDelta = chrono::TimeDelta::seconds(2);

/// Where the program's idea of "now" comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// The machine's clock moved by an offset: `--at` starts here and time goes on from it.
    Shifted(chrono::Duration),
    /// A moment that never passes, for snapshots.
    Fixed(DateTime<Utc>),
    /// A moment that passes when it is told to, for what takes a year.
    #[cfg(test)]
    Played(&'static ClockHand),
}

/// The hand of a clock that is set on by hand.
#[cfg(test)]
#[derive(Debug)]
pub struct ClockHand(std::sync::atomic::AtomicI64);

#[cfg(test)]
impl ClockHand {
    /// A clock that shows that moment until it is set on; it lives as long as the test's process.
    pub(crate) fn at(moment: DateTime<Utc>) -> &'static Self {
        Box::leak(Box::new(Self(moment.timestamp_micros().into())))
    }

    /// It shows that moment from now on.
    pub(crate) fn set(&self, moment: DateTime<Utc>) {
        self.0.store(moment.timestamp_micros(), Ordering::SeqCst);
    }

    fn shows(&self) -> DateTime<Utc> {
        let micros = self.0.load(Ordering::SeqCst);
        DateTime::from_timestamp_micros(micros).expect("a moment that was set")
    }
}

#[cfg(test)]
impl PartialEq for ClockHand {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

#[cfg(test)]
impl Eq for ClockHand {}

impl Clock {
    /// A clock that shows `moment` now and runs on from there.
    #[must_use]
    pub fn starting_at(moment: DateTime<Utc>) -> Self {
        Self::Shifted(moment - system_now())
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => system_now(),
            Self::Shifted(offset) => system_now() + *offset,
            Self::Fixed(moment) => *moment,
            #[cfg(test)]
            Self::Played(hand) => hand.shows(),
        }
    }

    /// The present moment, whatever is pretended: when somebody really did something.
    #[must_use]
    pub(crate) fn true_now(&self) -> DateTime<Utc> {
        match self {
            Self::System | Self::Shifted(_) => system_now(),
            Self::Fixed(moment) => *moment,
            #[cfg(test)]
            Self::Played(hand) => hand.shows(),
        }
    }

    /// Whether this clock shows anything but the machine's time.
    #[must_use]
    pub(crate) fn is_pretended(&self) -> bool {
        !matches!(self, Self::System)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the machine's clock"
)]
fn system_now() -> DateTime<Utc> {
    Utc::now()
}

/// Random bytes from the operating system, for secrets.
///
/// # Panics
/// When the operating system has no randomness to give; nothing sensible can follow.
#[must_use]
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system's randomness");
    bytes
}

/// A monotonic stopwatch, for rates and time spent; never for dates.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts counting.
    #[must_use]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// Time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// When something showed last that it goes on, by a watch that no clock's jump disturbs.
#[derive(Debug)]
pub(crate) struct Pulse {
    since: Stopwatch,
    last_millis: AtomicU64,
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            since: Stopwatch::start(),
            last_millis: AtomicU64::new(0),
        }
    }
}

impl Pulse {
    /// It goes on.
    pub(crate) fn beat(&self) {
        let millis = self.since.elapsed().as_millis();
        let millis = u64::try_from(millis).unwrap_or(u64::MAX);
        self.last_millis.store(millis, Ordering::Relaxed);
    }

    /// Whether it did within that time.
    #[must_use]
    pub(crate) fn is_alive(&self, within: Duration) -> bool {
        let last = Duration::from_millis(self.last_millis.load(Ordering::Relaxed));
        self.since.elapsed().saturating_sub(last) <= within
    }
}
