//! Characters that should be others: dots for an ellipsis, full-width letters, loose jamo,
//! characters nobody sees.

use super::{
    super::{Findings, issue_text::ReadProse},
    DECOMPOSED, ELLIPSIS, FULL_WIDTH, INVISIBLE,
};
use crate::{issue::Prose, korean::hangul, source::composed, words::say};

pub(super) fn check(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    if prose.has_byte(b".\xE2\xE3") {
        ellipses(prose, findings);
    }
    // What letters of other widths, letters of Hangul and characters that nobody sees begin with.
    if !prose.has_byte(b"\xE1\xE2\xE3\xEF") && !prose.has_byte(&CONTROLS) {
        return;
    }
    first_run(
        prose,
        is_full_width,
        |span, text, rule_findings: &mut Findings<'_>| {
            rule_findings
                .at(&FULL_WIDTH, span, say!("`{text}` is full-width", text))
                .hint(say!("write `{right}`", right = half_width(text)))
                .fix(text, &half_width(text));
        },
        findings,
    );
    decomposed(prose, findings);
    // Marks of direction belong to writing from the right.
    let has_right_to_left = prose
        .text
        .contains(|char| matches!(char, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FEFC}'));
    first_run(
        prose,
        if has_right_to_left {
            is_invisible_in_any
        } else {
            is_invisible
        },
        |span, text, findings| {
            let code = text.chars().next().map_or(0, u32::from);
            findings
                .at(
                    &INVISIBLE,
                    span,
                    say!(
                        "an invisible character, U+{code}",
                        code = format!("{:04X}", code)
                    ),
                )
                .hint(say!("delete it; it came along from another program"));
        },
        findings,
    );
}

/// Letters that would make a syllable of today: `나랏말ᄊᆞ미` has letters that make none, and stays.
fn decomposed(prose: &Prose, findings: &mut Findings<'_>) {
    let text = &prose.text;
    let found = text.char_indices().find(|(at, char)| match char {
        '\u{FFA0}'..='\u{FFDC}' => true,
        '\u{1100}'..='\u{1112}' => {
            let mut next = text[at + char.len_utf8()..].chars();
            let is_vowel = matches!(next.next(), Some('\u{1161}'..='\u{1175}'));
            let is_old = matches!(
                next.next(),
                Some('\u{1176}'..='\u{11A7}' | '\u{11C3}'..='\u{11FF}' | '\u{302E}' | '\u{302F}')
            );
            is_vowel && !is_old
        }
        _ => false,
    });
    let Some((start, _)) = found else {
        return;
    };
    let length = text[start..]
        .find(|char| !is_jamo(char))
        .unwrap_or(text.len() - start);
    findings
        .at(
            &DECOMPOSED,
            prose.span(start..start + length),
            say!("Hangul in separate letters (NFD), as macOS writes file names"),
        )
        .hint(say!("type the words again, or convert the text to NFC"))
        // It never is one word alone.
        .fix_at(prose.span(start..text.len()), |text| {
            composed(text).into_owned()
        });
}

/// Calls `report` for the first run of characters of a kind: the rest is the same mistake.
fn first_run(
    prose: &Prose,
    is_kind: fn(char) -> bool,
    report: impl Fn(crate::source::Span, &str, &mut Findings<'_>),
    findings: &mut Findings<'_>,
) {
    let Some(start) = prose.text.find(is_kind) else {
        return;
    };
    let length = prose.text[start..]
        .find(|char| !is_kind(char))
        .unwrap_or(prose.text.len() - start);
    report(
        prose.span(start..start + length),
        &prose.text[start..start + length],
        findings,
    );
}

/// `..`, `。。`, `‥`: not `...`, which becomes `…`, nor `....`, which is one with its full stop, nor
/// `1..10`, `a..b` and `../`.
fn ellipses(prose: &Prose, findings: &mut Findings<'_>) {
    let text = &prose.text;
    let mut at = 0;
    while let Some(found) = text[at..].find(['.', '。', '‥']) {
        let start = at + found;
        let length = text[start..]
            .find(|char| !matches!(char, '.' | '。' | '‥'))
            .unwrap_or(text.len() - start);
        at = start + length;
        let run = &text[start..at];
        let dots = run.chars().count();
        let is_dots = dots == 2;
        let follows_word = text[..start]
            .ends_with(|char: char| hangul::is_syllable(char) || char.is_ascii_alphabetic());
        let precedes_word = text[at..]
            .starts_with(|char: char| char.is_ascii_alphanumeric() || char == '/' || char == '=');
        if (is_dots && follows_word && !precedes_word) || run.contains('‥') {
            findings
                .at(
                    &ELLIPSIS,
                    prose.span(start..at),
                    say!("`{run}` for an ellipsis", run),
                )
                .hint(say!("write `…` or `...`"));
        }
    }
}

/// Latin letters and digits in the width of Hanja.
fn is_full_width(char: char) -> bool {
    matches!(char, '\u{FF10}'..='\u{FF19}' | '\u{FF21}'..='\u{FF3A}' | '\u{FF41}'..='\u{FF5A}')
}

fn half_width(text: &str) -> String {
    text.chars()
        .map(|char| char::from_u32(u32::from(char) - 0xFEE0).unwrap_or(char))
        .collect()
}

/// Conjoining jamo, and half-width ones.
fn is_jamo(char: char) -> bool {
    matches!(char, '\u{1100}'..='\u{11FF}' | '\u{A960}'..='\u{A97F}' | '\u{D7B0}'..='\u{D7FF}' | '\u{FFA0}'..='\u{FFDC}')
}

/// What begins an order to an old machine, without the tab, the end of a line and its like.
const CONTROLS: [u8; 28] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
    31, 127,
];

fn is_control(char: char) -> bool {
    char.is_ascii_control() && !char.is_whitespace()
}

/// Zero-width spaces, direction marks, fillers. Not: the joiner of emoji, variation selectors, the
/// no-break space.
fn is_invisible(char: char) -> bool {
    is_control(char)
        || matches!(char,
        '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}'
        | '\u{FEFF}' | '\u{FFFD}' | '\u{3164}')
}

/// The same without the marks of direction.
fn is_invisible_in_any(char: char) -> bool {
    is_control(char)
        || matches!(
            char,
            '\u{200B}' | '\u{2060}'..='\u{2065}' | '\u{FEFF}' | '\u{FFFD}' | '\u{3164}'
        )
}
