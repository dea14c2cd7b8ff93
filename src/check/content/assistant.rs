//! What a chat program says to whoever asked it for a text, pasted in with the text.

use super::{
    super::{Findings, issue_text::ReadProse},
    ASSISTANT,
};
use crate::words::say;

/// How such a paragraph begins; the second words say that it is about the text itself.
const OPENINGS: [(&str, &[&str]); 12] = [
    (
        "물론입니다! ",
        &["요청하신", "다음은", "아래는", "작성해", "다시 써"],
    ),
    (
        "물론이죠! ",
        &["요청하신", "다음은", "아래는", "작성해", "다시 써"],
    ),
    (
        "네, 요청하신 ",
        &["드리겠습니다", "드릴게요", "다음과 같습니다"],
    ),
    (
        "요청하신 ",
        &[
            "작성해 드리겠습니다",
            "작성했습니다:",
            "다시 써 드리겠습니다",
            "써 드렸습니다",
        ],
    ),
    ("다음은 요청하신 ", &["입니다"]),
    ("Certainly! ", &["Here is", "Here's", "Here’s", "Below"]),
    ("Sure! ", &["Here is", "Here's", "Here’s", "Below"]),
    (
        "Sure, here",
        &["version", "draft", "text", "rewritten", "paragraph"],
    ),
    ("Of course! ", &["Here is", "Here's", "Here’s", "Below"]),
    ("Here is the rewritten ", &[""]),
    ("Here's the rewritten ", &[""]),
    ("Here is a revised version ", &[""]),
];
/// What is said of nobody else.
const CONFESSIONS: [&str; 4] = [
    "As an AI language model",
    "as an AI language model",
    "AI 언어 모델로서",
    "인공지능 언어 모델로서",
];

pub(super) fn check(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    let text = prose.text.trim_start();
    let is_answer = OPENINGS.iter().any(|(opening, next)| {
        text.strip_prefix(opening)
            .is_some_and(|rest| next.iter().any(|words| rest.contains(words)))
    });
    // Whoever writes about such programs quotes them.
    let confession = CONFESSIONS.iter().find_map(|words| prose.find(words));
    let confession = confession.filter(|at| !prose.speech().is_open(*at));
    if is_answer || confession.is_some() {
        findings
            .at(
                &ASSISTANT,
                prose.span(0..prose.text.len()),
                say!("this is what a chat program answers whoever asked it for a text"),
            )
            .hint(say!(
                "take it out, and look whether the text beside it is meant"
            ));
    }
}
