//! The editions' accents: which one an edition has, and how the pages may write with it.

use crate::{publication::Publication, web::preview::AccentColors};

/// Which of the publication's accents an edition has.
pub(super) fn accent_of(publication: &Publication, edition: &str) -> usize {
    let editions = &publication.editions;
    editions
        .iter()
        .position(|own| own.key == edition)
        .unwrap_or_default()
}

/// Every edition's accent, in the order of the file.
pub(super) fn colors(publication: &Publication) -> Vec<AccentColors> {
    let editions = publication.editions.iter();
    editions
        .map(|edition| {
            let tokens = publication.look.accents(publication.accent_of(edition));
            let of = |key: &str| tokens[key].as_str().unwrap_or_default().to_owned();
            AccentColors {
                light: of("accent"),
                dark: of("dark_accent"),
            }
        })
        .collect()
}
