//! A place in a file as a page shows it: the line, and a caret under what is meant.

use std::fmt::{self, Display};

use crate::{
    source::{Position, SourceError},
    web::markup::Text,
};

/// Of a long line this much is shown before the place, and after its beginning.
const BEFORE_CHARS: usize = 48;
const AFTER_CHARS: usize = 120;

/// One line with a place in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt<'a> {
    pub(super) file: &'a str,
    pub(super) position: Position,
    before: String,
    marked: String,
    after: String,
}

impl<'a> Excerpt<'a> {
    /// The line that an error is about.
    pub(super) fn of(error: &'a SourceError) -> Option<Self> {
        let (source, span) = error.span()?;
        let text = source.text();
        let (head, tail) = (text.get(..span.start)?, text.get(span.start..)?);
        let line_start = head.rfind('\n').map_or(0, |at| at + 1);
        let tail = tail.lines().next().unwrap_or_default();
        let marked_end = (span.end - span.start).min(tail.len());
        let (marked, after) = tail.split_at_checked(marked_end).unwrap_or((tail, ""));
        Some(Self {
            file: source.name(),
            position: source.position(span.start),
            before: last_chars(&head[line_start..], BEFORE_CHARS),
            marked: first_chars(marked, AFTER_CHARS),
            after: first_chars(after, AFTER_CHARS.saturating_sub(marked.chars().count())),
        })
    }
}

fn first_chars(text: &str, count: usize) -> String {
    match text.char_indices().nth(count) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn last_chars(text: &str, count: usize) -> String {
    let from = text.char_indices().rev().nth(count.saturating_sub(1));
    match from {
        Some((start, _)) if start > 0 => format!("…{}", &text[start..]),
        _ => text.to_owned(),
    }
}

impl Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.position.line;
        let gutter = " ".repeat(line.to_string().len());
        let carets = "^".repeat(self.marked.chars().count().max(1));
        // The caret stands under its place in whatever font: the text before it is there again,
        // unseen.
        write!(
            f,
            "<pre class=\"excerpt\" tabindex=\"0\"><span class=\"gutter\">{line}</span> \
             {before}<mark>{marked}</mark>{after}\n\
             <span class=\"caret\" aria-hidden=\"true\"><span class=\"unseen\">{gutter} {before}</span>\
             <span class=\"carets\"><span class=\"unseen\">{marked}</span><b>{carets}</b></span></span></pre>",
            before = Text(&self.before),
            marked = Text(&self.marked),
            after = Text(&self.after),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn excerpt(text: &str, marked: &str) -> String {
        let source = Source::new("issues/a.md", text);
        let start = text.find(marked).unwrap();
        let error = SourceError::at(&source, start..start + marked.len(), "no");
        Excerpt::of(&error).unwrap().to_string()
    }

    #[test]
    fn the_line_is_shown_escaped_with_its_place_marked() {
        let shown = excerpt("---\ntitle: <b>값</b>\n---\n", "<b>값");
        assert!(
            shown.contains(
                "<span class=\"gutter\">2</span> title: <mark>&lt;b&gt;값</mark>&lt;/b&gt;\n"
            ),
            "{shown}"
        );
        assert!(shown.contains("<b>^^^^</b>"), "{shown}");
    }

    #[test]
    fn of_a_long_line_the_part_around_the_place_is_shown() {
        let text = format!("{}여기{}", "가".repeat(500), "나".repeat(500));
        let shown = excerpt(&text, "여기");
        assert!(shown.contains(&format!(
            ">1</span> …{}<mark>여기</mark>",
            "가".repeat(BEFORE_CHARS)
        )));
        assert!(shown.len() < 1_500, "{}", shown.len());
    }

    #[test]
    fn a_place_over_many_lines_ends_with_its_first() {
        assert!(excerpt("a: [1,\n2]\n", "[1,\n2]").contains("a: <mark>[1,</mark>\n"));
        assert!(excerpt("a: x", "").contains("<mark></mark>a: x\n"));
    }
}
