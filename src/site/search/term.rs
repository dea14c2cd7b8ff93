//! What texts are indexed under, and where it stands.

use std::cmp::Ordering;

/// Stories of one issue are told apart up to here; the ones behind count as its last.
const STORIES: u32 = 64;
/// How many bytes of a term stand in its number.
const FIRST: usize = size_of::<u64>();

/// A term in the order of its UTF-8. Nearly all are pairs of letters and short words: a number.
#[derive(Debug, Clone)]
pub(super) struct Term {
    /// Its first bytes, zeros behind what is shorter: no letter is one.
    first: u64,
    rest: Box<[u8]>,
}

impl Term {
    pub(super) fn of(letters: &[char]) -> Self {
        let mut first = [0; FIRST];
        let length: usize = letters.iter().map(|char| char.len_utf8()).sum();
        if length > FIRST {
            let text: String = letters.iter().collect();
            let (beginning, rest) = text.as_bytes().split_at(FIRST);
            first.copy_from_slice(beginning);
            return Self {
                first: u64::from_be_bytes(first),
                rest: rest.into(),
            };
        }
        let mut at = 0;
        for char in letters {
            at += char.encode_utf8(&mut first[at..]).len();
        }
        Self {
            first: u64::from_be_bytes(first),
            rest: Box::default(),
        }
    }

    /// Its UTF-8, instead of what is there.
    pub(super) fn write(&self, to: &mut Vec<u8>) {
        to.clear();
        let first = self.first.to_be_bytes();
        to.extend(first.iter().take_while(|byte| **byte != 0));
        to.extend_from_slice(&self.rest);
    }
}

impl Ord for Term {
    /// Millions are compared, and hardly one has a rest.
    fn cmp(&self, other: &Self) -> Ordering {
        let rests = || match self.rest.is_empty() && other.rest.is_empty() {
            true => Ordering::Equal,
            false => self.rest.cmp(&other.rest),
        };
        self.first.cmp(&other.first).then_with(rests)
    }
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Term {}

impl PartialOrd for Term {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Where something stands: `issue × STORIES + story`. An issue's title is its first story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TermPlace(u32);

impl TermPlace {
    pub(super) fn new(issue: usize, story: usize) -> Self {
        let issue = u32::try_from(issue)
            .map_or(u32::MAX / STORIES - 1, |it| it.min(u32::MAX / STORIES - 1));
        let story = u32::try_from(story).map_or(STORIES - 1, |story| story.min(STORIES - 1));
        Self(issue * STORIES + story)
    }

    pub(super) fn issue(self) -> usize {
        self.0 as usize / STORIES as usize
    }

    /// The same story of an issue of another number.
    pub(super) fn of_issue(self, issue: usize) -> Self {
        Self::new(issue, (self.0 % STORIES) as usize)
    }

    pub(super) fn number(self) -> u32 {
        self.0
    }

    pub(super) fn from_number(number: u32) -> Self {
        Self(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_ordered_as_their_texts_are() {
        let texts = [
            "",
            "a",
            "ab",
            "abcdefgh",
            "abcdefghi",
            "abcdefghij",
            "b",
            "글",
            "글이",
            "한국어",
            "𠀀",
        ];
        let terms = texts.map(|text| Term::of(&text.chars().collect::<Vec<_>>()));
        assert!(terms.is_sorted(), "{terms:?}");
        for (text, term) in texts.iter().zip(&terms) {
            let mut bytes = b"of before".to_vec();
            term.write(&mut bytes);
            assert_eq!(bytes, text.as_bytes());
        }
    }
}
