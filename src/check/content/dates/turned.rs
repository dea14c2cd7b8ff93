//! Ends that come before their beginnings: `3월 5일(금)부터 3월 2일까지`, `March 5 to March 2`, `오후 3시부터 오후 2시까지`. What
//! may end next year or next morning is left alone: two days of one month, two hours of one half of the day.

use super::{
    super::super::{Findings, issue_text::ReadProse},
    IMPOSSIBLE_DATE,
    scan::{MONTHS, TextScan},
};
use crate::words::say;

/// A moment in the order in which moments come, and what it is only compared within: a month, a half of a day.
type Moment = (u32, u32);

pub(super) fn check(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    let found = korean(prose)
        .chain(english_days(prose))
        .chain(english_hours(prose));
    for (at, length) in found {
        findings
            .at(
                &IMPOSSIBLE_DATE,
                prose.span(at..at + length),
                say!("the end stands before the beginning"),
            )
            .hint(say!("one of the two is another"));
    }
}

fn is_turned(from: Moment, to: Moment) -> bool {
    from.0 == to.0 && to.1 < from.1
}

/// `A부터 B까지`, both with their month, or both with their half of the day.
fn korean(prose: &ReadProse<'_>) -> impl Iterator<Item = (usize, usize)> {
    let text = &prose.text;
    prose.places("부터 ").filter_map(move |at| {
        let behind = at + "부터 ".len();
        // As far back as a date reaches.
        let starts = text[..at].char_indices().rev().take(24).map(|(at, _)| at);
        let (start, from) = starts
            .filter_map(|start| Some((start, korean_moment(&text[start..at], at - start)?.0)))
            .last()?;
        let (to, length) = korean_moment(&text[behind..], 0)?;
        let ends = text[behind + length..].starts_with("까지");
        (ends && is_turned(from, to)).then_some((start, behind + length - start))
    })
}

/// A day with its month, or an hour with its half, at the front of a text; and how long it is. `whole`: all of the
/// text has to be it, so many bytes; 0: no matter.
fn korean_moment(text: &str, whole: usize) -> Option<(Moment, usize)> {
    let mut rest = TextScan(text);
    let halves = ["오전", "오후", "아침", "저녁"];
    let moment = match halves.iter().position(|half| rest.any(&[half])) {
        Some(half) => {
            rest.spaces();
            let hour = rest.number()?;
            rest.any(&["시"]).then_some(())?;
            let mut after = TextScan(rest.0);
            after.spaces();
            let minute = after.number().filter(|_| after.any(&["분"]));
            if minute.is_some() {
                rest = after;
            }
            // Twelve is where each half begins.
            let half = u32::try_from(half).ok()?;
            (half, hour % 12 * 60 + minute.unwrap_or_default())
        }
        None => {
            let month = rest.number()?;
            rest.any(&["월"]).then_some(())?;
            rest.spaces();
            let day = rest.number()?;
            rest.any(&["일"]).then_some(())?;
            if rest.0.starts_with('(') {
                rest = TextScan(rest.0.split_once(')')?.1);
            }
            (100 + month, day)
        }
    };
    let length = text.len() - rest.0.len();
    (whole == 0 || length == whole).then_some((moment, length))
}

/// `March 5 to March 2`, `from March 5 until March 2`.
fn english_days(prose: &ReadProse<'_>) -> impl Iterator<Item = (usize, usize)> {
    let text = &prose.text;
    MONTHS.into_iter().flat_map(move |month| {
        prose.places(month).filter_map(move |at| {
            let mut rest = TextScan(&text[at..]);
            let mut day = || {
                rest.any(&[month]).then_some(())?;
                rest.spaces();
                let day = rest.number().filter(|day| (1..=31).contains(day))?;
                rest.any(&["st", "nd", "rd", "th"]);
                Some(day)
            };
            let from = day()?;
            let mut joint = TextScan(&text[text.len() - rest.0.len()..]);
            joint
                .any(&[" to ", " until ", " till ", "–", " – "])
                .then_some(())?;
            rest = joint;
            let mut rest = TextScan(rest.0);
            rest.any(&[month]).then_some(())?;
            rest.spaces();
            let to = rest.number().filter(|day| (1..=31).contains(day))?;
            let has_year = rest
                .0
                .trim_start_matches(',')
                .trim_start()
                .starts_with(|char: char| char.is_ascii_digit());
            let is_turned = to < from && !has_year;
            is_turned.then(|| (at, text.len() - at - rest.0.len()))
        })
    })
}

/// `from 9:00 to 8:30 in the morning`, `from 3 pm to 2 pm`.
fn english_hours(prose: &ReadProse<'_>) -> impl Iterator<Item = (usize, usize)> {
    let text = &prose.text;
    prose.places("from ").filter_map(move |at| {
        let mut rest = TextScan(&text[at + "from ".len()..]);
        let (from, first) = english_hour(&mut rest)?;
        rest.any(&[" to ", " until ", " till "]).then_some(())?;
        let (to, half) = english_hour(&mut rest)?;
        let is_one_half = half.is_some() && (first.is_none() || first == half);
        (is_one_half && to < from).then(|| (at, text.len() - at - rest.0.len()))
    })
}

/// Minutes since the half of the day began, and which half it is, where that is said.
fn english_hour(rest: &mut TextScan<'_>) -> Option<(u32, Option<bool>)> {
    let hour = rest.number().filter(|hour| (1..=12).contains(hour))?;
    let minute = match rest.any(&[":"]) {
        true => rest.number().filter(|minute| *minute < 60)?,
        false => 0,
    };
    let half = if rest.any(&[" in the morning", " a.m.", " am", "am", " AM", "AM"]) {
        Some(false)
    } else {
        let is_evening = [
            " in the afternoon",
            " in the evening",
            " p.m.",
            " pm",
            "pm",
            " PM",
            "PM",
        ];
        rest.any(&is_evening).then_some(true)
    };
    Some((hour % 12 * 60 + minute, half))
}
