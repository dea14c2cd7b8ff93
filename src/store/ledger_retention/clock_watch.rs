//! What a state has seen of the machine's clock: whether it may be believed where something is deleted for its sake.

use chrono::{DateTime, TimeDelta, Utc};

/// A clock that was not seen for longer may have jumped. Whoever prunes by a monthly timer is within it.
const LEAP: TimeDelta = TimeDelta::days(32);
/// A clock that goes back by more showed something wrong before.
const BACK: TimeDelta = TimeDelta::days(1);
/// So long it goes evenly before it is believed: somebody notices by then that an issue left on the wrong day.
const PROVEN_AFTER: TimeDelta = TimeDelta::days(7);

/// What a state has seen of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockWatch {
    /// Since when it goes evenly.
    pub since: DateTime<Utc>,
    /// What it showed last.
    pub seen: DateTime<Utc>,
}

impl ClockWatch {
    /// After another look at it.
    pub(in crate::store) fn after(before: Option<Self>, now: DateTime<Utc>) -> Self {
        match before {
            Some(before) if before.seen - BACK <= now && now <= before.seen + LEAP => Self {
                since: before.since.min(now),
                seen: now,
            },
            _ => Self {
                since: now,
                seen: now,
            },
        }
    }

    /// Whether something may be deleted by it.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.seen >= self.proven_at()
    }

    /// When it is, should it go on as it does.
    #[must_use]
    pub fn proven_at(&self) -> DateTime<Utc> {
        self.since + PROVEN_AFTER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(day)
    }

    /// Looks on those days, one after the other, and answers what is thought of each.
    fn looks(days: &[i64]) -> Vec<bool> {
        let mut watch = None;
        let look = |at: &i64| {
            let seen = ClockWatch::after(watch, day(*at));
            watch = Some(seen);
            seen.is_proven()
        };
        days.iter().map(look).collect()
    }

    #[test]
    fn a_clock_is_believed_after_a_week_of_going_evenly() {
        assert_eq!(looks(&[0, 1, 6, 7, 8]), [false, false, false, true, true]);
        // By a monthly timer.
        assert_eq!(looks(&[0, 31, 62]), [false, true, true]);
    }

    #[test]
    fn a_leap_and_the_way_back_from_it_are_believed_a_week_later() {
        assert_eq!(
            looks(&[0, 8, 8 + 365, 9 + 365, 10, 16, 17]),
            [false, true, false, false, false, false, true]
        );
        // Set right by some hours it is still the same clock.
        let watch = ClockWatch::after(None, day(0));
        let back = ClockWatch::after(Some(watch), day(0) - TimeDelta::hours(9));
        assert_eq!(back.since, day(0) - TimeDelta::hours(9));
    }
}
