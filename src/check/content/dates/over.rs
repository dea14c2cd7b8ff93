//! Days that are over and that a text still asks readers to wait for: `11월 10일까지 신청하세요`, `Register by November 10`
//! a fortnight later. A line of an earlier issue; the day is one of the last weeks before the issue, without a year.

use chrono::{Datelike, Duration, NaiveDate};

use super::{
    super::super::{Findings, issue_text::ReadProse},
    STALE_DATE,
    scan::{MONTHS, TextScan, nearest_year},
};
use crate::words::say;

/// What lies further back is told as history.
const WEEKS_BACK: i64 = 8;

pub(super) fn check(prose: &ReadProse<'_>, date: NaiveDate, findings: &mut Findings<'_>) {
    for (at, length, day) in korean(prose, date).chain(english(prose, date)) {
        let is_over = day < date && date - day <= Duration::weeks(WEEKS_BACK);
        if is_over && !prose.speech().is_open(at) {
            findings
                .at(
                    &STALE_DATE,
                    prose.span(at..at + length),
                    say!("when this issue comes out, {day} is over", day),
                )
                .hint(say!("a line of an earlier issue? Fix the word or the date"));
        }
    }
}

/// The sentence behind a place, as far as its end.
fn sentence(text: &str) -> &str {
    let end = text.find(['.', '!', '?', '\n']).unwrap_or(text.len());
    &text[..end]
}

/// `11월 10일까지 신청하세요`, `11월 5일에 만나요`.
fn korean(
    prose: &ReadProse<'_>,
    near: NaiveDate,
) -> impl Iterator<Item = (usize, usize, NaiveDate)> {
    const REQUESTS: [&str; 10] = [
        "세요",
        "십시오",
        "바랍니다",
        "받습니다",
        "모집합니다",
        "접수합니다",
        "주시",
        "봐요",
        "합시다",
        "해요",
    ];
    const MEETINGS: [&str; 8] = [
        "만나요",
        "만납니다",
        "만날",
        "뵙겠습니다",
        "봬요",
        "봅시다",
        "뵐게요",
        "찾아오겠습니다",
    ];
    let (text, mark) = (&prose.text, "월");
    prose.places(mark).filter_map(move |at| {
        let digits = text[..at].len()
            - text[..at]
                .trim_end_matches(|char: char| char.is_ascii_digit())
                .len();
        let start = at - digits;
        // A year before it says which one is meant.
        let has_year = text[..start].trim_end().ends_with('년');
        let month = text[start..at]
            .parse()
            .ok()
            .filter(|_| digits <= 2 && !has_year)?;
        let mut rest = TextScan(&text[at + mark.len()..]);
        rest.spaces();
        let day = rest.number()?;
        rest.any(&["일"]).then_some(())?;
        let length = text.len() - start - rest.0.len();
        if rest.0.starts_with('(') {
            rest = TextScan(rest.0.split_once(')')?.1);
        }
        let ends_with = |ends: &[&str]| ends.iter().any(|end| sentence(rest.0).contains(end));
        let is_awaited = rest.0.starts_with("까지") && ends_with(&REQUESTS)
            || rest.0.starts_with('에') && ends_with(&MEETINGS);
        let day = nearest_year(month, day, near).filter(|_| is_awaited)?;
        Some((start, length, day))
    })
}

/// `Register by November 10`, `sign up before Nov 10`.
fn english(
    prose: &ReadProse<'_>,
    near: NaiveDate,
) -> impl Iterator<Item = (usize, usize, NaiveDate)> {
    const REQUESTS: [&str; 10] = [
        "register", "sign up", "apply", "rsvp", "book", "reply", "submit", "order", "send us",
        "join us",
    ];
    let text = &prose.text;
    MONTHS.into_iter().zip(1..).flat_map(move |(name, month)| {
        let short = &name[..3];
        prose.places(short).filter_map(move |at| {
            let before = text[..at].trim_end();
            let is_deadline = [" by", " before", " until"]
                .iter()
                .any(|word| before.ends_with(word));
            let start = before.rfind(['.', '!', '?', '\n']).map_or(0, |at| at + 1);
            let asked = before[start..].trim_start().to_ascii_lowercase();
            // `Please register by`, not `He had to register by`.
            let asked = asked.strip_prefix("please ").unwrap_or(&asked);
            let is_request = REQUESTS.iter().any(|request| asked.starts_with(request));
            let mut rest = TextScan(&text[at..]);
            let _ = rest.any(&[name]) || rest.any(&[short]);
            rest.any(&["."]);
            rest.spaces();
            let day = rest.number()?;
            rest.any(&["st", "nd", "rd", "th"]);
            let length = text.len() - at - rest.0.len();
            let mut after = TextScan(rest.0);
            let has_year = after.any(&[", "])
                && after.number().is_some_and(|year| {
                    year > 1900 && year != u32::try_from(near.year()).unwrap_or(0)
                });
            let day = nearest_year(month, day, near)
                .filter(|_| is_deadline && is_request && !has_year)?;
            Some((at, length, day))
        })
    })
}
