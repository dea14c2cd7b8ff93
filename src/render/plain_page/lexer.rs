//! The next piece of a page, where it is written in the one way that needs no parser: names in small letters,
//! attributes in double quotes, nothing twice.

use std::ops::Range;

use memchr::{memchr, memchr2, memmem};

use super::token::PlainAttribute;
use crate::render::markup::STYLE_END;

const DOCTYPE: &str = "<!DOCTYPE html>";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RawKind {
    Doctype,
    Open,
    Close,
    Text,
    Comment,
    Sheet,
}

#[derive(Debug)]
pub(super) struct RawToken<'p> {
    pub(super) kind: RawKind,
    pub(super) text: &'p str,
    pub(super) name: &'p str,
    attributes: Range<usize>,
}

impl RawToken<'_> {
    pub(super) fn attributes(&self) -> Range<usize> {
        self.attributes.clone()
    }
}

/// The first piece of a text that is not empty; a tag's attributes are added to the others.
pub(super) fn lex<'p>(
    rest: &'p str,
    attributes: &mut Vec<PlainAttribute<'p>>,
) -> Option<RawToken<'p>> {
    let piece = |kind, end: usize, name| RawToken {
        kind,
        text: &rest[..end],
        name,
        attributes: 0..0,
    };
    let bytes = rest.as_bytes();
    if bytes[0] != b'<' {
        // Written as `&gt;` by whoever writes the page again.
        let end = match memchr2(b'<', b'>', bytes) {
            Some(at) if bytes[at] == b'>' => return None,
            end => end.unwrap_or(rest.len()),
        };
        return Some(piece(RawKind::Text, end, ""));
    }
    match bytes.get(1)? {
        b'!' if rest.starts_with("<!--") => {
            let end = comment_end(rest)?;
            Some(piece(RawKind::Comment, end, ""))
        }
        b'!' if rest.starts_with(DOCTYPE) => Some(piece(RawKind::Doctype, DOCTYPE.len(), "")),
        b'/' => {
            let end = memchr(b'>', bytes)?;
            let name = &rest[2..end];
            is_name(name).then(|| piece(RawKind::Close, end + 1, name))
        }
        b'a'..=b'z' => {
            let before = attributes.len();
            let (end, name) = open_tag(rest, attributes)?;
            if name != "style" {
                let mut token = piece(RawKind::Open, end, name);
                token.attributes = before..attributes.len();
                return Some(token);
            }
            let sheet = &rest[end..];
            let length = memmem::find(sheet.as_bytes(), STYLE_END.as_bytes())?;
            let is_plain = !sheet[..length].to_ascii_lowercase().contains("</style");
            is_plain.then(|| piece(RawKind::Sheet, end + length + STYLE_END.len(), name))
        }
        _ => None,
    }
}

fn comment_end(rest: &str) -> Option<usize> {
    let inside = &rest[4..];
    let length = memmem::find(inside.as_bytes(), b"-->")?;
    let is_plain = !inside.starts_with('>')
        && !inside.starts_with("->")
        && memmem::find(&inside.as_bytes()[..length], b"--!>").is_none();
    is_plain.then_some(4 + length + 3)
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// Where a tag ends, and its name.
fn open_tag<'p>(
    rest: &'p str,
    attributes: &mut Vec<PlainAttribute<'p>>,
) -> Option<(usize, &'p str)> {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while bytes
        .get(at)
        .is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    {
        at += 1;
    }
    let name = &rest[1..at];
    let first = attributes.len();
    loop {
        let gap = at;
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        if *bytes.get(at)? == b'>' {
            return Some((at + 1, name));
        }
        if at == gap {
            return None;
        }
        let start = at;
        while bytes.get(at).is_some_and(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'_')
        }) {
            at += 1;
        }
        let named = &rest[start..at];
        if named.is_empty() || !rest[at..].starts_with("=\"") {
            return None;
        }
        let value = &rest[at + 2..];
        let length = memchr(b'"', value.as_bytes())?;
        if attributes[first..].iter().any(|one| one.name == named) {
            return None;
        }
        attributes.push(PlainAttribute {
            name: named,
            value: &value[..length],
        });
        at += 2 + length + 1;
    }
}
