//! Lines by display width: Hangul, kana and han are two columns wide, and a line breaks between
//! words, or between two ideographs where a language writes none.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What most terminals and mail clients show without wrapping again (RFC 3676 §4.2 asks for 78 at
/// most).
pub(in crate::render) const WIDTH: usize = 72;

/// A space at which no line breaks; a plain space in the end.
pub(in crate::render) const GLUE: char = '\u{a0}';

/// Where a note's mark joins its word; nothing in the end.
pub(in crate::render) const JOINT: char = '\u{2060}';

/// Columns that a text takes.
pub(in crate::render) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Fills lines of at most `columns`. A word longer than a line stands on a line of its own, whole:
/// it is a URL, and a cut URL is none. `\n` in the text is kept as a line end.
pub(in crate::render) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut line_width = 0;
        for piece in pieces(paragraph) {
            let gap = usize::from(piece.has_space_before && !line.is_empty());
            if !line.is_empty() && line_width + gap + piece.width > columns {
                lines.push(std::mem::take(&mut line));
                line_width = 0;
            } else if gap == 1 {
                line.push(' ');
                line_width += 1;
            }
            line.push_str(&unglued(piece.text));
            line_width += piece.width;
        }
        lines.push(line);
    }
    lines
}

/// The text as it is read.
pub(in crate::render) fn unglued(text: &str) -> Cow<'_, str> {
    if !text.contains([GLUE, JOINT]) {
        return text.into();
    }
    text.chars()
        .filter(|character| *character != JOINT)
        .map(|character| match character {
            GLUE => ' ',
            other => other,
        })
        .collect::<String>()
        .into()
}

/// Text that stays together.
struct UnbrokenPiece<'a> {
    text: &'a str,
    width: usize,
    has_space_before: bool,
}

fn pieces(text: &str) -> impl Iterator<Item = UnbrokenPiece<'_>> {
    text.split([' ', '\t'])
        .filter(|word| !word.is_empty())
        .flat_map(|word| {
            // Words of most languages stay whole: no list is made for them.
            let (whole, parts) = match word.contains(is_ideograph) {
                true => (None, unbroken(word)),
                false => (Some(word), Vec::new()),
            };
            let parts = whole.into_iter().chain(parts).enumerate();
            parts.map(|(at, text)| UnbrokenPiece {
                text,
                width: width(text),
                has_space_before: at == 0,
            })
        })
}

/// A word cut where ideographs may part: before any but closing marks, after any but opening ones.
fn unbroken(word: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut previous: Option<char> = None;
    for (at, character) in word.char_indices() {
        let may_part = previous.is_some_and(|previous| {
            (is_ideograph(previous) || is_ideograph(character))
                && !"「『（【〈《“‘([".contains(previous)
                && !"、。，．」』）】〉》”’！？ー…・：；)],.!?:;%".contains(character)
                && !"んゃゅょっァィゥェォャュョッ々".contains(character)
                && character.width() != Some(0)
        });
        if may_part {
            parts.push(&word[start..at]);
            start = at;
        }
        previous = Some(character);
    }
    parts.push(&word[start..]);
    parts
}

/// Kana and han, which are written without spaces; Hangul is written with them.
fn is_ideograph(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hangul_counts_two_columns_and_keeps_its_words_together() {
        assert_eq!(
            wrap("가나다 라마바 사아자", 14),
            ["가나다 라마바", "사아자"]
        );
    }

    #[test]
    fn japanese_breaks_between_characters_but_never_before_a_full_stop() {
        assert_eq!(wrap("吾輩は猫である。", 15), ["吾輩は猫であ", "る。"]);
    }

    #[test]
    fn a_url_is_never_cut() {
        let url = "https://example.com/a-path-that-is-rather-long";
        assert_eq!(wrap(&format!("보기 {url} 끝"), 20), ["보기", url, "끝"]);
    }

    proptest! {
        #[test]
        fn wrapping_loses_no_character_but_spaces(text in "[ a-z가-힣漢字。]{0,80}", columns in 4usize..40) {
            let kept = |text: &str| text.replace([' ', '\n'], "");
            prop_assert_eq!(kept(&wrap(&text, columns).join("\n")), kept(&text));
        }
    }
}
