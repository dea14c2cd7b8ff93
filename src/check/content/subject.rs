//! The line that decides whether a mail is opened.

use unicode_width::UnicodeWidthStr;

use super::{
    super::{CheckSubject, Findings},
    SUBJECT_EMPTY, SUBJECT_LENGTH, SUBJECT_REPLY, SUBJECT_SPAM,
};
use crate::words::{Said, say};

/// Gmail's list on a desktop; Hangul counts two.
const MAX_COLUMNS: usize = 70;

pub(super) fn check(proof: &CheckSubject<'_>, findings: &mut Findings<'_>) {
    let subject = proof.issue.subject();
    let key = match proof.issue.front_matter.subject {
        Some(_) => "subject",
        None => "title",
    };
    if says_nothing(subject) {
        findings
            .at_key(
                &SUBJECT_EMPTY,
                key,
                say!(
                    "the subject `{subject}` says nothing",
                    subject = subject.trim()
                ),
            )
            .hint(say!("say what is in it"));
    }
    let columns = subject.width();
    if columns > MAX_COLUMNS {
        findings
            .at_key(
                &SUBJECT_LENGTH,
                key,
                say!("the subject is {columns} columns wide", columns),
            )
            .hint(say!(
                "say the matter in the first 40; `subject:` may differ from `title:`"
            ));
    }
    if let Some(why) = spam_like(subject) {
        findings
            .at_key(&SUBJECT_SPAM, key, say!("the subject {why}", why))
            .hint(say!("say what is in it, in plain words"));
    }
    let start: String = subject.chars().take(4).collect::<String>().to_lowercase();
    let is_reply = ["re:", "fw:", "fwd:", "답장:", "회신:", "전달:"]
        .iter()
        .any(|prefix| start.starts_with(prefix));
    if is_reply {
        findings
            .at_key(
                &SUBJECT_REPLY,
                key,
                say!("the subject pretends to be an answer"),
            )
            .hint(say!("take the prefix away"));
    }
}

/// Signs alone, or what a program and a hurried person put there for the time being.
fn says_nothing(subject: &str) -> bool {
    const STOPGAPS: [&str; 27] = [
        "test",
        "testing",
        "test mail",
        "untitled",
        "no subject",
        "(no subject)",
        "draft",
        "title",
        "subject",
        "tbd",
        "new post",
        "new issue",
        "new newsletter",
        "asdf",
        "asdfasdf",
        "qwerty",
        "hello world",
        "새 글",
        "새 편",
        "테스트",
        "시험",
        "제목 없음",
        "제목없음",
        "무제",
        "제목",
        "초안",
        "테스트 메일",
    ];
    let words = subject.trim().to_lowercase();
    // ㅁㄴㅇㄹ: letters that make no syllable are fingers on a keyboard.
    let has_word = words
        .contains(|char: char| char.is_alphanumeric() && !matches!(char, '\u{3131}'..='\u{318E}'));
    !has_word || STOPGAPS.contains(&words.as_str()) || is_file_name(&words)
}

/// `최종_진짜최종_v3`, `newsletter-final.docx`: what a draft's file is called.
fn is_file_name(subject: &str) -> bool {
    const STATES: [&str; 8] = [
        "최종",
        "초안",
        "수정본",
        "임시",
        "final",
        "draft",
        "복사본",
        "copy",
    ];
    const KINDS: [&str; 6] = [".docx", ".doc", ".hwp", ".hwpx", ".md", ".txt"];
    let is_one_word = !subject.contains(char::is_whitespace);
    let has_joint = subject.contains(['_', '-']);
    let has_state = STATES.iter().any(|state| subject.contains(state));
    is_one_word && (has_joint && has_state || KINDS.iter().any(|kind| subject.ends_with(kind)))
}

fn spam_like(subject: &str) -> Option<Said> {
    let letters: Vec<char> = subject
        .chars()
        .filter(|char| char.is_alphabetic())
        .collect();
    let is_shouted = letters.len() > 9 && letters.iter().all(|char| char.is_uppercase());
    if is_shouted {
        return Some(say!("is all capitals"));
    }
    if subject.contains("!!") || subject.contains("！！") || subject.contains("??") {
        return Some(say!(
            "has more than one exclamation or question mark in a row"
        ));
    }
    let words = subject.to_lowercase();
    [
        "100% 무료",
        "무료 증정",
        "지금 바로 클릭",
        "대박 할인",
        "긴급 속보",
        "free money",
        "act now",
        "click here",
        "$$$",
        "₩₩",
    ]
    .iter()
    .any(|phrase| words.contains(phrase))
    .then(|| say!("sounds like advertising mail"))
}
