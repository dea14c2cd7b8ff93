//! Frequent slips in Korean that are never right, whatever stands around them.

mod slips;

use self::slips::{SLIPS, SlipPosition};
use super::{super::Findings, SPELLING};
use crate::words::say;
use crate::{issue::Prose, korean::hangul};

pub(super) fn check(prose: &Prose, findings: &mut Findings<'_>) {
    let text = &prose.text;
    if !text.contains(hangul::is_syllable) {
        return;
    }
    promises(prose, findings);
    negations(prose, findings);
    for &(slip, right, place) in SLIPS {
        for (at, _) in text.match_indices(slip) {
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
            let is_ending = slip == "않되" && before.ends_with('지');
            if is_here && !is_quoted && !is_ending {
                findings
                    .at(
                        &SPELLING,
                        prose.span(at..at + slip.len()),
                        say!("`{slip}` should be `{right}`", slip, right),
                    )
                    .hint(say!("write `{right}`", right))
                    .fix(slip, right);
            }
        }
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
fn promises(prose: &Prose, findings: &mut Findings<'_>) {
    let text = &prose.text;
    for (at, slip) in text.match_indices('께') {
        let before = text[..at].chars().next_back();
        let is_verb = before.and_then(hangul::final_consonant) == Some(hangul::RIEUL);
        let rest = text[at + slip.len()..].trim_start_matches(['요', '용', '여']);
        let ends = !rest.starts_with(hangul::is_syllable);
        // 하늘께, 여러분들께: to somebody honoured.
        let is_person = ["딸", "하늘", "들", "마을"]
            .iter()
            .any(|noun| text[..at].ends_with(noun));
        if let (true, true, false, Some(verb)) = (is_verb, ends, is_person, before) {
            findings
                .at(
                    &SPELLING,
                    prose.span(at - verb.len_utf8()..at + slip.len()),
                    say!("`{verb}께` should be `{verb}게`", verb),
                )
                .hint(say!("write `{verb}게`", verb))
                .fix(&format!("{verb}께"), &format!("{verb}게"));
        }
    }
}

/// `않 먹는다` and `먹지 안습니다`: 안 stands before a verb, 않 behind 지.
fn negations(prose: &Prose, findings: &mut Findings<'_>) {
    let text = &prose.text;
    for (at, slip) in text.match_indices("않 ") {
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
    for slip in [
        "지 안습니다",
        "지 안읍니다",
        "하지 안는",
        "하지 안고",
        "하지 안아",
        "하지 안았",
    ] {
        for (at, _) in text.match_indices(slip) {
            let right = slip.replace("지 안", "지 않");
            findings
                .at(
                    &SPELLING,
                    prose.span(at..at + slip.len()),
                    say!("`{slip}` should be `{right}`", slip, right),
                )
                .hint(say!("write `{right}`", right))
                .fix(slip, &right);
        }
    }
}
