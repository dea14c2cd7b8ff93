//! Settings that are written as one piece of text (`4h`, `20/s`, `Asia/Seoul`, `#2447D8`): how each
//! is read, what its error says, and its JSON Schema.

use std::{borrow::Cow, marker::PhantomData, time::Duration};

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Color, Rate};
use crate::{
    address::{Address, Mailbox, ascii_domain},
    yaml::nearest,
};

/// A type that a setting's text is read into.
pub(crate) trait FromText: Sized {
    /// Its name in the JSON Schema.
    const NAME: &'static str;
    /// A regular expression that editors check, where one says it all.
    const PATTERN: Option<&'static str> = None;
    /// What it looks like.
    const EXAMPLES: &'static [&'static str];

    /// Reads it. An error may have a second line: the hint.
    fn from_text(text: &str) -> Result<Self, String>;
}

/// In a settings type: text that is read by `T`'s rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Text<T>(pub(crate) T);

impl<'de, T: FromText> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(Visitor(PhantomData)).map(Self)
    }
}

struct Visitor<T>(PhantomData<T>);

impl<T: FromText> de::Visitor<'_> for Visitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} like `{}`", T::NAME, T::EXAMPLES.join("`, `"))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        T::from_text(text).map_err(E::custom)
    }
}

impl<T: FromText> JsonSchema for Text<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut schema = json_schema!({ "type": "string" });
        if !T::EXAMPLES.is_empty() {
            schema.insert("examples".into(), T::EXAMPLES.into());
        }
        if let Some(pattern) = T::PATTERN {
            // What `${VAR}` will be, an editor can't know.
            schema.insert("pattern".into(), format!("{pattern}|\\$\\{{").into());
        }
        schema
    }
}

/// A type whose defaults the JSON Schema shows.
pub(crate) trait ToText: FromText {
    /// Writes what [`FromText::from_text`] reads.
    fn to_text(&self) -> String;
}

impl<T: ToText> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0.to_text())
    }
}

/// For fields with [`parsed`]: `serialize_with = "text::shown"`.
pub(crate) fn shown<T: ToText, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&value.to_text())
}

/// For fields of a type read from text: `#[serde(deserialize_with = "text::parsed")]`.
pub(crate) fn parsed<'de, T: FromText, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    Text::deserialize(from).map(|Text(value)| value)
}

impl FromText for Duration {
    const NAME: &'static str = "a duration";
    const PATTERN: Option<&'static str> = Some("^([0-9]+(ms|s|m|h|d|w))+$");
    const EXAMPLES: &'static [&'static str] = &["250ms", "10m", "1h30m", "2d"];

    fn from_text(text: &str) -> Result<Self, String> {
        let malformed = || {
            format!(
                "`{text}` is not a duration\nwrite it like `250ms`, `30s`, `10m`, `1h30m` or `2d`"
            )
        };
        let mut rest = text;
        let mut total = Self::ZERO;
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let number: u64 = rest[..digits].parse().map_err(|_| malformed())?;
            rest = &rest[digits..];
            let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
            let milliseconds = match &rest[..letters] {
                "ms" => 1,
                "s" => 1_000,
                "m" => 60_000,
                "h" => 3_600_000,
                "d" => 86_400_000,
                "w" => 604_800_000,
                _ => return Err(malformed()),
            };
            rest = &rest[letters..];
            total = number
                .checked_mul(milliseconds)
                .and_then(|part| total.checked_add(Self::from_millis(part)))
                .filter(|total| *total <= Self::from_secs(3_660 * 86_400))
                .ok_or_else(|| format!("`{text}` is longer than ten years"))?;
        }
        if text.is_empty() {
            Err(malformed())
        } else {
            Ok(total)
        }
    }
}

impl ToText for Duration {
    fn to_text(&self) -> String {
        let units = [
            ("d", 86_400_000),
            ("h", 3_600_000),
            ("m", 60_000),
            ("s", 1_000),
            ("ms", 1),
        ];
        let mut rest = self.as_millis();
        let mut text = String::new();
        for (unit, milliseconds) in units {
            let whole = rest / milliseconds;
            rest %= milliseconds;
            if whole > 0 {
                text.push_str(&format!("{whole}{unit}"));
            }
        }
        if text.is_empty() {
            "0s".to_owned()
        } else {
            text
        }
    }
}

impl FromText for Rate {
    const NAME: &'static str = "a rate";
    const PATTERN: Option<&'static str> = Some("^[1-9][0-9]*/(s|m|h|d)$");
    const EXAMPLES: &'static [&'static str] = &["14/s", "500/h", "20000/d"];

    fn from_text(text: &str) -> Result<Self, String> {
        let hint = "write messages and a time: `14/s`, `600/m`, `500/h` or `20000/d`";
        let malformed = || format!("`{text}` is not a rate\n{hint}");
        let (messages, unit) = text.split_once('/').ok_or_else(malformed)?;
        let seconds = match unit.trim() {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return Err(malformed()),
        };
        match messages.trim().parse() {
            Ok(0) => {
                Err("a rate of 0 would never send\n`daily-note pause` stops a batch".to_owned())
            }
            Ok(messages) => Ok(Self {
                messages,
                per: Duration::from_secs(seconds),
            }),
            Err(_) => Err(malformed()),
        }
    }
}

impl FromText for Color {
    const NAME: &'static str = "a colour";
    const PATTERN: Option<&'static str> = Some("^#[0-9A-Fa-f]{6}$");
    const EXAMPLES: &'static [&'static str] = &["#2447D8"];

    fn from_text(text: &str) -> Result<Self, String> {
        let digits = text.strip_prefix('#').unwrap_or_default();
        match u32::from_str_radix(digits, 16) {
            Ok(rgb) if digits.len() == 6 && !digits.starts_with('+') => Ok(Self { rgb }),
            _ => Err(format!(
                "`{text}` is not a colour\nwrite it with six hex digits, in quotes: \"#2447D8\""
            )),
        }
    }
}

impl ToText for Color {
    fn to_text(&self) -> String {
        format!("#{:06X}", self.rgb)
    }
}

impl FromText for NaiveTime {
    const NAME: &'static str = "a time of day";
    const PATTERN: Option<&'static str> = Some("^([01][0-9]|2[0-3]):[0-5][0-9]$");
    const EXAMPLES: &'static [&'static str] = &["08:00"];

    fn from_text(text: &str) -> Result<Self, String> {
        let time = Self::parse_from_str(text, "%H:%M");
        match time {
            Ok(time) if text.len() == 5 && !text.starts_with(' ') => Ok(time),
            Ok(time) => Err(format!(
                "`{text}` is not a time of day\ndid you mean \"{}\"?",
                time.format("%H:%M")
            )),
            Err(_) => Err(format!(
                "`{text}` is not a time of day\nwrite hours and minutes, from \"00:00\" to \"23:59\""
            )),
        }
    }
}

impl FromText for NaiveDate {
    const NAME: &'static str = "a date";
    const PATTERN: Option<&'static str> = Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
    const EXAMPLES: &'static [&'static str] = &["2026-11-23"];

    fn from_text(text: &str) -> Result<Self, String> {
        Self::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .filter(|_| text.len() == 10)
            .ok_or_else(|| format!("`{text}` is not a date\nwrite year, month and day: 2026-11-23"))
    }
}

impl FromText for Tz {
    const NAME: &'static str = "a time zone";
    const EXAMPLES: &'static [&'static str] = &["Asia/Seoul", "Europe/Berlin", "UTC"];

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| {
            let hint = similar_zone(text).map_or_else(
                || "use a name like Asia/Seoul, Europe/Berlin or UTC".to_owned(),
                |name| format!("did you mean `{name}`?"),
            );
            format!("there is no time zone `{text}`\n{hint}")
        })
    }
}

/// A time zone by its name.
///
/// # Errors
/// When there is none of that name; the second line suggests one.
pub fn parse_zone(text: &str) -> Result<Tz, String> {
    Tz::from_text(text)
}

/// The zone that was likely meant: by its city, by a common abbreviation, or by spelling.
fn similar_zone(text: &str) -> Option<&'static str> {
    let names: Vec<&'static str> = chrono_tz::TZ_VARIANTS
        .iter()
        .map(|zone| zone.name())
        .collect();
    let wanted = text.trim().replace(' ', "_");
    let abbreviation = match wanted.to_ascii_uppercase().as_str() {
        "KST" => Some("Asia/Seoul"),
        "JST" => Some("Asia/Tokyo"),
        "PST" | "PDT" => Some("America/Los_Angeles"),
        "EDT" => Some("America/New_York"),
        "BST" => Some("Europe/London"),
        "CEST" => Some("Europe/Berlin"),
        _ => None,
    };
    let cities: Vec<&'static str> = names
        .iter()
        .map(|name| name.rsplit('/').next().unwrap_or(name))
        .collect();
    let by_city = || {
        let city = nearest(wanted.rsplit('/').next()?, &cities)?;
        let place = cities.iter().position(|name| *name == city)?;
        names.get(place).copied()
    };
    abbreviation
        .or_else(|| nearest(&wanted, &names))
        .or_else(by_city)
}

impl FromText for Address {
    const NAME: &'static str = "a mail address";
    const EXAMPLES: &'static [&'static str] = &["hello@example.com"];

    fn from_text(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|error| error.to_string())
    }
}

impl FromText for Mailbox {
    const NAME: &'static str = "a name with a mail address";
    const EXAMPLES: &'static [&'static str] =
        &["데일리 노트 <hello@example.com>", "hello@example.com"];

    fn from_text(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|error| error.to_string())
    }
}

/// A domain name in ASCII.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Domain(pub(crate) String);

impl FromText for Domain {
    const NAME: &'static str = "a domain";
    const EXAMPLES: &'static [&'static str] = &["example.com"];

    fn from_text(text: &str) -> Result<Self, String> {
        ascii_domain(text)
            .map(Self)
            .map_err(|error| error.to_string())
    }
}

/// Text of one line, without control characters: what may stand in a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line(pub(crate) String);

impl FromText for Line {
    const NAME: &'static str = "one line of text";
    const EXAMPLES: &'static [&'static str] = &[];

    fn from_text(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("nothing is written here".to_owned());
        }
        if text.chars().any(char::is_control) {
            return Err("this must be one line, without control characters".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

/// BCP 47.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Language(pub(crate) String);

impl FromText for Language {
    const NAME: &'static str = "a language tag";
    const PATTERN: Option<&'static str> = Some("^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$");
    const EXAMPLES: &'static [&'static str] = &["ko", "en", "pt-BR"];

    fn from_text(text: &str) -> Result<Self, String> {
        let mut parts = text.split('-');
        let first = parts.next().unwrap_or_default();
        let is_tag = (2..=3).contains(&first.len())
            && first.bytes().all(|byte| byte.is_ascii_alphabetic())
            && parts.all(|part| {
                (2..=8).contains(&part.len())
                    && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
            });
        if is_tag {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!(
                "`{text}` is not a language tag\nwrite it like ko, en or pt-BR"
            ))
        }
    }
}

impl ToText for Language {
    fn to_text(&self) -> String {
        self.0.clone()
    }
}

/// An address on the web, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WebUrl(pub(crate) String);

impl FromText for WebUrl {
    const NAME: &'static str = "a web address";
    const PATTERN: Option<&'static str> = Some("^https?://");
    const EXAMPLES: &'static [&'static str] = &["https://example.com"];

    fn from_text(text: &str) -> Result<Self, String> {
        let malformed = |why: &str| {
            format!("`{text}` is not a web address: {why}\nwrite it like https://example.com")
        };
        let url = url::Url::parse(text).map_err(|error| malformed(&error.to_string()))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(malformed("it must begin with https://"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(malformed("`?` and `#` have no place here"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(malformed("a user has no place here"));
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }
}

/// A share of a whole: `20%` or 0.2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Share(pub(crate) f64);

impl FromText for Share {
    const NAME: &'static str = "a share";
    const PATTERN: Option<&'static str> = Some("^[0-9]+(\\.[0-9]+)?%$");
    const EXAMPLES: &'static [&'static str] = &["20%"];

    fn from_text(text: &str) -> Result<Self, String> {
        text.strip_suffix('%')
            .and_then(|number| number.trim().parse::<f64>().ok())
            .filter(|percent| (0.0..=100.0).contains(percent))
            .map(|percent| Self(percent / 100.0))
            .ok_or_else(|| format!("`{text}` is not a share\nwrite it from 0% to 100%"))
    }
}

impl ToText for Share {
    fn to_text(&self) -> String {
        format!("{}%", self.0 * 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_shown_as_they_are_written() {
        for text in ["250ms", "10m", "1h30m", "2d", "1d1h1m1s1ms", "0s"] {
            assert_eq!(Duration::from_text(text).unwrap().to_text(), text);
        }
        assert_eq!(Color { rgb: 0xC8 }.to_text(), "#0000C8");
        assert_eq!(Share(0.2).to_text(), "20%");
    }

    fn hours(text: &str) -> Result<u128, String> {
        Duration::from_text(text).map(|duration| duration.as_millis())
    }

    #[test]
    fn durations_add_up() {
        assert_eq!(hours("250ms"), Ok(250));
        assert_eq!(hours("1h30m"), Ok(5_400_000));
        assert_eq!(hours("2d"), Ok(172_800_000));
        for bad in [
            "",
            "5",
            "h",
            "1.5h",
            "-1h",
            "10 m",
            "1y",
            "99999999999999999999s",
            "9999d",
            "４h",
        ] {
            assert!(hours(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_rate_needs_messages_and_a_time() {
        let rate = Rate::from_text("20000/d").unwrap();
        assert_eq!((rate.messages, rate.per.as_secs()), (20_000, 86_400));
        for bad in [
            "",
            "20",
            "20/x",
            "/s",
            "-1/s",
            "0/s",
            "1.5/s",
            "99999999999/s",
        ] {
            assert!(Rate::from_text(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_time_zone_is_guessed_from_its_city_its_abbreviation_or_its_spelling() {
        for (text, meant) in [
            ("Asia/Soul", "Asia/Seoul"),
            ("Seoul", "Asia/Seoul"),
            ("asia/seoul", "Asia/Seoul"),
            ("KST", "Asia/Seoul"),
            ("Europe/Munich", "Europe/Zurich"),
            ("new york", "America/New_York"),
        ] {
            let error = Tz::from_text(text).err().unwrap_or_default();
            assert!(error.contains(meant), "{text}: {error}");
        }
        assert!(
            Tz::from_text("nowhere at all")
                .unwrap_err()
                .contains("use a name like")
        );
    }

    #[test]
    fn a_time_of_day_has_two_digits_each() {
        assert!(
            NaiveTime::from_text("8:00")
                .unwrap_err()
                .ends_with("did you mean \"08:00\"?")
        );
        for bad in ["24:00", "08:60", "0800", "08:00:00", " 8:00", "오전 8시"] {
            assert!(NaiveTime::from_text(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn colours_have_six_digits() {
        assert_eq!(Color::from_text("#2447D8"), Ok(Color { rgb: 0x24_47D8 }));
        for bad in ["2447D8", "#abc", "#+12345", "red", "#한글"] {
            assert!(Color::from_text(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_web_address_loses_its_last_slash() {
        let kept = |text: &str| WebUrl::from_text(text).map(|WebUrl(url)| url);
        assert_eq!(
            kept("https://Example.com/"),
            Ok("https://example.com".into())
        );
        assert_eq!(
            kept("http://127.0.0.1:8080/notes/"),
            Ok("http://127.0.0.1:8080/notes".into())
        );
        for bad in [
            "example.com",
            "ftp://example.com",
            "https://u:p@example.com",
            "https://example.com?x",
            "javascript:alert(1)",
        ] {
            assert!(kept(bad).is_err(), "{bad}");
        }
    }
}
