//! Which language a browser's reader wants.

use axum::http::{HeaderMap, header};

/// The first language of Accept-Language that `known` has something for. Languages are known by
/// their two letters.
pub(super) fn first<T>(headers: &HeaderMap, known: impl Fn(&str) -> Option<T>) -> Option<T> {
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    accepted
        .split(',')
        .find_map(|tag| known(&tag.trim().get(..2)?.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_we_have_is_spoken() {
        let ours = |tag: &str| ["ko", "en"].into_iter().find(|own| *own == tag);
        for (accepted, language) in [
            ("ko-KR,ko;q=0.9,en;q=0.8", Some("ko")),
            ("fr, en-GB;q=0.8, ko;q=0.5", Some("en")),
            ("fr", None),
            ("가나", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, accepted.parse().unwrap());
            assert_eq!(first(&headers, ours), language, "{accepted}");
        }
    }
}
