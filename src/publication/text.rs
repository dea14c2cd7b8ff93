//! Settings that are written as one piece of text (`4h`, `20/s`, `Asia/Seoul`, `#2447D8`): how each
//! is read, what its error says, and its JSON Schema.

mod time;
mod words;
mod zone;

use std::{borrow::Cow, marker::PhantomData};

use crate::words::phrased;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub(crate) use self::words::parse_language;
pub(crate) use self::words::{DomainName, LanguageTag, ShareOfWhole, SingleLine, WebUrl};
pub(crate) use self::zone::parse_offset;
pub use self::zone::parse_zone;

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
pub(crate) struct ParsedText<T>(pub(crate) T);

impl<'de, T: FromText> Deserialize<'de> for ParsedText<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(ParsedTextVisitor(PhantomData))
            .map(Self)
    }
}

struct ParsedTextVisitor<T>(PhantomData<T>);

impl<T: FromText> de::Visitor<'_> for ParsedTextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&phrased!(
            "{name} like `{examples}`",
            name = T::NAME,
            examples = T::EXAMPLES.join("`, `")
        ))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        T::from_text(text).map_err(E::custom)
    }
}

impl<T: FromText> JsonSchema for ParsedText<T> {
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

impl<T: ToText> Serialize for ParsedText<T> {
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
    ParsedText::deserialize(from).map(|ParsedText(value)| value)
}
