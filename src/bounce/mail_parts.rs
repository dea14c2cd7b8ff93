//! A mail taken apart: what a report says to people, what it says to programs, and the message that it is about.
//! Bounded in bytes, parts and levels, whatever a stranger sends.
//!
//! Not: what the texts mean (`delivery_status`, `narrative`, `feedback`).

use std::borrow::Cow;

use encoding_rs::Encoding;
use mail_parser::decoders::{
    base64::base64_decode, html::html_to_text, quoted_printable::quoted_printable_decode,
};

use super::{header_fields::HeaderFields, quotation};

/// What is looked at of a mail.
const MOST_BYTES: usize = 2 << 20;
/// How deep parts lie within parts.
const MOST_LEVELS: usize = 32;
/// How many parts are looked at.
const MOST_PARTS: usize = 256;
/// The most bytes of one part that are decoded.
const MOST_OF_PART: usize = 256 << 10;
/// The most bytes of all texts together.
const MOST_TEXT: usize = 512 << 10;
/// What is looked at of the quoted message: its header and the beginning of its text.
const MOST_QUOTED: usize = 64 << 10;

/// A mail taken apart.
#[derive(Debug, Default)]
pub(super) struct MailParts<'a> {
    pub(super) header: HeaderFields<'a>,
    /// The lower-case `report-type`.
    pub(super) report_type: String,
    /// What people are told, up to where the original message begins.
    pub(super) narrative: String,
    /// The text in HTML, where there is no other: the narrative is made of it.
    pub(super) html: Option<String>,
    /// message/delivery-status.
    pub(super) status: String,
    /// message/feedback-report.
    pub(super) feedback: String,
    /// message/disposition-notification.
    pub(super) disposition: String,
    /// The original message: its header, and the beginning of its text.
    pub(super) quoted: String,
    /// A message that was attached whole: a report may have been forwarded.
    pub(super) attached: Option<&'a [u8]>,
}

impl<'a> MailParts<'a> {
    /// Takes a mail apart.
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        let bytes = without_envelope_line(&bytes[..bytes.len().min(MOST_BYTES)]);
        let (header, body) = HeaderFields::split(bytes);
        let mut parts = Self {
            report_type: header
                .parameter("content-type", "report-type")
                .unwrap_or_default()
                .to_ascii_lowercase(),
            ..Self::default()
        };
        let mut walk = Walk::default();
        let (own, _) = HeaderFields::split(bytes);
        walk.visit(own, body, 0, &mut parts);
        parts.header = header;
        if let Some((header, body)) = walk.html.filter(|_| parts.narrative.trim().is_empty()) {
            let html = decoded(&header, body).into_owned();
            parts.push_narrative(&html_to_text(&html));
            parts.html = Some(html);
        }
        parts
    }

    fn push_narrative(&mut self, text: &str) {
        let (told, quoted) = quotation::split(text);
        push_bounded(told, MOST_TEXT, &mut self.narrative);
        self.push_quoted(quoted);
    }

    fn push_quoted(&mut self, text: &str) {
        push_bounded(text, MOST_QUOTED, &mut self.quoted);
    }
}

/// What is kept on the way through the parts.
#[derive(Default)]
struct Walk<'a> {
    seen: usize,
    /// The first part in HTML: read where there is no other text.
    html: Option<(HeaderFields<'a>, &'a [u8])>,
}

impl<'a> Walk<'a> {
    /// One part. The recursion ends at [`MOST_LEVELS`].
    fn visit(
        &mut self,
        header: HeaderFields<'a>,
        body: &'a [u8],
        level: usize,
        out: &mut MailParts<'a>,
    ) {
        self.seen += 1;
        if self.seen > MOST_PARTS {
            return;
        }
        let media_type = media_type(&header);
        let boundary = header
            .parameter("content-type", "boundary")
            .filter(|_| media_type.starts_with("multipart/") && level < MOST_LEVELS);
        if boundary.is_some_and(|boundary| self.visit_parts(body, &boundary, level, out)) {
            return;
        }
        match media_type.as_str() {
            "message/delivery-status"
            | "message/global-delivery-status"
            | "message/xdelivery-status" => {
                push_bounded(&decoded(&header, body), MOST_TEXT, &mut out.status);
            }
            "message/feedback-report" => {
                push_bounded(&decoded(&header, body), MOST_TEXT, &mut out.feedback);
            }
            "message/disposition-notification" => {
                push_bounded(&decoded(&header, body), MOST_TEXT, &mut out.disposition);
            }
            "message/rfc822" | "message/global" | "message/partial" => {
                out.attached.get_or_insert(body);
                out.push_quoted(&lossy(body, MOST_QUOTED));
            }
            "text/rfc822-headers" | "message/global-headers" => {
                out.push_quoted(&decoded(&header, &body[..body.len().min(MOST_QUOTED)]));
            }
            "text/html" => {
                self.html.get_or_insert((header, body));
            }
            kind if is_text(kind) => {
                let text = decoded(&header, body);
                match is_attached_header(&header) {
                    true => out.push_quoted(&text),
                    false => out.push_narrative(&text),
                }
            }
            _ => {}
        }
    }

    /// The parts between a boundary's lines; false where there are none.
    fn visit_parts(
        &mut self,
        body: &'a [u8],
        boundary: &str,
        level: usize,
        out: &mut MailParts<'a>,
    ) -> bool {
        let mark = format!("--{boundary}");
        let finder = memchr::memmem::Finder::new(mark.as_bytes());
        let mut starts = finder
            .find_iter(body)
            .filter(|at| *at == 0 || body[at - 1] == b'\n')
            .peekable();
        let Some(first) = starts.peek().copied() else {
            return false;
        };
        let before = lossy(&body[..first], MOST_OF_PART);
        if before.contains('@') {
            // A report of before MIME, with the parts for programs behind it.
            out.push_narrative(&before);
        }
        while let Some(at) = starts.next() {
            let after = &body[at + mark.len()..];
            if after.starts_with(b"--") || self.seen > MOST_PARTS {
                break;
            }
            let end = starts.peek().map_or(body.len(), |next| *next);
            let start =
                memchr::memchr(b'\n', after).map_or(body.len(), |line| at + mark.len() + line + 1);
            let part = &body[start.min(end)..end];
            let (header, body) = match part.first() {
                Some(b'\n') => (HeaderFields::default(), &part[1..]),
                _ => HeaderFields::split(part),
            };
            self.visit(header, body, level + 1, out);
        }
        true
    }
}

/// mbox's line before the header, and blank lines before a mail.
fn without_envelope_line(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.trim_ascii_start();
    match bytes.strip_prefix(b"From ") {
        Some(rest) => memchr::memchr(b'\n', rest).map_or(&[], |end| &rest[end + 1..]),
        None => bytes,
    }
}

fn media_type(header: &HeaderFields<'_>) -> String {
    let value = header.get("content-type").unwrap_or_default();
    let kind = value.split(';').next().unwrap_or_default().trim();
    kind.to_ascii_lowercase()
}

/// Text, and what says nothing of what it is.
fn is_text(kind: &str) -> bool {
    kind.is_empty()
        || !kind.contains('/')
        || kind.starts_with("text/")
        || kind.starts_with("multipart/")
}

/// A text that is a file: the original's header under another name.
fn is_attached_header(header: &HeaderFields<'_>) -> bool {
    let named = |field| {
        header
            .get(field)
            .is_some_and(|value| value.to_ascii_lowercase().contains("header"))
    };
    named("content-disposition") || named("content-type")
}

fn push_bounded(text: &str, most: usize, out: &mut String) {
    let room = most.saturating_sub(out.len());
    let end = text.floor_char_boundary(room.min(text.len()));
    if end > 0 && !out.is_empty() {
        out.push('\n');
    }
    out.push_str(&text[..end]);
}

fn lossy(bytes: &[u8], most: usize) -> Cow<'_, str> {
    String::from_utf8_lossy(&bytes[..bytes.len().min(most)])
}

/// The text of a part, out of its transfer encoding and its charset. What can't be decoded stays as it is.
fn decoded<'a>(header: &HeaderFields<'_>, body: &'a [u8]) -> Cow<'a, str> {
    let body = &body[..body.len().min(MOST_OF_PART)];
    let encoding = header.get("content-transfer-encoding").unwrap_or_default();
    let bytes = match encoding.trim().to_ascii_lowercase().as_str() {
        "base64" => base64_decode(body).map(Cow::Owned),
        "quoted-printable" => quoted_printable_decode(body).map(Cow::Owned),
        _ => None,
    }
    .unwrap_or(Cow::Borrowed(body));
    let charset = header
        .parameter("content-type", "charset")
        .and_then(|label| Encoding::for_label(label.as_bytes()));
    match (charset, bytes) {
        (Some(charset), bytes) if charset != encoding_rs::UTF_8 => {
            Cow::Owned(charset.decode(&bytes).0.into_owned())
        }
        (_, Cow::Borrowed(bytes)) => String::from_utf8_lossy(bytes),
        (_, Cow::Owned(bytes)) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    }
}
