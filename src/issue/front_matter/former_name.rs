//! A name that an issue had in the archive before it was renamed.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::{source::composed, words::phrased};

/// Longer than the name of any file.
const MAX_BYTES: usize = 255;

/// The last part of an address: `small-models`, or the whole of it as other programs write it, `/issues/small-models/`.
#[derive(JsonSchema)]
#[schemars(inline, description = "")]
pub(super) struct FormerName(pub(super) String);

impl<'de> Deserialize<'de> for FormerName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let name = text.trim().trim_matches('/');
        let name = name.strip_prefix("issues/").unwrap_or(name);
        let is_name = !name.is_empty()
            && name.len() <= MAX_BYTES
            && !name.starts_with('.')
            && !name
                .contains(|char: char| char.is_control() || matches!(char, '/' | '\\' | '?' | '#'));
        match is_name {
            true => Ok(Self(composed(name).into_owned())),
            false => Err(D::Error::custom(phrased!(
                "`{text}` is no name that an issue can have had\nwrite what stands behind `/issues/` in its old address"
            ))),
        }
    }
}
