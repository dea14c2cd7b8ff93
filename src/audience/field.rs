//! One field of a profile from text to type, and in plain words why not. Shared by
//! subscribers.yaml, CSV and the command line, so that all three mean the same.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;

use crate::{
    address::{Address, clean_name},
    publication::{Publication, moment_of},
    yaml::nearest,
};

/// The longest name that a salutation or a To header should carry.
const NAME_CHARS: usize = 200;
/// The longest tag.
const TAG_CHARS: usize = 100;

/// What is wrong with a value, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// One sentence.
    pub(crate) message: String,
    /// What to do.
    pub(crate) hint: Option<String>,
}

impl Fault {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// An address by the policy of [`Address`], spaces around it forgiven.
pub(crate) fn email(text: &str) -> Result<Address, Fault> {
    let text = text.trim();
    Address::parse(text).map_err(|error| Fault::new(format!("{}: {error}", quoted(text))))
}

/// A name for the salutation, its white space tidied; None where nothing is left.
pub(crate) fn name(text: &str) -> Result<Option<String>, Fault> {
    if let Some(control) = text.trim().chars().find(|c| is_unprintable(*c)) {
        return Err(Fault::new(format!(
            "the name has {} in it, which could forge a mail header",
            called(control)
        ))
        .with_hint("write the name on one line, with plain spaces"));
    }
    if text.chars().count() > NAME_CHARS {
        return Err(Fault::new(format!(
            "the name is longer than {NAME_CHARS} characters"
        )));
    }
    Ok(clean_name(text))
}

/// A name out of a foreign export: cleaned and cut where [`name`] would refuse it.
pub(crate) fn foreign_name(text: &str) -> Option<String> {
    let name = clean_name(text)?;
    match name.char_indices().nth(NAME_CHARS) {
        Some((end, _)) => Some(name[..end].trim_end().to_owned()),
        None => Some(name),
    }
}

/// A tag: trimmed; None where nothing is left.
pub(crate) fn tag(text: &str) -> Result<Option<String>, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if let Some(control) = text.chars().find(|c| is_unprintable(*c)) {
        return Err(Fault::new(format!("the tag has {} in it", called(control))));
    }
    if text.chars().count() > TAG_CHARS {
        return Err(Fault::new(format!(
            "the tag is longer than {TAG_CHARS} characters"
        )));
    }
    Ok(Some(text.to_owned()))
}

/// The key of an edition of this publication.
pub(crate) fn edition(text: &str, publication: &Publication) -> Result<String, Fault> {
    let text = text.trim();
    if publication.edition(text).is_some() {
        return Ok(text.to_owned());
    }
    let keys: Vec<&str> = publication
        .editions
        .iter()
        .map(|edition| edition.key.as_str())
        .collect();
    Err(
        Fault::new(format!("there is no edition {}", quoted(text))).with_hint(
            did_you_mean(text, &keys)
                .unwrap_or_else(|| format!("daily-note.yaml has: {}", keys.join(", "))),
        ),
    )
}

/// An IANA time zone.
pub(crate) fn timezone(text: &str) -> Result<Tz, Fault> {
    let text = text.trim();
    // Services write `asia/seoul` (Mailchimp); no two zones differ by case alone.
    let in_any_case = || {
        let zones = chrono_tz::TZ_VARIANTS.iter();
        zones
            .copied()
            .find(|zone| zone.name().eq_ignore_ascii_case(text))
    };
    text.parse::<Tz>().ok().or_else(in_any_case).ok_or_else(|| {
        let names: Vec<&str> = chrono_tz::TZ_VARIANTS
            .iter()
            .map(|zone| zone.name())
            .collect();
        Fault::new(format!("{} is not a time zone", quoted(text))).with_hint(
            did_you_mean(text, &names)
                .unwrap_or_else(|| "write an IANA name, such as Asia/Seoul".to_owned()),
        )
    })
}

/// A language by the look of its BCP 47 tag.
pub(crate) fn language(text: &str) -> Result<String, Fault> {
    let text = text.trim();
    let mut parts = text.split('-');
    let is_tag = parts.next().is_some_and(|first| {
        matches!(first.len(), 2 | 3) && first.bytes().all(|byte| byte.is_ascii_alphabetic())
    }) && parts.all(|part| {
        matches!(part.len(), 1..=8) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    if is_tag {
        Ok(text.to_owned())
    } else {
        Err(Fault::new(format!("{} is not a language", quoted(text)))
            .with_hint("write a language tag, such as ko, en or pt-BR"))
    }
}

/// A moment: RFC 3339, or what services and spreadsheets write; without a zone it is meant in
/// `zone`.
pub(crate) fn moment(text: &str, zone: Tz) -> Result<DateTime<FixedOffset>, Fault> {
    let text = text.trim();
    if let Some(local) = plain_local_moment(text) {
        return Ok(in_zone(local, zone));
    }
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment);
    }
    // Go adds the zone's name (`+0900 KST`), others write `UTC` for an offset.
    let (rest, name) = match text.rsplit_once(' ') {
        Some((rest, name)) if name.bytes().all(|byte| byte.is_ascii_uppercase()) => (rest, name),
        _ => (text, ""),
    };
    for format in ["%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%d %H:%M:%S%.f%#z"] {
        if let Ok(moment) = DateTime::parse_from_str(rest, format) {
            return Ok(moment);
        }
    }
    let (text, zone) = match name {
        "UTC" | "GMT" => (rest, Tz::UTC),
        "KST" => (rest, Tz::Asia__Seoul),
        _ => (text, zone),
    };
    let local = local_moment(text).ok_or_else(|| {
        Fault::new(format!("{} is not a date", quoted(text)))
            .with_hint("write 2026-03-01T09:00:00+09:00, or just 2026-03-01")
    })?;
    Ok(in_zone(local, zone))
}

fn in_zone(local: NaiveDateTime, zone: Tz) -> DateTime<FixedOffset> {
    moment_of(zone, local).with_timezone(&zone).fixed_offset()
}

/// `2026-03-01 09:00:00`, which most services write, without chrono's general machinery: an import
/// reads millions of them.
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

fn local_moment(text: &str) -> Option<NaiveDateTime> {
    const TIMES: [&str; 10] = [
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M",
        "%Y/%m/%d %H:%M:%S",
        "%Y/%m/%d %H:%M",
        "%Y.%m.%d %H:%M:%S",
        "%Y.%m.%d %H:%M",
        "%Y. %m. %d. %p %I:%M:%S",
        "%Y-%m-%d %p %I:%M:%S",
    ];
    const DATES: [&str; 5] = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y. %m. %d.", "%Y%m%d"];
    let halves;
    let text = if text.contains(['전', '후']) {
        halves = text.replace("오전", "AM").replace("오후", "PM");
        &halves
    } else {
        text
    };
    TIMES
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .or_else(|| {
            DATES
                .iter()
                .find_map(|format| NaiveDate::parse_from_str(text, format).ok())
                .and_then(|date| date.and_hms_opt(0, 0, 0))
        })
}

/// `did you mean …?` where one of `known` is near enough.
fn did_you_mean(word: &str, known: &[&str]) -> Option<String> {
    nearest(word, known).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// A value as it may be shown: shortened, its control characters escaped.
pub(crate) fn quoted(text: &str) -> String {
    const SHOWN: usize = 80;
    let mut shown: String = text.chars().take(SHOWN).flat_map(char_shown).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

fn char_shown(c: char) -> Vec<char> {
    if is_unprintable(c) {
        c.escape_default().collect()
    } else {
        vec![c]
    }
}

/// Control characters and the line and paragraph separators that some clients break lines at.
fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

fn called(c: char) -> String {
    match c {
        '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => "a line break".to_owned(),
        '\t' => "a tab".to_owned(),
        '\0' => "a NUL".to_owned(),
        other => format!("the control character U+{:04X}", u32::from(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_services_and_spreadsheets_write_them() {
        let read = |text| {
            moment(text, Tz::Asia__Seoul)
                .map(|moment| moment.to_rfc3339())
                .unwrap_or_else(|fault| fault.message)
        };
        for (text, moment) in [
            ("2026-03-01T09:00:00+09:00", "2026-03-01T09:00:00+09:00"),
            ("2018-08-27T15:06:27.713Z", "2018-08-27T15:06:27.713+00:00"),
            ("2018-02-12 10:54:27", "2018-02-12T10:54:27+09:00"),
            (
                "2024-01-02 03:04:05.678901 +0000 UTC",
                "2024-01-02T03:04:05.678901+00:00",
            ),
            ("2024-01-02 12:04:05 +0900 KST", "2024-01-02T12:04:05+09:00"),
            ("2024-01-02 03:04:05 UTC", "2024-01-02T03:04:05+00:00"),
            ("2023-01-02 16:55:00+00:00", "2023-01-02T16:55:00+00:00"),
            ("2024. 1. 2. 오후 3:04:05", "2024-01-02T15:04:05+09:00"),
            ("2024. 1. 2.", "2024-01-02T00:00:00+09:00"),
            ("2024.01.02 03:04", "2024-01-02T03:04:00+09:00"),
            ("2024-01-02", "2024-01-02T00:00:00+09:00"),
            ("2024-02-30 00:00:00", "`2024-02-30 00:00:00` is not a date"),
            ("next week", "`next week` is not a date"),
            ("01/02/2024", "`01/02/2024` is not a date"),
        ] {
            assert_eq!(read(text), moment, "{text}");
        }
    }

    #[test]
    fn a_time_that_a_clock_change_left_out_is_the_moment_of_the_change() {
        let moment = moment("2024-03-31 02:30:00", Tz::Europe__Berlin).unwrap();
        assert_eq!(moment.to_rfc3339(), "2024-03-31T03:00:00+02:00");
    }
}
