//! Issue + templates → [`RenderedIssue`]: subject, HTML with its CSS inlined, text part.
//!
//! Two steps. [`Composition::prepare`] does once an issue what does not depend on the reader: blocks
//! to HTML and to text, images, colours, dates; the result is free of files, so that a frozen batch
//! renders the same whatever happens to them. [`Renderer::render`] then is a pure function of one
//! [`ReaderView`]: it fills `email/issue.html` and `email/issue.txt`, and inlines the CSS.
//!
//! # A reader's values are opaque
//! No template sees a name, an address or a link of a reader's: a mark stands in for each, and the value
//! is put where the mark came out (`holes`), escaped as the place wants it. So one rendering serves all
//! readers of a kind, and preview, test, rendering and sending show the same. What a template cannot do
//! with a value is an error at its line (`opaque`). While the CSS inliner parses the page and writes it
//! anew, every `&` and every no-break space wears a veil (`escape::Veil`), since the inliner would
//! otherwise write `&#39;` as `'` and `&quot;` in a text as `"`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

mod addressed;
mod columns;
mod composition;
pub(crate) mod css;
mod ejected;
mod engine;
mod escape;
mod filled_sheets;
mod highlight;
mod holes;
mod html;
mod images;
mod linked_issue;
mod long_words;
mod mail_design;
pub(crate) mod markup;
mod opaque;
pub(crate) mod plain_page;
mod proof;
mod renderer;
mod slim;
mod style_inliner;
mod style_memory;
mod tags;
mod templates;
mod text;
mod words;

pub(crate) use columns::alignments_of;
pub use composition::{ImagePolicy, PrepareInput};
pub(crate) use ejected::{TemplateStanding, diff, eject, list};
pub(crate) use escape::{escape_html, escape_text, percent_encode};
pub(crate) use highlight::{CodeColours, MAX_HIGHLIGHTED_BYTES};
pub(crate) use images::{PicturesAsked, below_root, is_remote};
pub use linked_issue::LinkedIssue;
pub(crate) use opaque::Misuse;
pub(crate) use proof::MailProof;
pub(crate) use renderer::Renderer;
pub use templates::Templates;
pub(crate) use {
    composition::{beginning, contact_url, direction, preheader_spacers},
    ejected::standing,
    engine::TemplateEngine,
    holes::{CutText, Hole, ReaderField},
    html::{TableForm, host},
    mail_design::MailDesign,
    opaque::AskedOf,
    renderer::{Outline, tidy_text},
    words::{MailWords, callout_key, task_mark},
};

use crate::source::SourceError;

/// Why an issue cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// Something wrong at a place in a template, an issue or a file of words.
    #[error(transparent)]
    Source(Box<SourceError>),
    /// A file that cannot be read.
    #[error("failed to read `{path}`")]
    Unreadable {
        /// Relative to the publication's root.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The CSS inliner gave up on the rendered page.
    #[error("failed to inline the styles of the rendered mail")]
    Styles(#[source] css_inline::InlineError),
    /// More HTML than a mail can have.
    #[error("up to here the issue makes more than {most} MB of HTML", most = html::MAX_HTML_BYTES >> 20)]
    TooLong,
    /// The page uses up the characters that stand in for entities while styles are inlined.
    #[error("the rendered mail contains every private-use character of Unicode")]
    PrivateUse,
}

impl From<SourceError> for RenderError {
    fn from(error: SourceError) -> Self {
        Self::Source(Box::new(error))
    }
}

/// Everything that an issue's mail is made from, free of files: what a batch freezes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Composition {
    /// Template name → text: the publication's own over the built-in ones.
    pub templates: BTreeMap<String, String>,
    /// What the templates see, apart from the reader.
    pub context: serde_json::Value,
    /// Images that travel with the message.
    pub images: Vec<InlineImage>,
    /// Images that readers fetch. The batch keeps them: a mail that has left shows its pictures
    /// whatever becomes of their files.
    #[serde(default)]
    pub published: Vec<PublishedImage>,
}

/// An image that travels inside the message (RFC 2392).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// An image that readers fetch from the publication's pages: whatever makes these (a server, a folder
/// to upload) has `bytes` under `path`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedImage {
    /// Below `web.base_url`, named by its content: `images/8c1f….jpg`.
    pub path: String,
    /// As the HTML says it.
    pub url: String,
    /// The file, in base64 when serialised.
    #[serde(with = "base64_bytes")]
    pub bytes: Vec<u8>,
}

impl InlineImage {
    /// Its name in a folder of files: unique, and in need of no encoding.
    #[must_use]
    pub(crate) fn disk_name(&self) -> String {
        let hash = self.content_id.split('@').next().unwrap_or_default();
        let extension = match self.media_type.rsplit('/').next().unwrap_or_default() {
            "jpeg" => "jpg",
            extension => extension,
        };
        format!("{hash}.{extension}")
    }
}

impl Composition {
    /// The HTML part as a file to open in a browser: its pictures are the [`Composition::files`]
    /// beside it.
    #[must_use]
    pub(crate) fn page_beside_images(&self, html: &str) -> String {
        let inline = self
            .images
            .iter()
            .map(|image| (format!("cid:{}", image.content_id), image.disk_name()));
        let published = self
            .published
            .iter()
            .map(|image| (image.url.clone(), image.path.clone()));
        inline
            .chain(published)
            .fold(html.to_owned(), |html, (address, file)| {
                html.replace(&address, &file)
            })
    }

    /// Every picture of the mail as a file: where it lies beside the page, and its bytes.
    pub(crate) fn files(&self) -> impl Iterator<Item = (String, &[u8])> {
        let inline = self
            .images
            .iter()
            .map(|image| (image.disk_name(), image.bytes.as_slice()));
        let published = self
            .published
            .iter()
            .map(|image| (image.path.clone(), image.bytes.as_slice()));
        inline.chain(published)
    }
}

/// What a mail says of one reader. Templates see language and tags; of the rest, whether it is there.
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

impl ReaderView {
    /// The value of a field, where the reader has one.
    pub(crate) fn value(&self, field: ReaderField) -> Option<&str> {
        let value = match field {
            ReaderField::Name => self.name.as_deref(),
            ReaderField::Email => Some(self.email.as_str()),
            ReaderField::Unsubscribe => self.links.unsubscribe.as_deref(),
            ReaderField::Preferences => self.links.preferences.as_deref(),
            ReaderField::Feedback => self.links.feedback.as_deref(),
            ReaderField::FeedbackAddress => self.links.feedback_address.as_deref(),
        };
        value.filter(|value| !value.is_empty())
    }

    fn set(&mut self, field: ReaderField, value: String) {
        match field {
            ReaderField::Name => self.name = Some(value),
            ReaderField::Email => self.email = value,
            ReaderField::Unsubscribe => self.links.unsubscribe = Some(value),
            ReaderField::Preferences => self.links.preferences = Some(value),
            ReaderField::Feedback => self.links.feedback = Some(value),
            ReaderField::FeedbackAddress => self.links.feedback_address = Some(value),
        }
    }
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
    /// Where the reader mails an opinion to: an address. None where the publication takes none by mail.
    pub feedback_address: Option<String>,
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

#[cfg(test)]
mod tests;
