//! A line of text that may become a header of mail.

use crate::words::phrase;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error as _};

/// Text of one line, trimmed, not empty, without control characters: it may become a header.
#[derive(JsonSchema)]
#[schemars(inline, description = "")]
pub(super) struct HeaderLine(pub(super) String);

impl<'de> Deserialize<'de> for HeaderLine {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let line = text.trim();
        if line.is_empty() {
            return Err(D::Error::custom(phrase!(
                "is empty\nwrite something, or leave the key out"
            )));
        }
        if line.chars().any(char::is_control) {
            return Err(D::Error::custom(phrase!(
                "must be one line without control characters"
            )));
        }
        Ok(Self(line.to_owned()))
    }
}
