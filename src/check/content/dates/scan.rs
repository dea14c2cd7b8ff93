//! Reading dates and weekdays off the front of a text, in Korean and English.

use chrono::{Datelike, NaiveDate, Weekday};

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The date of that month and day that is nearest to another.
pub(super) fn nearest_year(month: u32, day: u32, near: NaiveDate) -> Option<NaiveDate> {
    (near.year() - 1..=near.year() + 1)
        .filter_map(|year| NaiveDate::from_ymd_opt(year, month, day))
        .min_by_key(|date| (*date - near).num_days().abs())
}

/// A text being read from its front.
pub(super) struct TextScan<'t>(pub(super) &'t str);

impl TextScan<'_> {
    pub(super) fn number(&mut self) -> Option<u32> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.0.split_at(digits);
        self.0 = rest;
        number.parse().ok().filter(|_| digits <= 4)
    }

    pub(super) fn any(&mut self, words: &[&str]) -> bool {
        match words.iter().find_map(|word| self.0.strip_prefix(word)) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// `이 아니라`, `은 아니고`: what was just read is not so.
    pub(super) fn is_denied(&self) -> bool {
        let rest = self.0.trim_start();
        let rest = rest
            .strip_prefix(['이', '은', '는', '도', '가'])
            .unwrap_or(rest);
        ["아니", "아닌", "아닙", "아닐"]
            .iter()
            .any(|no| rest.trim_start().starts_with(no))
    }

    pub(super) fn spaces(&mut self) {
        self.0 = self.0.trim_start_matches(' ');
    }

    /// `(월)`, `(월요일)`, `월요일`.
    pub(super) fn weekday(&mut self) -> Option<Weekday> {
        let is_bracketed = self.any(&["(", "（"]);
        let name = self.0.chars().next()?;
        let weekday = WEEKDAYS.into_iter().find(|day| korean_name(*day) == name)?;
        let rest = &self.0[name.len_utf8()..];
        let rest = match (rest.strip_prefix("요일"), is_bracketed) {
            (Some(rest), _) => rest,
            (None, true) => rest,
            (None, false) => return None,
        };
        // `(월말)`, `(일부)` are no weekdays.
        if is_bracketed && !rest.starts_with([')', '）', ' ', ',', '~']) {
            return None;
        }
        self.0 = rest.strip_prefix([')', '）']).unwrap_or(rest);
        Some(weekday)
    }
}

pub(super) const WEEKDAYS: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

pub(super) fn korean_name(day: Weekday) -> char {
    match day {
        Weekday::Mon => '월',
        Weekday::Tue => '화',
        Weekday::Wed => '수',
        Weekday::Thu => '목',
        Weekday::Fri => '금',
        Weekday::Sat => '토',
        Weekday::Sun => '일',
    }
}

pub(super) fn english_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}
