//! The part of a text that shows what was found in it.

use serde::Serialize;

use super::pieces::{Piece, is_dense};

/// How many letters stand before what was found, and how many all in all.
const BEFORE: usize = 30;
const LENGTH: usize = 140;

/// A part of an excerpt, marked where it is what was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ExcerptPart {
    pub(crate) text: String,
    pub(crate) is_marked: bool,
}

/// Where a piece stands in a folded text, as ranges of its letters.
pub(super) fn found(text: &[char], piece: &Piece) -> Vec<(usize, usize)> {
    let length = piece.letters.len();
    let starts = 0..(text.len() + 1).saturating_sub(length);
    let is_here = |at: &usize| {
        text[*at..*at + length] == piece.letters[..] && (piece.is_dense || is_start(text, *at))
    };
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for at in starts.filter(is_here) {
        if ranges.last().is_none_or(|(_, end)| *end <= at) {
            ranges.push((at, at + length));
        }
    }
    ranges
}

/// Whether a word of letters with spaces between begins there.
fn is_start(text: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| text.get(at));
    before.is_none_or(|before| !before.is_alphanumeric() || is_dense(*before))
}

/// The text around the first find, with every find in it marked. `shown` and `folded` are the same text, letter
/// by letter.
pub(super) fn excerpt(shown: &[char], folded: &[char], pieces: &[Piece]) -> Vec<ExcerptPart> {
    let mut marks: Vec<(usize, usize)> = pieces
        .iter()
        .flat_map(|piece| found(folded, piece))
        .collect();
    marks.sort_unstable();
    let first = marks.first().map_or(0, |(start, _)| *start);
    let mut start = first.saturating_sub(BEFORE);
    // A word is not cut at its beginning.
    while start > 0 && start < first && !shown[start - 1].is_whitespace() {
        start += 1;
    }
    let end = (start + LENGTH).min(shown.len());
    let mut parts = Vec::new();
    if start > 0 {
        push("… ", false, &mut parts);
    }
    let mut at = start;
    for (from, to) in marks
        .into_iter()
        .filter(|(from, _)| (start..end).contains(from))
    {
        let (from, to) = (from.max(at), to.min(end).max(at));
        push(&text(&shown[at..from]), false, &mut parts);
        push(&text(&shown[from..to]), true, &mut parts);
        at = to;
    }
    push(&text(&shown[at..end]), false, &mut parts);
    if end < shown.len() {
        push(" …", false, &mut parts);
    }
    parts
}

fn text(letters: &[char]) -> String {
    letters
        .iter()
        .map(|char| if char.is_whitespace() { ' ' } else { *char })
        .collect()
}

fn push(text: &str, is_marked: bool, to: &mut Vec<ExcerptPart>) {
    match to.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if last.is_marked == is_marked => last.text.push_str(text),
        _ => to.push(ExcerptPart {
            text: text.to_owned(),
            is_marked,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::search::pieces::pieces;

    #[test]
    fn a_dense_piece_is_found_within_a_word_and_another_where_a_word_begins() {
        let text: Vec<char> = "작은언어모델 remodel model2".chars().collect();
        assert_eq!(found(&text, &pieces("모델")[0]), [(4, 6)]);
        assert_eq!(found(&text, &pieces("model")[0]), [(15, 20)]);
        assert_eq!(found(&text, &pieces("없음")[0]), []);
    }

    #[test]
    fn finds_are_marked_and_the_text_around_them_is_whole() {
        let text: Vec<char> = "처음에 작은 모델이 있었다. 모델은 컸다.".chars().collect();
        let parts = excerpt(&text, &text, &pieces("모델"));
        let marked: Vec<_> = parts.iter().filter(|part| part.is_marked).collect();
        assert_eq!(marked.len(), 2);
        let whole: String = parts.iter().map(|part| part.text.as_str()).collect();
        assert_eq!(whole, "처음에 작은 모델이 있었다. 모델은 컸다.");
    }
}
