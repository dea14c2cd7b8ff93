//! A title as part of a file's name: words in small letters between hyphens. Hangul is written in Latin letters, so that
//! the name can be typed on every keyboard and read in an address.

/// File systems allow 255 bytes, and the date and the ending want theirs.
const MAX_BYTES: usize = 120;

/// The name that a title makes; empty where it has no letter and no digit.
pub(super) fn of_title(title: &str) -> String {
    joined(&in_latin(title))
}

/// The name that a person asks for: as they write it, but for what no file's name should hold.
pub(super) fn of_wish(wish: &str) -> String {
    joined(wish)
}

fn joined(text: &str) -> String {
    let mut slug = String::new();
    for word in text
        .to_lowercase()
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        if slug.is_empty() {
            // A title in a script without spaces is one word.
            slug.push_str(&word[..word.floor_char_boundary(MAX_BYTES)]);
            continue;
        }
        if slug.len() + word.len() > MAX_BYTES {
            break;
        }
        slug.push('-');
        slug.push_str(word);
    }
    slug
}

const INITIALS: [&str; 19] = [
    "g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p",
    "h",
];
const VOWELS: [&str; 21] = [
    "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we",
    "wi", "yu", "eu", "ui", "i",
];
/// As a final sounds before a consonant or at the end, and what of it goes over to a vowel that follows.
const FINALS: [(&str, &str); 28] = [
    ("", ""),
    ("k", "g"),
    ("k", "kk"),
    ("k", "ks"),
    ("n", "n"),
    ("n", "nj"),
    ("n", "n"),
    ("t", "d"),
    ("l", "r"),
    ("k", "lg"),
    ("m", "lm"),
    ("l", "lb"),
    ("l", "ls"),
    ("l", "lt"),
    ("p", "lp"),
    ("l", "r"),
    ("m", "m"),
    ("p", "b"),
    ("p", "ps"),
    ("t", "s"),
    ("t", "ss"),
    ("ng", "ng"),
    ("t", "j"),
    ("t", "ch"),
    ("k", "k"),
    ("t", "t"),
    ("p", "p"),
    ("t", ""),
];
const FIRST_SYLLABLE: u32 = 0xAC00;
const SYLLABLES: u32 = 11_172;
const NO_INITIAL: usize = 11;
const RIEUL: usize = 5;
const FINAL_RIEUL: usize = 8;

/// Hangul by the Revised Romanization (문화관광부 고시 2000-8) as far as a name needs it: a final goes over to a vowel,
/// `ㄹㄹ` is `ll`, other changes of sound are left out. What is no Hangul stays, apart from it.
fn in_latin(text: &str) -> String {
    let text = crate::source::composed(text);
    let mut latin = String::with_capacity(text.len());
    // The syllable before's final; None: no syllable stands before.
    let mut before: Option<usize> = None;
    for char in text.chars() {
        let Some((initial, vowel, last)) = letters(char) else {
            if let Some(before) = before.take() {
                latin.push_str(FINALS[before].0);
                latin.push(' ');
            }
            latin.push(char);
            continue;
        };
        match (before, initial) {
            (None, _) => latin.push(' '),
            (Some(before), NO_INITIAL) => latin.push_str(FINALS[before].1),
            (Some(before), _) => latin.push_str(FINALS[before].0),
        }
        latin.push_str(match (before, initial) {
            (Some(FINAL_RIEUL), RIEUL) => "l",
            _ => INITIALS[initial],
        });
        latin.push_str(VOWELS[vowel]);
        before = Some(last);
    }
    if let Some(before) = before {
        latin.push_str(FINALS[before].0);
    }
    latin
}

/// A syllable's initial, vowel and final by number.
fn letters(char: char) -> Option<(usize, usize, usize)> {
    let number = u32::from(char).checked_sub(FIRST_SYLLABLE)?;
    let index = usize::try_from(number)
        .ok()
        .filter(|_| number < SYLLABLES)?;
    Some((index / 588, index % 588 / 28, index % 28))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hangul_is_named_in_letters_that_every_keyboard_has() {
        for (title, slug) in [
            ("작은 모델", "jageun-model"),
            (
                "데일리 노트 #123 — 작은 모델",
                "deilli-noteu-123-jageun-model",
            ),
            ("숫자로 보는 한 주", "sutjaro-boneun-han-ju"),
            ("값을 읽다", "gapseul-ikda"),
            ("C++와 Rust", "c-wa-rust"),
            ("GPT를 쓰는 법", "gpt-reul-sseuneun-beop"),
        ] {
            assert_eq!(of_title(title), slug, "{title}");
        }
        // In separate letters, as macOS may hand them over.
        assert_eq!(
            of_title("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"),
            "hangeul"
        );
    }

    #[test]
    fn a_name_that_is_asked_for_keeps_its_letters() {
        assert_eq!(of_wish("작은 모델"), "작은-모델");
        assert_eq!(of_wish("Small Models!"), "small-models");
        assert_eq!(of_wish("../../etc"), "etc");
        assert_eq!(of_wish("…"), "");
    }
}
