//! What the limits on forms count, and what is read from it: for every store. Not: where it is counted.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    codes::{self, NotOurs},
    hash_keys::HashKeys,
};

/// What is counted. The numbers are in people's databases: never renumbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CountKind {
    /// Confirmations to a mailbox.
    Confirmation,
    /// Mails that say "you are a reader already", to a mailbox.
    AlreadyHere,
    /// Fresh links to a mailbox.
    FreshLink,
    /// Forms from a network.
    Prefix,
    /// Mails that forms caused, to whomever.
    Publication,
    /// The same by the hour: what is usual is read from it.
    UsualHour,
    /// Mails that were held, by the hour.
    Held,
    /// Opinions from a network.
    OpinionPrefix,
    /// Opinions of whom nobody knows.
    NamelessOpinion,
}

/// As far back as what is usual is looked for.
const USUAL_DAYS: i64 = 14;
const HOUR: TimeDelta = TimeDelta::hours(1);

/// What stands for all mailboxes together.
pub(crate) const EVERYBODY: &str = "everybody";

impl CountKind {
    pub(crate) fn code(self) -> i64 {
        match self {
            Self::Confirmation => 1,
            Self::AlreadyHere => 2,
            Self::FreshLink => 3,
            Self::Prefix => 4,
            Self::Publication => 5,
            Self::OpinionPrefix => 6,
            Self::NamelessOpinion => 7,
            Self::UsualHour => 8,
            Self::Held => 9,
        }
    }

    /// Milliseconds that one row stands for: what many rows would be of is counted by the minute.
    fn grain(self) -> i64 {
        match self {
            Self::Publication | Self::NamelessOpinion => 60_000,
            Self::UsualHour | Self::Held => HOUR.num_milliseconds(),
            _ => 1,
        }
    }

    fn kept(self) -> TimeDelta {
        match self {
            Self::Confirmation | Self::Held => TimeDelta::days(30),
            Self::AlreadyHere | Self::FreshLink => TimeDelta::days(1),
            Self::Prefix | Self::Publication | Self::OpinionPrefix | Self::NamelessOpinion => {
                HOUR * 2
            }
            Self::UsualHour => TimeDelta::days(USUAL_DAYS + 1),
        }
    }

    /// The moment of the row in which one is counted now.
    pub(crate) fn row_at(self, now: DateTime<Utc>) -> i64 {
        let now = codes::millis(now);
        now - now.rem_euclid(self.grain())
    }

    /// Rows behind this moment have some that came within that time.
    pub(crate) fn rows_since(self, now: DateTime<Utc>, within: TimeDelta) -> i64 {
        codes::millis(now - within) - (self.grain() - 1)
    }

    /// Rows before this moment are too old.
    pub(crate) fn too_old(self, now: DateTime<Utc>) -> i64 {
        codes::millis(now - self.kept())
    }
}

/// What a mailbox or a network is counted under: the key of erasure, and apart from the hashes of addresses, for no
/// address has a space.
pub(crate) fn counted_key(keys: &HashKeys, what: &str) -> Vec<u8> {
    keys.own(&format!("limits of {what}"))
}

/// A number of mails, of whatever was summed up.
pub(crate) fn counted(sum: i64) -> u32 {
    u32::try_from(sum.max(0)).unwrap_or(u32::MAX)
}

/// Between which moments hours are looked at for what is usual: two weeks up to the last hour.
pub(crate) fn usual_span(now: DateTime<Utc>) -> (i64, i64) {
    (
        codes::millis(now - TimeDelta::days(USUAL_DAYS)),
        codes::millis(now - HOUR),
    )
}

/// The median of what left in an hour, of those in which anything did and the many in which nothing did: a flood of
/// days must not become what is usual.
pub(crate) fn usual_hour(mut busy: Vec<i64>) -> u32 {
    busy.sort_unstable();
    let hours = usize::try_from(USUAL_DAYS * 24).unwrap_or_default();
    let quiet = hours.saturating_sub(busy.len());
    let median = (hours / 2).checked_sub(quiet).and_then(|at| busy.get(at));
    median.map_or(0, |count| counted(*count))
}

/// Since when mails are held, of the hours in which some were, the last one first, without a day in between on which
/// none was: the same for all of one flood.
pub(crate) fn flood_since(
    held_in: impl IntoIterator<Item = i64>,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, NotOurs> {
    let day = TimeDelta::days(1).num_milliseconds();
    let mut since = codes::millis(now);
    for at in held_in {
        if since - at > day {
            break;
        }
        since = at;
    }
    codes::time(since)
}

/// How far back the counts of an hour go.
pub(crate) const LAST_HOUR: TimeDelta = HOUR;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_is_the_middle_of_two_weeks_hours() {
        assert_eq!(usual_hour(Vec::new()), 0);
        assert_eq!(usual_hour(vec![900; 160]), 0, "a flood of six days");
        assert_eq!(usual_hour(vec![7; 336]), 7);
        let mut half = vec![3; 170];
        half.push(90_000);
        assert_eq!(usual_hour(half), 3);
    }

    #[test]
    fn a_day_without_any_ends_a_flood() {
        let now = DateTime::from_timestamp(1_000_000, 0).unwrap();
        let before = |hours: i64| codes::millis(now - TimeDelta::hours(hours));
        let since = |hours: &[i64]| {
            let held = hours.iter().map(|it| before(*it));
            codes::millis(flood_since(held, now).unwrap())
        };
        assert_eq!(since(&[]), codes::millis(now));
        assert_eq!(since(&[1, 20, 43]), before(43));
        assert_eq!(since(&[1, 20, 45]), before(20));
    }
}
