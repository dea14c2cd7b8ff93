//! The publication's glossary: `terms:` of daily-note.yaml, each spelling of the house with those
//! that are told.

use super::{
    super::{CheckSubject, Findings, issue_text::ReadProse},
    TERM,
};
use crate::{korean::hangul, publication::HouseTerm, words::say};

pub(super) fn check(proof: &CheckSubject<'_>, prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    for term in &proof.publication.terms {
        let kept: Vec<(usize, usize)> = prose
            .places(&term.preferred)
            .map(|at| (at, at + term.preferred.len()))
            .collect();
        for other in &term.instead_of {
            for at in prose.places(other) {
                let range = at..at + other.len();
                // `서비스 메시` holds `메시`: the right spelling is no slip.
                let is_kept = kept
                    .iter()
                    .any(|(start, end)| *start <= range.start && range.end <= *end);
                if !is_kept && stands_alone(&prose.text, &range) {
                    tell(term, other, prose, range, findings);
                }
            }
        }
    }
}

fn tell(
    term: &HouseTerm,
    other: &str,
    prose: &ReadProse<'_>,
    range: std::ops::Range<usize>,
    findings: &mut Findings<'_>,
) {
    findings
        .at(
            &TERM,
            prose.span(range),
            say!(
                "this house writes `{preferred}`, not `{other}`",
                preferred = term.preferred,
                other
            ),
        )
        .hint(say!(
            "write `{preferred}`; `terms:` in daily-note.yaml says so",
            preferred = term.preferred
        ))
        .fix(other, &term.preferred);
}

/// A Latin spelling is a word of its own (`Github`, not in `GithubActions`); before a Hangul one
/// stands no other syllable, and particles may follow.
fn stands_alone(text: &str, range: &std::ops::Range<usize>) -> bool {
    let before = text[..range.start].chars().next_back();
    let after = text[range.end..].chars().next();
    let (first, last) = (
        text[range.clone()].chars().next(),
        text[range.clone()].chars().next_back(),
    );
    let is_latin = |char: char| char.is_alphanumeric() && !hangul::is_syllable(char);
    let joins = |one: Option<char>, other: Option<char>| matches!((one, other), (Some(one), Some(other)) if is_latin(one) && is_latin(other));
    let is_within_word = matches!((before, first), (Some(before), Some(first)) if hangul::is_syllable(before) && hangul::is_syllable(first));
    !joins(before, first) && !joins(last, after) && !is_within_word
}
