//! Addresses as nearly all are: letters, digits and few signs, in ASCII, whose domain needs no more than small letters.
//! Read in one pass, and exactly as the policy reads them; any other text is the policy's to judge.

use super::{Address, MAX_BYTES, MAX_LOCAL_BYTES};

const MAX_LABEL_BYTES: usize = 63;
const MAX_DOMAIN_BYTES: usize = 253;

/// None: it needs a closer look.
pub(super) fn parse(text: &str) -> Option<Address> {
    let at = memchr::memchr(b'@', text.as_bytes())?;
    let (local, domain) = (&text.as_bytes()[..at], &text.as_bytes()[at + 1..]);
    let is_plain = text.len() <= MAX_BYTES
        && local.len() <= MAX_LOCAL_BYTES
        && domain.len() <= MAX_DOMAIN_BYTES
        && is_dot_atom(local)
        && is_domain(domain);
    if !is_plain {
        return None;
    }
    let mut text = text.to_owned();
    text[at..].make_ascii_lowercase();
    Some(Address { text, at })
}

/// RFC 5322 §3.2.3, ASCII.
fn is_dot_atom(local: &[u8]) -> bool {
    local
        .split(|byte| *byte == b'.')
        .all(|atom| !atom.is_empty() && atom.iter().all(|byte| is_atext(*byte)))
}

/// What may stand in an atom.
pub(super) fn is_atext(byte: u8) -> bool {
    ATEXT[usize::from(byte)]
}

/// A list is read of millions of addresses: one look a letter.
const ATEXT: [bool; 256] = {
    let mut may_stand = [false; 256];
    let signs = b"!#$%&'*+-/=?^_`{|}~";
    let mut at = 0;
    while at < signs.len() {
        may_stand[signs[at] as usize] = true;
        at += 1;
    }
    let mut byte = 0_u8;
    while byte < 128 {
        may_stand[byte as usize] |= byte.is_ascii_alphanumeric();
        byte += 1;
    }
    may_stand
};

/// Two labels or more of letters, digits and hyphens. Where a hyphen stands third and fourth, as in punycode, what the
/// label stands for would have to be looked at.
fn is_domain(domain: &[u8]) -> bool {
    let mut labels = domain.rsplit(|byte| *byte == b'.');
    let top = labels.next().unwrap_or_default();
    let is_named = top.iter().any(|byte| !byte.is_ascii_digit());
    let (mut below, mut are_all) = (false, is_label(top));
    for label in labels {
        below = true;
        are_all &= is_label(label);
    }
    is_named && below && are_all
}

fn is_label(label: &[u8]) -> bool {
    let is_sign = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    matches!(label.len(), 1..=MAX_LABEL_BYTES)
        && label.iter().all(is_sign)
        && label[0] != b'-'
        && label[label.len() - 1] != b'-'
        && label.get(2..4) != Some(b"--")
}
