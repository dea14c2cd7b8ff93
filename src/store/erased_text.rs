//! A text of others' without an address that is to be forgotten.

/// Puts nobody in the place of an address, in whatever case it stands.
pub(crate) fn without(text: &str, key: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut rest = 0;
    let mut out = String::with_capacity(text.len());
    while let Some(at) = lower[rest..].find(key) {
        out.push_str(&text[rest..rest + at]);
        out.push_str("[erased]");
        rest += at + key.len();
    }
    out.push_str(&text[rest..]);
    out
}
