//! Days and hours that no calendar and no clock has: `2월 30일`, `오후 19시`, `November 31`.

use super::{
    super::super::{Findings, issue_text::ReadProse},
    IMPOSSIBLE_DATE,
    scan::{MONTHS, TextScan},
};
use crate::words::say;

/// The most days that a month has; February's 29 are told from 28 only where the year stands beside them.
const LENGTHS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

pub(super) fn check(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    let text = &prose.text;
    let found = korean_days(text)
        .chain(numbered_days(text))
        .chain(english_days(prose))
        .chain(english_days_first(text))
        .chain(hours(text))
        .chain(minutes(text))
        .chain(clock_times(text));
    for (at, length) in found {
        let seen = &text[at..at + length];
        findings
            .at(
                &IMPOSSIBLE_DATE,
                prose.span(at..at + length),
                say!("there is no `{seen}`", seen),
            )
            .hint(say!("look the date up, and its weekday too"));
    }
}

fn is_day_of(year: Option<u32>, month: u32, day: u32) -> bool {
    let is_leap =
        |year: u32| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let is_short = year.is_some_and(|year| !is_leap(year)) && (month, day) == (2, 29);
    is_day(month, day) && !is_short
}

fn is_day(month: u32, day: u32) -> bool {
    let length = month
        .checked_sub(1)
        .and_then(|month| LENGTHS.get(usize::try_from(month).ok()?));
    length.is_some_and(|length| (1..=*length).contains(&day))
}

/// Where digits begin.
fn numbers(text: &str) -> impl Iterator<Item = usize> {
    text.char_indices()
        .filter(|(at, char)| {
            char.is_ascii_digit()
                && !text[..*at].ends_with(|before: char| {
                    before.is_ascii_digit() || matches!(before, '.' | ',' | '/' | '-' | '~')
                })
        })
        .map(|(at, _)| at)
}

/// `2월 30일`, `13월 1일`; `13월의 월급` is an idiom.
fn korean_days(text: &str) -> impl Iterator<Item = (usize, usize)> {
    numbers(text).filter_map(|at| {
        let mut rest = TextScan(&text[at..]);
        let month = rest.number()?;
        rest.any(&["월"]).then_some(())?;
        rest.spaces();
        let day = rest.number()?;
        rest.any(&["일"]).then_some(())?;
        // `12월 40일간`: so many days of it.
        let is_span = rest.0.starts_with(['간', '째', '치']);
        // `2027년 2월 29일`.
        let before = text[..at].trim_end();
        let year = before.strip_suffix('년').and_then(|before| {
            let digits = before.len()
                - before
                    .trim_end_matches(|char: char| char.is_ascii_digit())
                    .len();
            before[before.len() - digits..]
                .parse()
                .ok()
                .filter(|_| digits == 4)
        });
        (!is_day_of(year, month, day) && !is_span).then(|| (at, text.len() - at - rest.0.len()))
    })
}

/// `2026-11-31`, `2026. 6. 31.`; not `1900-2100`, a span, nor `2026.13.1`, a version.
fn numbered_days(text: &str) -> impl Iterator<Item = (usize, usize)> {
    numbers(text).filter_map(|at| {
        let mut rest = TextScan(&text[at..]);
        let year = rest.number().filter(|year| (1900..2200).contains(year))?;
        let mark = [". ", "-"].into_iter().find(|mark| rest.any(&[mark]))?;
        let month = rest.number().filter(|month| (1..=12).contains(month))?;
        rest.any(&[mark]).then_some(())?;
        let day = rest.number().filter(|day| (1..=39).contains(day))?;
        let goes_on = rest
            .0
            .starts_with(|char: char| char.is_ascii_alphanumeric() || char == '-');
        (!is_day_of(Some(year), month, day) && !goes_on)
            .then(|| (at, text.len() - at - rest.0.len()))
    })
}

/// `31 June`, `30th of February`.
fn english_days_first(text: &str) -> impl Iterator<Item = (usize, usize)> {
    numbers(text).filter_map(|at| {
        let mut rest = TextScan(&text[at..]);
        let day = rest.number().filter(|day| (1..=39).contains(day))?;
        rest.any(&["st", "nd", "rd", "th"]);
        rest.any(&[" of ", " "]).then_some(())?;
        let month = MONTHS.iter().position(|month| rest.any(&[month]))?;
        let month = u32::try_from(month).ok()? + 1;
        let mut after = TextScan(rest.0);
        after.any(&[", ", " "]);
        let year = after.number().filter(|year| (1900..2200).contains(year));
        let is_word = rest.0.starts_with(char::is_alphanumeric);
        (!is_day_of(year, month, day) && !is_word).then(|| (at, text.len() - at - rest.0.len()))
    })
}

/// `13:00 PM`, `오후 19:30`, `at 25:00`, `19:75에`. What merely has the form may be a score, a verse or a length.
fn clock_times(text: &str) -> impl Iterator<Item = (usize, usize)> {
    numbers(text).filter_map(|at| {
        let mut rest = TextScan(&text[at..]);
        let hour = rest.number()?;
        rest.any(&[":"]).then_some(())?;
        let digits = rest.0.bytes().take_while(u8::is_ascii_digit).count();
        let minute = rest.number().filter(|_| digits == 2)?;
        let length = text.len() - at - rest.0.len();
        let before = text[..at].trim_end();
        let behind = rest.0.trim_start().to_ascii_lowercase();
        let has_half = ["오전", "오후"].iter().any(|half| before.ends_with(half))
            || ["pm", "p.m", "am", "a.m"]
                .iter()
                .any(|half| behind.starts_with(half));
        let is_moment = [" at", "from", "until", "till"]
            .iter()
            .any(|word| before.ends_with(word));
        let is_korean_moment = ["에 ", "까지", "부터"]
            .iter()
            .any(|tail| rest.0.starts_with(tail));
        let is_wrong = match (has_half, is_moment) {
            (true, _) => hour > 12 || minute > 59,
            (false, true) => (hour, minute) > (24, 0) || minute > 59,
            // 누가복음 1:80에.
            (false, false) => is_korean_moment && (7..=24).contains(&hour) && minute > 59,
        };
        (is_wrong && hour < 100).then_some((at, length))
    })
}

/// `February 30`, `November 31`.
fn english_days(prose: &ReadProse<'_>) -> impl Iterator<Item = (usize, usize)> {
    let text = &prose.text;
    MONTHS.into_iter().zip(1..).flat_map(move |(name, month)| {
        prose.places(name).filter_map(move |at| {
            let mut rest = TextScan(&text[at + name.len()..]);
            rest.any(&[" "]).then_some(())?;
            let day = rest.number()?;
            rest.any(&["st", "nd", "rd", "th"]);
            let is_word = rest.0.starts_with(|char: char| char.is_alphanumeric());
            // `June 99`, a year of a century; `March 40-50 people`.
            let is_near = (1..=39).contains(&day) && !rest.0.starts_with(['-', '–', '%', ':']);
            // The last of February, with its year beside it.
            let mut after = TextScan(rest.0);
            let year = after.any(&[", ", " "]).then(|| after.number()).flatten();
            let year = year.filter(|year| (1900..2200).contains(year));
            if year.is_some() {
                rest = after;
            }
            (!is_day_of(year, month, day) && is_near && !is_word)
                .then(|| (at, text.len() - at - rest.0.len()))
        })
    })
}

/// `25시에`, `오후 19시`; a night that goes on says `26시` in Japan, and `25시` is a book.
fn hours(text: &str) -> impl Iterator<Item = (usize, usize)> {
    numbers(text).filter_map(|at| {
        let mut rest = TextScan(&text[at..]);
        let hour = rest.number()?;
        rest.any(&["시"]).then_some(())?;
        let is_moment = rest.0.is_empty()
            || rest.0.starts_with([
                ' ', '에', '부', '까', ',', '.', '~', '–', '-', ')', '입', '이', '로',
            ]);
        let half = ["오전", "오후"]
            .into_iter()
            .find(|half| text[..at].trim_end().ends_with(half));
        let is_wrong = match half {
            // `오후 15시간`: so many hours of it.
            Some(_) => hour > 12,
            None => hour > 24 && rest.0.starts_with(['에', '부', '까']),
        };
        let start = half.map_or(at, |half| text[..at].trim_end().len() - half.len());
        (is_wrong && is_moment && hour < 100).then(|| (start, text.len() - start - rest.0.len()))
    })
}

/// `오후 2시 70분에`. `2시 90분간` and `2시 90분 강의` are so many minutes of it.
fn minutes(text: &str) -> impl Iterator<Item = (usize, usize)> {
    numbers(text).filter_map(|at| {
        let mut rest = TextScan(&text[at..]);
        rest.number().filter(|hour| *hour <= 24)?;
        rest.any(&["시 ", "시"]).then_some(())?;
        let minute = rest.number()?;
        rest.any(&["분"]).then_some(())?;
        let is_moment = rest.0.is_empty()
            || ["에", "까지", "부터", "입니다", "이다", "이에요", ".", ","]
                .iter()
                .any(|tail| rest.0.starts_with(tail));
        (minute > 59 && is_moment).then(|| (at, text.len() - at - rest.0.len()))
    })
}
