//! Which language a browser's reader wants.

use axum::http::{HeaderMap, header};

/// The words of the first language of Accept-Language that we have any in; English where there is
/// none. Languages are known by their two letters.
pub(super) fn chosen<W>(headers: &HeaderMap, korean: W, english: W) -> W {
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let ours = accepted.split(',').find_map(|tag| {
        let language = tag.trim().get(..2)?.to_ascii_lowercase();
        ["ko", "en"].into_iter().find(|own| *own == language)
    });
    match ours {
        Some("ko") => korean,
        _ => english,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_we_have_is_spoken() {
        for (accepted, language) in [
            ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
            ("fr, en-GB;q=0.8, ko;q=0.5", "en"),
            ("fr", "en"),
            ("가나", "en"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, accepted.parse().unwrap());
            assert_eq!(chosen(&headers, "ko", "en"), language, "{accepted}");
        }
    }
}
