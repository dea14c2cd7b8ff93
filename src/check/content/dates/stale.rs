//! Lines left from an earlier issue: `오늘(11월 16일)` a week later, `다음 주 월요일(11월 23일)` in the
//! issue of that Monday, `이번 월요일 편` in Thursday's.

use chrono::{Datelike, Duration, NaiveDate, Weekday};

use super::{
    super::super::{CheckSubject, Findings, issue_text::ReadProse},
    OTHER_EDITION, STALE_DATE,
    scan::{MONTHS, TextScan, nearest_year},
};
use crate::words::{Said, say};

/// Days from the issue's own.
const DAYS: [(&str, i64); 9] = [
    ("오늘", 0),
    ("내일", 1),
    ("모레", 2),
    ("어제", -1),
    ("그제", -2),
    ("today", 0),
    ("Today", 0),
    ("tomorrow", 1),
    ("yesterday", -1),
];

/// Weeks from the issue's own.
const WEEKS: [(&str, i64); 8] = [
    ("지난주", -1),
    ("지난 주", -1),
    ("이번 주", 0),
    ("이번주", 0),
    ("금주", 0),
    ("다음 주", 1),
    ("다음주", 1),
    ("내주", 1),
];

pub(super) fn check(prose: &ReadProse<'_>, date: NaiveDate, findings: &mut Findings<'_>) {
    for (word, days) in DAYS {
        for (at, rest) in after(prose, word) {
            let mut rest = TextScan(rest);
            let Some(named) = date_beside(&mut rest, date) else {
                continue;
            };
            if rest.is_denied() {
                continue;
            }
            let meant = date + Duration::days(days);
            if named != meant {
                tell(prose, at, rest.0, word, meant.to_string().into(), findings);
            }
        }
    }
    for (word, weeks) in WEEKS {
        for (at, rest) in after(prose, word) {
            let mut rest = TextScan(rest);
            rest.spaces();
            let weekday = rest.weekday();
            let Some(named) = date_beside(&mut rest, date) else {
                continue;
            };
            if rest.is_denied() {
                continue;
            }
            let monday = date.week(Weekday::Mon).first_day() + Duration::weeks(weeks);
            // Weeks begin on Sunday for some.
            let is_within =
                (monday - Duration::days(1)..monday + Duration::days(7)).contains(&named);
            if !is_within || weekday.is_some_and(|weekday| named.weekday() != weekday) {
                let week = say!("the week of {monday}", monday);
                tell(prose, at, rest.0, word, week, findings);
            }
        }
    }
}

/// Where a word stands by itself outside quotations, and what follows it.
fn after<'t>(prose: &'t ReadProse<'_>, word: &'t str) -> impl Iterator<Item = (usize, &'t str)> {
    let text = &prose.text;
    prose
        .places(word)
        .filter(move |at| {
            !text[..*at].ends_with(char::is_alphanumeric) && !prose.speech().is_open(*at)
        })
        .map(move |at| (at, &text[at + word.len()..]))
}

/// `(11월 24일`, ` 11월 24일`, `, November 24`; `11/24` only as a date is written, since `오늘 3/4` is
/// a part of today.
fn date_beside(rest: &mut TextScan<'_>, near: NaiveDate) -> Option<NaiveDate> {
    rest.any(&["은", "인", ","]);
    rest.spaces();
    let is_bracketed = rest.any(&["(", "（"]);
    if let Some(month) = MONTHS
        .iter()
        .position(|month| rest.any(&[month]) || rest.any(&[&month[..3]]))
    {
        rest.any(&["."]);
        rest.spaces();
        let day = rest.number()?;
        return nearest_year(u32::try_from(month).ok()? + 1, day, near);
    }
    let month = rest.number()?;
    let is_slashed = rest.any(&["/"]);
    (is_slashed || rest.any(&["월"])).then_some(())?;
    rest.spaces();
    let day = rest.number()?;
    rest.any(&["일"]);
    let ends: &[char] = match is_bracketed {
        true => &[')', '）', ',', '(', '~', '-', '–'],
        false => &['(', '（'],
    };
    if is_slashed && !rest.0.starts_with(ends) {
        return None;
    }
    nearest_year(month, day, near)
}

fn tell(
    prose: &ReadProse<'_>,
    at: usize,
    rest: &str,
    word: &str,
    meant: Said,
    findings: &mut Findings<'_>,
) {
    let end = prose.text.len() - rest.len();
    findings
        .at(
            &STALE_DATE,
            prose.span(at..end),
            say!("in this issue `{word}` is {meant}", word, meant),
        )
        .hint(say!("a line of an earlier issue? Fix the word or the date"));
}

/// `이번 월요일 편은` at the head of an issue that comes out after that Monday. Ahead of it the
/// words are an announcement.
pub(super) fn other_edition(
    proof: &CheckSubject<'_>,
    prose: &ReadProse<'_>,
    findings: &mut Findings<'_>,
) {
    let front_matter = &proof.issue.front_matter;
    let own = &front_matter.edition;
    if prose.section.is_some() {
        return;
    }
    let week = front_matter.date.week(Weekday::Mon);
    let others = proof.publication.editions.iter().filter(|edition| {
        let days_before = week
            .first_day()
            .iter_days()
            .take_while(|day| *day < front_matter.date);
        edition.key != *own && days_before.into_iter().any(|day| edition.falls_on(day))
    });
    for edition in others {
        for start in ["이번 ", "이번주 ", "이번 주 "] {
            let phrase = format!("{start}{}", edition.title);
            let Some(at) = prose.find(&phrase) else {
                continue;
            };
            let rest = &prose.text[at + phrase.len()..];
            let is_own_name = ["은 ", "는 ", "에는 ", "에서는 ", " 뉴스레터"]
                .iter()
                .any(|next| rest.starts_with(next));
            if is_own_name {
                findings
                    .at(
                        &OTHER_EDITION,
                        prose.span(at..at + phrase.len()),
                        say!("this is the issue of `{own}`", own),
                    )
                    .hint(say!("name this edition"));
            }
        }
    }
}
