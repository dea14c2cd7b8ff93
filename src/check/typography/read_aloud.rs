//! Particles behind Latin letters and digits: their form follows how the word before them is read aloud.

use super::{
    super::{Findings, issue_text::ReadProse},
    PARTICLE_FORM,
};
use crate::{
    korean::{
        hangul::is_syllable,
        particle::PARTICLES,
        reading::{SpokenEnd, end_of, last_word, spoken_end},
    },
    words::say,
};

pub(super) fn check(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    let text = &prose.text;
    for run in prose.runs() {
        let (at, end) = (run.start, run.end);
        let before = &text[..at];
        let is_marked = before.ends_with(CLOSING);
        if !is_marked && !before.ends_with(|char: char| char.is_ascii_alphanumeric()) {
            continue;
        }
        let particle = &text[at..end];
        // `API이 뭔가` is a slip; `API이-` and `API이/가` are about grammar.
        let is_word = !text[end..].starts_with(|char: char| {
            char.is_alphanumeric() || matches!(char, '/' | '-' | '(' | '’' | '\'')
        });
        let spoken = match is_marked {
            true => end_behind_mark(before, matches!(particle, "로" | "으로")),
            false => spoken_end(before),
        };
        let Some(spoken) = spoken.filter(|_| is_word) else {
            continue;
        };
        if let Some(right) = right_form(particle, spoken) {
            let word = match is_marked {
                true => marked_word(before),
                false => last_word(before),
            };
            findings
                .at(
                    &PARTICLE_FORM,
                    prose.span(at - word.len()..end),
                    say!(
                        "`{word}{particle}` should be `{word}{right}`",
                        word,
                        particle,
                        right
                    ),
                )
                .hint(say!("the form of the particle follows the sound before it"))
                .fix(&format!("{word}{particle}"), &format!("{word}{right}"));
        }
    }
}

/// What ends a quotation or a remark.
const CLOSING: [char; 9] = [')', '’', '”', '」', '』', '》', '〉', '\'', '"'];

/// How what stands in marks is read at its end. What stands in round brackets is read by some and left out by others,
/// 인공지능(AI)는: only where both end alike. A quotation that is a sentence has its particle of another kind.
fn end_behind_mark(before: &str, is_direction: bool) -> Option<SpokenEnd> {
    if let Some(inside) = before.strip_suffix(')') {
        let (outer, inner) = inside.rsplit_once('(')?;
        // Brackets within brackets.
        if inner.contains(')') {
            return None;
        }
        let is_word = |text: &str| text.ends_with(is_syllable);
        let (outer, inner) = (outer.trim_end(), inner.trim_end());
        let ends = (end_of(outer)?, end_of(inner)?);
        // 로 alone tells ㄹ from the other consonants.
        let is_vowel = |end| end == SpokenEnd::Vowel;
        let is_alike = ends.0 == ends.1 || !is_direction && is_vowel(ends.0) == is_vowel(ends.1);
        return (is_word(outer) && is_word(inner) && is_alike).then_some(ends.0);
    }
    let inner = before.trim_end_matches(CLOSING);
    let start = inner.rfind(['‘', '“', '「', '『', '《', '〈', '\'', '"'])?;
    let is_word = inner.ends_with(is_syllable)
        && !inner[start..].contains(['.', '?', '!', ',', '-', '~', '/']);
    is_word.then(|| end_of(inner))?
}

/// So much of a text's end as its last mark encloses.
fn marked_word(before: &str) -> &str {
    let start = before
        .char_indices()
        .rev()
        .skip(1)
        .find(|(_, char)| {
            matches!(
                char,
                '(' | '‘' | '“' | '「' | '『' | '《' | '〈' | '\'' | '"'
            )
        })
        .map_or(0, |(at, _)| at);
    &before[start..]
}

/// The form that should stand there. None: it does, or it is no such particle.
fn right_form(particle: &str, spoken: SpokenEnd) -> Option<&'static str> {
    PARTICLES.iter().find_map(|known| {
        let right = known.behind(spoken);
        let is_one = particle == known.vowel || particle == known.consonant;
        (is_one && particle != right).then_some(right)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> bool {
        let at = text.find(is_syllable).unwrap();
        spoken_end(&text[..at]).is_some_and(|spoken| right_form(&text[at..], spoken).is_some())
    }

    #[test]
    fn the_form_follows_the_reading() {
        for text in [
            "ChatGPT을",
            "API이",
            "3를",
            "Google는",
            "LLM가",
            "URL으로",
            "PDF으로",
            "AI과",
            "Slack로",
            "7를",
        ] {
            assert!(wrong(text), "{text}");
        }
        for text in [
            "ChatGPT를",
            "API가",
            "3을",
            "Google은",
            "LLM이",
            "URL로",
            "PDF로",
            "AI와",
            "Slack으로",
            "7로",
            "S3는",
            "Node.js을",
            "SQL를",
            "v2.0을",
            "API이다",
            "C++을",
            "2026년",
        ] {
            assert!(!wrong(text), "{text}");
        }
    }
}
