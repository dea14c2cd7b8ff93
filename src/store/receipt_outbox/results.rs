//! The law's notice of what became of what somebody agreed to or took back, where no other mail says it: soon, and once a
//! day at most, as it stands then. Whoever holds a mail that was forwarded can change a choice as often as they like.
//! For every store. Not: the rows.

use chrono::{DateTime, TimeDelta, Utc};

use crate::store::Realm;

/// Where such notices are queued, and whether any are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ResultRules {
    pub(crate) realm: Realm,
    pub(crate) are_owed: bool,
}

/// When the next one leaves, the last one being of that moment.
pub(crate) fn next_result(last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> DateTime<Utc> {
    last.map_or(now, |last| now.max(last + TimeDelta::days(1)))
}

/// Since when it counts how many of one kind somebody got.
pub(crate) fn counted_since(now: DateTime<Utc>) -> DateTime<Utc> {
    now - TimeDelta::days(1)
}

/// Whether one more is too much for whoever got so many of that kind within a day: what a stranger can cause by a mail
/// that was forwarded to them comes to an end.
pub(crate) fn is_enough(had: i64) -> bool {
    const A_DAY: i64 = 3;
    had >= A_DAY
}
