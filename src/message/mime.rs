//! The MIME tree around the two texts (RFC 2046 §5.1):
//! `alternative(text, html)`, or `alternative(text, related(html, images))` where images travel
//! inside. The text comes first: clients show the last part that they can.

use std::sync::Arc;

use crate::render::InlineImage;

use super::{
    ComposeError,
    header::{push_parameter, push_raw},
    transfer::{TransferEncoding, push_base64_lines},
};

/// What stands around the two texts, the same for every reader of a variant.
#[derive(Debug)]
pub(crate) struct Skeleton {
    /// The message's own Content-Type, the empty line, and the head of the text part.
    pub(crate) before_text: Vec<u8>,
    /// From the end of the text to the start of the HTML.
    pub(crate) before_html: Vec<u8>,
}

/// The boundaries and images of an issue.
#[derive(Debug)]
pub(crate) struct MimeFrame {
    boundary: String,
    has_images: bool,
    /// From the end of the HTML to the end of the message.
    after_html: Arc<[u8]>,
}

impl MimeFrame {
    /// `seed` is the hash of the frozen content: the boundary is fixed with it. No line of base64 or
    /// quoted-printable can hold `=_`, so no text can hold the boundary.
    pub(crate) fn new(seed: &str, images: &[InlineImage]) -> Result<Self, ComposeError> {
        let boundary = format!("=_{}", seed.get(..28).unwrap_or(seed));
        let mut after_html = b"\r\n".to_vec();
        for image in images {
            push_image(image, &boundary, &mut after_html)?;
        }
        if !images.is_empty() {
            after_html.extend_from_slice(format!("--{boundary}_r--\r\n\r\n").as_bytes());
        }
        after_html.extend_from_slice(format!("--{boundary}_a--\r\n").as_bytes());
        Ok(Self {
            has_images: !images.is_empty(),
            boundary,
            after_html: after_html.into(),
        })
    }

    /// The skeleton for a variant's encodings.
    pub(crate) fn skeleton(&self, text: TransferEncoding, html: TransferEncoding) -> Skeleton {
        let boundary = &self.boundary;
        let mut before_text = Vec::new();
        push_raw("MIME-Version", "1.0", &mut before_text);
        let alternative = format!("multipart/alternative;\r\n boundary=\"{boundary}_a\"");
        push_raw("Content-Type", &alternative, &mut before_text);
        before_text.extend_from_slice(format!("\r\n--{boundary}_a\r\n").as_bytes());
        push_text_head("plain", text, &mut before_text);

        let mut before_html = format!("\r\n--{boundary}_a\r\n").into_bytes();
        if self.has_images {
            let related =
                format!("multipart/related; type=\"text/html\";\r\n boundary=\"{boundary}_r\"");
            push_raw("Content-Type", &related, &mut before_html);
            before_html.extend_from_slice(format!("\r\n--{boundary}_r\r\n").as_bytes());
        }
        push_text_head("html", html, &mut before_html);
        Skeleton {
            before_text,
            before_html,
        }
    }

    /// From the end of the HTML to the end of the message: one for all of a batch, pictures and all.
    pub(crate) fn after_html(&self) -> &Arc<[u8]> {
        &self.after_html
    }
}

fn push_text_head(subtype: &str, encoding: TransferEncoding, out: &mut Vec<u8>) {
    push_raw(
        "Content-Type",
        &format!("text/{subtype}; charset=utf-8"),
        out,
    );
    push_raw("Content-Transfer-Encoding", encoding.name(), out);
    out.extend_from_slice(b"\r\n");
}

/// Ends in a line end, so that the next boundary follows at once.
fn push_image(image: &InlineImage, boundary: &str, out: &mut Vec<u8>) -> Result<(), ComposeError> {
    let is_token = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-+.".contains(&b))
    };
    let is_media_type = image
        .media_type
        .split_once('/')
        .is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype));
    let is_id = !image.content_id.is_empty()
        && image.content_id.len() <= 200
        && image
            .content_id
            .bytes()
            .all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>');
    if !is_media_type || !is_id {
        return Err(ComposeError::Image {
            file_name: image.file_name.escape_debug().to_string(),
        });
    }
    out.extend_from_slice(format!("--{boundary}_r\r\n").as_bytes());
    push_raw("Content-Type", &image.media_type, out);
    push_raw(
        "Content-Transfer-Encoding",
        TransferEncoding::Base64.name(),
        out,
    );
    push_raw("Content-ID", &format!("<{}>", image.content_id), out);
    out.extend_from_slice(b"Content-Disposition: inline");
    push_parameter("filename", &image.file_name, out);
    out.extend_from_slice(b"\r\n\r\n");
    push_base64_lines(&image.bytes, &[], out);
    out.extend_from_slice(b"\r\n");
    Ok(())
}
