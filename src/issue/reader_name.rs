//! A reader's name in the text: `{{ name | everybody }}`, and the Korean particle behind it, whose form follows the
//! name's last sound (`{{ name | 여러분 }}은/는`). Who the reader is, nobody knows here.

use std::ops::Range;

use crate::korean::reading::{self, SpokenEnd};

/// A place in the text that shows each reader's own name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderName {
    /// What stands there for readers without a name.
    pub fallback: String,
    /// The particle that joins it.
    pub particle: Option<NameParticle>,
}

impl ReaderName {
    /// What readers without a name see.
    #[must_use]
    pub(crate) fn for_nobody(&self) -> String {
        let particle = self
            .particle
            .filter(|_| !self.fallback.is_empty())
            .map_or("", |particle| particle.behind(&self.fallback));
        format!("{}{particle}", self.fallback)
    }
}

/// A particle of two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameParticle {
    /// 은/는.
    Topic,
    /// 이/가.
    Subject,
    /// 을/를.
    Object,
    /// 과/와.
    Company,
    /// 이랑/랑.
    Along,
    /// 으로/로.
    Direction,
    /// 이나/나.
    Choice,
    /// 아/야.
    Call,
}

impl NameParticle {
    /// Every one.
    pub(crate) const ALL: [Self; 8] = [
        Self::Topic,
        Self::Subject,
        Self::Object,
        Self::Company,
        Self::Along,
        Self::Direction,
        Self::Choice,
        Self::Call,
    ];

    /// Behind a consonant, behind a vowel, and where nobody knows.
    fn forms(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Topic => ("은", "는", "은(는)"),
            Self::Subject => ("이", "가", "이(가)"),
            Self::Object => ("을", "를", "을(를)"),
            Self::Company => ("과", "와", "과(와)"),
            Self::Along => ("이랑", "랑", "(이)랑"),
            Self::Direction => ("으로", "로", "(으)로"),
            Self::Choice => ("이나", "나", "(이)나"),
            Self::Call => ("아", "야", "아(야)"),
        }
    }

    /// The form that joins a name.
    #[must_use]
    pub(crate) fn behind(self, name: &str) -> &'static str {
        let (consonant, vowel, unknown) = self.forms();
        match (end_of(name), self) {
            (Some(SpokenEnd::Vowel), _) | (Some(SpokenEnd::Rieul), Self::Direction) => vowel,
            (Some(SpokenEnd::Consonant | SpokenEnd::Rieul), _) => consonant,
            (None, _) => unknown,
        }
    }

    /// The particle that a text begins with, written in both forms, and how long that is.
    fn written_at(text: &str) -> Option<(Self, usize)> {
        Self::ALL.into_iter().find_map(|particle| {
            let (consonant, vowel, unknown) = particle.forms();
            let spellings = [
                format!("{consonant}/{vowel}"),
                format!("{vowel}/{consonant}"),
                unknown.to_owned(),
                format!("{vowel}({consonant})"),
                format!("{consonant}({vowel})"),
            ];
            let found = spellings
                .iter()
                .find(|form| text.starts_with(form.as_str()))?;
            Some((particle, found.len()))
        })
    }
}

/// How a name ends when it is read aloud. None: nobody can tell from the letters (佐藤, Jack).
fn end_of(name: &str) -> Option<SpokenEnd> {
    let name = crate::source::composed(name.trim());
    reading::end_of(&name).or_else(|| latin_end(name.chars().next_back()?))
}

/// Anna, Alex, Peter; Daniel; Tom, John. Jack and Mark end alike and are read otherwise.
fn latin_end(last: char) -> Option<SpokenEnd> {
    match last.to_ascii_lowercase() {
        'a' | 'i' | 'o' | 'u' | 'y' | 'r' | 's' | 'x' | 'z' | 'w' => Some(SpokenEnd::Vowel),
        'l' => Some(SpokenEnd::Rieul),
        'm' | 'n' => Some(SpokenEnd::Consonant),
        _ => None,
    }
}

/// Where a text shows the reader's name next, and how.
pub(super) fn find(text: &str) -> Option<(Range<usize>, ReaderName)> {
    let mut from = 0;
    while let Some(at) = text[from..].find("{{").map(|at| from + at) {
        from = at + 2;
        let length = text[from..].find("}}")?;
        let (name, fallback) = match text[from..from + length].split_once('|') {
            Some((name, fallback)) => (name, fallback),
            None => (&text[from..from + length], ""),
        };
        if name.trim() != "name" || fallback.contains(['{', '|', '\n']) {
            continue;
        }
        let end = from + length + 2;
        let particle = NameParticle::written_at(&text[end..]);
        let found = ReaderName {
            fallback: fallback.trim().to_owned(),
            particle: particle.map(|(particle, _)| particle),
        };
        return Some((at..end + particle.map_or(0, |(_, length)| length), found));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_particle_follows_the_name_s_last_sound() {
        for (name, topic, direction) in [
            ("민지", "는", "로"),
            ("김준혁", "은", "으로"),
            ("한별", "은", "로"),
            ("Anna", "는", "로"),
            ("Daniel", "은", "로"),
            ("Tom", "은", "으로"),
            ("Jack", "은(는)", "(으)로"),
            ("佐藤 遥", "은(는)", "(으)로"),
            ("준호 (서울)", "는", "로"),
            ("7", "은", "로"),
            ("…", "은(는)", "(으)로"),
        ] {
            let forms = [NameParticle::Topic, NameParticle::Direction].map(|it| it.behind(name));
            assert_eq!(forms, [topic, direction], "{name}");
        }
        // In separate letters, as macOS writes them.
        assert_eq!(NameParticle::Call.behind("\u{1106}\u{1175}\u{11ab}"), "아");
    }

    #[test]
    fn a_place_for_the_name_is_told_from_other_tags() {
        let (range, name) = find("안녕, {{ name | 여러분 }}은/는 어때요?").unwrap();
        assert_eq!(
            range,
            "안녕, ".len().."안녕, {{ name | 여러분 }}은/는".len()
        );
        assert_eq!(
            (name.fallback.as_str(), name.particle),
            ("여러분", Some(NameParticle::Topic))
        );
        assert_eq!(name.for_nobody(), "여러분은");
        let (_, bare) = find("{{name}}님").unwrap();
        assert_eq!((bare.fallback.as_str(), bare.particle), ("", None));
        let (range, _) = find("{{ first }} {{ name|you }}!").unwrap();
        assert_eq!(range, 12..26);
        for text in [
            "{{ first_name }}",
            "{{ name | a | b }}",
            "{{ name",
            "{ name }",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
