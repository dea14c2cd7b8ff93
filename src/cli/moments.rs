//! Dates, spans of time and numbers of people as they are said.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeDelta, TimeZone};

use crate::words::{Said, many, say, weekday_in_short};

/// A moment of the command line.
pub(crate) fn parse_moment(text: &str) -> Result<DateTime<FixedOffset>, String> {
    let example = say!("write it with its zone, as 2026-11-30T08:00:00+09:00");
    text.parse().map_err(|_| example.to_string())
}

/// A date of the command line.
pub(crate) fn parse_date(text: &str) -> Result<NaiveDate, String> {
    let example = say!("write it as 2026-11-30");
    text.parse().map_err(|_| example.to_string())
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
