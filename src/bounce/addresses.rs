//! Addresses within a stranger's text: in brackets, after `rfc822;`, bare, between quotes. As text; whether it is an
//! address that we would mail is `address`'s to say.

/// The first address within the text.
pub(super) fn first_within(text: &str) -> Option<&str> {
    all_within(text).next()
}

/// Every address within the text, in its order.
pub(super) fn all_within(text: &str) -> impl Iterator<Item = &str> {
    memchr::memchr_iter(b'@', text.as_bytes()).filter_map(|at| around(text, at))
}

/// The address around an `@`.
fn around(text: &str, at: usize) -> Option<&str> {
    let is_part = |byte: &u8| {
        byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(byte) || *byte >= 0x80
    };
    let (before, after) = (&text.as_bytes()[..at], &text.as_bytes()[at + 1..]);
    let local = before
        .iter()
        .rev()
        .take(128)
        .take_while(|it| is_part(it))
        .count();
    let domain = after
        .iter()
        .take(255)
        .take_while(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.') || **byte >= 0x80
        })
        .count();
    let mut start = at - local;
    // `smtp=name@…` and quotes are the text's, not the address's.
    let local_part = text.get(start..at)?;
    if let Some((_, rest)) = local_part.rsplit_once("smtp=") {
        start = at - rest.len();
    }
    let skipped = text.get(start..at)?.len()
        - text
            .get(start..at)?
            .trim_start_matches(['\'', '`', '"'])
            .len();
    let address = text
        .get(start + skipped..at + 1 + domain)?
        .trim_end_matches(['.', '-']);
    let (local, domain) = address.split_once('@')?;
    (!local.is_empty() && domain.len() > 1).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_however_they_are_wrapped() {
        for (text, address) in [
            ("rfc822;<a@example.com>", "a@example.com"),
            ("RFC822; a+b@example.com", "a+b@example.com"),
            ("To a@example.com. It", "a@example.com"),
            ("c=jp;a= ;p=neko smtp=a@example.com on Thu", "a@example.com"),
            ("'a@example.com'", "a@example.com"),
            ("minji@데일리.example", "minji@데일리.example"),
        ] {
            assert_eq!(first_within(text), Some(address), "{text}");
        }
        assert_eq!(first_within("@ and a@ and @b"), None);
    }
}
