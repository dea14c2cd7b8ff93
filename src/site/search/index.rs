//! The index of all public issues: its files, and its own answers, which come from the same files.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashSet},
};

use serde_json::json;

use super::{
    super::{
        content::{ReadyIssue, SiteContent},
        issue_card::IssueCard,
        origin::of_index,
    },
    excerpt::{ExcerptPart, excerpt, found},
    pieces::{Piece, folded, pieces, terms},
    postings::{TermPlace, TermPlaces, beginning, shard_of, shards, shards_for},
};
use crate::source::composed;

/// A query of more pieces is an article.
const MAX_PIECES: usize = 12;
/// How many digits tell two indexes apart.
const DIGITS: usize = 12;

/// The files of an index, before any is made.
#[derive(Debug)]
pub(crate) struct IndexPlan {
    /// Their folder, named by what they are made of.
    pub(crate) folder: String,
    pub(crate) shards: usize,
    issues: usize,
}

/// What a file of the index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IndexFile {
    /// Where terms stand.
    Shard(usize),
    /// The texts of an issue; the oldest is the first, so that a new one changes little.
    Texts(usize),
}

/// Where all terms stand.
#[derive(Debug)]
pub(crate) struct SearchIndex {
    shards: Vec<Vec<u8>>,
}

/// A text as it is shown and as it is searched in, letter by letter.
struct SearchedText {
    shown: Vec<char>,
    folded: Vec<char>,
}

/// An issue in which everything was found.
#[derive(Debug)]
pub(crate) struct SearchHit {
    /// Its place among the issues, the newest of which is first.
    pub(crate) at: usize,
    pub(crate) excerpt: Vec<ExcerptPart>,
}

impl IndexPlan {
    pub(crate) fn new(content: &SiteContent) -> Self {
        let mut digits = of_index(content);
        digits.truncate(DIGITS);
        let texts = content
            .issues
            .iter()
            .map(|ready| ready.issue().source.text().len());
        Self {
            folder: format!("search/{digits}"),
            shards: shards_for(texts.sum()),
            issues: content.issues.len(),
        }
    }

    /// The paths of its files.
    pub(crate) fn paths(&self) -> impl Iterator<Item = String> {
        let shards = (0..self.shards).map(|number| format!("{}/{number}.terms", self.folder));
        let issues = (0..self.issues).map(|number| format!("{}/{number}.json", self.folder));
        shards.chain(issues)
    }

    /// Which of its files that is: what it says is known by its name.
    pub(crate) fn file(&self, path: &str) -> Option<IndexFile> {
        let name = path.strip_prefix(&self.folder)?.strip_prefix('/')?;
        let (number, kind) = name.split_once('.')?;
        let is_plain = number.bytes().all(|byte| byte.is_ascii_digit())
            && !(number.len() > 1 && number.starts_with('0'));
        let number = number.parse().ok().filter(|_| is_plain)?;
        match kind {
            "terms" if number < self.shards => Some(IndexFile::Shard(number)),
            "json" if number < self.issues => Some(IndexFile::Texts(number)),
            _ => None,
        }
    }
}

impl SearchIndex {
    pub(crate) fn new(content: &SiteContent, plan: &IndexPlan) -> Self {
        let mut places = TermPlaces::new();
        for (number, ready) in content.issues.iter().rev().enumerate() {
            add(number, &texts_of(ready), &mut places);
        }
        Self {
            shards: shards(&places, plan.shards),
        }
    }

    /// A shard's bytes.
    pub(crate) fn shard(&self, number: usize) -> Option<Vec<u8>> {
        self.shards.get(number).cloned()
    }

    /// The issues in which all of the words stand: those whose title has more of them first, then the newest.
    pub(crate) fn find(&self, content: &SiteContent, query: &str) -> Vec<SearchHit> {
        let mut wanted = pieces(&folded(query));
        wanted.truncate(MAX_PIECES);
        let places = wanted.iter().map(|piece| self.candidates(piece));
        let issues = places.map(|places| places.into_iter().map(TermPlace::issue).collect());
        let common = issues.reduce(|one: BTreeSet<usize>, other| &one & &other);
        let numbers = common.unwrap_or_default().into_iter().rev();
        let mut hits: Vec<(usize, SearchHit)> = numbers
            .filter_map(|number| hit(content, number, &wanted))
            .collect();
        hits.sort_by_key(|(in_title, _)| Reverse(*in_title));
        hits.into_iter().map(|(_, hit)| hit).collect()
    }

    /// Where a piece may stand.
    fn candidates(&self, piece: &Piece) -> Vec<TermPlace> {
        if piece.is_dense && piece.letters.len() > 1 {
            let pairs = piece.letters.windows(2).map(|pair| self.places(pair));
            let common = pairs.reduce(|one, other| {
                let other: HashSet<TermPlace> = other.into_iter().collect();
                one.into_iter()
                    .filter(|place| other.contains(place))
                    .collect()
            });
            return common.unwrap_or_default();
        }
        // A single letter begins pairs; a word may be typed in part.
        self.places(&piece.letters)
    }

    /// Where terms stand that begin so.
    fn places(&self, begins: &[char]) -> Vec<TermPlace> {
        let first = begins.first().copied().unwrap_or_default();
        let shard = &self.shards[shard_of(first, self.shards.len())];
        let begins: String = begins.iter().collect();
        let terms = beginning(shard, &begins).into_iter();
        terms.flat_map(|(_, places)| places).collect()
    }
}

/// An issue as a hit, if its text really has all of it; and how much of it stands in the title.
fn hit(content: &SiteContent, number: usize, wanted: &[Piece]) -> Option<(usize, SearchHit)> {
    let at = content.issues.len().checked_sub(number + 1)?;
    let texts: Vec<SearchedText> = texts_of(content.issues.get(at)?)
        .iter()
        .map(|text| SearchedText::new(text))
        .collect();
    let counts = texts
        .iter()
        .map(|text| wanted.iter().filter(|piece| text.has(piece)).count());
    let counts: Vec<usize> = counts.collect();
    let is_there = wanted
        .iter()
        .all(|piece| texts.iter().any(|text| text.has(piece)));
    let in_title = *counts.first()?;
    // The first story that says most of it.
    let best = (1..texts.len()).max_by_key(|at| (counts[*at], Reverse(*at)));
    let excerpt = best.map_or_else(Vec::new, |best| {
        excerpt(&texts[best].shown, &texts[best].folded, wanted)
    });
    is_there.then_some((in_title, SearchHit { at, excerpt }))
}

impl SearchedText {
    fn new(text: &str) -> Self {
        // A letter that is two in small letters stays what it is: places must agree.
        let small = |char: &char| {
            let mut small = char.to_lowercase();
            match (small.next(), small.next()) {
                (Some(only), None) => only,
                _ => *char,
            }
        };
        let shown: Vec<char> = text.chars().collect();
        Self {
            folded: shown.iter().map(small).collect(),
            shown,
        }
    }

    fn has(&self, piece: &Piece) -> bool {
        !found(&self.folded, piece).is_empty()
    }
}

/// Title and tags; then what stands before the first story, each story, the notes.
fn texts_of(ready: &ReadyIssue) -> Vec<String> {
    let front_matter = &ready.issue().front_matter;
    let title = std::iter::once(&front_matter.title).chain(&front_matter.tags);
    let title: Vec<&str> = title.map(String::as_str).collect();
    let texts = std::iter::once(title.join(" ")).chain(ready.issue().document.plain_texts());
    texts.map(|text| composed(&text).into_owned()).collect()
}

fn add(number: usize, texts: &[String], to: &mut TermPlaces) {
    for (story, text) in texts.iter().enumerate() {
        let place = TermPlace::new(number, story);
        for piece in pieces(&SearchedText::new(text).folded.iter().collect::<String>()) {
            terms(&piece, |term| {
                let places = match to.get_mut(term) {
                    Some(places) => places,
                    None => to.entry(term.to_vec()).or_default(),
                };
                if places.last() != Some(&place) {
                    places.push(place);
                }
            });
        }
    }
}

/// What the script shows of the `number`th issue, the oldest first.
pub(crate) fn texts(content: &SiteContent, number: usize) -> Option<Vec<u8>> {
    let at = content.issues.len().checked_sub(number + 1)?;
    let ready = content.issues.get(at)?;
    let card = IssueCard::new(content, ready);
    let texts = json!({ "card": card, "texts": texts_of(ready) });
    Some(texts.to_string().into_bytes())
}
