//! A rest: nothing goes until it is over, then one message tries; where that fails it goes on, for
//! longer. Pure: the time is passed in.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How long rests are: they double with each try that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RestLengths {
    /// The first.
    pub(crate) first: Duration,
    /// None is longer.
    pub(crate) max: Duration,
}

/// A rest, after which one message tries whether it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProbedRest {
    /// When it was first too much.
    pub(crate) since: DateTime<Utc>,
    /// When the next try may be.
    pub(crate) until: DateTime<Utc>,
    /// The try was refused so often.
    tries: u32,
    length_millis: i64,
}

impl ProbedRest {
    pub(crate) fn begin(now: DateTime<Utc>, lengths: RestLengths) -> Self {
        Self::after(0, now, now, lengths)
    }

    /// A try failed: again, for longer. What was on the way when the rest began is no try.
    pub(crate) fn go_on(&mut self, now: DateTime<Utc>, lengths: RestLengths) {
        if !self.holds(now) {
            *self = Self::after(self.tries + 1, self.since.min(now), now, lengths);
        }
    }

    /// Whether nothing may go. A clock that was set back makes no rest longer.
    pub(crate) fn holds(&self, now: DateTime<Utc>) -> bool {
        let left = (self.until - now).num_milliseconds();
        (1..=self.length_millis).contains(&left)
    }

    fn after(tries: u32, since: DateTime<Utc>, now: DateTime<Utc>, lengths: RestLengths) -> Self {
        let wait = lengths.first.saturating_mul(1 << tries.min(20));
        let wait = wait.min(lengths.max).max(Duration::from_millis(1));
        let length = TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX);
        Self {
            since,
            until: now.checked_add_signed(length).unwrap_or(now),
            tries,
            length_millis: length.num_milliseconds(),
        }
    }
}
