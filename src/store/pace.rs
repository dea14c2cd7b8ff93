//! How many messages a rate allows now: the generic cell rate algorithm as a pure function. One
//! number is all its state, so that many senders can share it in a row of a store.

use chrono::{DateTime, TimeDelta, Utc};

use super::LeaseAnswer;
use crate::publication::Rate;

/// Who asks for a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeaseTurn {
    /// Whose mail waits for its turn: a batch.
    InTurn,
    /// Whose mail goes before: up to another burst, which those in turn then wait for.
    Ahead,
}

/// What may go now of `want`, and what is spent then. `spent_until` is when the last message leased
/// would leave if messages left evenly; a second's worth (one message at least) may leave at once.
pub(super) fn lease(
    rate: Rate,
    spent_until: Option<DateTime<Utc>>,
    want: u32,
    turn: LeaseTurn,
    now: DateTime<Utc>,
) -> (LeaseAnswer, DateTime<Utc>) {
    let longest = TimeDelta::days(366);
    let per = TimeDelta::from_std(rate.per).map_or(longest, |per| per.min(longest));
    let messages = i32::try_from(rate.messages.max(1)).unwrap_or(i32::MAX);
    let interval = (per / messages).max(TimeDelta::nanoseconds(1));
    let burst = interval.max(TimeDelta::seconds(1));
    let room = match turn {
        LeaseTurn::InTurn => burst,
        LeaseTurn::Ahead => burst * 2,
    };
    // The clock may have been set back: more than two bursts are never owed.
    let spent_until = spent_until.unwrap_or(now).clamp(now, now + burst * 2);
    let free = (now + room - spent_until).num_nanoseconds();
    let fits = free.unwrap_or(0).max(0) / interval.num_nanoseconds().unwrap_or(i64::MAX);
    let granted = want.min(u32::try_from(fits).unwrap_or(u32::MAX));
    let spent_until = spent_until + times(interval, granted);
    let again_at = (spent_until + interval - room).max(now);
    (LeaseAnswer { granted, again_at }, spent_until)
}

fn times(interval: TimeDelta, count: u32) -> TimeDelta {
    interval * i32::try_from(count).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{LeaseTurn::*, *};

    fn at(seconds: f64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_764_000_000_000 + (seconds * 1_000.0) as i64).unwrap()
    }

    fn rate(messages: u32, seconds: u64) -> Rate {
        Rate {
            messages,
            per: Duration::from_secs(seconds),
        }
    }

    fn lease(
        rate: Rate,
        spent_until: Option<DateTime<Utc>>,
        want: u32,
        now: DateTime<Utc>,
    ) -> (LeaseAnswer, DateTime<Utc>) {
        super::lease(rate, spent_until, want, InTurn, now)
    }

    #[test]
    fn what_goes_ahead_never_waits_behind_a_batch_that_takes_all_there_is_and_the_rate_holds() {
        let (mut spent, mut batch, mut ahead) = (None, 0, 0);
        for tick in 0..1_000 {
            let now = at(f64::from(tick) * 0.01);
            let (leased, now_spent) = lease(rate(20, 1), spent, 100, now);
            (spent, batch) = (Some(now_spent), batch + leased.granted);
            // One every half a second, and each is let go at once.
            if tick % 50 == 0 {
                let (leased, now_spent) = super::lease(rate(20, 1), spent, 1, Ahead, now);
                assert_eq!(leased.granted, 1, "{tick}");
                (spent, ahead) = (Some(now_spent), ahead + 1);
            }
        }
        assert_eq!(ahead, 20);
        assert!(
            (200..=240).contains(&(batch + ahead)),
            "{batch} and {ahead} in ten seconds"
        );
    }

    #[test]
    fn what_goes_ahead_keeps_the_rate_itself() {
        let (mut spent, mut sum) = (None, 0);
        for tick in 0..1_000 {
            let now = at(f64::from(tick) * 0.01);
            let (leased, now_spent) = super::lease(rate(20, 1), spent, 5, Ahead, now);
            (spent, sum) = (Some(now_spent), sum + leased.granted);
        }
        assert!((200..=240).contains(&sum), "{sum} in ten seconds");
    }

    #[test]
    fn a_second_s_worth_may_leave_at_once_and_then_it_goes_evenly() {
        let (first, spent) = lease(rate(14, 1), None, 100, at(0.0));
        assert_eq!(first.granted, 14);
        assert_eq!(lease(rate(14, 1), Some(spent), 100, at(0.0)).0.granted, 0);
        let again = (first.again_at - at(0.0)).num_milliseconds();
        assert!((71..=72).contains(&again), "{again} ms");
        assert_eq!(lease(rate(14, 1), Some(spent), 100, at(0.5)).0.granted, 7);
    }

    #[test]
    fn many_senders_together_never_pass_the_rate() {
        let (mut spent, mut sum) = (None, 0);
        for tick in 0..1_000 {
            let (leased, now_spent) = lease(rate(50, 1), spent, 3, at(f64::from(tick) * 0.01));
            spent = Some(now_spent);
            sum += leased.granted;
        }
        assert!((500..=550).contains(&sum), "{sum} in ten seconds");
    }

    #[test]
    fn a_slow_rate_lets_one_go_and_says_when_the_next_may() {
        let (first, spent) = lease(rate(100, 3_600), None, 5, at(0.0));
        assert_eq!((first.granted, first.again_at), (1, at(36.0)));
        assert_eq!(
            lease(rate(100, 3_600), Some(spent), 5, at(35.9)).0.granted,
            0
        );
        assert_eq!(
            lease(rate(100, 3_600), Some(spent), 5, at(36.0)).0.granted,
            1
        );
    }

    #[test]
    fn a_clock_set_back_by_a_day_costs_a_second_not_a_day() {
        let (_, spent) = lease(rate(10, 1), None, 10, at(86_400.0));
        assert_eq!(lease(rate(10, 1), Some(spent), 10, at(0.0)).0.granted, 0);
        let (second, _) = lease(rate(10, 1), Some(at(1.0)), 10, at(1.0));
        assert_eq!(second.granted, 10);
    }

    #[test]
    fn absurd_rates_never_panic() {
        for rate in [rate(0, 1), rate(u32::MAX, 0), rate(1, u64::MAX / 2)] {
            let (leased, spent) = lease(rate, None, u32::MAX, at(0.0));
            lease(rate, Some(spent), u32::MAX, leased.again_at);
        }
    }
}
