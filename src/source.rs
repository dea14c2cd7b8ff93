//! A text with a name, places in it, and the one error that shows such a place to a person: file,
//! line, column, the line itself with a caret, what is wrong and what to do.
//!
//! Knows nothing of what the text means.

use std::{fmt, ops::Range, path::Path, sync::Arc};

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

/// A file's text, kept for showing its lines in findings and errors. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Source {
    inner: Arc<NamedSource<String>>,
}

/// A range of bytes in a [`Source`].
pub type Span = Range<usize>;

/// A place as people count it: both from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
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

impl Source {
    /// A text under the name that people know it by (a path relative to the publication's root).
    pub fn new(name: impl AsRef<str>, text: impl Into<String>) -> Self {
        Self {
            inner: Arc::new(NamedSource::new(name, text.into())),
        }
    }

    /// The name, usually a relative path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.inner.name()
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.inner.inner()
    }

    /// Where a byte offset lies. Offsets past the end, or inside a character, are moved back.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let text = self.text();
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Position {
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// The byte offset of a place that another parser counted (line and column from 1, columns in
    /// characters); clamped to the text.
    #[must_use]
    pub fn offset(&self, position: Position) -> usize {
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

/// Something wrong at a place in a file, with the line shown and a way to mend it.
#[derive(Debug, Clone)]
pub struct SourceError {
    message: String,
    source_text: Option<(Source, Span)>,
    label: Option<String>,
    hint: Option<String>,
}

impl SourceError {
    /// An error at `span` of `source`. `message` says what is wrong, in one sentence.
    pub fn at(source: &Source, span: Span, message: impl Into<String>) -> Self {
        let end = span.end.min(source.text().len());
        let start = span.start.min(end);
        Self {
            message: message.into(),
            source_text: Some((source.clone(), start..end)),
            label: None,
            hint: None,
        }
    }

    /// An error without a place: a file that is missing, an environment variable.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source_text: None,
            label: None,
            hint: None,
        }
    }

    /// A few words under the caret.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What is wrong, without its place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it, where it is known.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// File and place, where there is one.
    #[must_use]
    pub fn place(&self) -> Option<(&str, Position)> {
        let (source, span) = self.source_text.as_ref()?;
        Some((source.name(), source.position(span.start)))
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place() {
            Some((name, position)) => write!(f, "{name}:{position}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for SourceError {}

impl Diagnostic for SourceError {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.hint
            .as_ref()
            .map(|hint| Box::new(hint) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source_text
            .as_ref()
            .map(|(source, _)| &*source.inner as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let (_, span) = self.source_text.as_ref()?;
        let label = LabeledSpan::new(self.label.clone(), span.start, span.len());
        Some(Box::new(std::iter::once(label)))
    }
}

/// A path as people should read it: relative to `root` where it lies below it.
#[must_use]
pub fn shown_path(root: &Path, path: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string()
}
