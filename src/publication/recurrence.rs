//! On which dates an edition appears, in words (`mon`, `1st mon`, `last fri`) and by arithmetic.

use std::fmt;

use chrono::{Datelike, NaiveDate, Weekday};

use super::text::FromText;
use crate::{
    words::{phrase, phrased},
    yaml::nearest,
};

/// A rule that picks days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayRule {
    /// Each one.
    Weekly(Weekday),
    /// The first (1) to fifth one of a month.
    Nth(u8, Weekday),
    /// The last one of a month.
    Last(Weekday),
}

impl DayRule {
    /// Whether it picks that date.
    #[must_use]
    pub(crate) fn picks(self, date: NaiveDate) -> bool {
        let (weekday, is_right_week) = match self {
            Self::Weekly(weekday) => (weekday, true),
            Self::Nth(nth, weekday) => (weekday, (date.day0() / 7) + 1 == u32::from(nth)),
            Self::Last(weekday) => {
                let next_week = date.checked_add_days(chrono::Days::new(7));
                let is_last = next_week.is_none_or(|later| later.month() != date.month());
                (weekday, is_last)
            }
        };
        date.weekday() == weekday && is_right_week
    }

    /// The weekday it is about.
    #[must_use]
    pub(crate) fn weekday(self) -> Weekday {
        match self {
            Self::Weekly(weekday) | Self::Nth(_, weekday) | Self::Last(weekday) => weekday,
        }
    }
}

/// When an edition appears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurrence {
    /// Its days; one at least.
    pub days: Vec<DayRule>,
    /// Only every so many weeks, counted from the week of `starting`.
    pub every_weeks: u32,
    /// Not before this date. Always there where `every_weeks` is more than 1.
    pub starting: Option<NaiveDate>,
}

impl Recurrence {
    /// Every week on that day.
    #[cfg(test)]
    pub(crate) fn weekly(day: Weekday) -> Self {
        Self {
            days: vec![DayRule::Weekly(day)],
            every_weeks: 1,
            starting: None,
        }
    }

    /// Whether it picks that date.
    #[must_use]
    pub(crate) fn picks(&self, date: NaiveDate) -> bool {
        if !self.days.iter().any(|day| day.picks(date)) {
            return false;
        }
        let Some(starting) = self.starting else {
            return true;
        };
        let monday_of = |date: NaiveDate| {
            i64::from(date.num_days_from_ce()) - i64::from(date.weekday().num_days_from_monday())
        };
        let weeks = (monday_of(date) - monday_of(starting)) / 7;
        date >= starting && weeks % i64::from(self.every_weeks.max(1)) == 0
    }
}

/// `mon`, `1st mon`, `last fri`.
impl fmt::Display for DayRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = self.weekday().to_string().to_lowercase();
        match self {
            Self::Weekly(_) => f.write_str(&day),
            Self::Nth(nth, _) => write!(f, "{} {day}", ORDINALS[usize::from(*nth - 1) % 5]),
            Self::Last(_) => write!(f, "last {day}"),
        }
    }
}

/// `mon`, `mon and thu`, `mon, wed and fri`, `mon, every 2 weeks`.
impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days: Vec<String> = self.days.iter().map(ToString::to_string).collect();
        match days.as_slice() {
            [rest @ .., last] if !rest.is_empty() => write!(f, "{} and {last}", rest.join(", "))?,
            days => f.write_str(&days.concat())?,
        }
        match self.every_weeks {
            0 | 1 => Ok(()),
            weeks => write!(f, ", every {weeks} weeks"),
        }
    }
}

const ORDINALS: [&str; 5] = ["1st", "2nd", "3rd", "4th", "5th"];
const DAYS: [(&str, &str, Weekday); 7] = [
    ("mon", "monday", Weekday::Mon),
    ("tue", "tuesday", Weekday::Tue),
    ("wed", "wednesday", Weekday::Wed),
    ("thu", "thursday", Weekday::Thu),
    ("fri", "friday", Weekday::Fri),
    ("sat", "saturday", Weekday::Sat),
    ("sun", "sunday", Weekday::Sun),
];

impl FromText for DayRule {
    const NAME: &'static str = phrase!("a day");
    const PATTERN: Option<&'static str> = Some(
        "^((1st|2nd|3rd|4th|5th|last) )?(mon|tue|wed|thu|fri|sat|sun|(mon|tues|wednes|thurs|fri|satur|sun)day)$",
    );
    const EXAMPLES: &'static [&'static str] = &["mon", "thu", "1st mon", "last fri"];

    fn from_text(text: &str) -> Result<Self, String> {
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower.split_whitespace().collect();
        let (which, day) = match words.as_slice() {
            [day] => (None, *day),
            [which, day] => (Some(*which), *day),
            _ => {
                return Err(phrased!(
                    "`{text}` is not a day\nwrite it like `mon`, `1st mon` or `last fri`"
                ));
            }
        };
        let weekday = weekday(day)?;
        match which {
            None => Ok(Self::Weekly(weekday)),
            Some("last") => Ok(Self::Last(weekday)),
            Some(which) => ORDINALS
                .iter()
                .zip(1..)
                .find(|(ordinal, _)| **ordinal == which)
                .map(|(_, nth)| Self::Nth(nth, weekday))
                .ok_or_else(|| {
                    phrased!("`{which}` is not one of a month's weeks\nuse 1st, 2nd, 3rd, 4th, 5th or last")
                }),
        }
    }
}

fn weekday(word: &str) -> Result<Weekday, String> {
    DAYS.iter()
        .find(|(short, long, _)| word == *short || word == *long)
        .map(|(_, _, weekday)| *weekday)
        .ok_or_else(|| {
            let names: Vec<&str> = DAYS
                .iter()
                .flat_map(|(short, long, _)| [*short, *long])
                .collect();
            let hint = nearest(word, &names).map_or_else(
                || phrase!("use mon, tue, wed, thu, fri, sat or sun").to_owned(),
                |name| phrased!("did you mean `{name}`?"),
            );
            phrased!("`{word}` is not a day of the week\n{hint}")
        })
}
