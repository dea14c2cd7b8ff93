//! Colours, addresses, names, shares.

use super::{super::Color, FromText, ToText};
use crate::address::{Address, Mailbox, ascii_domain};
use crate::words::{phrase, phrased};

impl FromText for Color {
    const NAME: &'static str = phrase!("a colour");
    const PATTERN: Option<&'static str> = Some("^#[0-9A-Fa-f]{6}$");
    const EXAMPLES: &'static [&'static str] = &["#2447D8"];

    fn from_text(text: &str) -> Result<Self, String> {
        let digits = text.strip_prefix('#').unwrap_or_default();
        match u32::from_str_radix(digits, 16) {
            Ok(rgb) if digits.len() == 6 && !digits.starts_with('+') => Ok(Self { rgb }),
            _ => Err(phrased!(
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

impl FromText for Address {
    const NAME: &'static str = phrase!("a mail address");
    const EXAMPLES: &'static [&'static str] = &["hello@example.com"];

    fn from_text(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|error| error.to_string())
    }
}

impl FromText for Mailbox {
    const NAME: &'static str = phrase!("a name with a mail address");
    const EXAMPLES: &'static [&'static str] =
        &["데일리 노트 <hello@example.com>", "hello@example.com"];

    fn from_text(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|error| error.to_string())
    }
}

/// A domain name in ASCII.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DomainName(pub(crate) String);

impl FromText for DomainName {
    const NAME: &'static str = phrase!("a domain");
    const EXAMPLES: &'static [&'static str] = &["example.com"];

    fn from_text(text: &str) -> Result<Self, String> {
        ascii_domain(text)
            .map(Self)
            .map_err(|error| error.to_string())
    }
}

/// Text of one line, without control characters: what may stand in a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SingleLine(pub(crate) String);

impl FromText for SingleLine {
    const NAME: &'static str = phrase!("one line of text");
    const EXAMPLES: &'static [&'static str] = &[];

    fn from_text(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err(phrase!("nothing is written here").to_owned());
        }
        if text.chars().any(char::is_control) {
            return Err(phrase!("this must be one line, without control characters").to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

/// BCP 47.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LanguageTag(pub(crate) String);

impl FromText for LanguageTag {
    const NAME: &'static str = phrase!("a language tag");
    const PATTERN: Option<&'static str> = Some("^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$");
    const EXAMPLES: &'static [&'static str] = &["ko", "en", "pt-BR"];

    fn from_text(text: &str) -> Result<Self, String> {
        parse_language(text).map(Self)
    }
}

/// A language by the look of its BCP 47 tag (`zh-x-a` too), by its POSIX locale (`ko_KR.UTF-8`), or by a
/// name that people write; as a tag, in the usual case.
///
/// # Errors
/// When it is none; the second line says what to write.
pub(crate) fn parse_language(text: &str) -> Result<String, String> {
    // Nearly all of them, and no name that people write is so short.
    if matches!(text.len(), 2 | 3) && text.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Ok(text.to_owned());
    }
    let lower = text.to_lowercase();
    let by_name = NAMES_OF_LANGUAGES
        .iter()
        .find(|(_, names)| names.split(' ').any(|name| name == lower));
    if let Some((tag, _)) = by_name {
        return Ok((*tag).to_owned());
    }
    let locale = text.split(['.', '@']).next().unwrap_or_default();
    let tag = if locale.contains('_') { locale } else { text };
    let mut parts = tag.split(['-', '_']);
    let language = parts.next().unwrap_or_default();
    let is_language =
        matches!(language.len(), 2 | 3) && language.bytes().all(|byte| byte.is_ascii_alphabetic());
    let mut written = language.to_ascii_lowercase();
    let mut is_private = false;
    for part in parts {
        if !matches!(part.len(), 1..=8) || !part.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(no_language(text));
        }
        written.push('-');
        // RFC 5646 §2.1.1: regions in capitals, scripts capitalised, all else small.
        let small = part.to_ascii_lowercase();
        match part.len() {
            2 if !is_private => written.push_str(&part.to_ascii_uppercase()),
            4 if !is_private && part.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                written.push_str(&part[..1].to_ascii_uppercase());
                written.push_str(&small[1..]);
            }
            _ => written.push_str(&small),
        }
        is_private |= part.len() == 1;
    }
    is_language
        .then_some(written)
        .ok_or_else(|| no_language(text))
}

fn no_language(text: &str) -> String {
    phrased!("`{text}` is not a language tag\nwrite it like ko, en or pt-BR")
}

const NAMES_OF_LANGUAGES: [(&str, &str); 12] = [
    ("ko", "korean 한국어 한글 국어 koreanisch"),
    ("en", "english 영어 englisch anglais inglés"),
    ("ja", "japanese 일본어 日本語 japanisch"),
    ("zh", "chinese 중국어 中文 chinesisch"),
    ("de", "german 독일어 deutsch allemand"),
    ("fr", "french 프랑스어 français francais französisch"),
    ("es", "spanish 스페인어 español espanol spanisch"),
    ("pt", "portuguese 포르투갈어 português portugues"),
    ("it", "italian 이탈리아어 italiano italienisch"),
    ("nl", "dutch 네덜란드어 nederlands"),
    ("ru", "russian 러시아어 русский"),
    ("vi", "vietnamese 베트남어"),
];

impl ToText for LanguageTag {
    fn to_text(&self) -> String {
        self.0.clone()
    }
}

/// An address on the web, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WebUrl(pub(crate) String);

impl FromText for WebUrl {
    const NAME: &'static str = phrase!("a web address");
    const PATTERN: Option<&'static str> = Some("^https?://");
    const EXAMPLES: &'static [&'static str] = &["https://example.com"];

    fn from_text(text: &str) -> Result<Self, String> {
        let malformed = |why: &str| {
            phrased!("`{text}` is not a web address: {why}\nwrite it like https://example.com")
        };
        let url = url::Url::parse(text).map_err(|error| malformed(&error.to_string()))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(malformed(phrase!("it must begin with https://")));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(malformed(phrase!("`?` and `#` have no place here")));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(malformed(phrase!("a user has no place here")));
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }
}

/// A share of a whole: `20%` or 0.2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ShareOfWhole(pub(crate) f64);

impl FromText for ShareOfWhole {
    const NAME: &'static str = phrase!("a share");
    const PATTERN: Option<&'static str> = Some("^[0-9]+(\\.[0-9]+)?%$");
    const EXAMPLES: &'static [&'static str] = &["20%"];

    fn from_text(text: &str) -> Result<Self, String> {
        text.strip_suffix('%')
            .and_then(|number| number.trim().parse::<f64>().ok())
            .filter(|percent| (0.0..=100.0).contains(percent))
            .map(|percent| Self(percent / 100.0))
            .ok_or_else(|| phrased!("`{text}` is not a share\nwrite it from 0% to 100%"))
    }
}

impl ToText for ShareOfWhole {
    fn to_text(&self) -> String {
        format!("{}%", self.0 * 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_shown_as_they_are_written() {
        assert_eq!(Color { rgb: 0xC8 }.to_text(), "#0000C8");
        assert_eq!(ShareOfWhole(0.2).to_text(), "20%");
    }

    #[test]
    fn colours_have_six_digits() {
        assert_eq!(Color::from_text("#2447D8"), Ok(Color { rgb: 0x24_47D8 }));
        for bad in ["2447D8", "#abc", "#+12345", "red", "#한글"] {
            assert!(Color::from_text(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_language_is_one_tag_however_it_is_written() {
        for (text, tag) in [
            ("ko", Some("ko")),
            ("EN", Some("en")),
            ("ko_KR", Some("ko-KR")),
            ("ko_KR.UTF-8", Some("ko-KR")),
            ("pt-br", Some("pt-BR")),
            ("zh-hant-tw", Some("zh-Hant-TW")),
            ("zh-x-a", Some("zh-x-a")),
            ("zh-x-tw", Some("zh-x-tw")),
            ("English", Some("en")),
            ("한국어", Some("ko")),
            ("k", None),
            ("ko-", None),
            ("ko-123456789", None),
            ("korean!", None),
            ("한국", None),
            ("", None),
        ] {
            assert_eq!(parse_language(text).ok().as_deref(), tag, "{text}");
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
