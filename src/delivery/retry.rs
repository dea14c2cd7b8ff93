//! When a message that had to wait is tried again, and when it is given up. Pure.

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
    let give_up = TimeDelta::from_std(settings.give_up).unwrap_or(TimeDelta::MAX);
    let deadline = claim
        .first_attempt_at
        .unwrap_or(now)
        .checked_add_signed(give_up)?;
    let due_at = now + TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX);
    (now < deadline).then(|| due_at.min(deadline))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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

    fn claim(attempts: u32, first_attempt_at: Option<DateTime<Utc>>) -> Claim {
        Claim {
            delivery: DeliveryId(1),
            fence: 1,
            attempts,
            losses: 0,
            first_attempt_at,
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

    #[test]
    fn the_wait_doubles_up_to_its_maximum() {
        let now: DateTime<Utc> = "2026-11-23T08:00:00Z".parse().unwrap();
        let minutes: Vec<i64> = (0..7)
            .filter_map(|attempts| next_attempt(&claim(attempts, Some(now)), &settings(), now))
            .map(|due_at| (due_at - now).num_minutes())
            .collect();
        assert_eq!(minutes, [10, 20, 40, 80, 160, 240, 240]);
    }

    #[test]
    fn the_last_try_is_at_the_end_of_give_up_and_then_there_is_none() {
        let first: DateTime<Utc> = "2026-11-23T08:00:00Z".parse().unwrap();
        let nearly = first + TimeDelta::hours(47);
        let end = first + TimeDelta::hours(48);
        assert_eq!(
            next_attempt(&claim(9, Some(first)), &settings(), nearly),
            Some(end)
        );
        assert_eq!(
            next_attempt(&claim(10, Some(first)), &settings(), end),
            None
        );
    }
}
