//! How what is read aloud ends, as particles hear it.

/// How what is read ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SpokenEnd {
    /// No consonant.
    Vowel,
    /// ㄹ: 로 joins it, otherwise it is as any other consonant.
    Rieul,
    /// Any other one.
    Consonant,
}

/// How the name of the last letter ends: 엘 and 알 in ㄹ, 엠 and 엔 in a consonant, all others in a vowel.
pub(super) fn letter_end(word: &str) -> SpokenEnd {
    match word.chars().next_back() {
        Some('L' | 'R') => SpokenEnd::Rieul,
        Some('M' | 'N') => SpokenEnd::Consonant,
        _ => SpokenEnd::Vowel,
    }
}
