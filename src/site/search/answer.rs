//! What the index answers by itself, where no script asks it.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashSet},
};

use super::{
    super::content::SiteContent,
    excerpt::{ExcerptPart, excerpt, found},
    index::SearchIndex,
    pieces::{Piece, folded, pieces},
    postings::{beginning, shard_of},
    searched_text::SearchedText,
    term::TermPlace,
};

/// A query of more pieces is an article.
const MAX_PIECES: usize = 12;

/// An issue in which everything was found.
#[derive(Debug)]
pub(crate) struct SearchHit {
    /// Its place among the issues, the newest of which is first.
    pub(crate) at: usize,
    pub(crate) excerpt: Vec<ExcerptPart>,
}

impl SearchIndex {
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
    let texts: Vec<SearchedText> = content
        .issues
        .get(at)?
        .gist()
        .texts
        .iter()
        .map(|text| SearchedText::new(text))
        .collect();
    let counts = texts
        .iter()
        .map(|text| wanted.iter().filter(|piece| has(text, piece)).count());
    let counts: Vec<usize> = counts.collect();
    let is_there = wanted
        .iter()
        .all(|piece| texts.iter().any(|text| has(text, piece)));
    let in_title = *counts.first()?;
    // The first story that says most of it.
    let best = (1..texts.len()).max_by_key(|at| (counts[*at], Reverse(*at)));
    let excerpt = best.map_or_else(Vec::new, |best| {
        excerpt(&texts[best].shown, &texts[best].folded, wanted)
    });
    is_there.then_some((in_title, SearchHit { at, excerpt }))
}

fn has(text: &SearchedText, piece: &Piece) -> bool {
    !found(&text.folded, piece).is_empty()
}
