//! Names compared as people see them: macOS hands on `사진` in separate letters (NFD), people type it in syllables.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

/// The text in composed characters (Unicode NFC).
#[must_use]
pub(crate) fn composed(text: &str) -> Cow<'_, str> {
    match text.is_ascii() {
        true => Cow::Borrowed(text),
        false => ComposingNormalizerBorrowed::new_nfc().normalize(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_on_their_own_are_the_syllables_that_they_make() {
        assert_eq!(
            composed("\u{1109}\u{1161}\u{110C}\u{1175}\u{11AB}.png"),
            "사진.png"
        );
        assert_eq!(composed("cafe\u{301}"), "café");
        assert!(matches!(composed("사진.png"), Cow::Borrowed(_)));
    }
}
