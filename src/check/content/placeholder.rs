//! Words that were to be replaced before anyone reads them. Each pattern is one that does not
//! occur in a finished text: `TODO` may be the subject of a story, `TODO:` is not.

use super::{super::Findings, PLACEHOLDER, SCAFFOLD};
use crate::{issue::Prose, words::say};

pub(super) fn check(prose: &Prose, findings: &mut Findings<'_>) {
    if BEGINNINGS.contains(&prose.text.trim()) {
        findings
            .at(
                &SCAFFOLD,
                prose.span(0..prose.text.len()),
                say!(
                    "readers would see `{seen}`, which `new` wrote",
                    seen = prose.text.trim()
                ),
            )
            .hint(say!("write your own, or take it out"));
        return;
    }
    if let Some((at, length)) = placeholder(&prose.text) {
        findings
            .at(
                &PLACEHOLDER,
                prose.span(at..at + length),
                say!(
                    "`{seen}` was to be replaced",
                    seen = &prose.text[at..at + length]
                ),
            )
            .hint(say!("write what belongs there, or take it out"));
    }
}

/// Where the first placeholder stands, and how long it is.
fn placeholder(text: &str) -> Option<(usize, usize)> {
    marker(text)
        .or_else(|| phrase(text))
        .or_else(|| invitation(text))
        .or_else(|| blank(text))
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

/// `○○○님`: a greeting without its name. `○○○ 씨` is somebody whom the news does not name; of a reporter it names
/// who wrote.
fn blank(text: &str) -> Option<(usize, usize)> {
    [
        "○○○님",
        "◯◯◯님",
        "OOO님",
        "○○○ 님",
        "OOO 님",
        "OOO 기자",
        "○○○ 기자",
        "[이름]",
        "[제목]",
        "[날짜]",
        "[링크]",
        "[회사명]",
        "[내용]",
        "(이름)님",
        "[Name]",
        "[Your Name]",
        "[NAME]",
        "[FIRST_NAME]",
        "[First Name]",
        "[Company]",
        "[Date]",
        "[Link]",
        "[Title]",
        "[Insert",
    ]
    .iter()
    .find_map(|blank| Some((text.find(blank)?, blank.len())))
}
