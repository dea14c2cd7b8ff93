//! Who is reminded of a consent today, of those who may be: for every store. Not: how they are found.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};

use super::{AHEAD_DAYS, reminders_a_day, reminders_due};
use crate::{
    audience::SubscriberId,
    store::{ReceiptFacts, codes},
};

/// Somebody who is to be reminded, soon or now.
pub(crate) struct RemindedConsent {
    pub(crate) reader: SubscriberId,
    pub(crate) agreed_at: DateTime<FixedOffset>,
    pub(crate) agreed_to_ads: Option<bool>,
    /// When they agreed or were last reminded of it.
    pub(crate) last: DateTime<Utc>,
}

impl RemindedConsent {
    /// What the reminder speaks of.
    pub(crate) fn about(&self) -> ReceiptFacts {
        ReceiptFacts {
            agreed_to_ads: self.agreed_to_ads,
            ..ReceiptFacts::at(self.agreed_at.to_utc())
        }
    }
}

/// What a day has room for.
pub(crate) struct ReminderDay {
    a_day: u64,
    /// Less what was queued today already.
    room: u64,
    /// Reminders of what is older than this are due.
    before: DateTime<Utc>,
}

impl ReminderDay {
    /// Of a list with so many readers, of whom so many were reminded today. None: there is no room.
    pub(crate) fn of(readers: i64, of_today: i64, before: DateTime<Utc>) -> Option<Self> {
        let a_day = reminders_a_day(readers.unsigned_abs());
        let room = a_day.saturating_sub(of_today.unsigned_abs());
        (room > 0).then_some(Self {
            a_day,
            room,
            before,
        })
    }

    /// Who agreed before that may be one of today's, in milliseconds.
    pub(crate) fn horizon(&self) -> i64 {
        let ahead = TimeDelta::days(i64::try_from(AHEAD_DAYS).unwrap_or_default());
        codes::millis(self.before + ahead)
    }

    /// Of so many at most, those of the longest ago first.
    pub(crate) fn looked_at(&self) -> i64 {
        codes::signed(self.a_day.saturating_mul(AHEAD_DAYS))
    }

    /// Those of today.
    pub(crate) fn choose(&self, mut soon: Vec<RemindedConsent>) -> Vec<RemindedConsent> {
        let due_in = soon.iter().map(|one| one.last - self.before);
        let due = reminders_due(due_in, self.a_day).min(self.room);
        soon.truncate(usize::try_from(due).unwrap_or_default());
        soon
    }
}
