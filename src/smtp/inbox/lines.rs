//! The lines of a conversation and of a message, as RFC 5321 has them.

use memchr::memmem;

/// `FROM:<a@example.com> SIZE=1` → the address and what follows. Also without the brackets, as
/// people type it.
pub(super) fn path<'a>(argument: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let head = argument.get(..keyword.len())?;
    if !head.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let rest = argument[keyword.len()..].trim_start();
    let (address, parameters) = match rest.strip_prefix('<') {
        Some(inner) => inner.split_once('>')?,
        None if rest.is_empty() => return None,
        None => rest.split_once(' ').unwrap_or((rest, "")),
    };
    let is_clean = !address.contains(|c: char| c.is_control() || c == '<' || c == '>');
    is_clean.then_some((address, parameters.trim()))
}

/// RFC 5321 §4.5.2, backwards.
pub(super) fn without_doubled_dots(message: Vec<u8>) -> Vec<u8> {
    if !message.starts_with(b".") && memmem::find(&message, b"\r\n.").is_none() {
        return message;
    }
    let mut plain = Vec::with_capacity(message.len());
    let mut rest = message.strip_prefix(b".").unwrap_or(&message);
    while let Some(at) = memmem::find(rest, b"\r\n.") {
        plain.extend_from_slice(&rest[..at + 2]);
        rest = &rest[at + 3..];
    }
    plain.extend_from_slice(rest);
    plain
}

pub(super) fn has_bare_line_ends(message: &[u8]) -> bool {
    memchr::memchr2_iter(b'\r', b'\n', message).any(|at| match message[at] {
        b'\r' => message.get(at + 1) != Some(&b'\n'),
        _ => at == 0 || message[at - 1] != b'\r',
    })
}
