//! Frequent slips in Korean that are never right, whatever stands around them.

use super::{super::Findings, SPELLING, hangul};
use crate::issue::Prose;

/// Where in a word a slip counts.
#[derive(Clone, Copy)]
enum At {
    /// Anywhere.
    Any,
    /// Where no syllable stands before it.
    Start,
    /// Where no syllable stands after it.
    End,
    /// Where none stands on either side.
    Whole,
}

const SLIPS: [(&str, &str, At); 45] = [
    ("됬", "됐", At::Any),
    ("되요", "돼요", At::End),
    ("되서", "돼서", At::End),
    ("뵈요", "봬요", At::End),
    ("몇일", "며칠", At::Any),
    ("금새", "금세", At::Whole),
    ("웬지", "왠지", At::Start),
    ("왠만", "웬만", At::Start),
    ("왠일", "웬일", At::Start),
    ("어의없", "어이없", At::Any),
    ("않되", "안 되", At::Any),
    ("않됩", "안 됩", At::Any),
    ("할께", "할게", At::Any),
    ("갈께", "갈게", At::Any),
    ("볼께", "볼게", At::Any),
    ("줄께", "줄게", At::Any),
    ("될께", "될게", At::Any),
    ("오랫만", "오랜만", At::Any),
    ("오랜동안", "오랫동안", At::Any),
    ("희안하", "희한하", At::Start),
    ("희안한", "희한한", At::Start),
    ("일일히", "일일이", At::Any),
    ("깨끗히", "깨끗이", At::Any),
    ("틈틈히", "틈틈이", At::Any),
    ("곰곰히", "곰곰이", At::Any),
    ("역활", "역할", At::Start),
    ("촛점", "초점", At::Start),
    ("헛점", "허점", At::Start),
    ("통채로", "통째로", At::Start),
    ("어떻해", "어떡해", At::Any),
    ("어떡게", "어떻게", At::Any),
    ("아니예요", "아니에요", At::Start),
    ("치뤘", "치렀", At::Any),
    ("치뤄", "치러", At::Any),
    ("잠궜", "잠갔", At::Any),
    ("담궜", "담갔", At::Any),
    ("알맞는", "알맞은", At::Any),
    ("걸맞는", "걸맞은", At::Any),
    ("서슴치", "서슴지", At::Any),
    ("생각컨대", "생각건대", At::Any),
    ("베품", "베풂", At::Start),
    ("햇갈리", "헷갈리", At::Any),
    ("햇갈려", "헷갈려", At::Any),
    ("할려고", "하려고", At::Any),
    ("설겆이", "설거지", At::Any),
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
                At::Any => true,
                At::Start => begins,
                At::End => ends,
                At::Whole => begins && ends,
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
