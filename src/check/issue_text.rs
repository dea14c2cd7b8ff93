//! An issue's text as its rules read it. What many of them ask of a paragraph is found once, and what can't stand in
//! it is not looked for: of the signs and letters that a rule lives by, most paragraphs have none.

use std::{cell::OnceCell, ops::Deref, ops::Range};

use memchr::memmem;

use super::speech::QuotedSpeech;
use crate::{issue::Prose, korean::hangul};

/// All that readers see of an issue's words.
pub(super) struct IssueText<'t> {
    /// Title, subject and preheader.
    pub(super) front: Vec<ReadProse<'t>>,
    /// The text below the front matter.
    pub(super) body: Vec<ReadProse<'t>>,
}

impl<'t> IssueText<'t> {
    pub(super) fn of(front: &'t [Prose], body: &'t [Prose]) -> Self {
        Self {
            front: front.iter().map(ReadProse::of).collect(),
            body: body.iter().map(ReadProse::of).collect(),
        }
    }

    /// In the order of the file.
    pub(super) fn all(&self) -> impl Iterator<Item = &ReadProse<'t>> {
        self.front.iter().chain(&self.body)
    }
}

/// A paragraph with what its rules ask again and again.
pub(super) struct ReadProse<'t> {
    prose: &'t Prose,
    bytes: ByteSet,
    runs: OnceCell<Vec<Range<usize>>>,
    speech: OnceCell<QuotedSpeech>,
    lower: OnceCell<String>,
}

impl Deref for ReadProse<'_> {
    type Target = Prose;

    fn deref(&self) -> &Prose {
        self.prose
    }
}

impl<'t> ReadProse<'t> {
    fn of(prose: &'t Prose) -> Self {
        Self {
            prose,
            bytes: ByteSet::of(prose.text.as_bytes()),
            runs: OnceCell::new(),
            speech: OnceCell::new(),
            lower: OnceCell::new(),
        }
    }

    /// Whether one of these bytes stands in it: marks of ASCII, or what characters of a kind begin with in UTF-8.
    pub(super) fn has_byte(&self, bytes: &[u8]) -> bool {
        bytes.iter().any(|byte| self.bytes.holds(*byte))
    }

    pub(super) fn has_digit(&self) -> bool {
        self.has_byte(b"0123456789")
    }

    /// Whether words may stand in it, by their bytes.
    fn may_hold(&self, words: &str) -> bool {
        words.bytes().all(|byte| self.bytes.holds(byte))
    }

    pub(super) fn contains(&self, words: &str) -> bool {
        self.find(words).is_some()
    }

    /// Where words stand first.
    pub(super) fn find(&self, words: &str) -> Option<usize> {
        self.places(words).next()
    }

    /// Wherever words stand, one behind the other.
    pub(super) fn places<'n>(&self, words: &'n str) -> impl Iterator<Item = usize> + use<'t, 'n> {
        let text = self.prose.text.as_bytes();
        let found = self.may_hold(words).then(|| memmem::find_iter(text, words));
        found.into_iter().flatten()
    }

    /// Runs of syllables, wherever they stand.
    pub(super) fn runs(&self) -> impl Iterator<Item = Range<usize>> {
        let runs = self
            .runs
            .get_or_init(|| hangul::runs(&self.prose.text).collect());
        runs.iter().cloned()
    }

    /// Those that stand alone or end a word: `모델을` of `AI모델을 쓴다.`.
    pub(super) fn words(&self) -> impl Iterator<Item = Range<usize>> {
        let text = &self.prose.text;
        self.runs()
            .filter(|run| !text[run.end..].starts_with(char::is_alphanumeric))
    }

    pub(super) fn has_syllable(&self) -> bool {
        // What syllables begin with.
        self.has_byte(&[0xEA, 0xEB, 0xEC, 0xED]) && self.runs().next().is_some()
    }

    /// Where somebody speaks in it.
    pub(super) fn speech(&self) -> &QuotedSpeech {
        self.speech
            .get_or_init(|| QuotedSpeech::of(&self.prose.text))
    }

    /// Where words in small letters stand first, whatever letters of ASCII the text has them in.
    pub(super) fn find_in_lower(&self, words: &str) -> Option<usize> {
        let may_hold = words
            .bytes()
            .all(|byte| self.has_byte(&[byte, byte.to_ascii_uppercase()]));
        may_hold
            .then(|| memmem::find(self.lower().as_bytes(), words.as_bytes()))
            .flatten()
    }

    /// In the small letters of ASCII: places stay.
    pub(super) fn lower(&self) -> &str {
        match self.has_byte(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
            true => self
                .lower
                .get_or_init(|| self.prose.text.to_ascii_lowercase()),
            false => &self.prose.text,
        }
    }
}

/// Which bytes a text is made of.
struct ByteSet([u64; 4]);

impl ByteSet {
    fn of(text: &[u8]) -> Self {
        let mut seen = [false; 256];
        for byte in text {
            seen[usize::from(*byte)] = true;
        }
        let mut set = [0; 4];
        for (byte, _) in seen.iter().enumerate().filter(|(_, is_seen)| **is_seen) {
            set[byte / 64] |= 1 << (byte % 64);
        }
        Self(set)
    }

    fn holds(&self, byte: u8) -> bool {
        self.0[usize::from(byte / 64)] >> (byte % 64) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_where_the_standard_library_finds_them() {
        let text = "오늘은 `API`가 할 수있다. Aa aa [x](y) 할 수있다… 100 %";
        let prose = Prose::of_value(text, text, 0..text.len());
        let read = ReadProse::of(&prose);
        for words in [
            " 수있",
            "aa",
            "A",
            "%",
            "없다",
            "```",
            "]",
            "다",
            "오늘은 `API`가 할 수있다",
        ] {
            let expected: Vec<usize> = text.match_indices(words).map(|(at, _)| at).collect();
            assert_eq!(read.places(words).collect::<Vec<_>>(), expected, "{words}");
            assert_eq!(read.contains(words), text.contains(words), "{words}");
        }
        assert_eq!(read.lower(), text.to_ascii_lowercase());
        assert!(read.has_digit() && read.has_syllable() && read.has_byte(b"@]"));
        assert!(!read.has_byte(b"@#{"));
    }

    #[test]
    fn a_text_without_hangul_has_no_syllable() {
        let text = "plain 1234 ⺀ \u{A960}";
        let prose = Prose::of_value(text, text, 0..text.len());
        assert!(!ReadProse::of(&prose).has_syllable());
    }
}
