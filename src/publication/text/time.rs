//! Durations, rates, times of day and dates.

use std::time::Duration;

use chrono::{NaiveDate, NaiveTime};

use super::{super::Rate, FromText, ToText};
use crate::words::{phrase, phrased};

impl FromText for Duration {
    const NAME: &'static str = phrase!("a duration");
    const PATTERN: Option<&'static str> = Some("^([0-9]+(ms|s|m|h|d|w|y))+$");
    const EXAMPLES: &'static [&'static str] = &["250ms", "10m", "1h30m", "2d"];

    fn from_text(text: &str) -> Result<Self, String> {
        let malformed = || {
            phrased!(
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
                "y" => 31_536_000_000,
                _ => return Err(malformed()),
            };
            rest = &rest[letters..];
            total = number
                .checked_mul(milliseconds)
                .and_then(|part| total.checked_add(Self::from_millis(part)))
                .filter(|total| *total <= Self::from_secs(3_660 * 86_400))
                .ok_or_else(|| phrased!("`{text}` is longer than ten years"))?;
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
    const NAME: &'static str = phrase!("a rate");
    const PATTERN: Option<&'static str> = Some("^[1-9][0-9]*/(s|m|h|d)$");
    const EXAMPLES: &'static [&'static str] = &["14/s", "500/h", "20000/d"];

    fn from_text(text: &str) -> Result<Self, String> {
        let hint = phrase!("write messages and a time: `14/s`, `600/m`, `500/h` or `20000/d`");
        let malformed = || phrased!("`{text}` is not a rate\n{hint}");
        let (messages, unit) = text.split_once('/').ok_or_else(malformed)?;
        let seconds = match unit.trim() {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return Err(malformed()),
        };
        match messages.trim().parse() {
            Ok(0) => Err(
                phrase!("a rate of 0 would never send\n`daily-note pause` stops a batch")
                    .to_owned(),
            ),
            Ok(messages) => Ok(Self {
                messages,
                per: Duration::from_secs(seconds),
            }),
            Err(_) => Err(malformed()),
        }
    }
}

impl FromText for NaiveTime {
    const NAME: &'static str = phrase!("a time of day");
    const PATTERN: Option<&'static str> = Some("^([01][0-9]|2[0-3]):[0-5][0-9]$");
    const EXAMPLES: &'static [&'static str] = &["08:00"];

    fn from_text(text: &str) -> Result<Self, String> {
        let time = Self::parse_from_str(text, "%H:%M");
        match time {
            Ok(time) if text.len() == 5 && !text.starts_with(' ') => Ok(time),
            Ok(time) => Err(phrased!(
                "`{text}` is not a time of day\ndid you mean \"{time}\"?",
                time = time.format("%H:%M")
            )),
            Err(_) => Err(phrased!(
                "`{text}` is not a time of day\nwrite hours and minutes, from \"00:00\" to \"23:59\""
            )),
        }
    }
}

impl FromText for NaiveDate {
    const NAME: &'static str = phrase!("a date");
    const PATTERN: Option<&'static str> = Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
    const EXAMPLES: &'static [&'static str] = &["2026-11-23"];

    fn from_text(text: &str) -> Result<Self, String> {
        Self::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .filter(|_| text.len() == 10)
            .ok_or_else(|| {
                phrased!("`{text}` is not a date\nwrite year, month and day: 2026-11-23")
            })
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
    }

    fn hours(text: &str) -> Result<u128, String> {
        Duration::from_text(text).map(|duration| duration.as_millis())
    }

    #[test]
    fn durations_add_up() {
        assert_eq!(hours("250ms"), Ok(250));
        assert_eq!(hours("1h30m"), Ok(5_400_000));
        assert_eq!(hours("2d"), Ok(172_800_000));
        assert_eq!(hours("1y"), hours("365d"));
        for bad in [
            "",
            "5",
            "h",
            "1.5h",
            "-1h",
            "10 m",
            "11y",
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
}
