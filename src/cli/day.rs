//! Days as people name them on the command line: `2026-12-03`, `tomorrow`, `내일`, `thursday`, `목요일`.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::words::say;

/// A day that a person named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NamedDay {
    /// A date.
    Date(NaiveDate),
    /// So many days from today.
    InDays(u64),
    /// The next one of that weekday; never today, which has a word of its own.
    Next(Weekday),
}

impl NamedDay {
    /// Which day that is, seen from another.
    pub(crate) fn seen_from(self, today: NaiveDate) -> NaiveDate {
        let later = |days: u64| today.checked_add_days(Days::new(days)).unwrap_or(today);
        match self {
            Self::Date(date) => date,
            Self::InDays(days) => later(days),
            Self::Next(weekday) => {
                let ahead = weekday.days_since(today.weekday());
                later(u64::from(if ahead == 0 { 7 } else { ahead }))
            }
        }
    }
}

/// A day of the command line.
pub(crate) fn parse_day(text: &str) -> Result<NamedDay, String> {
    let words = text.trim().to_lowercase();
    if let Ok(date) = words.parse() {
        return Ok(NamedDay::Date(date));
    }
    let in_days = match words.as_str() {
        "today" | "오늘" => Some(0),
        "tomorrow" | "내일" => Some(1),
        "모레" => Some(2),
        "글피" => Some(3),
        _ => None,
    };
    in_days
        .map(NamedDay::InDays)
        .or_else(|| parse_weekday(&words).map(NamedDay::Next))
        .ok_or_else(|| say!("write it as 2026-11-30, tomorrow or thursday").to_string())
}

/// `mon`, `Monday`, `월`, `월요일`.
pub(crate) fn parse_weekday(text: &str) -> Option<Weekday> {
    let words = text.trim();
    if let Ok(weekday) = words.parse() {
        return Some(weekday);
    }
    let name = words.strip_suffix("요일").unwrap_or(words);
    Some(match name {
        "월" => Weekday::Mon,
        "화" => Weekday::Tue,
        "수" => Weekday::Wed,
        "목" => Weekday::Thu,
        "금" => Weekday::Fri,
        "토" => Weekday::Sat,
        "일" => Weekday::Sun,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_named_in_either_language() {
        // A Monday.
        let today = NaiveDate::from_ymd_opt(2026, 11, 30).unwrap();
        for (words, day) in [
            ("2026-12-24", "2026-12-24"),
            ("today", "2026-11-30"),
            ("Tomorrow", "2026-12-01"),
            ("내일", "2026-12-01"),
            ("모레", "2026-12-02"),
            ("thursday", "2026-12-03"),
            ("목", "2026-12-03"),
            ("월요일", "2026-12-07"),
            ("Mon", "2026-12-07"),
        ] {
            let named = parse_day(words).unwrap();
            assert_eq!(named.seen_from(today).to_string(), day, "{words}");
        }
        for words in ["", "soon", "요일", "2026-02-30", "mo"] {
            assert!(parse_day(words).is_err(), "{words}");
        }
    }
}
