//! A text with a name, places in it, and the one error that shows such a place to a person: file,
//! line, column, the line itself with a caret, what is wrong and what to do.
//!
//! Knows nothing of what the text means.

mod composed;
mod conflict;
mod error;
mod file;
mod secrets;
mod signs;

use std::{
    borrow::Cow,
    error::Error,
    fmt,
    ops::Range,
    path::Path,
    sync::{Arc, OnceLock},
};

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::words::Said;

pub(crate) use self::{composed::composed, signs::harmless};
pub use self::{
    conflict::unresolved_conflict,
    error::SourceError,
    file::{open_file, read_file, read_text_file},
    secrets::HarmlessKeys,
};

/// A file's text, kept for showing its lines in findings and errors. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Source {
    inner: Arc<NamedText>,
}

#[derive(Clone)]
struct NamedText {
    name: String,
    text: String,
    /// What people see of it, where that is not all: as long as the text, byte for byte.
    shown: Option<String>,
    /// What must not be repeated in words about it.
    secrets: Vec<String>,
    /// What terminals get to see, where that is not what stands there; made when somebody looks.
    harmless: OnceLock<Option<String>>,
}

/// A range of bytes in a [`Source`].
pub(crate) type Span = Range<usize>;

/// A place as people count it: both from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

impl fmt::Debug for NamedText {
    /// Not the text: it may be long, or a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.name, self.text.len())
    }
}

impl Source {
    /// A text under the name that people know it by (a path relative to the publication's root).
    pub(crate) fn new(name: impl AsRef<str>, text: impl Into<String>) -> Self {
        Self {
            inner: Arc::new(NamedText {
                name: name.as_ref().to_owned(),
                text: text.into(),
                shown: None,
                secrets: Vec::new(),
                harmless: OnceLock::new(),
            }),
        }
    }

    /// A text that may hold passwords and keys: no error about it shows or repeats more than the values
    /// of these keys.
    pub(crate) fn with_secrets(
        name: impl AsRef<str>,
        text: impl Into<String>,
        harmless: &HarmlessKeys,
    ) -> Self {
        let text = text.into();
        let (shown, secrets) = secrets::masked(&text, harmless);
        Self {
            inner: Arc::new(NamedText {
                name: name.as_ref().to_owned(),
                text,
                shown: Some(shown),
                secrets,
                harmless: OnceLock::new(),
            }),
        }
    }

    /// The same text, with more that no words about it may repeat: what the environment put in.
    #[must_use]
    pub(crate) fn concealing(&self, more: impl IntoIterator<Item = String>) -> Self {
        let mut inner = (*self.inner).clone();
        inner
            .secrets
            .extend(more.into_iter().flat_map(|text| secrets::pieces(&text)));
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Whether people don't see all of these bytes.
    #[must_use]
    pub(crate) fn hides(&self, span: &Span) -> bool {
        let shown = self.inner.shown.as_ref();
        shown.is_some_and(|shown| shown.get(span.clone()) != self.text().get(span.clone()))
    }

    /// Where two versions of it stand that nobody has merged.
    #[must_use]
    pub(crate) fn conflicts(&self) -> Vec<Span> {
        conflict::conflicts(self.text())
    }

    /// Words about this text, without its secrets, and without orders to a terminal.
    pub(crate) fn discreet(&self, words: impl Into<Said>) -> Said {
        let veil = |text: &str| {
            let text = secrets::without(text, &self.inner.secrets);
            harmless(&text).into_owned()
        };
        words.into().veiled(&veil)
    }

    /// The name, usually a relative path.
    #[must_use]
    pub(crate) fn name(&self) -> &str {
        &self.inner.name
    }

    /// The whole text.
    #[must_use]
    pub(crate) fn text(&self) -> &str {
        &self.inner.text
    }

    /// Where a byte offset lies. Offsets past the end, or inside a character, are moved back.
    #[must_use]
    pub(crate) fn position(&self, offset: usize) -> Position {
        self.inner.position(offset)
    }

    /// The byte offset of a place that another parser counted (line and column from 1, columns in
    /// characters); clamped to the text.
    #[must_use]
    pub(crate) fn offset(&self, position: Position) -> usize {
        let text = self.text();
        let mut start = 0;
        for _ in 1..position.line {
            match text[start..].find('\n') {
                Some(at) => start += at + 1,
                None => return text.len(),
            }
        }
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        text[start..line_end]
            .char_indices()
            .nth(position.column.saturating_sub(1))
            .map_or(line_end, |(at, _)| start + at)
    }
}

impl NamedText {
    fn position(&self, offset: usize) -> Position {
        let offset = self.boundary(offset);
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Position {
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// The start of the character that this byte is in.
    fn boundary(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    /// The whole lines around a range; of endless lines the part next to it.
    fn lines_around(&self, range: Span) -> Span {
        const MAX_BYTES: usize = 300;
        let line_start = self.text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = self.text[range.end..]
            .find('\n')
            .map_or(self.text.len(), |at| range.end + at);
        let line_end = line_start + self.text[line_start..line_end].trim_end().len();
        let start = line_start.max(self.boundary(range.start.saturating_sub(MAX_BYTES)));
        let end = line_end.min(self.boundary(range.end + MAX_BYTES));
        start..end.max(range.end)
    }
}

impl NamedText {
    fn for_terminals(&self) -> &str {
        let shown = self.shown.as_ref().unwrap_or(&self.text);
        let harmless = self.harmless.get_or_init(|| match harmless(shown) {
            Cow::Borrowed(_) => None,
            Cow::Owned(harmless) => Some(harmless),
        });
        harmless.as_ref().unwrap_or(shown)
    }
}

/// Reports ask twice: without context for the place itself, in characters; with context for the
/// lines to show.
impl SourceCode for NamedText {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = self.boundary(span.offset().saturating_add(span.len()));
        let place = self.boundary(span.offset())..end;
        let range = if lines_before + lines_after == 0 {
            place
        } else {
            self.lines_around(place)
        };
        let Position { line, column } = self.position(range.start);
        let data = &self.for_terminals().as_bytes()[range.clone()];
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            data,
            (range.start, range.len()).into(),
            line - 1,
            column - 1,
            1,
        )))
    }
}

/// A path as people should read it: relative to `root` where it lies below it.
#[must_use]
pub(crate) fn shown_path(root: &Path, path: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// An error and what lies behind it, in one line.
#[must_use]
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use miette::{GraphicalReportHandler, GraphicalTheme};

    use super::*;

    fn shown(text: &str, span: Span) -> String {
        let source = Source::new("notes.yaml", text);
        let error = SourceError::at(&source, span, "this is wrong").with_hint("fix it");
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor());
        let mut text = String::new();
        handler
            .render_report(&mut text, error.into_report().as_ref())
            .unwrap();
        text
    }

    #[test]
    fn an_error_shows_its_whole_line_with_the_place_in_characters() {
        let text = "a: 1\r\n제목: 한글 value # x\r\nb: 2\r\n";
        let start = text.find("value").unwrap();
        insta::assert_snapshot!(shown(text, start..start + 5), @r#"
     × this is wrong
      ╭─[notes.yaml:2:8]
    2 │ 제목: 한글 value # x
      ·            ─────
      ╰────
     help: fix it
    "#);
    }

    #[test]
    fn a_tab_and_the_end_of_the_file_can_be_pointed_at() {
        insta::assert_snapshot!(shown("a:\n\tb: 1", 3..4), @r#"
     × this is wrong
      ╭─[notes.yaml:2:1]
    2 │     b: 1
      · ────
      ╰────
     help: fix it
    "#);
        insta::assert_snapshot!(shown("a: 1\n", 5..5), @r#"
    × this is wrong
     ╭─[notes.yaml:2:1]
     ╰────
    help: fix it
    "#);
    }

    #[test]
    fn orders_to_a_terminal_are_shown_and_not_given() {
        let text = "title: a\u{1b}[2Jb\u{9b}31m\u{202e}c\nnext: 1\n";
        let source = Source::new("notes.yaml", text);
        let said = format!("`{}` is wrong", &text[7..12]);
        let error = SourceError::at(&source, 7..8, said).with_hint("not \u{7}so");
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor());
        let mut shown = String::new();
        handler
            .render_report(&mut shown, error.into_report().as_ref())
            .unwrap();
        let is_order = |char: char| char.is_control() && char != '\n' || char == '\u{202e}';
        assert!(!shown.contains(is_order), "{shown:?}");
        assert!(shown.contains("title: a?[2Jb¿31m\u{fffd}c"), "{shown}");
        assert!(
            shown.contains("`a?[2J` is wrong") && shown.contains("not ?so"),
            "{shown}"
        );
    }

    #[test]
    fn an_error_in_one_line_has_its_causes() {
        #[derive(Debug, thiserror::Error)]
        #[error("the state can't be used")]
        struct Outer(#[source] std::io::Error);
        let error = Outer(std::io::Error::other("the disk is full"));
        assert_eq!(
            with_causes(&error),
            "the state can't be used: the disk is full"
        );
    }

    #[test]
    fn an_endless_line_is_shown_in_part() {
        let text = format!("{}여기{}", "가".repeat(100_000), "나".repeat(100_000));
        let start = text.find("여기").unwrap();
        let shown = shown(&text, start..start + 6);
        assert!(shown.contains("가여기나") && shown.len() < 3_000, "{shown}");
        assert!(shown.contains("notes.yaml:1:100001"), "{shown}");
    }

    #[test]
    fn an_endless_place_is_shown_by_its_beginning() {
        let shown = shown(&"가".repeat(100_000), 0..300_000);
        assert!(
            shown.contains("[notes.yaml:1:1]") && shown.len() < 3_000,
            "{shown}"
        );
    }

    #[test]
    fn offsets_and_positions_are_each_other_s_inverse() {
        let source = Source::new("x", "가나\n\n다a\n");
        for (offset, _) in source.text().char_indices() {
            assert_eq!(source.offset(source.position(offset)), offset);
        }
        assert_eq!(source.position(1), Position { line: 1, column: 1 });
        assert_eq!(source.position(1_000), Position { line: 4, column: 1 });
        assert_eq!(
            source.offset(Position { line: 9, column: 9 }),
            source.text().len()
        );
    }
}
