//! `cover:`, the picture that an issue opens with: its path alone, or with its words.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, de};

use super::{
    super::{Image, LinkUse, markdown, url},
    header_line::HeaderLine,
};
use crate::words::{phrase, say};
use crate::{source::SourceError, yaml::Tree};

/// The picture as it is written.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CoverBlock {
    /// A path from this file, or an https address.
    file: HeaderLine,
    /// What it shows, for those who can't see it.
    alt: Option<HeaderLine>,
    /// Its caption, with links and emphasis: the photographer's name, say.
    caption: Option<HeaderLine>,
}

/// A path, or a block.
pub(super) struct Cover(CoverBlock);

impl Cover {
    /// The picture, and the links of its caption.
    pub(super) fn settle(self, tree: &Tree) -> Result<(Image, Vec<LinkUse>), SourceError> {
        let Self(CoverBlock { file, alt, caption }) = self;
        let HeaderLine(file) = file;
        let location = match url::is_absolute(&file) {
            true => url::normalise(&file).map_err(|_| {
                tree.error(
                    &["cover"],
                    say!("`{file}` is no address of a picture", file),
                )
                .with_hint(say!("write a path from this file, or an https address"))
            })?,
            false => file,
        };
        let caption = caption
            .map(|HeaderLine(caption)| caption)
            .unwrap_or_default();
        let node = tree.get(&["cover"]);
        let span = node.and_then(crate::yaml::Node::span).unwrap_or(0..0);
        let (caption, links) = markdown::caption(&caption, &span);
        let alt = alt.map(|HeaderLine(alt)| alt).unwrap_or_default();
        let image = Image {
            location,
            alt,
            caption,
        };
        Ok((image, links))
    }
}

impl<'de> Deserialize<'de> for Cover {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct CoverForm;
        impl<'de> de::Visitor<'de> for CoverForm {
            type Value = CoverBlock;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(phrase!("a picture's path, or {file: …, alt: …}"))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<CoverBlock, E> {
                let file = HeaderLine::deserialize(de::value::StrDeserializer::new(text))?;
                Ok(CoverBlock {
                    file,
                    alt: None,
                    caption: None,
                })
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<CoverBlock, A::Error> {
                CoverBlock::deserialize(de::value::MapAccessDeserializer::new(map))
            }
        }
        from.deserialize_any(CoverForm).map(Self)
    }
}

impl JsonSchema for Cover {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Cover".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let block = generator.subschema_for::<CoverBlock>();
        schemars::json_schema!({ "anyOf": [{ "type": "string" }, block] })
    }
}
