//! Which language a browser's reader wants.

use axum::http::{HeaderMap, header};

/// What is spoken where a reader wants none of ours; the program has it.
pub(super) const FALLBACK: &str = "en";

/// The languages of Accept-Language, in the reader's order.
pub(super) fn accepted(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let ranges = accepted.split(',');
    ranges.map(|range| range.split(';').next().unwrap_or_default().trim())
}

/// The first wanted language that is among `tags`, by its whole tag or by its primary subtag;
/// [`FALLBACK`] where none is.
pub(super) fn chosen<'t, 'w>(
    mut wanted: impl Iterator<Item = &'w str>,
    tags: impl Iterator<Item = &'t str>,
) -> &'t str {
    let tags: Vec<&str> = tags.collect();
    let own = |wanted: &str| tags.iter().find(|tag| tag.eq_ignore_ascii_case(wanted));
    let ours = wanted.find_map(|range| {
        let primary = range.split('-').next().unwrap_or_default();
        own(range).or_else(|| own(primary))
    });
    ours.copied().unwrap_or(FALLBACK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_we_have_is_spoken() {
        for (wanted, language) in [
            ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
            ("fr, en-GB;q=0.8, ko;q=0.5", "en"),
            ("pt-BR;q=0.9", "pt-BR"),
            ("pt", "en"),
            ("fr", "en"),
            ("가나", "en"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, wanted.parse().unwrap());
            let ours = ["en", "ko", "pt-BR"].into_iter();
            assert_eq!(chosen(accepted(&headers), ours), language, "{wanted}");
        }
    }
}
