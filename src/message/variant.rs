//! One rendering for all readers that a template cannot tell apart, each part encoded but for its holes.

use std::sync::OnceLock;

use crate::render::{CutText, Outline};

use super::{
    dkim::BegunBody,
    fields::ReaderFields,
    header::push_text,
    mime::{MimeFrame, Skeleton},
    part::CompiledPart,
    transfer::{TransferEncoding, push_base64_lines, push_quoted_printable, with_crlf},
};

/// What a template's conditions may depend on. None where no template asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VariantKey {
    pub(crate) has_name: bool,
    pub(crate) language: Option<String>,
    pub(crate) tags: Option<Vec<String>>,
}

impl VariantKey {
    pub(crate) fn matches(&self, has_name: bool, language: &str, tags: &[String]) -> bool {
        self.has_name == has_name
            && self.language.as_deref().is_none_or(|own| own == language)
            && self.tags.as_deref().is_none_or(|own| own == tags)
    }
}

/// A variant, ready for its readers.
#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) key: VariantKey,
    /// The subject as a line of the header.
    pub(crate) subject_line: Vec<u8>,
    pub(crate) skeleton: Skeleton,
    pub(crate) text: BodyPart,
    pub(crate) html: BodyPart,
    /// What all its bodies begin with, for signatures; made with the first of them.
    begun: OnceLock<BegunBody>,
}

impl Variant {
    /// Encodes what a rendering says to all of them.
    pub(crate) fn new(key: VariantKey, outline: &Outline, mime: &MimeFrame) -> Self {
        let mut subject_line = Vec::new();
        push_text("Subject", &outline.subject, &mut subject_line);
        let text = BodyPart::new(&outline.text);
        let html = BodyPart::new(&outline.html);
        Self {
            key,
            subject_line,
            skeleton: mime.skeleton(text.encoding, html.encoding),
            text,
            html,
            begun: OnceLock::new(),
        }
    }

    /// What the body of each of its messages begins with.
    pub(crate) fn begun_body(&self) -> &BegunBody {
        self.begun.get_or_init(|| {
            let head = &self.skeleton.before_text;
            let body = memchr::memmem::find(head, b"\r\n\r\n").map_or(head.len(), |at| at + 4);
            BegunBody::new([&head[body..], self.text.compiled.beginning()].concat())
        })
    }

    /// Bytes of each of its messages, about: what fills the holes and the header are little beside it.
    pub(crate) fn message_bytes(&self) -> usize {
        self.text.compiled.fixed_bytes() + self.html.compiled.fixed_bytes()
    }

    /// Bytes of memory that it takes, about.
    pub(crate) fn weight_bytes(&self) -> usize {
        self.text.weight_bytes() + self.html.weight_bytes()
    }
}

/// The text or the HTML of a variant's messages.
#[derive(Debug)]
pub(crate) struct BodyPart {
    /// With CRLF line ends.
    cut: CutText,
    encoding: TransferEncoding,
    compiled: CompiledPart,
}

impl BodyPart {
    fn new(cut: &CutText) -> Self {
        let cut = CutText {
            pieces: cut.pieces.iter().map(|piece| with_crlf(piece)).collect(),
            holes: cut.holes.clone(),
        };
        let encoding = TransferEncoding::shorter_for(&cut.pieces.concat());
        Self {
            compiled: CompiledPart::new(&cut, encoding),
            encoding,
            cut,
        }
    }

    /// Appends the part as this reader gets it. `scratch` is anything; it spares an allocation.
    pub(crate) fn push(&self, values: &ReaderFields, scratch: &mut Vec<u8>, out: &mut Vec<u8>) {
        self.compiled.push(values, scratch, out);
    }

    /// The same, filled whole and then encoded by the rule of `transfer`.
    pub(crate) fn push_plain(&self, values: &ReaderFields, out: &mut Vec<u8>) {
        let (text, holes) = self.cut.filled(|field| values.get(field));
        match self.encoding {
            TransferEncoding::QuotedPrintable => push_quoted_printable(&text, out),
            TransferEncoding::Base64 => push_base64_lines(text.as_bytes(), &holes, out),
        }
    }

    fn weight_bytes(&self) -> usize {
        self.cut.len_bytes() + self.compiled.weight_bytes()
    }
}
