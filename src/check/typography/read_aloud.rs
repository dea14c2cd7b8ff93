//! Particles behind Latin letters and digits: their form follows how the word before them is read aloud.

use super::{super::Findings, PARTICLE_FORM};
use crate::{
    issue::Prose,
    korean::{
        hangul::is_syllable,
        particle::PARTICLES,
        reading::{SpokenEnd, last_word, spoken_end},
    },
    words::say,
};

pub(super) fn check(prose: &Prose, findings: &mut Findings<'_>) {
    let text = &prose.text;
    for (at, _) in text.match_indices(is_syllable) {
        let before = &text[..at];
        // What stands in brackets is read by some and left out by others: 인공지능(AI)는.
        if !before.ends_with(|char: char| char.is_ascii_alphanumeric()) {
            continue;
        }
        let end = text[at..]
            .find(|char| !is_syllable(char))
            .map_or(text.len(), |length| at + length);
        let particle = &text[at..end];
        // `API이 뭔가` is a slip; `API이-` and `API이/가` are about grammar.
        let is_word = !text[end..].starts_with(|char: char| {
            char.is_alphanumeric() || matches!(char, '/' | '-' | '(' | '’' | '\'')
        });
        let Some(spoken) = spoken_end(before).filter(|_| is_word) else {
            continue;
        };
        if let Some(right) = right_form(particle, spoken) {
            let word = last_word(before);
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
                .hint(say!("the form of the particle follows the sound before it"));
        }
    }
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
