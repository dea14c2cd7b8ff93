//! Marks of emphasis, code and pictures that Markdown did not take: readers see them.

use super::{
    super::{Findings, issue_text::ReadProse},
    OPEN_MARK, UNDERSCORES,
};
use crate::words::{Said, say};

pub(super) fn check(prose: &ReadProse<'_>, file: &str, findings: &mut Findings<'_>) {
    single(prose, file, "~~", say!("the line through"), findings);
    backtick(prose, file, findings);
    star(prose, file, findings);
    picture(prose, findings);
    underscores(prose, findings);
}

/// `~~` left over, unless it is waves: `좋아요~~`, `10~~20`.
fn single(prose: &ReadProse<'_>, file: &str, mark: &str, what: Said, findings: &mut Findings<'_>) {
    let text = &prose.text;
    let Some(at) = prose.find(mark) else {
        return;
    };
    let before = text[..at].chars().next_back();
    let after = text[at + mark.len()..].chars().next();
    let opens = before.is_none_or(|char| char.is_whitespace() || matches!(char, '(' | '“' | '‘'))
        && after.is_some_and(char::is_alphanumeric);
    if opens && !is_escaped(prose, file, at) {
        findings
            .at(
                &OPEN_MARK,
                prose.span(at..at + mark.len()),
                say!(
                    "{what} does not end: readers would see `{mark}`",
                    what,
                    mark
                ),
            )
            .hint(say!("close it with `{mark}` in the same paragraph", mark));
    }
}

/// One backtick alone. Two are speech in old English; ``x'' is TeX's.
fn backtick(prose: &ReadProse<'_>, file: &str, findings: &mut Findings<'_>) {
    let text = &prose.text;
    let mut marks = prose.places("`");
    let Some(at) = marks.next() else {
        return;
    };
    // `code``: of three one is left over, too.
    if !matches!(marks.count(), 0 | 2) {
        return;
    }
    let opens = text[at + 1..].starts_with(|char: char| !char.is_whitespace());
    let is_accent = text[..at].ends_with(char::is_alphanumeric)
        && text[at + 1..].starts_with(char::is_alphanumeric);
    if opens && !is_accent && !is_escaped(prose, file, at) {
        findings
            .at(
                &OPEN_MARK,
                prose.span(at..at + 1),
                say!("code that does not end: readers would see the backtick"),
            )
            .hint(say!("close it with another one in the same paragraph"));
    }
}

/// `that *one is`: one asterisk before a small letter in the middle of a sentence. Before a capital or a word of another
/// script it may be a note's mark.
fn star(prose: &ReadProse<'_>, file: &str, findings: &mut Findings<'_>) {
    let text = &prose.text;
    let mut marks = prose.places("*");
    let (Some(at), None) = (marks.next(), marks.next()) else {
        return;
    };
    let before = text[..at].strip_suffix(' ');
    let is_within =
        before.is_some_and(|before| before.ends_with(|char: char| char.is_ascii_alphabetic()));
    let opens = text[at + 1..].starts_with(|char: char| char.is_ascii_lowercase());
    if is_within && opens && !is_escaped(prose, file, at) {
        findings
            .at(
                &OPEN_MARK,
                prose.span(at..at + 1),
                say!("emphasis that does not end: readers would see the asterisk"),
            )
            .hint(say!("close it with another one in the same paragraph"));
    }
}

/// `![…](…` without its end.
fn picture(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    let text = &prose.text;
    for at in prose.places("![") {
        let Some(middle) = text[at..].find("](") else {
            continue;
        };
        let rest = &text[at + middle..];
        let line = rest.lines().next().unwrap_or_default();
        findings
            .at(
                &OPEN_MARK,
                prose.span(at..at + middle + line.len()),
                say!("readers would see this instead of a picture"),
            )
            .hint(say!(
                "close the bracket; write an address with spaces as ![…](<my file.png>)"
            ));
    }
}

/// `_강조_입니다`, `__굵게__는`. Not `snake_case` or `__init__`.
fn underscores(prose: &ReadProse<'_>, findings: &mut Findings<'_>) {
    if !prose.has_byte(b"_") {
        return;
    }
    let text = &prose.text;
    for mark in ["__", "_"] {
        let mut from = 0;
        while let Some(at) = text[from..].find(mark).map(|at| from + at) {
            from = at + mark.len();
            let rest = &text[from..];
            let Some(length) = rest.find(mark) else {
                break;
            };
            let inner = &rest[..length];
            let after = &rest[length + mark.len()..];
            let begins = !text[..at].ends_with(|char: char| char.is_alphanumeric() || char == '_');
            let has_hangul = inner.contains(is_wide);
            let is_mark = begins
                && has_hangul
                && !inner.contains('\n')
                && inner == inner.trim()
                && after.starts_with(is_wide);
            if is_mark {
                findings
                    .at(
                        &UNDERSCORES,
                        prose.span(at..from + length + mark.len()),
                        say!("readers would see `{mark}{inner}{mark}`", mark, inner),
                    )
                    .hint(say!(
                        "write it with asterisks: `{stars}{inner}{stars}`",
                        stars = mark.replace('_', "*"),
                        inner
                    ))
                    .fix(
                        &format!("{mark}{inner}{mark}"),
                        &format!("{0}{inner}{0}", mark.replace('_', "*")),
                    );
                return;
            }
        }
    }
}

/// Letters that need no space before a particle: Hangul, kana, ideographs.
fn is_wide(char: char) -> bool {
    char.is_alphabetic() && u32::from(char) >= 0x1100
}

fn is_escaped(prose: &ReadProse<'_>, file: &str, at: usize) -> bool {
    file[..prose.span(at..at + 1).start].ends_with('\\')
}
