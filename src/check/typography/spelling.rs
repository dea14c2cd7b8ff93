//! Frequent slips in Korean and English that are never right, whatever stands around them.

mod endings;
mod english;
mod slips;

use self::{
    endings::RunInText,
    slips::{SlipPosition, SpellingSlip},
};
use super::{
    super::{Findings, issue_text::ReadProse},
    SPELLING, tell_right,
};
use crate::{korean::hangul, words::say};

pub(super) fn check(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    let text = &prose.text;
    english::check(prose, findings);
    if !prose.has_syllable() {
        return;
    }
    promises(prose, findings);
    negations(prose, findings);
    endings(prose, findings);
    for run in prose.runs() {
        for (within, syllable) in text[run.clone()].char_indices() {
            let at = run.start + within;
            for slip in slips::beginning_with(syllable) {
                if text[at..].starts_with(slip.0) {
                    judge(prose, at, *slip, findings);
                }
            }
        }
    }
}

/// Tells a slip where it counts.
fn judge(
    prose: &ReadProse<'_>,
    at: usize,
    (slip, right, place): SpellingSlip,
    findings: &mut Findings<'_>,
) {
    let text = &prose.text;
    let begins = !text[..at].ends_with(hangul::is_syllable);
    let ends = !text[at + slip.len()..].starts_with(hangul::is_syllable);
    let is_here = match place {
        SlipPosition::Any => true,
        SlipPosition::Start => begins,
        SlipPosition::End => ends,
        SlipPosition::Whole => begins && ends,
    };
    // Whoever writes about spelling sets the slip in quotation marks.
    let is_quoted = is_quoted_word(&text[..at], &text[at + slip.len()..]);
    // 욕심내지 않되 게으르지 않게: an ending, not 안 되다.
    let before = text[..at]
        .trim_end()
        .trim_end_matches(['는', '도', '만', '를']);
    let is_ending = slip == "않되" && before.ends_with('지')
        // 몇일까, 몇일지: 몇 and 이다.
        || slip == "몇일" && text[at + slip.len()..].starts_with(['까', '지']);
    if is_here && !is_quoted && !is_ending {
        tell_right(findings, &SPELLING, prose, at..at + slip.len(), right);
    }
}

/// Words whose ending is never spelled so.
fn endings(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    let text = &prose.text;
    for run in prose.runs() {
        let (before, after) = (&text[..run.start], &text[run.end..]);
        let word = &text[run.clone()];
        let found = endings::right(&RunInText {
            word,
            before,
            after,
        });
        let Some(right) = found.filter(|_| !is_quoted_word(before, after)) else {
            continue;
        };
        tell_right(findings, &SPELLING, prose, run, &right);
    }
}

/// Whether the word around a place stands alone in quotation marks: `‘됬다’는 틀린 말`.
fn is_quoted_word(before: &str, after: &str) -> bool {
    let stops = |char: char| !hangul::is_syllable(char);
    before
        .trim_end_matches(hangul::is_syllable)
        .ends_with(['‘', '\'', '“', '"', '「'])
        && after
            .find(stops)
            .is_some_and(|at| after[at..].starts_with(['’', '\'', '”', '"', '」']))
}

/// `갈께`, `할께요`: an ending that is written 게, behind every verb.
fn promises(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    let text = &prose.text;
    let slip = "께";
    for at in prose.places(slip) {
        let before = text[..at].chars().next_back();
        let is_verb = before.and_then(hangul::final_consonant) == Some(hangul::RIEUL);
        let rest = text[at + slip.len()..].trim_start_matches(['요', '용', '여']);
        let ends = !rest.starts_with(hangul::is_syllable);
        // 하늘께, 여러분들께: to somebody honoured.
        let is_person = ["딸", "하늘", "들", "마을"]
            .iter()
            .any(|noun| text[..at].ends_with(noun));
        if let (true, true, false, Some(verb)) = (is_verb, ends, is_person, before) {
            let place = at - verb.len_utf8()..at + slip.len();
            tell_right(findings, &SPELLING, prose, place, &format!("{verb}게"));
        }
    }
}

/// `않 먹는다`: 안 stands before a verb.
fn negations(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    let text = &prose.text;
    let slip = "않 ";
    for at in prose.places(slip) {
        let is_word = !text[..at].ends_with(|char: char| char.is_alphanumeric());
        let after_ji = text[..at].trim_end().ends_with('지');
        if is_word && !after_ji {
            findings
                .at(
                    &SPELLING,
                    prose.span(at..at + slip.trim_end().len()),
                    say!("`않` before a verb should be `안`"),
                )
                .hint(say!("write `안`"))
                .fix("않", "안");
        }
    }
}
