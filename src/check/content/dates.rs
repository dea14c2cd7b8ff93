//! Dates that contradict the calendar: `11월 24일(월)` where that is a Tuesday, `오늘은 월요일` in
//! Thursday's issue. Only a date that names its own weekday is judged here; `stale` judges `오늘` and
//! its kin with a date beside them.

mod impossible;
mod over;
mod scan;
mod stale;
mod turned;

use std::collections::HashSet;

use chrono::{Datelike, NaiveDate, Weekday};

use self::scan::{MONTHS, TextScan, WEEKDAYS, english_name, korean_name, nearest_year};
use super::{
    super::{CheckSubject, Findings, issue_text::ReadProse},
    IMPOSSIBLE_DATE, OTHER_EDITION, STALE_DATE, WRONG_WEEKDAY,
};
use crate::words::{self, say};

pub(super) fn check(proof: &CheckSubject<'_>, body: &[ReadProse<'_>], findings: &mut Findings<'_>) {
    let date = proof.issue.front_matter.date;
    // A story about 1963 means 1963 wherever it leaves the year out.
    let of_another_year: HashSet<Option<usize>> = body
        .iter()
        .filter(|one| one.has_digit() && names_another_year(&one.text, date))
        .map(|one| one.section)
        .collect();
    for one in body {
        let is_about_now = !of_another_year.contains(&one.section);
        weekdays(one, date, is_about_now, findings);
        // All others begin with a number.
        if one.has_digit() {
            impossible::check(one, findings);
            turned::check(one, findings);
            if is_about_now {
                stale::check(one, date, findings);
                over::check(one, date, findings);
            }
        }
        stale::other_edition(proof, one, findings);
    }
}

/// Whether a text names a year that is not the issue's, nor one beside it.
fn names_another_year(text: &str, date: NaiveDate) -> bool {
    let digits = text.split(|char: char| !char.is_ascii_digit());
    digits
        .filter(|digits| digits.len() == 4)
        .filter_map(|digits| digits.parse::<i32>().ok())
        .any(|year| (1000..2200).contains(&year) && (year - date.year()).abs() > 1)
}

fn weekdays(
    prose: &ReadProse<'_>,
    date: NaiveDate,
    is_about_now: bool,
    findings: &mut Findings<'_>,
) {
    let mut claims: Vec<WeekdayClaim> = Vec::new();
    if prose.has_digit() {
        claims.extend(korean_dates(&prose.text, date));
    }
    claims.extend(relative_days(prose, date));
    if prose.has_digit() {
        claims.extend(english_dates(prose, date));
        claims.extend(english_days_first(prose, date));
        claims.extend(numbered_dates(prose, date));
    }
    for claim in claims {
        let real = claim.date.weekday();
        let is_judged = claim.has_year || is_about_now && !prose.speech().is_open(claim.at);
        if real == claim.weekday || !is_judged {
            continue;
        }
        findings
            .at(
                &WRONG_WEEKDAY,
                prose.span(claim.at..claim.at + claim.length),
                say!(
                    "{date} is a {weekday}",
                    date = claim.date,
                    weekday = words::weekday(real)
                ),
            )
            .hint(say!(
                "{english} in Korean: {korean}요일",
                english = english_name(real),
                korean = korean_name(real)
            ));
    }
}

/// A date that says its weekday.
#[derive(Debug)]
struct WeekdayClaim {
    at: usize,
    length: usize,
    date: NaiveDate,
    weekday: Weekday,
    /// The year is written beside it.
    has_year: bool,
}

impl WeekdayClaim {
    /// Of a date without a year, the one nearest to `near`. None: there is no such day.
    fn new(
        at: usize,
        length: usize,
        (year, month, day): (Option<u32>, u32, u32),
        near: NaiveDate,
        weekday: Weekday,
    ) -> Option<Self> {
        let date = match year {
            Some(year) => NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?,
            None => nearest_year(month, day, near)?,
        };
        Some(Self {
            at,
            length,
            date,
            weekday,
            has_year: year.is_some(),
        })
    }
}

/// `11월 24일(화)`, `2026년 11월 24일 화요일`, `11/24(화)`.
fn korean_dates(text: &str, near: NaiveDate) -> impl Iterator<Item = WeekdayClaim> {
    let starts = text.char_indices().filter(move |(at, char)| {
        char.is_ascii_digit()
            && !text[..*at].ends_with(|before: char| {
                before.is_ascii_digit() || matches!(before, '/' | '.' | '-')
            })
    });
    starts.filter_map(move |(at, _)| korean_date(text, at, near))
}

/// Not `일의 3/4 월요일까지`, which is a part, and no date of another calendar.
fn korean_date(text: &str, at: usize, near: NaiveDate) -> Option<WeekdayClaim> {
    let mut rest = TextScan(&text[at..]);
    let first = rest.number()?;
    let is_part = text[..at].ends_with("의 ");
    let (year, month, day) = if first > 1900 && rest.any(&["년", ".", "-", "/"]) {
        rest.spaces();
        let month = rest.number()?;
        rest.any(&["월", ".", "-", "/"]).then_some(())?;
        rest.spaces();
        (Some(first), month, rest.number()?)
    } else if rest.any(&["월"]) || !is_part && rest.any(&["/"]) {
        rest.spaces();
        (None, first, rest.number()?)
    } else {
        return None;
    };
    // `2026. 12. 3.(금)` ends with a dot of its own.
    rest.any(if year.is_some() {
        &["일", "."]
    } else {
        &["일"]
    });
    rest.spaces();
    let weekday = rest.weekday()?;
    if rest.is_denied() || is_of_another_calendar(&text[..at], rest.0) {
        return None;
    }
    let length = text.len() - at - rest.0.len();
    WeekdayClaim::new(at, length, (year, month, day), near, weekday)
}

/// A longer sentence is looked at from its end.
const SENTENCE_BYTES: usize = 1_000;

/// Whether a date is one of the moon's or of Julius Caesar's: `음력 11월 24일`, `10월 25일(율리우스력)`.
fn is_of_another_calendar(before: &str, after: &str) -> bool {
    const OTHERS: [&str; 5] = ["음력", "(음)", "율리우스력", "구력", "Old Style"];
    const OURS: [&str; 4] = ["양력", "(양)", "그레고리력", "New Style"];
    // The sentence, as far as anybody remembers its beginning.
    let near =
        (before.len().saturating_sub(SENTENCE_BYTES)..).find(|at| before.is_char_boundary(*at));
    let before = &before[near.unwrap_or(before.len())..];
    let start = before.rfind(['.', '\n', '?', '!']).map_or(0, |at| at + 1);
    let last = |words: &[&str]| {
        words
            .iter()
            .filter_map(|word| before[start..].rfind(word))
            .max()
    };
    let after = after.trim_start().trim_start_matches(['(', '（']);
    last(&OTHERS) > last(&OURS) || OTHERS.iter().any(|word| after.starts_with(word))
}

/// `오늘(월)`, `내일은 화요일`.
fn relative_days(prose: &ReadProse<'_>, date: NaiveDate) -> impl Iterator<Item = WeekdayClaim> {
    let text = &prose.text;
    // How a weekday is read: in brackets, or by its whole name.
    let has_weekday = prose.has_byte(b"(") || prose.contains("（") || prose.contains("요일");
    let days = [
        ("오늘", 0),
        ("내일", 1),
        ("모레", 2),
        ("어제", -1),
        ("그제", -2),
    ];
    let days = days.into_iter().filter(move |_| has_weekday);
    days.flat_map(move |(word, days)| {
        prose.places(word).filter_map(move |at| {
            let is_word = !text[..at].ends_with(char::is_alphanumeric);
            let mut rest = TextScan(&text[at + word.len()..]);
            rest.any(&["은", "는", "이"]);
            rest.spaces();
            let weekday = rest.weekday().filter(|_| is_word)?;
            if rest.is_denied() {
                return None;
            }
            Some(WeekdayClaim {
                at,
                length: text.len() - at - rest.0.len(),
                date: date + chrono::Duration::days(days),
                weekday,
                has_year: false,
            })
        })
    })
}

/// `Monday, November 23` and `Mon, Nov 23`, with or without a year. Not `not Monday, November 23`,
/// and not The Sun, which is a newspaper.
fn english_dates(prose: &ReadProse<'_>, near: NaiveDate) -> impl Iterator<Item = WeekdayClaim> {
    let text = &prose.text;
    WEEKDAYS.into_iter().flat_map(move |weekday| {
        let name = english_name(weekday);
        let short = &name[..3];
        prose.places(short).filter_map(move |at| {
            let mut rest = TextScan(&text[at..]);
            if !rest.any(&[name]) {
                rest.any(&[short]);
                if text[..at].ends_with("The ") || text[..at].ends_with("the ") {
                    return None;
                }
            }
            if text[..at].ends_with("not ") || text[..at].ends_with("not on ") {
                return None;
            }
            rest.any(&[","]).then_some(())?;
            rest.spaces();
            let month = MONTHS
                .iter()
                .position(|month| rest.any(&[month]) || rest.any(&[&month[..3]]))?;
            rest.spaces();
            let day = rest.number()?;
            let mut year = None;
            let mut after = TextScan(rest.0);
            if after.any(&[", "]) {
                year = after.number().filter(|year| (1900..2200).contains(year));
            }
            let month = u32::try_from(month).ok()? + 1;
            let length = text.len() - at - rest.0.len();
            WeekdayClaim::new(at, length, (year, month, day), near, weekday)
        })
    })
}

/// `Friday, 3 December 2026`, as our own words print it; `Dec 3 (Fri)`, `3 December (Friday)`.
fn english_days_first(
    prose: &ReadProse<'_>,
    near: NaiveDate,
) -> impl Iterator<Item = WeekdayClaim> {
    let text = &prose.text;
    MONTHS.into_iter().zip(1..).flat_map(move |(name, month)| {
        let short = &name[..3];
        prose.places(short).filter_map(move |at| {
            let mut rest = TextScan(&text[at..]);
            let _ = rest.any(&[name]) || rest.any(&[short]);
            let before = text[..at].trim_end_matches(' ');
            let day_at = before
                .rfind(|char: char| !char.is_ascii_digit())
                .map_or(0, |at| {
                    at + before[at..].chars().next().map_or(1, char::len_utf8)
                });
            match before[day_at..].parse::<u32>() {
                Ok(day) if before[day_at..].len() <= 2 => {
                    day_before_month(text, (day_at, day, month), rest, near)
                }
                _ => month_and_bracket(text, (at, month), rest, near),
            }
        })
    })
}

/// With the weekday before it or in brackets behind it.
fn day_before_month(
    text: &str,
    (at, day, month): (usize, u32, u32),
    mut rest: TextScan<'_>,
    near: NaiveDate,
) -> Option<WeekdayClaim> {
    rest.spaces();
    let mut after = TextScan(rest.0);
    let year = after.number().filter(|year| (1900..2200).contains(year));
    if year.is_some() {
        rest = after;
    }
    let before = text[..at].trim_end_matches([' ', ',']);
    let named = WEEKDAYS.into_iter().find_map(|weekday| {
        let name = english_name(weekday);
        [name, &name[..3]]
            .into_iter()
            .find(|name| before.ends_with(name))
            .map(|name| (before.len() - name.len(), weekday))
    });
    let has_comma = text[..at].trim_end().ends_with(',');
    let (at, weekday) = match named.filter(|_| has_comma) {
        Some(named) => named,
        None => (at, english_bracket(&mut rest)?),
    };
    let length = text.len() - at - rest.0.len();
    WeekdayClaim::new(at, length, (year, month, day), near, weekday)
}

/// `Dec 3 (Fri)`.
fn month_and_bracket(
    text: &str,
    (at, month): (usize, u32),
    mut rest: TextScan<'_>,
    near: NaiveDate,
) -> Option<WeekdayClaim> {
    rest.any(&["."]);
    rest.spaces();
    let day = rest.number()?;
    let mut after = TextScan(rest.0);
    let year = (after.any(&[", "]).then(|| after.number()))
        .flatten()
        .filter(|year| (1900..2200).contains(year));
    if year.is_some() {
        rest = after;
    }
    let weekday = english_bracket(&mut rest)?;
    let length = text.len() - at - rest.0.len();
    WeekdayClaim::new(at, length, (year, month, day), near, weekday)
}

/// `2026-12-03 (Fri)`.
fn numbered_dates(prose: &ReadProse<'_>, near: NaiveDate) -> impl Iterator<Item = WeekdayClaim> {
    let text = &prose.text;
    prose.places(" (").filter_map(move |end| {
        let at = end.checked_sub("2026-12-03".len())?;
        let day = NaiveDate::parse_from_str(text.get(at..end)?, "%Y-%m-%d").ok()?;
        let mut rest = TextScan(&text[end..]);
        let weekday = english_bracket(&mut rest)?;
        let length = text.len() - at - rest.0.len();
        let year = u32::try_from(day.year()).ok();
        WeekdayClaim::new(at, length, (year, day.month(), day.day()), near, weekday)
    })
}

/// `(Fri)`, `(Friday)`.
fn english_bracket(rest: &mut TextScan<'_>) -> Option<Weekday> {
    rest.spaces();
    rest.any(&["("]).then_some(())?;
    let weekday = WEEKDAYS.into_iter().find(|weekday| {
        let name = english_name(*weekday);
        rest.any(&[name]) || rest.any(&[&name[..3]])
    })?;
    rest.any(&[")"]).then_some(weekday)
}
