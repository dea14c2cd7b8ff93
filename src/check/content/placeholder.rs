//! Words that were to be replaced before anyone reads them. Each pattern is one that does not
//! occur in a finished text: `TODO` may be the subject of a story, `TODO:` is not.

use super::{super::Findings, PLACEHOLDER, TEMPLATE_TAG};
use crate::issue::Prose;

pub(super) fn check(prose: &Prose, findings: &mut Findings<'_>) {
    if let Some((at, length)) = placeholder(&prose.text) {
        findings
            .at(
                &PLACEHOLDER,
                prose.span(at..at + length),
                format!("`{}` was to be replaced", &prose.text[at..at + length]),
            )
            .hint("write what belongs there, or take it out");
    }
    for (open, close) in [("{{", "}}"), ("{%", "%}"), ("*|", "|*"), ("$%", "%$")] {
        let Some(at) = prose.text.find(open) else {
            continue;
        };
        let Some(length) = prose.text[at..].find(close) else {
            continue;
        };
        findings
            .at(
                &TEMPLATE_TAG,
                prose.span(at..at + length + close.len()),
                "a template's tag in the text",
            )
            .hint("the reader's name and links belong to templates/, not to an issue");
    }
}

/// Where the first placeholder stands, and how long it is.
fn placeholder(text: &str) -> Option<(usize, usize)> {
    beginning(text)
        .or_else(|| marker(text))
        .or_else(|| phrase(text))
        .or_else(|| invitation(text))
        .or_else(|| blank(text))
}

fn beginning(text: &str) -> Option<(usize, usize)> {
    let is_left = BEGINNINGS.contains(&text.trim());
    is_left.then_some((0, text.len()))
}

/// `TODO:`, `[TK]`, `FIXME(민지)`, or one of them alone in the paragraph.
fn marker(text: &str) -> Option<(usize, usize)> {
    for word in ["TODO", "FIXME", "TBD", "TK", "XXX"] {
        for (at, _) in text.match_indices(word) {
            let before = text[..at].chars().next_back();
            let after = text[at + word.len()..].chars().next();
            let is_bracketed =
                matches!(before, Some('[' | '(')) && matches!(after, Some(']' | ')'));
            let is_labelled = before.is_none_or(|char| !char.is_alphanumeric())
                && match after {
                    Some(':') => word != "TK",
                    Some('(') => matches!(word, "TODO" | "FIXME"),
                    _ => false,
                };
            if is_bracketed || is_labelled || text.trim() == word {
                return Some((at, word.len()));
            }
        }
    }
    None
}

/// What `daily-note new` writes for a beginning.
const BEGINNINGS: [&str; 6] = [
    "제목을 정해 주세요",
    "여는 글을 여기에 씁니다.",
    "본문을 여기에 씁니다.",
    "A title to come",
    "The introduction goes here.",
    "The story goes here.",
];

const PHRASES: [&str; 7] = [
    "lorem ipsum dolor",
    "내용을 입력하세요",
    "제목을 입력하세요",
    "(작성 중)",
    "[작성 중]",
    "(내용 추가 예정)",
    "your text here",
];

/// `여기에 내용을 입력`: a paragraph of nothing else, since the words alone are ordinary.
fn invitation(text: &str) -> Option<(usize, usize)> {
    let bare = text.trim().trim_start_matches(['(', '[', '<', '“', '‘']);
    let asks = ["입력", "작성", "추가", "삽입", "넣"]
        .iter()
        .any(|verb| bare.contains(verb));
    let is_invitation = bare.starts_with("여기에 ") && bare.chars().count() <= 25 && asks;
    is_invitation.then_some((0, text.len()))
}

fn phrase(text: &str) -> Option<(usize, usize)> {
    // Only ASCII changes its case here, so places stay.
    let lower = text.to_ascii_lowercase();
    PHRASES
        .iter()
        .find_map(|phrase| Some((lower.find(phrase)?, phrase.len())))
}

/// `○○○님`: a greeting without its name. `○○○ 씨` is somebody whom the news does not name.
fn blank(text: &str) -> Option<(usize, usize)> {
    ["○○○님", "◯◯◯님", "OOO님", "○○○ 님"]
        .iter()
        .find_map(|blank| Some((text.find(blank)?, blank.len())))
}
