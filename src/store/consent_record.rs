//! Consents that people are asked for once more, or reminded of: who is asked and reminded when, and that nobody is
//! twice. What is said leaves by the receipts' outbox.

pub(super) mod reminded;

use std::ops::RangeInclusive;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::StoreError;
use crate::audience::{
    SubscriberId,
    membership::signup::{ConsentWording, KeptProof},
};

/// What is done about consents without a person's asking.
#[async_trait]
pub trait ConsentRecord: Send + Sync {
    /// Readers of whose consent no proof is kept and who were not asked for one yet, in the order of their numbers,
    /// behind `after`.
    async fn readers_without_proof(
        &self,
        after: SubscriberId,
        limit: u32,
    ) -> Result<Vec<SubscriberId>, StoreError>;

    /// Asks readers of whom no proof of consent is kept to consent again: those words are what they confirm; answers
    /// how many are asked. Nobody is asked twice; who does not answer stays as they are.
    async fn ask_consent_again(
        &self,
        readers: &[SubscriberId],
        wording: &ConsentWording,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError>;

    /// The proofs of what the people with these numbers agreed to, each person's first one first.
    async fn proofs(
        &self,
        people: RangeInclusive<SubscriberId>,
    ) -> Result<Vec<(SubscriberId, KeptProof)>, StoreError>;

    /// All words that somebody agreed to.
    async fn wordings(&self) -> Result<Vec<ConsentWording>, StoreError>;

    /// Queues reminders to readers who agreed, or were last reminded of it, before `before`, the longest ago first and
    /// no more than a day's share ([`reminders_due`]); answers how many. Who said no to advertising gets none.
    async fn remind_of_consents(
        &self,
        before: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError>;
}

/// One reader of so many is reminded in a day, and one at least.
const ONE_IN: u64 = 50;
/// Further ahead than that nothing can be late: by then everybody has had their day.
const AHEAD_DAYS: u64 = ONE_IN + 1;

/// How many of a list of that size are reminded in a day.
fn reminders_a_day(readers: u64) -> u64 {
    (readers / ONE_IN).max(1)
}

/// How many of them are to be reminded today, of whom each is due in so long, the first one first. Those who are due
/// already; and of those who will be as many as must not wait, since no day has room for all who agreed on one.
fn reminders_due(due_in: impl IntoIterator<Item = TimeDelta>, a_day: u64) -> u64 {
    let mut today = 0;
    for (due_in, nth) in due_in.into_iter().zip(1_u64..) {
        let days = u64::try_from(due_in.num_days()).unwrap_or_default();
        today = today.max(nth.saturating_sub(days * a_day));
    }
    today.min(a_day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_list_has_one_reminder_a_day_and_a_large_one_two_in_a_hundred() {
        for (readers, a_day) in [(0, 1), (3, 1), (99, 1), (100, 2), (1_000_000, 20_000)] {
            assert_eq!(reminders_a_day(readers), a_day, "{readers}");
        }
    }

    #[test]
    fn who_agreed_on_one_day_is_reminded_over_the_days_before_it_and_nobody_late() {
        // A hundred people, two a day, all due in `first` days.
        let all_due_in = |first: i64, rest: u64| {
            let due = (0..rest).map(move |_| TimeDelta::days(first));
            reminders_due(due, 2)
        };
        assert_eq!(all_due_in(51, 100), 0, "there is time");
        let (mut rest, mut reminded) = (100, 0);
        for first in (0..=50).rev() {
            let today = all_due_in(first, rest);
            assert!(today <= 2);
            (rest, reminded) = (rest - today, reminded + today);
        }
        assert_eq!((rest, reminded), (0, 100));
        // One alone waits for their day.
        assert_eq!(all_due_in(1, 1), 0);
        assert_eq!(all_due_in(0, 1), 1);
        assert_eq!(
            all_due_in(-9, 50),
            2,
            "who is late waits for the share, too"
        );
    }
}
