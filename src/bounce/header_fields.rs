//! A mail's header as strangers write it: fields found by name, unfolded, in any charset. Bounded; never fails.
//!
//! Not: our own header, which is written (`message::header`), nor the parts of a mail (`mail_parts`).

use std::borrow::Cow;

use mail_parser::{HeaderValue, parsers::MessageStream};

/// The most fields of one header.
const MOST_FIELDS: usize = 400;
/// The most bytes of one field that are looked at.
const MOST_BYTES: usize = 16 << 10;

/// The fields of one header, in their order.
#[derive(Debug, Default)]
pub(super) struct HeaderFields<'a> {
    fields: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> HeaderFields<'a> {
    /// The header at the beginning of these bytes, and what follows its blank line. A line that is neither a field
    /// nor folded belongs to the field before it: broken mailers fold without white space.
    pub(super) fn split(bytes: &'a [u8]) -> (Self, &'a [u8]) {
        let mut fields: Vec<(&[u8], &[u8])> = Vec::new();
        let (mut at, mut start, mut colon) = (0, None, 0);
        let mut keep = |start: Option<usize>, colon: usize, end: usize| {
            if let Some(start) = start.filter(|_| fields.len() < MOST_FIELDS) {
                let end = end.min(colon + 1 + MOST_BYTES);
                fields.push((&bytes[start..colon], &bytes[colon + 1..end]));
            }
        };
        while at < bytes.len() {
            let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end + 1);
            let line = bytes[at..end].trim_ascii_end();
            if line.is_empty() {
                keep(start, colon, at);
                return (Self { fields }, &bytes[end..]);
            }
            if let Some(length) = name_length(line) {
                keep(start, colon, at);
                (start, colon) = (Some(at), at + length);
            }
            at = end;
        }
        keep(start, colon, bytes.len());
        (Self { fields }, &[])
    }

    /// How many fields there are.
    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }

    /// The first field of that name, unfolded; the name is compared in any case.
    pub(super) fn get(&self, name: &str) -> Option<Cow<'a, str>> {
        self.raw(name).map(unfolded)
    }

    /// Every field of that name.
    pub(super) fn all<'b>(&'b self, name: &'b str) -> impl Iterator<Item = Cow<'a, str>> + 'b {
        self.fields
            .iter()
            .filter(move |(own, _)| own.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| unfolded(value))
    }

    /// The first field of that name with its encoded words decoded (RFC 2047).
    pub(super) fn decoded(&self, name: &str) -> Option<String> {
        let value = self.raw(name)?;
        if memchr::memmem::find(value, b"=?").is_none() {
            return Some(unfolded(value).trim().to_owned());
        }
        // The parser wants the line's end.
        let mut line = value.to_vec();
        line.push(b'\n');
        match MessageStream::new(&line).parse_unstructured() {
            HeaderValue::Text(text) => Some(text.trim().to_owned()),
            _ => Some(unfolded(value).trim().to_owned()),
        }
    }

    /// A parameter of the Content-Type or another field: `boundary`, `charset`, `report-type`.
    pub(super) fn parameter(&self, field: &str, name: &str) -> Option<String> {
        let value = self.get(field)?;
        let mut rest = value.split_once(';')?.1;
        loop {
            let (key, after) = rest.split_once('=')?;
            let (value, after) = match after.trim_start().strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
                None => after.split_at(after.find(';').unwrap_or(after.len())),
            };
            if key
                .trim_matches([' ', '\t', ';'])
                .eq_ignore_ascii_case(name)
            {
                return Some(value.trim().to_owned());
            }
            rest = after;
        }
    }

    fn raw(&self, name: &str) -> Option<&'a [u8]> {
        self.fields
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| *value)
    }
}

/// How long the name of the field is that the line begins.
fn name_length(line: &[u8]) -> Option<usize> {
    let colon = memchr::memchr(b':', &line[..line.len().min(80)])?;
    let name = &line[..colon];
    let is_name = !name.is_empty()
        && name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    is_name.then_some(colon)
}

fn unfolded(value: &[u8]) -> Cow<'_, str> {
    let value = value.trim_ascii();
    let text = String::from_utf8_lossy(value);
    if memchr::memchr2(b'\n', b'\t', value).is_none() {
        return text;
    }
    let mut whole = String::with_capacity(text.len());
    for line in text.lines() {
        if !whole.is_empty() {
            whole.push(' ');
        }
        whole.push_str(line.trim());
    }
    Cow::Owned(whole.replace('\t', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_as_broken_mailers_write_it() {
        let (fields, body) = HeaderFields::split(
            b"Subject: =?UTF-8?B?67CY7Iah?=\r\nContent-Type: multipart/report;\r\nboundary=\"a b\";\r\n\treport-type=x\r\n\r\nbody",
        );
        assert_eq!(fields.decoded("subject").as_deref(), Some("반송"));
        assert_eq!(
            fields.parameter("content-type", "boundary").as_deref(),
            Some("a b")
        );
        assert_eq!(
            fields.parameter("content-type", "report-type").as_deref(),
            Some("x")
        );
        assert_eq!(body, b"body");
        assert_eq!(fields.len(), 2);
    }

    #[test]
    fn what_has_no_end_is_still_a_header() {
        let (fields, body) = HeaderFields::split(b"To: a@example.com\n more");
        assert_eq!(fields.get("TO").as_deref(), Some("a@example.com more"));
        assert!(body.is_empty());
    }
}
