//! Days and hours that no calendar and no clock has: `2월 30일`, `오후 19시`, `November 31`.

use super::{
    super::super::Findings,
    IMPOSSIBLE_DATE,
    scan::{MONTHS, TextScan},
};
use crate::{issue::Prose, words::say};

/// The most days that a month has; February's 29 are told from 28 by nobody who leaves the year out.
const LENGTHS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

pub(super) fn check(prose: &Prose, findings: &mut Findings<'_>) {
    let text = &prose.text;
    let found = korean_days(text)
        .chain(english_days(text))
        .chain(hours(text));
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
        (!is_day(month, day) && !is_span).then(|| (at, text.len() - at - rest.0.len()))
    })
}

/// `February 30`, `November 31`.
fn english_days(text: &str) -> impl Iterator<Item = (usize, usize)> {
    MONTHS.into_iter().zip(1..).flat_map(move |(name, month)| {
        text.match_indices(name).filter_map(move |(at, _)| {
            let mut rest = TextScan(&text[at + name.len()..]);
            rest.any(&[" "]).then_some(())?;
            let day = rest.number()?;
            let is_word = rest.0.starts_with(|char: char| char.is_alphanumeric());
            // `June 99`, a year of a century; `March 40-50 people`.
            let is_near = (1..=39).contains(&day) && !rest.0.starts_with(['-', '–', '%', ':']);
            (!is_day(month, day) && is_near && !is_word)
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
            || rest
                .0
                .starts_with([' ', '에', '부', '까', ',', '.', '~', '–', '-', ')']);
        let half = ["오전", "오후"]
            .into_iter()
            .find(|half| text[..at].trim_end().ends_with(half));
        let is_wrong = match half {
            Some(_) => hour > 12,
            None => hour > 24 && rest.0.starts_with(['에', '부', '까']),
        };
        let start = half.map_or(at, |half| text[..at].trim_end().len() - half.len());
        (is_wrong && is_moment && hour < 100).then(|| (start, text.len() - start - rest.0.len()))
    })
}
