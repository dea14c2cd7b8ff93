//! `a` and `an`: which one follows from how the next word begins when it is read aloud. Words that people read in two
//! ways (`an historic`, `a SQL`) are left to the writer.

use super::{
    super::{Findings, issue_text::ReadProse},
    ARTICLE, tell_right,
};
use crate::words::say;

pub(super) fn check(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    if !prose.has_byte(b"aA") {
        return;
    }
    let text = &prose.text;
    for (space, _) in text.match_indices([' ', '\n']) {
        // Neither `a` nor `an` ends there.
        if !text[..space].ends_with(['a', 'n']) {
            continue;
        }
        let article = text[..space]
            .rsplit(|char: char| char.is_whitespace() || matches!(char, '(' | '“' | '"'))
            .next()
            .unwrap_or_default();
        let next = &text[space + 1..];
        let length = next
            .find(|char: char| !char.is_ascii_alphabetic())
            .unwrap_or(next.len());
        let word = &next[..length];
        let right = match article {
            "a" if begins_with_vowel(word) == Some(true) => "an",
            "an" | "An" if begins_with_vowel(word) == Some(false) => match article {
                "an" => "a",
                _ => "A",
            },
            _ => continue,
        };
        // `a-` and `a.m` are other words; so is what goes on in another script.
        let goes_on = next[length..].starts_with(|char: char| char.is_alphanumeric());
        if goes_on {
            continue;
        }
        if is_of_another_language(text) {
            return;
        }
        let start = space - article.len();
        let (place, right) = (
            start..space + 1 + length,
            format!("{right}{}{word}", &text[space..=space]),
        );
        tell_right(findings, &ARTICLE, prose, place, &right)
            .hint(say!("the sound decides, not the letter"));
    }
}

/// `a` is a word of many languages.
fn is_of_another_language(text: &str) -> bool {
    const WORDS: [&str; 15] = [
        "de", "la", "que", "el", "il", "da", "le", "les", "un", "una", "di", "los", "os", "et",
        "dos",
    ];
    let mut words = text.split(|char: char| !char.is_alphanumeric());
    words.any(|word| WORDS.contains(&word))
        || text.contains(|char: char| matches!(char, 'à'..='ÿ') && char != '÷')
            && !text.contains(" the ")
}

/// Words behind a letter that is a name: `plan a and b`, `a is`.
const AFTER_A_LETTER: [&str; 12] = [
    "a", "an", "and", "are", "as", "at", "in", "is", "of", "on", "or", "if",
];

/// None: nobody can be sure.
fn begins_with_vowel(word: &str) -> Option<bool> {
    // Acronyms are read in two ways, foreign words in more.
    let is_word = word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    if !is_word || AFTER_A_LETTER.contains(&word) {
        return None;
    }
    let starts = |starts: &[&str]| starts.iter().any(|start| word.starts_with(start));
    match word.as_bytes()[0] {
        b'h' if starts(&["hour", "honest", "honor", "honour", "heir"]) => Some(true),
        b'h' if starts(&[
            "hist", "hotel", "hab", "hyp", "herb", "hom", "hal", "hex", "hilar", "hors", "hali",
            "hys",
        ]) =>
        {
            None
        }
        b'e' if starts(&["eu", "ew"]) => Some(false),
        b'o' if matches!(word, "one" | "once" | "oneself") => Some(false),
        b'o' if starts(&["one", "oui"]) => None,
        // `unique`, `user`, `utility`; `unusual`; `uninteresting` and `unimportant` begin as `unit` does.
        b'u' if starts(&["unim", "unin", "unid", "unil"]) => None,
        b'u' if starts(&[
            "uni", "use", "usa", "usu", "uti", "uto", "ura", "uri", "uro", "ubi", "uku",
        ]) =>
        {
            Some(false)
        }
        // `a url`, `an url`.
        b'u' if word.len() < 5 && !matches!(word, "up" | "ugly" | "urn") => None,
        b'u' => Some(true),
        b'a' | b'e' | b'i' | b'o' => Some(true),
        // `an x`, `an mp3`: what has no vowel is spelled.
        _ if !word.contains(['a', 'e', 'i', 'o', 'u', 'y']) => None,
        b'x' => None,
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::begins_with_vowel;

    #[test]
    fn the_sound_decides() {
        for word in ["apple", "hour", "idea", "umbrella", "unusual", "honest"] {
            assert_eq!(begins_with_vowel(word), Some(true), "{word}");
        }
        for word in [
            "user",
            "unique",
            "university",
            "one",
            "euro",
            "house",
            "book",
        ] {
            assert_eq!(begins_with_vowel(word), Some(false), "{word}");
        }
        for word in ["and", "FBI", "historic", "x", "uninteresting", "npm"] {
            assert_eq!(begins_with_vowel(word), None, "{word}");
        }
    }
}
