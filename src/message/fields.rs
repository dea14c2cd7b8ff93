//! The reader's values that a template may print, and the tokens that stand in for them while the
//! template is rendered once for many readers.

use std::ops::Range;

use crate::render::{ReaderLinks, ReaderView, escape_html, percent_encode};

/// A value of the reader's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Name,
    Email,
    Unsubscribe,
    Preferences,
    Feedback,
}

impl Field {
    pub(crate) const ALL: [Self; 5] = [
        Self::Name,
        Self::Email,
        Self::Unsubscribe,
        Self::Preferences,
        Self::Feedback,
    ];

    /// As templates write it, after `reader.`.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Unsubscribe => "links.unsubscribe",
            Self::Preferences => "links.preferences",
            Self::Feedback => "links.feedback",
        }
    }
}

/// What a place does to a value that is printed there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// HTML text or attribute: the template engine's one escape function.
    Html,
    /// A URL's component in HTML: percent-encoded.
    Url,
    /// Text and headers.
    Text,
}

impl Place {
    pub(crate) const ALL: [Self; 3] = [Self::Html, Self::Url, Self::Text];

    /// The value as it stands in this place.
    pub(crate) fn push(self, value: &str, out: &mut Vec<u8>) {
        match self {
            Self::Text => out.extend_from_slice(value.as_bytes()),
            Self::Url => out.extend_from_slice(percent_encode(value).as_bytes()),
            Self::Html if value.contains(['&', '<', '>', '"', '\'']) => {
                out.extend_from_slice(escape_html(value).as_bytes());
            }
            Self::Html => out.extend_from_slice(value.as_bytes()),
        }
    }
}

/// One reader's values, clean of control characters, in one buffer.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    buffer: String,
    ranges: [Option<Range<usize>>; Field::ALL.len()],
}

impl Fields {
    /// Sets a field to what `push` appends. None from `push` leaves it unset.
    pub(crate) fn set(&mut self, field: Field, push: impl FnOnce(&mut String) -> Option<()>) {
        let start = self.buffer.len();
        if push(&mut self.buffer).is_some() && self.buffer.len() > start {
            self.ranges[field as usize] = Some(start..self.buffer.len());
        }
    }

    /// The value, where the reader has one.
    pub(crate) fn get(&self, field: Field) -> Option<&str> {
        Some(&self.buffer[self.ranges[field as usize].clone()?])
    }

    /// What the templates see.
    pub(crate) fn view(
        &self,
        language: &str,
        tags: &[String],
        web_version: Option<&str>,
    ) -> ReaderView {
        let owned = |field| self.get(field).map(str::to_owned);
        ReaderView {
            name: owned(Field::Name),
            email: owned(Field::Email).unwrap_or_default(),
            language: language.to_owned(),
            tags: tags.to_vec(),
            links: ReaderLinks {
                unsubscribe: owned(Field::Unsubscribe),
                preferences: owned(Field::Preferences),
                feedback: owned(Field::Feedback),
                web_version: web_version.map(str::to_owned),
            },
        }
    }

    /// The same fields set, with other values: `value` gives each field's.
    pub(crate) fn like(&self, value: impl Fn(Field) -> String) -> Self {
        let mut fields = Self::default();
        for field in Field::ALL {
            if self.get(field).is_some() {
                fields.set(field, |out| {
                    out.push_str(&value(field));
                    Some(())
                });
            }
        }
        fields
    }
}

/// Words of letters and digits, one a field, that nothing else in an issue contains: they pass
/// through escaping, styles and filters unchanged, and are found again in what comes out.
#[derive(Debug)]
pub(crate) struct Tokens {
    prefix: String,
}

const TOKEN_END: char = 'z';

impl Tokens {
    /// Tokens of a hexadecimal seed, the content's own hash.
    pub(crate) fn new(seed: &str) -> Self {
        Self {
            prefix: format!("dn{}x", seed.get(..24).unwrap_or(seed)),
        }
    }

    pub(crate) fn token(&self, field: Field) -> String {
        let letter = char::from(b'a' + field as u8);
        format!("{}{letter}{TOKEN_END}", self.prefix)
    }

    /// Cuts a rendering at its tokens: the text before each, then the token's field, then the rest.
    pub(crate) fn split<'a>(&self, rendered: &'a str) -> (Vec<&'a str>, Vec<Field>) {
        let mut pieces = Vec::new();
        let mut fields = Vec::new();
        let mut rest = rendered;
        let mut from = 0;
        while let Some(at) = rest[from..].find(&self.prefix).map(|at| at + from) {
            let field = Field::ALL
                .into_iter()
                .find(|field| rest[at..].starts_with(&self.token(*field)));
            match field {
                Some(field) => {
                    pieces.push(&rest[..at]);
                    fields.push(field);
                    rest = &rest[at + self.prefix.len() + 2..];
                    from = 0;
                }
                // A token that something cut short stays in the text; the probes find it there.
                None => from = at + self.prefix.len(),
            }
        }
        pieces.push(rest);
        (pieces, fields)
    }
}
