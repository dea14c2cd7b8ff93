//! Text that was read in the wrong encoding: `í•œê¸€` for 한글, `占쏙옙` for what was lost twice.

use super::{
    super::{Findings, issue_text::ReadProse},
    MOJIBAKE,
};
use crate::words::say;

/// What UTF-8 makes of Hangul, quotation marks and accents where it is read as Windows-1252 or Latin-1, and what
/// Windows' Korean code page makes of the sign for a lost character.
const TRACES: [&str; 16] = [
    "占쏙옙",
    "â€™",
    "â€œ",
    "â€\u{9d}",
    "â€“",
    "â€”",
    "â€¦",
    "Ã©",
    "Ã¨",
    "Ã¼",
    "Ã¶",
    "Ã¤",
    "ÂÂ",
    "ï»¿",
    "ì•",
    "í•",
];

pub(super) fn check(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    // All traces but the first are of Latin-1, which begins with these two in UTF-8.
    if !prose.has_byte(b"\xC2\xC3") && !prose.contains(TRACES[0]) {
        return;
    }
    let found = trace(&prose.text)
        .or_else(|| syllables(&prose.text))
        .or_else(|| code_page(&prose.text));
    let Some((at, length)) = found else {
        return;
    };
    findings
        .at(
            &MOJIBAKE,
            prose.span(at..at + length),
            say!(
                "readers would see `{seen}`: text in the wrong encoding",
                seen = &prose.text[at..at + length]
            ),
        )
        .hint(say!("open the original in UTF-8 and copy it again"));
}

fn trace(text: &str) -> Option<(usize, usize)> {
    TRACES
        .iter()
        .find_map(|trace| Some((text.find(trace)?, trace.len())))
}

/// `ê°€`, `ë‚˜`: a syllable of Hangul is one of four letters, and two signs that no language puts behind them.
fn syllables(text: &str) -> Option<(usize, usize)> {
    text.char_indices().find_map(|(at, char)| {
        if !matches!(char, 'ê' | 'ë' | 'ì' | 'í') {
            return None;
        }
        let mut next = text[at + char.len_utf8()..].chars();
        let (one, two) = (next.next()?, next.next()?);
        let is_sign = |char: char| {
            matches!(char, '\u{80}'..='\u{bf}') || "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ".contains(char)
        };
        (is_sign(one) && is_sign(two))
            .then(|| (at, char.len_utf8() + one.len_utf8() + two.len_utf8()))
    })
}

/// `¾È³çÇÏ¼¼¿ä`: Windows' Korean code page read as Latin-1. Five such signs in a row, some of them no letters, are of no
/// language.
fn code_page(text: &str) -> Option<(usize, usize)> {
    const AT_LEAST: usize = 5;
    let is_sign = |char: char| matches!(char, '\u{A1}'..='\u{FE}');
    let mut at = 0;
    while let Some(found) = text[at..].find(is_sign) {
        let start = at + found;
        let length = text[start..]
            .find(|char| !is_sign(char))
            .unwrap_or(text.len() - start);
        at = start + length;
        let run = &text[start..at];
        let symbols = run.chars().filter(|char| !char.is_alphabetic()).count();
        if run.chars().count() >= AT_LEAST && symbols >= 2 && symbols < run.chars().count() {
            return Some((start, length));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_hangul_read_as_windows_1252_is_seen() {
        for text in ["한글 깨짐", "가나다", "뉴스레터"] {
            let (broken, _, _) = encoding_rs::WINDOWS_1252.decode(text.as_bytes());
            assert!(
                trace(&broken).or_else(|| syllables(&broken)).is_some(),
                "{broken}"
            );
        }
    }

    #[test]
    fn accents_of_living_languages_are_none() {
        for text in [
            "Será que está aí… não é?",
            "Où est l’hôtel ? « Là »",
            "naïve — fête",
            "così… perché",
        ] {
            assert_eq!(trace(text).or_else(|| syllables(text)), None, "{text}");
        }
    }
}
