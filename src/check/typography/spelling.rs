//! Frequent slips in Korean that are never right, whatever stands around them.

use super::{super::Findings, SPELLING, hangul};
use crate::issue::Prose;

/// Where in a word a slip counts.
#[derive(Clone, Copy)]
enum SlipPosition {
    /// Anywhere.
    Any,
    /// Where no syllable stands before it.
    Start,
    /// Where no syllable stands after it.
    End,
    /// Where none stands on either side.
    Whole,
}

const SLIPS: [(&str, &str, SlipPosition); 45] = [
    ("됬", "됐", SlipPosition::Any),
    ("되요", "돼요", SlipPosition::End),
    ("되서", "돼서", SlipPosition::End),
    ("뵈요", "봬요", SlipPosition::End),
    ("몇일", "며칠", SlipPosition::Any),
    ("금새", "금세", SlipPosition::Whole),
    ("웬지", "왠지", SlipPosition::Start),
    ("왠만", "웬만", SlipPosition::Start),
    ("왠일", "웬일", SlipPosition::Start),
    ("어의없", "어이없", SlipPosition::Any),
    ("않되", "안 되", SlipPosition::Any),
    ("않됩", "안 됩", SlipPosition::Any),
    ("할께", "할게", SlipPosition::Any),
    ("갈께", "갈게", SlipPosition::Any),
    ("볼께", "볼게", SlipPosition::Any),
    ("줄께", "줄게", SlipPosition::Any),
    ("될께", "될게", SlipPosition::Any),
    ("오랫만", "오랜만", SlipPosition::Any),
    ("오랜동안", "오랫동안", SlipPosition::Any),
    ("희안하", "희한하", SlipPosition::Start),
    ("희안한", "희한한", SlipPosition::Start),
    ("일일히", "일일이", SlipPosition::Any),
    ("깨끗히", "깨끗이", SlipPosition::Any),
    ("틈틈히", "틈틈이", SlipPosition::Any),
    ("곰곰히", "곰곰이", SlipPosition::Any),
    ("역활", "역할", SlipPosition::Start),
    ("촛점", "초점", SlipPosition::Start),
    ("헛점", "허점", SlipPosition::Start),
    ("통채로", "통째로", SlipPosition::Start),
    ("어떻해", "어떡해", SlipPosition::Any),
    ("어떡게", "어떻게", SlipPosition::Any),
    ("아니예요", "아니에요", SlipPosition::Start),
    ("치뤘", "치렀", SlipPosition::Any),
    ("치뤄", "치러", SlipPosition::Any),
    ("잠궜", "잠갔", SlipPosition::Any),
    ("담궜", "담갔", SlipPosition::Any),
    ("알맞는", "알맞은", SlipPosition::Any),
    ("걸맞는", "걸맞은", SlipPosition::Any),
    ("서슴치", "서슴지", SlipPosition::Any),
    ("생각컨대", "생각건대", SlipPosition::Any),
    ("베품", "베풂", SlipPosition::Start),
    ("햇갈리", "헷갈리", SlipPosition::Any),
    ("햇갈려", "헷갈려", SlipPosition::Any),
    ("할려고", "하려고", SlipPosition::Any),
    ("설겆이", "설거지", SlipPosition::Any),
];

pub(super) fn check(prose: &Prose, findings: &mut Findings<'_>) {
    let text = &prose.text;
    if !text.contains(hangul::is_syllable) {
        return;
    }
    for (slip, right, place) in SLIPS {
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
                        format!("`{slip}` should be `{right}`"),
                    )
                    .hint(format!("write `{right}`"));
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
