//! Content transfer encodings (RFC 2045 §6), the plain way: whole text in, encoded lines out.
//!
//! This is the rule that `message::part` follows in pieces, and the oracle of its tests:
//!
//! - A part's text has CRLF line ends and is encoded whichever way is shorter for its variant.
//! - Base64 breaks its lines at 76 columns, and at the first multiple of three bytes at or after
//!   the end of each hole; so what follows a hole looks the same, whatever filled the hole, but for
//!   the 0–2 bytes that the hole borrowed. Holes less than three bytes apart are one hole.
//! - Quoted-printable encodes each line of text by itself.

use std::ops::Range;

use super::header::push_base64;

/// How a part travels. Never 8bit: relays rewrite it, and signatures break (RFC 6376 §5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferEncoding {
    /// For text that is mostly not ASCII.
    Base64,
    /// For text that is mostly ASCII.
    QuotedPrintable,
}

impl TransferEncoding {
    /// The name in Content-Transfer-Encoding.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::QuotedPrintable => "quoted-printable",
        }
    }

    /// A whole text with CRLF line ends, encoded.
    #[must_use]
    pub fn encode(self, text: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len() * 2);
        match self {
            Self::Base64 => push_base64_lines(text.as_bytes(), &[], &mut out),
            Self::QuotedPrintable => push_quoted_printable(text, &mut out),
        }
        out
    }

    /// The encoding that makes the text shorter.
    pub(crate) fn shorter_for(text: &str) -> Self {
        let mut quoted = Vec::with_capacity(text.len() * 3);
        push_quoted_printable(text, &mut quoted);
        let base64_length = text.len().div_ceil(3) * 4;
        if quoted.len() < base64_length + base64_length / BASE64_LINE * 2 {
            Self::QuotedPrintable
        } else {
            Self::Base64
        }
    }
}

/// Columns of a base64 line.
pub(crate) const BASE64_LINE: usize = 76;
/// The bytes that fill such a line.
pub(crate) const BASE64_LINE_BYTES: usize = BASE64_LINE / 4 * 3;
/// Holes closer than this are one hole.
pub(crate) const HOLE_GAP: usize = 3;
/// Columns of a quoted-printable line before the `=` of a soft break.
const QUOTED_LINE: usize = 75;

/// Lines of text with CRLF ends, whatever they ended with.
pub(crate) fn with_crlf(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 32);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                characters.next_if_eq(&'\n');
                out.push_str("\r\n");
            }
            '\n' => out.push_str("\r\n"),
            _ => out.push(character),
        }
    }
    out
}

/// Base64 with the line breaks of the rule; no line break at the end. `holes` are the places in
/// `bytes` that differ from reader to reader, in order.
pub(crate) fn push_base64_lines(bytes: &[u8], holes: &[Range<usize>], out: &mut Vec<u8>) {
    let mut breaks = break_positions(bytes.len(), holes);
    breaks.push(bytes.len());
    let mut start = 0;
    for end in breaks {
        for line in bytes[start..end].chunks(BASE64_LINE_BYTES) {
            push_base64(line, out);
            out.extend_from_slice(b"\r\n");
        }
        start = end;
    }
    if !bytes.is_empty() {
        out.truncate(out.len() - 2);
    }
}

fn break_positions(length: usize, holes: &[Range<usize>]) -> Vec<usize> {
    let mut breaks = Vec::new();
    for (index, hole) in holes.iter().enumerate() {
        let goes_on = holes
            .get(index + 1)
            .is_some_and(|next| next.start - hole.end < HOLE_GAP);
        let position = hole.end.next_multiple_of(3);
        if !goes_on && position > 0 && position < length {
            breaks.push(position);
        }
    }
    breaks
}

/// Quoted-printable (RFC 2045 §6.7), each line of text by itself.
pub(crate) fn push_quoted_printable(text: &str, out: &mut Vec<u8>) {
    let mut lines = text.split("\r\n").peekable();
    while let Some(line) = lines.next() {
        push_quoted_line(line.as_bytes(), out);
        if lines.peek().is_some() {
            out.extend_from_slice(b"\r\n");
        }
    }
}

/// One line of text as one line or, with soft breaks, several.
///
/// Beyond the RFC's rule a dot or `From ` at the start of a line is encoded, so that nothing on
/// the way has a reason to touch it.
pub(crate) fn push_quoted_line(bytes: &[u8], out: &mut Vec<u8>) {
    let mut column = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let mut is_literal = match byte {
            b'=' => false,
            b' ' | b'\t' => at + 1 < bytes.len(),
            b'!'..=b'~' => true,
            _ => false,
        };
        if column + if is_literal { 1 } else { 3 } > QUOTED_LINE {
            out.extend_from_slice(b"=\r\n");
            column = 0;
        }
        if column == 0 && (byte == b'.' || bytes[at..].starts_with(b"From ")) {
            is_literal = false;
        }
        if is_literal {
            out.push(byte);
            column += 1;
        } else {
            out.extend_from_slice(&[b'=', hex(byte >> 4), hex(byte & 15)]);
            column += 3;
        }
    }
}

fn hex(nibble: u8) -> u8 {
    b"0123456789ABCDEF"[usize::from(nibble & 15)]
}
