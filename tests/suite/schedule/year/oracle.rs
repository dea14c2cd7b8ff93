//! The calendar of the year's test, worked out by hand and by walking the minutes: no arithmetic of
//! the program's.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::America::New_York;

/// A slot.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) edition: &'static str,
    pub(super) date: NaiveDate,
    pub(super) at: DateTime<Utc>,
}

/// The slots of these days, both included.
pub(super) fn slots(first: NaiveDate, last: NaiveDate) -> Vec<Slot> {
    let mut slots = Vec::new();
    for date in first.iter_days().take_while(|date| *date <= last) {
        for edition in editions_of(date) {
            // One that the clock leaves out in March, and one that it shows twice in November.
            let time = match edition {
                "sunday" => "02:30",
                "night" => "01:30",
                _ => "08:00",
            };
            let at = moment(date, time.parse().unwrap());
            slots.push(Slot { edition, date, at });
        }
    }
    slots.sort_by_key(|slot| slot.at);
    slots
}

fn editions_of(date: NaiveDate) -> Vec<&'static str> {
    let day = |month, day| NaiveDate::from_ymd_opt(if month < 9 { 2027 } else { 2026 }, month, day);
    // A Monday issue out of turn, in the middle of the break.
    if Some(date) == day(12, 25) {
        return vec!["monday"];
    }
    let is_break = Some(date) >= day(12, 21) && Some(date) <= day(1, 3);
    if is_break || Some(date) == day(11, 26) {
        return Vec::new();
    }
    match date.weekday() {
        Weekday::Mon => vec!["monday"],
        Weekday::Thu => vec!["thursday"],
        Weekday::Sun if sundays_so_far(date) == 2 => vec!["sunday"],
        Weekday::Sun if sundays_so_far(date) == 1 => vec!["night"],
        _ => Vec::new(),
    }
}

fn sundays_so_far(date: NaiveDate) -> usize {
    let first = date - Days::new(u64::from(date.day0()));
    let days = first.iter_days().take_while(|day| *day <= date);
    days.filter(|day| day.weekday() == Weekday::Sun).count()
}

/// The first minute at which a clock in New York shows that time of that day, or a later one.
fn moment(date: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    let wanted = date.and_time(time);
    let mut minute = date.and_time(NaiveTime::MIN).and_utc() - TimeDelta::days(1);
    while minute.with_timezone(&New_York).naive_local() < wanted {
        minute += TimeDelta::minutes(1);
    }
    minute
}
