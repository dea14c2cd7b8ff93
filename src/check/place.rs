//! Where a finding stands: a range of a file, known by line and column.

use crate::source::{Position, Source, Span};

/// Where a finding stands.
#[derive(Debug, Clone)]
pub struct FindingPlace {
    source: Source,
    span: Span,
}

impl FindingPlace {
    /// A range of bytes in a text.
    #[must_use]
    pub(crate) fn new(source: &Source, span: Span) -> Self {
        let length = source.text().len();
        let start = span.start.min(length);
        Self {
            source: source.clone(),
            span: start..span.end.clamp(start, length),
        }
    }

    /// The whole text that it stands in.
    #[must_use]
    pub(crate) fn whole_text(&self) -> &str {
        self.source.text()
    }

    /// The text and its name.
    #[must_use]
    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    /// The file, as people know it.
    #[must_use]
    pub(crate) fn file(&self) -> &str {
        self.source.name()
    }

    /// Where it begins.
    #[must_use]
    pub(crate) fn start(&self) -> Position {
        self.source.position(self.span.start)
    }

    /// Where it ends; the column is the one after.
    #[must_use]
    pub(crate) fn end(&self) -> Position {
        self.source.position(self.span.end)
    }

    /// The bytes.
    #[must_use]
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// The text there.
    #[must_use]
    pub(crate) fn text(&self) -> &str {
        self.source
            .text()
            .get(self.span.clone())
            .unwrap_or_default()
    }
}
