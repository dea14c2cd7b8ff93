//! A display name with an address, read and written as RFC 5322 §3.4 has it; names made safe.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{Address, AddressError};
use crate::words::phrase;

/// A name and an address: `데일리 노트 <hello@example.com>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// The display name, free of control characters.
    pub name: Option<String>,
    /// The address.
    pub address: Address,
}

impl Mailbox {
    /// Reads `name@example.com`, `Name <name@example.com>` or `"Name, Inc." <name@example.com>`.
    ///
    /// # Errors
    /// When the address breaks the policy, or a bracket is missing.
    pub(crate) fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let Some((name, rest)) = text.rsplit_once('<') else {
            if text.ends_with('>') {
                return Err(AddressError::new(phrase!(
                    "a `<` is missing before the address"
                )));
            }
            return Ok(Self {
                name: None,
                address: Address::parse(text)?,
            });
        };
        let Some(address) = rest.strip_suffix('>') else {
            return Err(AddressError::new(phrase!(
                "a `>` is missing after the address"
            )));
        };
        Ok(Self {
            address: Address::parse(address.trim())?,
            name: clean_name(&unquoted(name.trim())),
        })
    }
}

/// A name as we are willing to show it and to put into a header: control characters, line breaks
/// and the marks that turn the direction of the text around them become spaces, runs of white
/// space one space. None where nothing is left.
#[must_use]
pub fn clean_name(name: &str) -> Option<String> {
    match is_clean(name) {
        true => Some(name.to_owned()),
        false => tidied(name),
    }
}

pub(super) fn tidied(name: &str) -> Option<String> {
    let is_unwanted = |character: char| {
        character.is_control()
            || matches!(character,
                '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let words: Vec<&str> = name
        .split(|character: char| character.is_whitespace() || is_unwanted(character))
        .filter(|word| !word.is_empty())
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Whether a name is plainly what would be made of it: words in ASCII or Hangul with single spaces between them.
pub(super) fn is_clean(name: &str) -> bool {
    let is_plain = |character: char| matches!(character, '!'..='~' | '가'..='힣');
    let mut words = name.split(' ');
    words.all(|word| !word.is_empty() && word.chars().all(is_plain))
}

/// The content of an RFC 5322 quoted string; any other text as it is.
fn unquoted(text: &str) -> String {
    let Some(inner) = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return text.to_owned();
    };
    let mut content = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => content.extend(characters.next()),
            character => content.push(character),
        }
    }
    content
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(name) = &self.name else {
            return self.address.fmt(f);
        };
        if name.contains(['"', '\\', '<', '>', ',', ';', ':', '@', '(', ')', '[', ']']) {
            let escaped = name.replace('\\', "\\\\").replace('"', "\\\"");
            write!(f, "\"{escaped}\" <{}>", self.address)
        } else {
            write!(f, "{name} <{}>", self.address)
        }
    }
}

impl FromStr for Mailbox {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text)
    }
}
