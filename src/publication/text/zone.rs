//! Time zones as people, services and Windows name them. One meaning a name, wherever it stands.

mod windows;

use chrono::FixedOffset;
use chrono_tz::Tz;

use super::FromText;
use crate::{
    words::{phrase, phrased},
    yaml::nearest,
};

/// Abbreviations that mean one place the world over. (`EST`, `MST` and `HST` are zones of their own, without
/// a summer time; `CST` and `IST` are three places each.)
const ABBREVIATIONS: [(&str, &str); 3] =
    [("KST", "Asia/Seoul"), ("JST", "Asia/Tokyo"), ("Z", "UTC")];

/// What Rails, and the services made with it, call the zones of the United States and Canada.
const OF_RAILS: [(&str, &str); 5] = [
    ("Eastern Time (US & Canada)", "America/New_York"),
    ("Central Time (US & Canada)", "America/Chicago"),
    ("Mountain Time (US & Canada)", "America/Denver"),
    ("Pacific Time (US & Canada)", "America/Los_Angeles"),
    ("Atlantic Time (Canada)", "America/Halifax"),
];

/// What people mean by an abbreviation, most likely: asked, not taken.
const LIKELY: [(&str, &str); 9] = [
    ("PST", "America/Los_Angeles"),
    ("PDT", "America/Los_Angeles"),
    ("PT", "America/Los_Angeles"),
    ("EDT", "America/New_York"),
    ("ET", "America/New_York"),
    ("CDT", "America/Chicago"),
    ("MDT", "America/Denver"),
    ("BST", "Europe/London"),
    ("CEST", "Europe/Berlin"),
];

/// Parts of an hour that one zone alone keeps all year.
const PARTS_OF_HOURS: [(i32, &str); 9] = [
    (210, "Asia/Tehran"),
    (270, "Asia/Kabul"),
    (330, "Asia/Kolkata"),
    (345, "Asia/Kathmandu"),
    (390, "Asia/Yangon"),
    (525, "Australia/Eucla"),
    (570, "Australia/Darwin"),
    (-570, "Pacific/Marquesas"),
    (0, "UTC"),
];

/// Shorter names than this are not guessed at: `KST` is near `EST`, and fourteen hours away.
const GUESSED_CHARS: usize = 5;

impl FromText for Tz {
    const NAME: &'static str = phrase!("a time zone");
    const EXAMPLES: &'static [&'static str] = &["Asia/Seoul", "Europe/Berlin", "UTC"];

    fn from_text(text: &str) -> Result<Self, String> {
        known(text.trim()).ok_or_else(|| {
            let hint = similar(text.trim()).map_or_else(
                || phrase!("use a name like Asia/Seoul, Europe/Berlin or UTC").to_owned(),
                |name| phrased!("did you mean `{name}`?"),
            );
            phrased!("there is no time zone `{text}`\n{hint}")
        })
    }
}

/// A time zone: by its IANA name in any case, by what Windows calls it, as an offset from UTC
/// (`GMT+9`, `(UTC+09:00) Seoul`), or by an abbreviation that means one place alone.
///
/// # Errors
/// When there is none of that name; the second line suggests one.
pub fn parse_zone(text: &str) -> Result<Tz, String> {
    Tz::from_text(text)
}

/// An offset from UTC: `+09:00`, `+0900`, `GMT+9`, `UTC-3`.
pub(crate) fn parse_offset(text: &str) -> Option<FixedOffset> {
    FixedOffset::east_opt(offset_minutes(text)? * 60)
}

fn known(text: &str) -> Option<Tz> {
    let in_any_case = || {
        let mut zones = chrono_tz::TZ_VARIANTS.iter().copied();
        // Services write `asia/seoul` (Mailchimp); no two zones differ by case alone.
        zones.find(|zone| zone.name().eq_ignore_ascii_case(text))
    };
    let listed = |names: &[(&str, &'static str)]| in_list(names, text);
    // `GMT+9` is no IANA name, but `Etc/GMT+9` is: there a plus is west of Greenwich.
    let by_offset = || offset_minutes(text).and_then(at_offset);
    text.parse()
        .ok()
        .or_else(by_offset)
        .or_else(in_any_case)
        .or_else(|| listed(&ABBREVIATIONS))
        .or_else(|| listed(&OF_RAILS))
        .or_else(|| listed(&windows::ZONES))
        .or_else(|| with_offset_before(text))
}

fn in_list(names: &[(&str, &'static str)], text: &str) -> Option<Tz> {
    let mut names = names.iter();
    let (_, zone) = names.find(|(name, _)| name.eq_ignore_ascii_case(text))?;
    zone.parse().ok()
}

/// `(GMT+09:00) Seoul`: the place where it has that offset, else the offset.
fn with_offset_before(text: &str) -> Option<Tz> {
    let (offset, place) = text.strip_prefix('(')?.split_once(')')?;
    let minutes = offset_minutes(offset)?;
    let of_rails = in_list(&OF_RAILS, place.trim());
    let of_city = place
        .split([',', '/'])
        .filter_map(|city| by_city(city.trim()))
        .find(|zone| standard_minutes(*zone) == Some(minutes));
    of_rails.or(of_city).or_else(|| at_offset(minutes))
}

fn by_city(city: &str) -> Option<Tz> {
    let city = city.replace(' ', "_");
    let mut zones = chrono_tz::TZ_VARIANTS.iter().copied();
    zones.find(|zone| {
        let name = zone.name().rsplit('/').next();
        name.is_some_and(|name| name.eq_ignore_ascii_case(&city))
    })
}

/// A zone's offset without summer time, in a year of ours.
fn standard_minutes(zone: Tz) -> Option<i32> {
    use chrono::{Offset, TimeZone};
    let offsets = [1, 7].map(|month| {
        let day = zone.with_ymd_and_hms(2025, month, 1, 12, 0, 0).earliest()?;
        Some(day.offset().fix().local_minus_utc() / 60)
    });
    offsets[0].min(offsets[1])
}

fn at_offset(minutes: i32) -> Option<Tz> {
    if minutes != 0 && minutes % 60 == 0 {
        // POSIX counts to the west.
        let hours = -minutes / 60;
        return format!("Etc/GMT{hours:+}").parse().ok();
    }
    let mut parts = PARTS_OF_HOURS.iter();
    let (_, zone) = parts.find(|(offset, _)| *offset == minutes)?;
    zone.parse().ok()
}

fn offset_minutes(text: &str) -> Option<i32> {
    let upper = text.trim().to_ascii_uppercase();
    let number = upper
        .strip_prefix("GMT")
        .or_else(|| upper.strip_prefix("UTC"))
        .unwrap_or(&upper)
        .trim_start();
    let number = number.replace('−', "-");
    let (sign, number) = match number.strip_prefix('-') {
        Some(number) => (-1, number),
        None => (1, number.strip_prefix('+')?),
    };
    let (hours, minutes) = match number.split_once(':') {
        Some(parts) => parts,
        None if number.len() == 4 => number.split_at_checked(2)?,
        None => (number, "00"),
    };
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !matches!(hours.len(), 1 | 2) || minutes.len() != 2 || !is_number(hours) {
        return None;
    }
    let minutes = Some(minutes).filter(|text| is_number(text))?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// The zone that was likely meant: by a common abbreviation, by its city, or by spelling.
fn similar(text: &str) -> Option<&'static str> {
    let wanted = text.replace(' ', "_");
    let likely = LIKELY
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text));
    if let Some((_, zone)) = likely {
        return Some(zone);
    }
    let names: Vec<&'static str> = chrono_tz::TZ_VARIANTS
        .iter()
        .map(|zone| zone.name())
        .filter(|name| name.contains('/') && !name.starts_with("Etc/"))
        .collect();
    let cities: Vec<&'static str> = names
        .iter()
        .map(|name| name.rsplit('/').next().unwrap_or(name))
        .collect();
    let by_city = || {
        let city = nearest(wanted.rsplit('/').next()?, &cities)?;
        let place = cities.iter().position(|name| *name == city)?;
        names.get(place).copied()
    };
    let is_long = wanted.chars().count() >= GUESSED_CHARS;
    let by_name = || nearest(&wanted, &names);
    is_long.then(|| by_name().or_else(by_city)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_known_by_the_names_that_services_and_people_give_it() {
        for (text, zone) in [
            ("Asia/Seoul", "Asia/Seoul"),
            ("asia/seoul", "Asia/Seoul"),
            ("america/new_york", "America/New_York"),
            ("US/Eastern", "US/Eastern"),
            ("ROK", "ROK"),
            ("utc", "UTC"),
            ("KST", "Asia/Seoul"),
            ("kst", "Asia/Seoul"),
            ("EST", "EST"),
            ("Korea Standard Time", "Asia/Seoul"),
            ("Pacific Standard Time", "America/Los_Angeles"),
            ("W. Europe Standard Time", "Europe/Berlin"),
            ("GMT+9", "Etc/GMT-9"),
            ("UTC+09:00", "Etc/GMT-9"),
            ("+09:00", "Etc/GMT-9"),
            ("-0500", "Etc/GMT+5"),
            ("+05:30", "Asia/Kolkata"),
            ("GMT+0", "GMT+0"),
            ("UTC+00:00", "UTC"),
            ("(GMT+09:00) Seoul", "Asia/Seoul"),
            (
                "(UTC-08:00) Pacific Time (US & Canada)",
                "America/Los_Angeles",
            ),
            ("Eastern Time (US & Canada)", "America/New_York"),
            ("(GMT-08:00) Nowhere", "Etc/GMT+8"),
            ("(UTC+01:00) Amsterdam, Berlin, Bern", "Europe/Amsterdam"),
            ("Etc/GMT+9", "Etc/GMT+9"),
        ] {
            let read = parse_zone(text).map(|zone| zone.name());
            assert_eq!(read, Ok(zone), "{text}");
        }
    }

    #[test]
    fn a_zone_is_guessed_from_its_city_its_abbreviation_or_its_spelling() {
        for (text, meant) in [
            ("Asia/Soul", "Asia/Seoul"),
            ("Seoul", "Asia/Seoul"),
            ("Europe/Munich", "Europe/Zurich"),
            ("new york", "America/New_York"),
            ("PST", "America/Los_Angeles"),
        ] {
            let error = parse_zone(text).err().unwrap_or_default();
            assert!(error.contains(meant), "{text}: {error}");
        }
        for text in [
            "nowhere at all",
            "XST",
            "IST",
            "CST",
            "+09:30:00",
            "GMT+19",
            "+13:45",
        ] {
            let error = parse_zone(text).err().unwrap_or_default();
            assert!(error.contains("use a name like"), "{text}: {error}");
        }
    }

    #[test]
    fn all_that_windows_names_is_a_zone() {
        for (name, zone) in windows::ZONES {
            assert!(zone.parse::<Tz>().is_ok(), "{name}: {zone}");
        }
    }
}
