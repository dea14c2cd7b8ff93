//! The lines of an issue's text that are neither code nor comment, as they stand in the file; and what is wrong with
//! the fences around code.

use super::{super::Findings, CONFLICT, OPEN_FENCE};
use crate::{source::Span, words::say};

/// A line outside code, without its line break.
pub(super) struct SourceLine<'t> {
    pub(super) text: &'t str,
    /// Where it begins in the file.
    pub(super) at: usize,
    /// Its number within the body, to know neighbours.
    pub(super) number: usize,
}

impl SourceLine<'_> {
    /// Where so many bytes of it stand, from one of its bytes on.
    pub(super) fn span(&self, range: std::ops::Range<usize>) -> Span {
        self.at + range.start..self.at + range.end
    }

    /// All of it.
    pub(super) fn whole(&self) -> Span {
        self.span(0..self.text.trim_end().len())
    }
}

/// The body's lines.
pub(super) struct SourceLines<'t> {
    pub(super) lines: Vec<SourceLine<'t>>,
    /// Where a fence opens that nothing closes.
    open_fence: Option<Span>,
    /// Where a comment begins that nothing closes.
    open_comment: Option<Span>,
}

/// A fence of code: its character and how many of them.
type Fence = (char, usize);

impl<'t> SourceLines<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let mut lines = Vec::new();
        let mut fence: Option<(Fence, Span)> = None;
        let mut comment: Option<Span> = None;
        let mut at = body_start(text);
        for (number, whole) in text[at..].split_inclusive('\n').enumerate() {
            let line = whole.trim_end_matches(['\n', '\r']);
            let start = at;
            at += whole.len();
            if comment.is_some() {
                comment = comment.filter(|_| !line.contains("-->"));
                continue;
            }
            match (&fence, opening(line)) {
                (None, Some(opens)) => fence = Some((opens, start..start + line.len())),
                (None, None) if line.trim_start().starts_with("<!--") => {
                    comment = (!line.contains("-->")).then(|| start..start + line.len());
                }
                // Code by its indentation.
                (None, None) if line.starts_with("    ") || line.starts_with('\t') => {}
                (None, None) => lines.push(SourceLine {
                    text: line,
                    at: start,
                    number,
                }),
                (Some(((mark, length), _)), _) => {
                    if closes(line, *mark, *length) {
                        fence = None;
                    }
                }
            }
        }
        Self {
            lines,
            open_fence: fence.map(|(_, span)| span),
            open_comment: comment,
        }
    }
}

/// Where the text begins, behind the front matter.
fn body_start(text: &str) -> usize {
    let Some(head) = text.strip_prefix("---") else {
        return 0;
    };
    let mut at = text.len() - head.len();
    for line in head.split_inclusive('\n') {
        at += line.len();
        if line.trim_end() == "---" {
            return at;
        }
    }
    text.len()
}

/// What stands before a line within quotations and lists.
pub(super) fn without_container(line: &str) -> &str {
    line.trim_start_matches([' ', '\t', '>'])
}

/// So much of a line as a message has room for.
pub(super) fn shown(text: &str) -> String {
    const ROOM: usize = 24;
    match text.char_indices().nth(ROOM) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn opening(line: &str) -> Option<Fence> {
    let mut line = without_container(line);
    // An item may begin with code.
    for mark in ["- ", "* ", "+ "] {
        line = line.strip_prefix(mark).map_or(line, str::trim_start);
    }
    let mark = line
        .chars()
        .next()
        .filter(|mark| matches!(mark, '`' | '~'))?;
    let length = line.chars().take_while(|char| *char == mark).count();
    let info = &line[length..];
    (length >= 3 && !(mark == '`' && info.contains('`'))).then_some((mark, length))
}

fn closes(line: &str, mark: char, length: usize) -> bool {
    let line = without_container(line).trim_end();
    line.chars().count() >= length && line.chars().all(|char| char == mark)
}

pub(super) fn check(lines: &SourceLines<'_>, findings: &mut Findings<'_>) {
    if let Some(span) = &lines.open_fence {
        findings
            .at(
                &OPEN_FENCE,
                span.clone(),
                say!(
                    "this code block does not end: readers would see the rest of the issue as code"
                ),
            )
            .hint(say!("close it with a line of the same marks"));
    }
    if let Some(span) = &lines.open_comment {
        findings
            .at(
                &OPEN_FENCE,
                span.clone(),
                say!(
                    "this comment does not end: readers would see nothing of the rest of the issue"
                ),
            )
            .hint(say!("close it with `-->`"));
    }
    for line in &lines.lines {
        let is_marker = ["<<<<<<< ", "||||||| ", ">>>>>>> "]
            .iter()
            .any(|marker| line.text.starts_with(marker));
        if is_marker {
            findings
                .at(
                    &CONFLICT,
                    line.whole(),
                    say!("a mark of a merge conflict: both versions would be sent"),
                )
                .hint(say!(
                    "keep one of the two versions, and take the three lines of marks out"
                ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> Vec<&str> {
        let lines = SourceLines::of(text).lines;
        lines.iter().map(|line| line.text).collect()
    }

    #[test]
    fn code_comments_and_the_head_are_left_out() {
        let text = "---\ntitle: 가\n---\n글\n```rust\n##안\n```\n> ~~~\n> ##안\n> ~~~\n<!-- 메모\n##안 -->\n끝\n";
        assert_eq!(kept(text), ["글", "끝"]);
        assert!(SourceLines::of(text).open_fence.is_none());
    }

    #[test]
    fn a_fence_of_four_is_not_closed_by_three() {
        let lines = SourceLines::of("````\n```\n글\n");
        assert!(lines.lines.is_empty());
        assert_eq!(lines.open_fence, Some(0..4));
    }
}
