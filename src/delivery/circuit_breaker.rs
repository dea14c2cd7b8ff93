//! The relay's rest: after a failure nobody knocks until the back-off is over. One breaker a relay,
//! shared by all connections.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::stop::StopSignal;

/// Opens and closes the way to a relay.
#[derive(Debug)]
pub(crate) struct CircuitBreaker {
    first: Duration,
    max: Duration,
    /// How long a run bears a relay that takes nothing.
    patience: Duration,
    state: Mutex<BreakerState>,
}

#[derive(Debug, Default)]
struct BreakerState {
    failures: u32,
    closed_until: Option<Instant>,
    down_since: Option<Instant>,
    was_open: bool,
}

/// The relay has taken nothing for longer than the run bears.
#[derive(Debug)]
pub(crate) struct OutOfPatience;

impl CircuitBreaker {
    pub(crate) fn new(first: Duration, max: Duration, patience: Duration) -> Self {
        Self {
            first,
            max,
            patience,
            state: Mutex::default(),
        }
    }

    /// A session came about.
    pub(crate) fn opened(&self) {
        self.state().was_open = true;
    }

    /// Whether a session ever came about.
    pub(crate) fn was_open(&self) -> bool {
        self.state().was_open
    }

    /// Waits until the relay may be tried, or `stop` is requested.
    pub(crate) async fn pass(&self, stop: &StopSignal) {
        loop {
            let closed_until = self.state().closed_until;
            match closed_until.filter(|until| *until > Instant::now()) {
                Some(until) if !stop.is_requested() => tokio::select! {
                    () = tokio::time::sleep_until(until) => {}
                    () = stop.requested() => return,
                },
                _ => return,
            }
        }
    }

    /// The relay failed: it rests, longer each time. Failures of several connections at once are
    /// one failure.
    pub(crate) fn failed(&self) -> Result<(), OutOfPatience> {
        let now = Instant::now();
        let mut state = self.state();
        let down_since = *state.down_since.get_or_insert(now);
        if state.closed_until.is_none_or(|until| until <= now) {
            let wait = self
                .first
                .saturating_mul(1 << state.failures.min(16))
                .min(self.max);
            state.closed_until = Some(now + wait);
            state.failures += 1;
        }
        if now - down_since > self.patience {
            Err(OutOfPatience)
        } else {
            Ok(())
        }
    }

    /// The relay answered as one that works: it is well.
    pub(crate) fn recovered(&self) {
        let mut state = self.state();
        if state.down_since.is_some() {
            *state = BreakerState {
                was_open: state.was_open,
                ..BreakerState::default()
            };
        }
    }

    fn state(&self) -> MutexGuard<'_, BreakerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
