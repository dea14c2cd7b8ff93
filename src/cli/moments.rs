//! Dates, spans of time and numbers of people as they are said.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::words::{Said, many, say, weekday_in_short};

/// The moment that a run pretends to be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PretendedMoment {
    /// A moment.
    Moment(DateTime<FixedOffset>),
    /// The beginning of a day, where the publication is.
    Day(NaiveDate),
}

impl PretendedMoment {
    /// Which moment that is. A day that begins at one o'clock, where clocks are put forward at midnight, begins then.
    pub(crate) fn in_zone(self, zone: impl FnOnce() -> Tz) -> DateTime<Utc> {
        match self {
            Self::Moment(moment) => moment.to_utc(),
            Self::Day(day) => {
                let (zone, midnight) = (zone(), day.and_time(NaiveTime::MIN));
                let first = |hours| {
                    let local = midnight + TimeDelta::hours(hours);
                    zone.from_local_datetime(&local).earliest()
                };
                let begins = (0..24).find_map(first);
                begins.map_or_else(|| midnight.and_utc(), |begins| begins.to_utc())
            }
        }
    }
}

/// A moment of the command line, or a day's beginning.
pub(crate) fn parse_moment(text: &str) -> Result<PretendedMoment, String> {
    let example =
        say!("write it as 2026-11-30, or with hour and zone as 2026-11-30T08:00:00+09:00");
    let day = text.parse().map(PretendedMoment::Day);
    day.or_else(|_| text.parse().map(PretendedMoment::Moment))
        .map_err(|_| example.to_string())
}

/// A day and hour in a column of them.
pub(crate) fn with_weekday<Z: TimeZone>(at: DateTime<Z>) -> Said
where
    Z::Offset: std::fmt::Display,
{
    let time = at.format("%F %H:%M").to_string();
    Said::row([weekday_in_short(at.weekday()), time.into()], " ")
}

/// So many of them.
pub(crate) fn readers(count: u64) -> Said {
    many!(count, "1 reader", "{n} readers")
}

/// Rounded as people do: to minutes, to hours from six on, to days from two on.
pub(crate) fn span(time: TimeDelta) -> Said {
    const HOUR: u64 = 60;
    const DAY: u64 = 24 * HOUR;
    let minutes = (time.num_seconds().unsigned_abs() + 30) / 60;
    let whole = |unit: u64| (minutes + unit / 2) / unit;
    let and = |large: Said, small: u64, said: fn(u64) -> Said| match small {
        0 => large,
        some => say!("{large} and {small}", large, small = said(some)),
    };
    if minutes < HOUR {
        in_minutes(minutes)
    } else if minutes < 6 * HOUR {
        and(in_hours(minutes / HOUR), minutes % HOUR, in_minutes)
    } else if whole(HOUR) < 24 {
        in_hours(whole(HOUR))
    } else if whole(HOUR) < 48 {
        and(in_days(1), whole(HOUR) % 24, in_hours)
    } else {
        in_days(whole(DAY))
    }
}

fn in_minutes(count: u64) -> Said {
    many!(count, "1 minute", "{n} minutes")
}

fn in_hours(count: u64) -> Said {
    many!(count, "1 hour", "{n} hours")
}

fn in_days(count: u64) -> Said {
    many!(count, "1 day", "{n} days")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_alone_is_its_first_minute_where_the_publication_is() {
        let moment =
            |text: &str, zone: Tz| parse_moment(text).unwrap().in_zone(|| zone).to_string();
        let seoul = chrono_tz::Asia::Seoul;
        assert_eq!(moment("2026-11-30", seoul), "2026-11-29 15:00:00 UTC");
        assert_eq!(
            moment("2026-11-30T08:00:00+02:00", seoul),
            "2026-11-30 06:00:00 UTC"
        );
        // Clocks were put forward at midnight.
        let beirut = chrono_tz::Asia::Beirut;
        assert_eq!(moment("2026-03-29", beirut), "2026-03-28 22:00:00 UTC");
        assert!(parse_moment("tomorrow").is_err());
    }

    #[test]
    fn a_span_is_told_as_people_say_it() {
        for (minutes, words) in [
            (6, "6 minutes"),
            (60, "1 hour"),
            (95, "1 hour and 35 minutes"),
            (7 * 60 + 20, "7 hours"),
            (24 * 60, "1 day"),
            (30 * 60, "1 day and 6 hours"),
            (48 * 60, "2 days"),
            (8 * 24 * 60 + 700, "8 days"),
        ] {
            let time = TimeDelta::minutes(minutes);
            for around in [time, time - TimeDelta::seconds(20)] {
                assert_eq!(span(around), words);
            }
        }
    }
}
