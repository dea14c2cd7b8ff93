//! How English spelling is read in Korean, as far as the end of a word goes: `Vercel` ends in ㄹ, `Bun` in a consonant,
//! `Kafka` in a vowel. Ends that are read in two ways (`Map`, `Discord` and `Git` in ㅅ or 트) are nobody's guess.

use super::spoken_end::{
    SpokenEnd::{self, Consonant, Rieul, Vowel},
    letter_end,
};

/// None: nobody can be sure.
pub(super) fn end_of_word(word: &str) -> Option<SpokenEnd> {
    // 칠레, 네슬레: of other languages.
    if matches!(word, "Chile" | "Nestle" | "Pele" | "Daphne" | "resume") {
        return None;
    }
    if word.len() < 2 || !word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    let has_vowel = lower.contains(['a', 'e', 'i', 'o', 'u', 'y']);
    let is_capital = word.bytes().all(|byte| byte.is_ascii_uppercase());
    // KBS, TSMC: what has no vowel is spelled, whoever reads it (but PNG and SQL). With vowels it may be either: NASA, IBM.
    if is_capital {
        return (!has_vowel && !matches!(word, "PNG" | "SQL")).then(|| letter_end(word));
    }
    // km, kg, px: units have Korean names. `SetAttr`: what is put together of parts is read as anybody likes.
    let is_joined = word[1..].bytes().any(|byte| byte.is_ascii_uppercase());
    if lower.len() < 3 || !has_vowel || is_joined {
        return None;
    }
    let bytes = lower.as_bytes();
    let (before, last) = (bytes[bytes.len() - 2], bytes[bytes.len() - 1]);
    match last {
        b'l' => Some(Rieul),
        b'n' | b'm' => Some(Consonant),
        b'g' if before == b'n' => Some(Consonant),
        b'e' => match before {
            b'l' => Some(Rieul),
            b'n' | b'm' => Some(Consonant),
            // 타입, and 테이프.
            b'p' => None,
            _ => Some(Vowel),
        },
        b'a' | b'i' | b'o' | b'u' | b'y' | b'w' => Some(Vowel),
        b'r' | b's' | b'x' | b'z' | b'f' | b'v' => Some(Vowel),
        b'h' if matches!(before, b's' | b'c' | b't') => Some(Vowel),
        b't' if matches!(before, b'n' | b's' | b'c' | b'f' | b'r' | b'l') => Some(Vowel),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_read_as_it_is_spelled() {
        for (word, end) in [
            ("Vercel", Rieul),
            ("Oracle", Rieul),
            ("Bun", Consonant),
            ("engine", Consonant),
            ("Kafka", Vowel),
            ("service", Vowel),
            ("TSMC", Vowel),
            ("KBL", Rieul),
        ] {
            assert_eq!(end_of_word(word), Some(end), "{word}");
        }
        for word in [
            "Type", "SetAttr", "Map", "Git", "Discord", "NASA", "km", "R", "Web",
        ] {
            assert_eq!(end_of_word(word), None, "{word}");
        }
    }
}
