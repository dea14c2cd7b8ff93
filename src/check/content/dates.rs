//! Dates that contradict the calendar: `11월 24일(월)` where that is a Tuesday, `오늘은 월요일` in
//! Thursday's issue. Only a date that names its own weekday is judged.

use chrono::{Datelike, NaiveDate, Weekday};

use super::{
    super::{Findings, Proof},
    OTHER_EDITION, WRONG_WEEKDAY,
};
use crate::issue::Prose;

pub(super) fn check(proof: &Proof<'_>, prose: &Prose, findings: &mut Findings<'_>) {
    let date = proof.issue.front_matter.date;
    for claim in korean_dates(&prose.text, date)
        .chain(relative_days(&prose.text, date))
        .chain(english_dates(&prose.text, date))
    {
        let real = claim.date.weekday();
        if real == claim.weekday {
            continue;
        }
        findings
            .at(
                &WRONG_WEEKDAY,
                prose.span(claim.at..claim.at + claim.length),
                format!("{} is a {}", claim.date, english_name(real)),
            )
            .hint(format!(
                "{} in Korean: {}요일",
                english_name(real),
                korean_name(real)
            ));
    }
    other_edition(proof, prose, findings);
}

/// A date that says its weekday.
#[derive(Debug)]
struct Claim {
    at: usize,
    length: usize,
    date: NaiveDate,
    weekday: Weekday,
}

/// `11월 24일(화)`, `2026년 11월 24일 화요일`, `11/24(화)`.
fn korean_dates(text: &str, near: NaiveDate) -> impl Iterator<Item = Claim> {
    let starts = text.char_indices().filter(move |(at, char)| {
        char.is_ascii_digit()
            && !text[..*at].ends_with(|before: char| {
                before.is_ascii_digit() || matches!(before, '/' | '.' | '-')
            })
    });
    starts.filter_map(move |(at, _)| korean_date(text, at, near))
}

fn korean_date(text: &str, at: usize, near: NaiveDate) -> Option<Claim> {
    let mut rest = Scan(&text[at..]);
    let first = rest.number()?;
    let (year, month, day) = if first > 1900 && rest.any(&["년", ".", "-", "/"]) {
        rest.spaces();
        let month = rest.number()?;
        rest.any(&["월", ".", "-", "/"]).then_some(())?;
        rest.spaces();
        (Some(first), month, rest.number()?)
    } else if rest.any(&["월", "/"]) {
        rest.spaces();
        (None, first, rest.number()?)
    } else {
        return None;
    };
    rest.any(&["일"]);
    rest.spaces();
    let weekday = rest.weekday()?;
    let date = match year {
        Some(year) => NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?,
        None => nearest_year(month, day, near)?,
    };
    Some(Claim {
        at,
        length: text.len() - at - rest.0.len(),
        date,
        weekday,
    })
}

/// `오늘(월)`, `내일은 화요일`.
fn relative_days(text: &str, date: NaiveDate) -> impl Iterator<Item = Claim> {
    [
        ("오늘", 0),
        ("내일", 1),
        ("모레", 2),
        ("어제", -1),
        ("그제", -2),
    ]
    .into_iter()
    .flat_map(move |(word, days)| {
        text.match_indices(word).filter_map(move |(at, _)| {
            let is_word = !text[..at].ends_with(char::is_alphanumeric);
            let mut rest = Scan(&text[at + word.len()..]);
            rest.any(&["은", "이"]);
            rest.spaces();
            let weekday = rest.weekday().filter(|_| is_word)?;
            Some(Claim {
                at,
                length: text.len() - at - rest.0.len(),
                date: date + chrono::Duration::days(days),
                weekday,
            })
        })
    })
}

const MONTHS: [&str; 12] = [
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

/// `Monday, November 23` and `Mon, Nov 23`, with or without a year.
fn english_dates(text: &str, near: NaiveDate) -> impl Iterator<Item = Claim> {
    WEEKDAYS.into_iter().flat_map(move |weekday| {
        let name = english_name(weekday);
        text.match_indices(&name[..3])
            .filter_map(move |(at, short)| {
                let mut rest = Scan(&text[at..]);
                if !rest.any(&[name]) {
                    rest.any(&[short]);
                }
                rest.any(&[","]).then_some(())?;
                rest.spaces();
                let month = MONTHS
                    .iter()
                    .position(|month| rest.any(&[month]) || rest.any(&[&month[..3]]))?;
                rest.spaces();
                let day = rest.number()?;
                let mut year = None;
                let mut after = Scan(rest.0);
                if after.any(&[", "]) {
                    year = after.number().filter(|year| (1900..2200).contains(year));
                }
                let month = u32::try_from(month).ok()? + 1;
                let date = match year {
                    Some(year) => NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?,
                    None => nearest_year(month, day, near)?,
                };
                Some(Claim {
                    at,
                    length: text.len() - at - rest.0.len(),
                    date,
                    weekday,
                })
            })
    })
}

/// `이번 월요일 편` in another edition's issue.
fn other_edition(proof: &Proof<'_>, prose: &Prose, findings: &mut Findings<'_>) {
    let own = &proof.issue.front_matter.edition;
    for edition in proof
        .publication
        .editions
        .iter()
        .filter(|edition| edition.key != *own)
    {
        for start in ["이번 ", "이번주 ", "이번 주 "] {
            let phrase = format!("{start}{}", edition.title);
            if let Some(at) = prose.text.find(&phrase) {
                findings
                    .at(
                        &OTHER_EDITION,
                        prose.span(at..at + phrase.len()),
                        format!("this is the issue of `{own}`"),
                    )
                    .hint("name this edition");
            }
        }
    }
}

/// The date of that month and day that is nearest to another.
fn nearest_year(month: u32, day: u32, near: NaiveDate) -> Option<NaiveDate> {
    (near.year() - 1..=near.year() + 1)
        .filter_map(|year| NaiveDate::from_ymd_opt(year, month, day))
        .min_by_key(|date| (*date - near).num_days().abs())
}

/// A text being read from its front.
struct Scan<'t>(&'t str);

impl Scan<'_> {
    fn number(&mut self) -> Option<u32> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.0.split_at(digits);
        self.0 = rest;
        number.parse().ok().filter(|_| digits <= 4)
    }

    fn any(&mut self, words: &[&str]) -> bool {
        match words.iter().find_map(|word| self.0.strip_prefix(word)) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn spaces(&mut self) {
        self.0 = self.0.trim_start_matches(' ');
    }

    /// `(월)`, `(월요일)`, `월요일`.
    fn weekday(&mut self) -> Option<Weekday> {
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

const WEEKDAYS: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

fn korean_name(day: Weekday) -> char {
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

fn english_name(day: Weekday) -> &'static str {
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
