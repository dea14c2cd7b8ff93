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
    },
    excerpt::{ExcerptPart, excerpt, found},
    pieces::{Piece, folded, pieces, terms},
    postings::{Place, Places, beginning, shard_of, shards},
};
use crate::{fingerprint::sha256_hex, source::composed};

/// A query of more pieces is an article.
const MAX_PIECES: usize = 12;
/// How many digits tell two indexes apart.
const DIGITS: usize = 12;

/// The index. The oldest issue is its first, so that a new one changes little.
#[derive(Debug)]
pub(in crate::site) struct SearchIndex {
    /// The folder of its files, named by what they say.
    folder: String,
    shards: Vec<Vec<u8>>,
}

/// A text as it is shown and as it is searched in, letter by letter.
struct SearchedText {
    shown: Vec<char>,
    folded: Vec<char>,
}

/// An issue in which everything was found.
#[derive(Debug)]
pub(in crate::site) struct SearchHit {
    /// Its place among the issues, the newest of which is first.
    pub(in crate::site) at: usize,
    pub(in crate::site) excerpt: Vec<ExcerptPart>,
}

impl SearchIndex {
    pub(in crate::site) fn new(content: &SiteContent) -> Self {
        let mut places = Places::new();
        let mut said = Vec::new();
        for (number, ready) in content.issues.iter().rev().enumerate() {
            add(number, &texts_of(ready), &mut places);
            said.push(sha256_hex(&text_file(content, ready)));
        }
        let shards = shards(&places);
        said.extend(shards.iter().map(|shard| sha256_hex(shard)));
        let mut digits = sha256_hex(said.concat().as_bytes());
        digits.truncate(DIGITS);
        Self {
            folder: format!("search/{digits}"),
            shards,
        }
    }

    /// The folder of its files.
    pub(in crate::site) fn folder(&self) -> &str {
        &self.folder
    }

    pub(in crate::site) fn shard_count(&self) -> usize {
        self.shards.len()
    }

    /// The paths of its files.
    pub(in crate::site) fn paths(&self, content: &SiteContent) -> impl Iterator<Item = String> {
        let shards = (0..self.shards.len()).map(|number| format!("{}/{number}.terms", self.folder));
        let issues =
            (0..content.issues.len()).map(|number| format!("{}/{number}.json", self.folder));
        shards.chain(issues)
    }

    /// The file of that path, with what it is.
    pub(in crate::site) fn file(
        &self,
        content: &SiteContent,
        path: &str,
    ) -> Option<(&'static str, Vec<u8>)> {
        let name = path.strip_prefix(&self.folder)?.strip_prefix('/')?;
        let (number, end) = name.split_once('.')?;
        let number: usize = number.parse().ok()?;
        match end {
            "terms" => Some(("application/octet-stream", self.shards.get(number)?.clone())),
            "json" => {
                let ready = content
                    .issues
                    .get(content.issues.len().checked_sub(number + 1)?)?;
                Some(("application/json", text_file(content, ready)))
            }
            _ => None,
        }
    }

    /// The issues in which all of the words stand: those whose title has more of them first, then the newest.
    pub(in crate::site) fn find(&self, content: &SiteContent, query: &str) -> Vec<SearchHit> {
        let mut wanted = pieces(&folded(query));
        wanted.truncate(MAX_PIECES);
        let places = wanted.iter().map(|piece| self.candidates(piece));
        let issues = places.map(|places| places.into_iter().map(Place::issue).collect());
        let common = issues.reduce(|one: BTreeSet<usize>, other| &one & &other);
        let numbers = common.unwrap_or_default().into_iter().rev();
        let mut hits: Vec<(usize, SearchHit)> = numbers
            .filter_map(|number| hit(content, number, &wanted))
            .collect();
        hits.sort_by_key(|(in_title, _)| Reverse(*in_title));
        hits.into_iter().map(|(_, hit)| hit).collect()
    }

    /// Where a piece may stand.
    fn candidates(&self, piece: &Piece) -> Vec<Place> {
        if piece.is_dense && piece.letters.len() > 1 {
            let pairs = piece.letters.windows(2).map(|pair| self.places(pair));
            let common = pairs.reduce(|one, other| {
                let other: HashSet<Place> = other.into_iter().collect();
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
    fn places(&self, begins: &[char]) -> Vec<Place> {
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

fn add(number: usize, texts: &[String], to: &mut Places) {
    for (story, text) in texts.iter().enumerate() {
        let place = Place::new(number, story);
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

/// What the script shows of an issue.
fn text_file(content: &SiteContent, ready: &ReadyIssue) -> Vec<u8> {
    let card = IssueCard::new(content, ready);
    json!({ "card": card, "texts": texts_of(ready) })
        .to_string()
        .into_bytes()
}
