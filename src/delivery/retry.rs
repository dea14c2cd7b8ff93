//! When a message that had to wait is tried again, and when it is given up. Pure.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{publication::DeliverySettings, store::Claim};

/// A row's third lost connection makes it wait like a deferral.
pub(crate) const LOSSES_BEFORE_DEFERRAL: u32 = 3;

/// When to try again: the wait doubles at each deferral up to its maximum, and the last try is at
/// the end of `give_up`. None: that time is over.
pub(crate) fn next_attempt(
    claim: &Claim,
    settings: &DeliverySettings,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let wait = settings
        .backoff_first
        .saturating_mul(1 << claim.attempts.min(20))
        .min(settings.backoff_max);
    let left = settings.give_up.checked_sub(waited(claim, settings, now))?;
    if left.is_zero() {
        return None;
    }
    let wait = TimeDelta::from_std(wait.min(left)).unwrap_or(TimeDelta::MAX);
    now.checked_add_signed(wait)
}

/// How long the row has waited since its first try, as far as anybody was there to see it: of the time
/// between two tries no more counts than the longest wait that is ever asked for. So a clock that
/// jumps, or a machine that slept for a week, gives nobody up.
pub(crate) fn waited(claim: &Claim, settings: &DeliverySettings, now: DateTime<Utc>) -> Duration {
    let since = claim.tried_at.map_or(TimeDelta::zero(), |at| now - at);
    let since = since.to_std().unwrap_or_default();
    claim.waited.saturating_add(since.min(settings.backoff_max))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        address::Address,
        audience::{Reader, SubscriberId},
        publication::UnknownPolicy,
        store::DeliveryId,
    };

    fn settings() -> DeliverySettings {
        DeliverySettings {
            unknown: UnknownPolicy::Hold,
            backoff_first: Duration::from_secs(600),
            backoff_max: Duration::from_secs(4 * 3600),
            give_up: Duration::from_secs(48 * 3600),
            relay_backoff_first: Duration::from_secs(1),
            relay_backoff_max: Duration::from_secs(300),
        }
    }

    fn claim(attempts: u32, waited: Duration, tried_at: Option<DateTime<Utc>>) -> Claim {
        Claim {
            delivery: DeliveryId(1),
            fence: 1,
            attempts,
            losses: 0,
            waited,
            tried_at,
            refused_since: None,
            content: None,
            reader: Reader {
                id: SubscriberId(1),
                email: Address::parse("minji@example.com").unwrap(),
                name: None,
                language: None,
                tags: Vec::new(),
            },
        }
    }

    const NOW: &str = "2026-11-23T08:00:00Z";

    #[test]
    fn the_wait_doubles_up_to_its_maximum() {
        let now: DateTime<Utc> = NOW.parse().unwrap();
        let minutes: Vec<i64> = (0..7)
            .filter_map(|attempts| {
                let claim = claim(attempts, Duration::ZERO, Some(now));
                next_attempt(&claim, &settings(), now)
            })
            .map(|due_at| (due_at - now).num_minutes())
            .collect();
        assert_eq!(minutes, [10, 20, 40, 80, 160, 240, 240]);
    }

    #[test]
    fn the_last_try_is_at_the_end_of_give_up_and_then_there_is_none() {
        let now: DateTime<Utc> = NOW.parse().unwrap();
        let hours = |hours: u64| Duration::from_secs(hours * 3_600);
        let four_hours_ago = Some(now - TimeDelta::hours(4));
        assert_eq!(
            next_attempt(&claim(9, hours(43), four_hours_ago), &settings(), now),
            Some(now + TimeDelta::hours(1))
        );
        assert_eq!(
            next_attempt(&claim(10, hours(44), four_hours_ago), &settings(), now),
            None
        );
    }

    #[test]
    fn a_clock_that_jumps_by_days_gives_nobody_up() {
        let now: DateTime<Utc> = NOW.parse().unwrap();
        for days in [3, 1_000, -3, -1_000] {
            let claim = claim(2, Duration::from_secs(1_800), Some(now));
            let later = now + TimeDelta::days(days);
            assert!(next_attempt(&claim, &settings(), later).is_some(), "{days}");
            assert!(waited(&claim, &settings(), later) <= Duration::from_secs(5 * 3_600));
        }
    }
}
