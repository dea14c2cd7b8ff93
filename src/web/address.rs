//! Addresses of pages: a path and what follows its question mark, each part percent-encoded. A template
//! escapes the whole.

use std::fmt::Write;

use crate::render::percent_encode;

/// An address with these pairs in its query; one without any ends with its path.
pub(super) fn with_query<K: AsRef<str>, V: AsRef<str>>(
    path: &str,
    pairs: impl IntoIterator<Item = (K, V)>,
) -> String {
    let mut address = path.to_owned();
    for (index, (key, value)) in pairs.into_iter().enumerate() {
        address.push(if index == 0 { '?' } else { '&' });
        // Writing into a String never fails.
        let _ = write!(
            address,
            "{}={}",
            key.as_ref(),
            percent_encode(value.as_ref())
        );
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_within_its_pair() {
        assert_eq!(with_query::<&str, &str>("/a", []), "/a");
        assert_eq!(
            with_query("/a", [("q", "b c&d=가"), ("page", "2")]),
            "/a?q=b%20c%26d%3D%EA%B0%80&page=2"
        );
    }
}
