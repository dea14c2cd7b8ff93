//! Words that were to be replaced before anyone reads them. Each pattern is one that does not
//! occur in a finished text: `TODO` may be the subject of a story, `TODO:` is not.

use super::{
    super::{Findings, issue_text::ReadProse},
    PLACEHOLDER, SCAFFOLD,
};
use crate::words::say;

pub(super) fn check(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
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
    if let Some((at, length)) = placeholder(prose) {
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
fn placeholder(prose: &ReadProse<'_>) -> Option<(usize, usize)> {
    marker(prose)
        .or_else(|| phrase(prose))
        .or_else(|| invitation(&prose.text))
        .or_else(|| blank(prose))
        .or_else(|| remark(prose))
        .or_else(|| number_to_come(prose))
}

/// `[확인 필요]`, `(사진 넣을 자리)`, `[IMAGE HERE]`: a note to oneself in brackets. `[사진] 서울의 밤` is a caption.
fn remark(prose: &ReadProse<'_>) -> Option<(usize, usize)> {
    const ENDS: [&str; 19] = [
        "필요",
        "예정",
        "자리",
        "넣기",
        "삽입",
        "넣을 것",
        "추후 기재",
        "추후 입력",
        "넣으세요",
        "입력하세요",
        "적으세요",
        "채우세요",
        "fill in",
        "쓸 것",
        "here",
        "to come",
        "tbd",
        "to be added",
        "goes here",
    ];
    const THINGS: [&str; 28] = [
        "사진",
        "그림",
        "이미지",
        "링크",
        "내용",
        "확인",
        "수정",
        "보완",
        "출처",
        "검토",
        "작성",
        "본문",
        "인용",
        "캡션",
        "연락처",
        "이름",
        "주소",
        "전화번호",
        "날짜",
        "xxx",
        "image",
        "photo",
        "picture",
        "link",
        "video",
        "screenshot",
        "text",
        "quote",
    ];
    if !prose.has_byte(b"[(<") {
        return None;
    }
    let text = &prose.text;
    text.match_indices(['[', '(', '<']).find_map(|(at, open)| {
        let close = match open {
            "[" => ']',
            "<" => '>',
            _ => ')',
        };
        let length = text[at + 1..].find(close).filter(|length| *length <= 60)?;
        // `<<이름을 넣으세요>>` has another one around it.
        let inner = text[at + 1..at + 1 + length]
            .trim_start_matches('<')
            .trim()
            .to_lowercase();
        // Nothing but that: `(링크)`, `[사진]`.
        let stands_alone = text.trim().len() == length + 2 && THINGS.contains(&inner.as_str());
        // `[고객명]님`: somebody whom a program was to name.
        let after = &text[at + length + 2..];
        let is_person = open == "["
            && (after.starts_with('님') || after.starts_with(" 님"))
            && !inner.is_empty()
            && inner.chars().all(char::is_alphabetic);
        let is_note = inner.chars().count() <= 20
            && ENDS.iter().any(|end| inner.ends_with(end))
            && THINGS.iter().any(|thing| inner.starts_with(thing));
        (is_note || stands_alone || is_person).then_some((at, length + 2))
    })
}

/// `XX월 XX일`, `00월`, `$XX`: a number that somebody was to look up. `00명 모집` hides one on purpose.
fn number_to_come(prose: &ReadProse<'_>) -> Option<(usize, usize)> {
    const BLANKS: [&str; 7] = ["XX", "xx", "OO", "○○", "00", "__", "**"];
    let text = &prose.text;
    for blank in BLANKS {
        for at in prose.places(blank) {
            let before = text[..at].chars().next_back();
            let rest = &text[at + blank.len()..];
            let is_date = rest.starts_with('월') && !rest.starts_with("월드");
            let is_price =
                before == Some('$') && blank != "00" && !rest.starts_with(char::is_alphanumeric);
            let begins =
                !before.is_some_and(|char| char.is_alphanumeric() || matches!(char, '.' | ','));
            if begins && (is_date || is_price) {
                return Some((at, blank.len()));
            }
        }
    }
    None
}

/// `TODO:`, `[TK]`, `FIXME(민지)`, or one of them alone in the paragraph.
fn marker(prose: &ReadProse<'_>) -> Option<(usize, usize)> {
    let text = &prose.text;
    for word in ["TODO", "FIXME", "TBD", "TK", "XXX"] {
        for at in prose.places(word) {
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
            // Nothing else is called so.
            let is_remark = word == "FIXME" && at == 0 && after == Some(' ');
            if is_bracketed || is_labelled || is_remark || text.trim() == word {
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
    let is_short = bare.starts_with("여기에 ") && bare.chars().count() <= 25;
    let mut verbs = ["입력", "작성", "추가", "삽입", "넣"].iter();
    let is_invitation = is_short && verbs.any(|verb| bare.contains(verb));
    is_invitation.then_some((0, text.len()))
}

fn phrase(prose: &ReadProse<'_>) -> Option<(usize, usize)> {
    PHRASES
        .iter()
        .find_map(|phrase| Some((prose.find_in_lower(phrase)?, phrase.len())))
}

/// `○○○님`: a greeting without its name. `○○○ 씨` is somebody whom the news does not name; of a reporter it names
/// who wrote.
fn blank(prose: &ReadProse<'_>) -> Option<(usize, usize)> {
    [
        "○○○님",
        "◯◯◯님",
        "OOO님",
        "000님",
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
        "[Company Name]",
        "[Product Name]",
        "[Your Company]",
        "[Last Name]",
        "[Date]",
        "[Link]",
        "[Title]",
        "[Insert",
    ]
    .iter()
    .find_map(|blank| Some((prose.find(blank)?, blank.len())))
    .or_else(|| shouted_name(prose))
}

/// `[FIRST NAME]`, `[COMPANY NAME]`.
fn shouted_name(prose: &ReadProse<'_>) -> Option<(usize, usize)> {
    let text = &prose.text;
    prose.places("[").find_map(|at| {
        let length = text[at..].find(']')? + 1;
        let inner = &text[at + 1..at + length - 1];
        let is_shouted = inner
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || matches!(byte, b' ' | b'_'));
        (is_shouted && inner.ends_with("NAME")).then_some((at, length))
    })
}
