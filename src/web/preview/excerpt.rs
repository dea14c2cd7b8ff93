//! A place in a file as a page shows it: the line, and a caret under what is meant.

use serde::Serialize;

use crate::source::SourceError;

/// Of a long line this much is shown before the place, and after its beginning.
const BEFORE_CHARS: usize = 48;
const AFTER_CHARS: usize = 120;

/// One line with a place in it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Excerpt<'a> {
    file: &'a str,
    /// `3:10`.
    position: String,
    line: usize,
    before: String,
    marked: String,
    after: String,
    /// As wide as the line's number.
    gutter: String,
    /// As many as what is marked has characters.
    carets: String,
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
        let position = source.position(span.start);
        let after_chars = AFTER_CHARS.saturating_sub(marked.chars().count());
        let marked = first_chars(marked, AFTER_CHARS);
        Some(Self {
            file: source.name(),
            position: position.to_string(),
            line: position.line,
            gutter: " ".repeat(position.line.to_string().len()),
            carets: "^".repeat(marked.chars().count().max(1)),
            before: last_chars(&head[line_start..], BEFORE_CHARS),
            marked,
            after: first_chars(after, after_chars),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    /// What is shown of the place of those words: before, marked, after, carets.
    fn excerpt(text: &str, marked: &str) -> [String; 4] {
        let source = Source::new("issues/a.md", text);
        let start = text.find(marked).unwrap();
        let error = SourceError::at(&source, start..start + marked.len(), "no");
        let shown = Excerpt::of(&error).unwrap();
        [shown.before, shown.marked, shown.after, shown.carets]
    }

    #[test]
    fn the_line_is_shown_with_its_place_marked() {
        let shown = excerpt("---\ntitle: <b>값</b>\n---\n", "<b>값");
        assert_eq!(shown, ["title: ", "<b>값", "</b>", "^^^^"]);
    }

    #[test]
    fn of_a_long_line_the_part_around_the_place_is_shown() {
        let text = format!("{}여기{}", "가".repeat(500), "나".repeat(500));
        let [before, marked, after, _] = excerpt(&text, "여기");
        assert_eq!(before, format!("…{}", "가".repeat(BEFORE_CHARS)));
        assert_eq!(marked, "여기");
        assert_eq!(after, format!("{}…", "나".repeat(AFTER_CHARS - 2)));
    }

    #[test]
    fn a_place_over_many_lines_ends_with_its_first() {
        let [before, marked, after, _] = excerpt("a: [1,\n2]\n", "[1,\n2]");
        assert_eq!([&*before, &*marked, &*after], ["a: ", "[1,", ""]);
        let [before, marked, after, carets] = excerpt("a: x", "");
        assert_eq!(
            [&*before, &*marked, &*after, &*carets],
            ["", "", "a: x", "^"]
        );
    }
}
