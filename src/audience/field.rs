//! One field of a profile from text to type, and in plain words why not. Shared by
//! subscribers.yaml, CSV and the command line, so that all three mean the same.

mod moment;

use chrono_tz::Tz;

pub(crate) use self::moment::{DateOrder, moment};

use crate::{
    address::{Address, clean_name},
    publication::{Publication, parse_language, parse_zone},
    words::{phrase, phrased},
    yaml::nearest,
};

/// The longest name that a salutation or a To header should carry.
const NAME_CHARS: usize = 200;
/// The longest tag.
const TAG_CHARS: usize = 100;

/// What is wrong with a value, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldError {
    /// One sentence.
    pub(crate) message: String,
    /// What to do.
    pub(crate) hint: Option<String>,
}

impl FieldError {
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
pub(crate) fn email(text: &str) -> Result<Address, FieldError> {
    let text = text.trim();
    Address::parse(text).map_err(|error| FieldError::new(format!("{}: {error}", quoted(text))))
}

/// A name for the salutation, its white space tidied; None where nothing is left.
pub(crate) fn name(text: &str) -> Result<Option<String>, FieldError> {
    if let Some(control) = text.trim().chars().find(|c| is_unprintable(*c)) {
        return Err(FieldError::new(phrased!(
            "the name has {control} in it, which could forge a mail header",
            control = called(control)
        ))
        .with_hint(phrase!("write the name on one line, with plain spaces")));
    }
    if text.chars().count() > NAME_CHARS {
        return Err(FieldError::new(phrased!(
            "the name is longer than {most} characters",
            most = NAME_CHARS
        )));
    }
    Ok(clean_name(text))
}

/// A name out of a foreign export: cleaned and cut where [`name`] would refuse it.
pub(crate) fn foreign_name(text: &str) -> Option<String> {
    let name = clean_name(text)?;
    if name.len() <= NAME_CHARS {
        return Some(name);
    }
    match name.char_indices().nth(NAME_CHARS) {
        Some((end, _)) => Some(name[..end].trim_end().to_owned()),
        None => Some(name),
    }
}

/// A tag: trimmed; None where nothing is left.
pub(crate) fn tag(text: &str) -> Result<Option<String>, FieldError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if let Some(control) = text.chars().find(|c| is_unprintable(*c)) {
        return Err(FieldError::new(phrased!(
            "the tag has {control} in it",
            control = called(control)
        )));
    }
    if text.chars().count() > TAG_CHARS {
        return Err(FieldError::new(phrased!(
            "the tag is longer than {most} characters",
            most = TAG_CHARS
        )));
    }
    Ok(Some(text.to_owned()))
}

/// The key of an edition of this publication.
pub(crate) fn edition(text: &str, publication: &Publication) -> Result<String, FieldError> {
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
        FieldError::new(phrased!("there is no edition {text}", text = quoted(text)))
            .with_hint(did_you_mean(text, &keys).unwrap_or_else(|| {
                phrased!("daily-note.yaml has: {keys}", keys = keys.join(", "))
            })),
    )
}

/// A time zone, as [`parse_zone`] has it.
pub(crate) fn timezone(text: &str) -> Result<Tz, FieldError> {
    parse_zone(text.trim()).map_err(of_lines)
}

/// A language, as [`parse_language`] has it.
pub(crate) fn language(text: &str) -> Result<String, FieldError> {
    parse_language(text.trim()).map_err(of_lines)
}

/// What a setting's error says: its second line is the hint.
fn of_lines(text: String) -> FieldError {
    match text.split_once('\n') {
        Some((message, hint)) => FieldError::new(message).with_hint(hint),
        None => FieldError::new(text),
    }
}

/// `did you mean …?` where one of `known` is near enough.
fn did_you_mean(word: &str, known: &[&str]) -> Option<String> {
    nearest(word, known).map(|candidate| phrased!("did you mean `{candidate}`?"))
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
        '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => phrase!("a line break").to_owned(),
        '\t' => phrase!("a tab").to_owned(),
        '\0' => "a NUL".to_owned(),
        other => phrased!(
            "the control character U+{other:04X}",
            other = u32::from(other)
        ),
    }
}
