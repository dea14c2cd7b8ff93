//! Issue + templates → [`RenderedIssue`]: subject, HTML with its CSS inlined, text part.
//! Rendering is pure: a [`Composition`] holds everything it needs, so that a frozen batch renders
//! the same whatever happens to the files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything that an issue's mail is made from, free of files: what a batch freezes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Composition {
    /// Template name → text: the publication's own over the built-in ones.
    pub templates: BTreeMap<String, String>,
    /// What the templates see, apart from the reader.
    pub context: serde_json::Value,
    /// Images that travel with the message.
    pub images: Vec<InlineImage>,
}

/// An image that travels inside the message (RFC 2392).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InlineImage {
    /// The Content-ID without angle brackets; the HTML says `cid:` and this.
    pub content_id: String,
    /// `image/png`, …
    pub media_type: String,
    /// The file name to suggest.
    pub file_name: String,
    /// The file, in base64 when serialised.
    #[serde(with = "base64_bytes")]
    pub bytes: Vec<u8>,
}

/// What the templates see of one reader.
///
/// Rendered with real values this is the reference path; rendered with opaque tokens in place of
/// the values it is what the compiled message is cut from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReaderView {
    /// The reader's name, where known.
    pub name: Option<String>,
    /// The reader's address.
    pub email: String,
    /// BCP 47 tag; the publication's where the reader named none.
    pub language: String,
    /// The reader's tags.
    pub tags: Vec<String>,
    /// The reader's own links.
    pub links: ReaderLinks,
}

/// The reader's own links. None where the publication has no pages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ReaderLinks {
    /// Shows a page that asks for one click. Falls back to a mailto:.
    pub unsubscribe: Option<String>,
    /// Editions, name, language.
    pub preferences: Option<String>,
    /// 의견 남기기.
    pub feedback: Option<String>,
    /// This issue on the web.
    pub web_version: Option<String>,
}

/// An issue rendered for one [`ReaderView`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedIssue {
    /// The subject, not yet encoded.
    pub subject: String,
    /// The HTML part, its CSS inlined, lines separated by LF.
    pub html: String,
    /// The text part, lines separated by LF.
    pub text: String,
}

mod base64_bytes {
    //! Bytes as a base64 string.
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        STANDARD
            .decode(String::deserialize(from)?)
            .map_err(D::Error::custom)
    }
}
