//! Letters of Hangul that did not become a syllable: `안녕하세ㅛ`, `하ㅂ니다`, `ㅇㅣ`. Laughter and tears (ㅋㅋ, ㅠㅠ) are meant, and
//! so is grammar (`-ㄴ다`).

use super::{
    super::{Findings, issue_text::ReadProse},
    LOOSE_LETTER,
};
use crate::{korean::hangul::is_syllable, words::say};

pub(super) fn check(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    // What these letters begin with.
    if !prose.has_byte(b"\xE3") {
        return;
    }
    let text = &prose.text;
    let mut before: Option<char> = None;
    for (at, char) in text.char_indices() {
        let previous = before.replace(char);
        if !is_letter(char) {
            continue;
        }
        let next = text[at + char.len_utf8()..].chars().next();
        let is_between = previous.is_some_and(is_syllable);
        let is_slip = match is_vowel(char) {
            // 세ㅛ; ㅇㅣ. Not 좋아ㅏㅏ, which is a shout.
            true => {
                is_between
                    && !is_feeling(char)
                    && !previous.is_some_and(|before| is_drawn_out(before, char))
                    || previous
                        .is_some_and(|char| is_letter(char) && !is_vowel(char) && !is_feeling(char))
            }
            // 하ㅂ니다.
            false => is_between && next.is_some_and(is_syllable) && !is_feeling(char),
        };
        if is_slip {
            findings
                .at(
                    &LOOSE_LETTER,
                    prose.span(at..at + char.len_utf8()),
                    say!("`{char}` stands alone beside a syllable", char),
                )
                .hint(say!("type the word again"));
            // The rest of the paragraph is the same mistake.
            return;
        }
    }
}

/// Whether a vowel goes on with the syllable's own.
fn is_drawn_out(syllable: char, vowel: char) -> bool {
    // A syllable is its first consonant, its vowel and its last consonant in 21 × 28 (Unicode §3.12).
    let index = (u32::from(syllable).saturating_sub(0xAC00) / 28) % 21;
    u32::from(vowel) == 0x314F + index
}

/// The letters as a keyboard has them.
fn is_letter(char: char) -> bool {
    matches!(char, '\u{3131}'..='\u{3163}')
}

fn is_vowel(char: char) -> bool {
    matches!(char, '\u{314F}'..='\u{3163}')
}

/// ㅋㅋ, ㅎㅎ, ㅠㅠ, ㅜㅜ, ㅡㅡ, ㅗ, ㅇㅇ.
fn is_feeling(char: char) -> bool {
    matches!(char, 'ㅋ' | 'ㅎ' | 'ㅠ' | 'ㅜ' | 'ㅡ' | 'ㅗ')
}
