//! A moment as services, spreadsheets, forms and people write it. A date that could be two days is
//! neither, unless its file tells in which order it names them.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use super::{FieldError, quoted};
use crate::publication::{moment_of, parse_offset};
use crate::words::{phrase, phrased};

/// Whether `1/2/2024` is in February or in January.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateOrder {
    DayFirst,
    MonthFirst,
}

impl DateOrder {
    /// What a date tells of the order of all dates beside it.
    pub(crate) fn told_by(text: &str) -> Option<Self> {
        let date = text.split([' ', 'T', ',']).next()?;
        // The year first, as programs write it: that tells nothing.
        if let Some(Ok(32..)) = date.get(..4).map(str::parse::<u32>) {
            return None;
        }
        let [first, second, year] = numbers(date)?;
        (year.len() == 4).then_some(())?;
        match (first.parse::<u32>().ok()?, second.parse::<u32>().ok()?) {
            (13..=31, 1..=12) => Some(Self::DayFirst),
            (1..=12, 13..=31) => Some(Self::MonthFirst),
            _ => None,
        }
    }
}

/// Reads a moment; without a zone of its own it is meant in `zone`.
pub(crate) fn moment(
    text: &str,
    zone: Tz,
    order: Option<DateOrder>,
) -> Result<DateTime<FixedOffset>, FieldError> {
    let text = text.trim();
    if let Some(local) = plain_local_moment(text) {
        return Ok(in_zone(local, zone));
    }
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment);
    }
    if let Ok(moment) = DateTime::parse_from_rfc2822(text) {
        return Ok(moment);
    }
    if let Some(moment) = counted(text, zone) {
        return Ok(moment);
    }
    let spelled = spelled(text);
    let (rest, offset) = without_zone(&spelled);
    let local = match local_moment(rest, order) {
        LocalMoment::Moment(local) => local,
        LocalMoment::Ambiguous => {
            return Err(FieldError::new(phrased!(
                "{text} may be more than one day",
                text = quoted(text)
            ))
            .with_hint(phrase!("write year, month and day: 2026-03-01")));
        }
        LocalMoment::None => {
            return Err(
                FieldError::new(phrased!("{text} is not a date", text = quoted(text))).with_hint(
                    phrase!("write 2026-03-01T09:00:00+09:00, or just 2026-03-01"),
                ),
            );
        }
    };
    Ok(match offset {
        Some(offset) => (local - offset).and_utc().with_timezone(&offset),
        None => in_zone(local, zone),
    })
}

fn in_zone(local: NaiveDateTime, zone: Tz) -> DateTime<FixedOffset> {
    moment_of(zone, local).with_timezone(&zone).fixed_offset()
}

/// `2026-03-01 09:00:00`, which most services write, without the general way: an import reads millions
/// of them.
fn plain_local_moment(text: &str) -> Option<NaiveDateTime> {
    let bytes: &[u8; 19] = text.as_bytes().try_into().ok()?;
    let is_form = bytes.iter().enumerate().all(|(at, byte)| match at {
        4 | 7 => *byte == b'-',
        10 => matches!(byte, b' ' | b'T'),
        13 | 16 => *byte == b':',
        _ => byte.is_ascii_digit(),
    });
    let number = |from: usize, to: usize| {
        bytes[from..to]
            .iter()
            .fold(0_u32, |number, byte| number * 10 + u32::from(byte - b'0'))
    };
    if !is_form {
        return None;
    }
    let year = i32::try_from(number(0, 4)).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(5, 7), number(8, 10))?;
    date.and_hms_opt(number(11, 13), number(14, 16), number(17, 19))
}

/// Seconds or milliseconds since 1970, or a spreadsheet's days since 1900; of this and the last decades.
fn counted(text: &str, zone: Tz) -> Option<DateTime<FixedOffset>> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    match whole.len() {
        10 => Some(DateTime::from_timestamp(number, 0)?.fixed_offset()),
        13 => Some(DateTime::from_timestamp_millis(number)?.fixed_offset()),
        5 if (34_700..=73_050).contains(&number) => {
            let day = NaiveDate::from_ymd_opt(1899, 12, 30)?
                .checked_add_days(Days::new(number.unsigned_abs()))?;
            let share: f64 = format!("0.{fraction}0").parse().ok()?;
            let seconds = (share * 86_400.0).round() as i64;
            let local = day.and_time(NaiveTime::MIN) + TimeDelta::seconds(seconds);
            Some(in_zone(local, zone))
        }
        _ => None,
    }
}

/// Korean, Japanese and Chinese units as signs; white space as single spaces.
fn spelled(text: &str) -> String {
    let mut spelled = String::with_capacity(text.len());
    let mut is_aside = false;
    let text = text
        .replace("오전", " AM ")
        .replace("오후", " PM ")
        .replace("午前", " AM ")
        .replace("午後", " PM ")
        .replace("上午", " AM ")
        .replace("下午", " PM ")
        .replace("요일", "요");
    for c in text.chars() {
        match c {
            '(' => is_aside = true,
            ')' => is_aside = false,
            _ if is_aside => {}
            '년' | '월' | '年' | '月' => spelled.push('.'),
            '시' | '분' | '時' | '时' | '分' => spelled.push(':'),
            '일' | '초' | '日' | '秒' | ',' => spelled.push(' '),
            '\u{a0}' | '\u{202f}' | '\t' => spelled.push(' '),
            c => spelled.push(c),
        }
    }
    spelled
}

/// The text before its zone: `+0900 KST`, `UTC`, `GMT+9`, `-05:00`.
fn without_zone(text: &str) -> (&str, Option<FixedOffset>) {
    let text = text.trim();
    if let Some((rest, name)) = text.rsplit_once(' ')
        && let Some(offset) = offset_of(name)
    {
        // Go writes both: `+0900 KST`.
        let rest = rest.trim_end();
        return match rest.rsplit_once(' ') {
            Some((before, number)) if number.starts_with(['+', '-']) => {
                (before, offset_of(number).or(Some(offset)))
            }
            _ => (rest, Some(offset)),
        };
    }
    // `03:04:05+0000`, `03:04Z`
    let Some(colon) = text.find(':') else {
        return (text, None);
    };
    let sign = text[colon..].find(['+', '-', 'Z']).map(|at| colon + at);
    match sign.and_then(|at| Some((&text[..at], offset_of(&text[at..])?))) {
        Some((rest, offset)) => (rest, Some(offset)),
        None => (text, None),
    }
}

fn offset_of(name: &str) -> Option<FixedOffset> {
    let hours = match name.to_ascii_uppercase().as_str() {
        "UTC" | "GMT" | "Z" => 0,
        "KST" | "JST" => 9,
        // RFC 5322 §4.3.
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        _ => return parse_offset(name),
    };
    FixedOffset::east_opt(hours * 3_600)
}

enum LocalMoment {
    Moment(NaiveDateTime),
    Ambiguous,
    None,
}

fn local_moment(text: &str, order: Option<DateOrder>) -> LocalMoment {
    let (mut date, mut time, mut half) = (Vec::new(), None, None);
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let (word, rest) = match word.split_once(['T', 't']) {
            Some((day, clock)) if is_digits_and(day, "-./") && is_digits_and(clock, ":.") => {
                (day, clock)
            }
            _ => (word, ""),
        };
        for word in [word, rest].into_iter().filter(|word| !word.is_empty()) {
            match half_of_day(word) {
                Some((clock, is_afternoon)) if half.is_none() => {
                    half = Some(is_afternoon);
                    if !clock.is_empty() {
                        time = Some(clock.to_owned());
                    }
                }
                _ if word.contains(':') || !rest.is_empty() && word == rest => {
                    // `3시 4분`, the hour and the minute apart.
                    let before = time.filter(|time: &String| time.ends_with(':'));
                    time = Some(before.unwrap_or_default() + word);
                }
                _ if is_weekday(word) => {}
                _ => date.push(word.to_owned()),
            }
        }
    }
    let day = match day_of(&date.join(" "), order) {
        Ok(Some(day)) => day,
        Ok(None) => return LocalMoment::None,
        Err(AmbiguousDate) => return LocalMoment::Ambiguous,
    };
    let clock = time.map_or(Some((NaiveTime::MIN, false)), |time| clock(&time, half));
    let moment = clock.and_then(|(clock, is_next_day)| {
        let day = day.checked_add_days(Days::new(u64::from(is_next_day)))?;
        Some(day.and_time(clock))
    });
    moment.map_or(LocalMoment::None, LocalMoment::Moment)
}

/// `PM`, `p.m.`, `3:04PM`: the clock before it, and whether it is the second half of the day.
fn half_of_day(word: &str) -> Option<(&str, bool)> {
    let bare = word.trim_end_matches('.');
    for (ending, is_afternoon) in [("am", false), ("a.m", false), ("pm", true), ("p.m", true)] {
        let at = bare.len().saturating_sub(ending.len());
        if let Some(tail) = bare.get(at..)
            && tail.eq_ignore_ascii_case(ending)
            && is_digits_and(&bare[..at], ":.")
        {
            return Some((&bare[..at], is_afternoon));
        }
    }
    None
}

fn is_digits_and(text: &str, signs: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_digit() || signs.contains(c))
}

fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let word = word.trim_end_matches('.').to_lowercase();
    matches!(
        word.strip_suffix('요'),
        Some("월" | "화" | "수" | "목" | "금" | "토" | "일")
    ) || word.ends_with("요")
        || DAYS.iter().any(|day| word == *day)
        || word.ends_with("day") && DAYS.iter().any(|day| word.starts_with(day))
}

/// The time of day, and whether it is midnight at the day's end (`24:00`).
fn clock(text: &str, half: Option<bool>) -> Option<(NaiveTime, bool)> {
    let text = text.trim_end_matches([':', '.']);
    if is_digits_and(text, "") && text.len() == 6 {
        return Some((NaiveTime::parse_from_str(text, "%H%M%S").ok()?, false));
    }
    let mut parts = text.split(':');
    let mut hour: u32 = parts.next()?.parse().ok()?;
    let minute: u32 = parts.next().unwrap_or("0").parse().ok()?;
    let (second, fraction) = match parts.next() {
        Some(part) => part.split_once('.').unwrap_or((part, "")),
        None => ("0", ""),
    };
    let second: u32 = second.parse().ok()?;
    if let Some(is_afternoon) = half {
        // Some write `15:04 PM`.
        if hour <= 12 {
            hour = hour % 12 + if is_afternoon { 12 } else { 0 };
        }
    }
    if (hour, minute, second) == (24, 0, 0) {
        return Some((NaiveTime::MIN, true));
    }
    let digits: String = fraction
        .chars()
        .chain("000000000".chars())
        .take(9)
        .collect();
    let nanos: u32 = digits.parse().ok()?;
    Some((
        NaiveTime::from_hms_nano_opt(hour, minute, second, nanos)?,
        false,
    ))
}

/// A date that may be two.
struct AmbiguousDate;

fn day_of(text: &str, order: Option<DateOrder>) -> Result<Option<NaiveDate>, AmbiguousDate> {
    if is_digits_and(text, "") && text.len() == 8 {
        return Ok(NaiveDate::parse_from_str(text, "%Y%m%d").ok());
    }
    if let Some(day) = day_with_month_name(text) {
        return Ok(Some(day));
    }
    let Some([first, second, third]) = numbers(text) else {
        return Ok(None);
    };
    let number = |text: &str| text.parse::<u32>().unwrap_or(0);
    let day = |year: &str, month: u32, day: u32| {
        NaiveDate::from_ymd_opt(year.parse().unwrap_or(0), month, day)
    };
    if first.len() == 4 {
        return Ok(day(first, number(second), number(third)));
    }
    if third.len() != 4 {
        return Err(AmbiguousDate);
    }
    let (a, b) = (number(first), number(second));
    let told = DateOrder::told_by(&format!("{first}/{second}/{third}"));
    // Nobody writes months first between dots.
    let dotted = text.contains('.').then_some(DateOrder::DayFirst);
    match told.or(dotted).or(order) {
        Some(DateOrder::DayFirst) => Ok(day(third, b, a)),
        Some(DateOrder::MonthFirst) => Ok(day(third, a, b)),
        None if a == b => Ok(day(third, a, b)),
        None => Err(AmbiguousDate),
    }
}

/// Three numbers with one sign between them: `2024. 1. 2.`, `1/2/2024`.
fn numbers(text: &str) -> Option<[&str; 3]> {
    let separator = text.chars().find(|c| !c.is_ascii_digit())?;
    if !matches!(separator, '-' | '/' | '.' | ' ') {
        return None;
    }
    let text = text.trim_end_matches(['.', ' ']);
    let parts: Vec<&str> = text.split(separator).map(str::trim).collect();
    let is_number =
        |part: &&str| matches!(part.len(), 1..=4) && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: [&str; 3] = parts.try_into().ok()?;
    parts.iter().all(is_number).then_some(parts)
}

/// `2 Jan 2024`, `January 2nd 2024`, `02-Jan-2024`.
fn day_with_month_name(text: &str) -> Option<NaiveDate> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let (mut month, mut day, mut year) = (None, None, None);
    for word in text
        .split([' ', '-', '/', '.'])
        .filter(|word| !word.is_empty())
    {
        let lower = word.to_lowercase();
        let number = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        if number.is_empty() {
            let start = lower.get(..3)?;
            month = Some(MONTHS.iter().position(|name| *name == start)? + 1);
        } else if number.len() == 4 {
            year = Some(number.parse().ok()?);
        } else {
            day = Some(number.parse().ok()?);
        }
    }
    NaiveDate::from_ymd_opt(year?, u32::try_from(month?).ok()?, day?)
}

#[cfg(test)]
mod tests;
