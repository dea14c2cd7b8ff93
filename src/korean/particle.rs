//! Particles whose form follows the sound before them. Where texts name both forms, as people write it who don't
//! know what will stand before – `을(를)`, `은(는)`, `이(가)`, `과(와)`, `(으)로`, `(이)라` – the one that fits is taken.

use super::reading::{self, SpokenEnd};

/// A particle in its three forms.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ParticleForms {
    /// Behind a vowel.
    pub(crate) vowel: &'static str,
    /// Behind a consonant.
    pub(crate) consonant: &'static str,
    /// Behind ㄹ.
    pub(crate) rieul: &'static str,
    /// Both forms as texts name them.
    both: &'static str,
}

/// What has a form for each.
pub(crate) const PARTICLES: [ParticleForms; 5] = [
    particle("를", "을", "을", "을(를)"),
    particle("는", "은", "은", "은(는)"),
    particle("가", "이", "이", "이(가)"),
    particle("와", "과", "과", "과(와)"),
    particle("로", "으로", "로", "(으)로"),
];
/// The copula's and its kin's: 이라, 이나, 이며.
const COPULA: ParticleForms = particle("", "이", "이", "(이)");

const fn particle(
    vowel: &'static str,
    consonant: &'static str,
    rieul: &'static str,
    both: &'static str,
) -> ParticleForms {
    ParticleForms {
        vowel,
        consonant,
        rieul,
        both,
    }
}

impl ParticleForms {
    /// The form behind that sound.
    pub(crate) fn behind(&self, end: SpokenEnd) -> &'static str {
        match end {
            SpokenEnd::Vowel => self.vowel,
            SpokenEnd::Consonant => self.consonant,
            SpokenEnd::Rieul => self.rieul,
        }
    }
}

/// Appends words, each particle that is named in both forms in the one that fits. Where nobody knows how the word
/// before is read, both stay, which every Korean reads as meant.
pub(crate) fn append(text: &mut String, words: &str) {
    let mut rest = words;
    while let Some((at, particle)) = first(rest) {
        text.push_str(&rest[..at]);
        let form = reading::end_of(text).map_or(particle.both, |end| particle.behind(end));
        text.push_str(form);
        rest = &rest[at + particle.both.len()..];
    }
    text.push_str(rest);
}

/// The first particle in both forms, and where it stands.
fn first(words: &str) -> Option<(usize, &'static ParticleForms)> {
    // All have a bracket: most words need no further look.
    words.find('(')?;
    PARTICLES
        .iter()
        .chain([&COPULA])
        .filter_map(|particle| Some((words.find(particle.both)?, particle)))
        .min_by_key(|(at, _)| *at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(before: &str, words: &str) -> String {
        let mut text = before.to_owned();
        append(&mut text, words);
        text
    }

    #[test]
    fn the_form_follows_the_sound() {
        for (before, words, right) in [
            ("구독자", "을(를) 더합니다", "구독자를 더합니다"),
            ("메일", "을(를)", "메일을"),
            ("메일", "(으)로", "메일로"),
            ("편", "(으)로", "편으로"),
            ("`월요일`", "은(는)", "`월요일`은"),
            ("10", "이(가) 아니라 3", "10이 아니라 3"),
            ("1,204", "과(와)", "1,204와"),
            ("7", "(으)로", "7로"),
            ("API", "을(를)", "API를"),
            ("인공지능(AI)", "은(는)", "인공지능(AI)은"),
            ("초안", "(이)라", "초안이라"),
            ("메모", "(이)라", "메모라"),
            ("95%", "이(가)", "95%가"),
            ("“네”", "을(를)", "“네”를"),
        ] {
            assert_eq!(said(before, words), right);
        }
    }

    #[test]
    fn what_nobody_can_be_sure_of_keeps_both_forms() {
        assert_eq!(said("smtp.example.com", "을(를)"), "smtp.example.com을(를)");
        assert_eq!(said("", "을(를)"), "을(를)");
        assert_eq!(said("괄호 ", "(주)만"), "괄호 (주)만");
    }
}
