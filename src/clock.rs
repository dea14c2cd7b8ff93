//! The only place that reads the time or randomness, so that tests and rehearsals (`--at`) can
//! hold both still.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// Where the program's idea of "now" comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// The machine's clock moved by an offset: `--at` starts here and time goes on from it.
    Shifted(chrono::Duration),
    /// A moment that never passes, for snapshots.
    Fixed(DateTime<Utc>),
}

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
        }
    }

    /// The present moment, whatever is pretended: when somebody really did something.
    #[must_use]
    pub fn true_now(&self) -> DateTime<Utc> {
        match self {
            Self::System | Self::Shifted(_) => system_now(),
            Self::Fixed(moment) => *moment,
        }
    }

    /// Whether this clock shows anything but the machine's time.
    #[must_use]
    pub fn is_pretended(&self) -> bool {
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
pub fn random_bytes<const N: usize>() -> [u8; N] {
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
