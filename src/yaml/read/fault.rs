//! What is wrong with a value that is read into a type, in people's words: what was wanted, what was found, what may have
//! been meant. Where it stands is known to whoever reads.

use std::{fmt, ptr};

use serde::de::{self, Expected, Unexpected};

use super::super::{Node, ValuePlace};
use crate::words::{phrase, phrased};

/// What went wrong, and where once it is known.
#[derive(Debug)]
pub(super) struct ReadFault {
    pub(super) message: String,
    pub(super) hint: Option<String>,
    pub(super) place: Option<ValuePlace>,
    /// The node to leave out when reading on.
    pub(super) culprit: Option<*const Node>,
    pub(super) missing: Option<&'static str>,
    pub(super) is_consequence: bool,
}

impl ReadFault {
    pub(super) fn new(message: String, hint: Option<String>) -> Self {
        Self {
            message,
            hint,
            place: None,
            culprit: None,
            missing: None,
            is_consequence: false,
        }
    }

    /// Says where, unless a deeper place is known.
    pub(super) fn at(mut self, node: &Node, place: &ValuePlace) -> Self {
        self.place.get_or_insert_with(|| place.clone());
        self.culprit.get_or_insert(ptr::from_ref(node));
        self
    }
}

impl fmt::Display for ReadFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadFault {}

impl de::Error for ReadFault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let message = message.to_string();
        match message.split_once('\n') {
            Some((message, hint)) => Self::new(message.to_owned(), Some(hint.to_owned())),
            None => Self::new(message, None),
        }
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        let hint = match (&unexpected, expected.as_str()) {
            (Unexpected::Bool(_) | Unexpected::Signed(_) | Unexpected::Unsigned(_), "a string") => {
                Some(phrase!("put it in quotes").to_owned())
            }
            _ => None,
        };
        Self::new(
            phrased!(
                "expected {expected}, found {unexpected}",
                expected = wanted(&expected),
                unexpected = found(&unexpected)
            ),
            hint,
        )
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        Self::new(
            phrased!(
                "expected {expected}, found {unexpected}",
                expected = wanted(&expected),
                unexpected = found(&unexpected)
            ),
            None,
        )
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(
            phrased!(
                "`{variant}` is not one of {expected}",
                expected = listed(expected)
            ),
            did_you_mean(variant, expected),
        )
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let hint = did_you_mean(field, expected).unwrap_or_else(|| {
            phrased!("the keys here are {expected}", expected = listed(expected))
        });
        Self::new(phrased!("unknown key `{field}`"), Some(hint))
    }

    fn missing_field(field: &'static str) -> Self {
        let mut fault = Self::new(phrased!("`{field}` is missing"), None);
        fault.missing = Some(field);
        fault
    }
}

/// Type names of serde in people's words.
fn wanted(expected: &str) -> &str {
    match expected {
        "a string" | "a borrowed string" => "text",
        "a boolean" => phrase!("true or false"),
        "a sequence" => phrase!("a list"),
        "a map" => phrase!("a mapping (`key: value` lines)"),
        "u8" | "u16" | "u32" | "u64" | "usize" => phrase!("a whole number, zero or more"),
        "i8" | "i16" | "i32" | "i64" | "isize" => phrase!("a whole number"),
        "f32" | "f64" => phrase!("a number"),
        "unit" => "nothing",
        _ if expected.starts_with("struct ") => phrase!("a mapping (`key: value` lines)"),
        other => other,
    }
}

fn found(unexpected: &Unexpected<'_>) -> String {
    match unexpected {
        Unexpected::Bool(flag) => format!("`{flag}`"),
        Unexpected::Unsigned(number) => phrased!("the number {number}"),
        Unexpected::Signed(number) => phrased!("the number {number}"),
        Unexpected::Float(number) => phrased!("the number {number}"),
        Unexpected::Str(text) => phrased!("the text `{text}`", text = shortened(text)),
        Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
        Unexpected::Seq => phrase!("a list").to_owned(),
        Unexpected::Map => phrase!("a mapping").to_owned(),
        other => other.to_string(),
    }
}

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// The nearest of the names, where one is near enough to be meant.
pub(crate) fn nearest<'n>(word: &str, names: &[&'n str]) -> Option<&'n str> {
    let word = word.to_lowercase();
    names
        .iter()
        .map(|name| {
            (
                strsim::damerau_levenshtein(&word, &name.to_lowercase()),
                *name,
            )
        })
        .filter(|(distance, name)| *distance <= name.chars().count().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

fn did_you_mean(word: &str, names: &[&str]) -> Option<String> {
    nearest(word, names).map(|name| phrased!("did you mean `{name}`?"))
}
