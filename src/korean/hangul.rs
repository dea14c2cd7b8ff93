//! Syllables of Hangul and the words they stand in.

use std::ops::Range;

/// The final consonant of a syllable, 0 for none, 8 for ㄹ (Unicode §3.12); None where the
/// character is no syllable.
pub(crate) fn final_consonant(char: char) -> Option<u32> {
    is_syllable(char).then(|| (u32::from(char) - 0xAC00) % 28)
}

pub(crate) const RIEUL: u32 = 8;

pub(crate) fn is_syllable(char: char) -> bool {
    matches!(char, '\u{AC00}'..='\u{D7A3}')
}

/// The consonant that a syllable begins with.
pub(crate) fn first_consonant(char: char) -> Option<char> {
    const INITIALS: [char; 19] = [
        'ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ',
        'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ',
    ];
    let index = (u32::from(char).checked_sub(0xAC00)?) / (21 * 28);
    INITIALS.get(usize::try_from(index).ok()?).copied()
}

/// The syllable with another final consonant, by its number.
pub(crate) fn with_final(char: char, consonant: u32) -> char {
    final_consonant(char)
        .and_then(|old| char::from_u32(u32::from(char) - old + consonant))
        .unwrap_or(char)
}

/// Every run of syllables in a text, wherever it stands.
pub(crate) fn runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(is_syllable)?;
        let end = text[start..]
            .find(|char| !is_syllable(char))
            .map_or(text.len(), |length| start + length);
        at = end;
        Some(start..end)
    })
}

/// The last two syllables of a word, the first one None where there is one only.
pub(crate) fn last_two(word: &str) -> (Option<char>, Option<char>) {
    let mut back = word.chars().rev();
    let last = back.next();
    (back.next(), last)
}
