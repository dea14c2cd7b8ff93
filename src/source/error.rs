//! The one error that shows a place in a text.

use std::{error::Error, fmt};

#[cfg(test)]
use miette::Report;
use miette::{Diagnostic, LabeledSpan, SourceCode};

use super::{Position, Source, Span};
use crate::words::Said;

/// A longer place is shown by its beginning.
const MAX_SHOWN_BYTES: usize = 300;

/// Something wrong at a place in a file, with the line shown and a way to fix it.
#[derive(Debug, Clone)]
pub struct SourceError {
    message: Said,
    source_text: Option<Source>,
    span: Option<Span>,
    label: Option<Said>,
    hint: Option<Said>,
}

impl SourceError {
    /// An error at `span` of `source`. `message` says what is wrong, in one sentence.
    pub(crate) fn at(source: &Source, span: Span, message: impl Into<Said>) -> Self {
        let end = span.end.min(source.text().len());
        let start = span.start.min(end);
        Self {
            span: Some(start..end),
            ..Self::about(source, message)
        }
    }

    /// An error about `source` that has its place elsewhere: in a variable that goes over it. It is as
    /// discreet as the text.
    pub(crate) fn about(source: &Source, message: impl Into<Said>) -> Self {
        Self {
            message: source.discreet(message.into().of_ours()),
            source_text: Some(source.clone()),
            span: None,
            label: None,
            hint: None,
        }
    }

    /// An error without a place: a file that is missing, an environment variable.
    pub fn new(message: impl Into<Said>) -> Self {
        Self {
            message: message.into().of_ours(),
            source_text: None,
            span: None,
            label: None,
            hint: None,
        }
    }

    /// A few words under the caret.
    #[must_use]
    pub(crate) fn with_label(mut self, label: impl Into<Said>) -> Self {
        self.label = Some(self.discreet(label));
        self
    }

    /// What to do about it.
    #[must_use]
    pub(crate) fn with_hint(mut self, hint: impl Into<Said>) -> Self {
        self.hint = Some(self.discreet(hint));
        self
    }

    fn discreet(&self, words: impl Into<Said>) -> Said {
        match &self.source_text {
            Some(source) => source.discreet(words.into().of_ours()),
            None => words.into().of_ours(),
        }
    }

    /// As a person at a terminal sees it: what is wrong, the line with a caret, what to do.
    #[cfg(test)]
    pub(crate) fn into_report(self) -> Report {
        Report::new(ShownError(self))
    }

    /// What is wrong, without its place.
    #[must_use]
    pub(crate) fn message(&self) -> &Said {
        &self.message
    }

    /// What to do about it, where it is known.
    #[must_use]
    pub(crate) fn hint(&self) -> Option<&Said> {
        self.hint.as_ref()
    }

    /// What stands under the caret.
    #[must_use]
    pub(crate) fn label(&self) -> Option<&Said> {
        self.label.as_ref()
    }

    /// The text and the bytes of it that this is about, where there are any.
    #[must_use]
    pub(crate) fn span(&self) -> Option<(&Source, Span)> {
        Some((self.source_text.as_ref()?, self.span.clone()?))
    }

    /// File and place, where there is one.
    #[must_use]
    pub(crate) fn place(&self) -> Option<(&str, Position)> {
        let (source, span) = self.span()?;
        Some((source.name(), source.position(span.start)))
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place() {
            Some((name, position)) => write!(f, "{name}:{position}: {}", self.message),
            None => self.message.fmt(f),
        }
    }
}

impl Error for SourceError {}

impl Diagnostic for SourceError {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.hint
            .as_ref()
            .map(|hint| Box::new(hint) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.span()
            .map(|(source, _)| &*source.inner as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let (source, span) = self.span()?;
        let length = match span.len() > MAX_SHOWN_BYTES {
            true => source.inner.boundary(span.start + MAX_SHOWN_BYTES) - span.start,
            false => span.len(),
        };
        let label = LabeledSpan::new(self.label.as_ref().map(Said::to_string), span.start, length);
        Some(Box::new(std::iter::once(label)))
    }
}

/// A [`SourceError`] whose place is told by the picture of its line alone.
#[cfg(test)]
struct ShownError(SourceError);

#[cfg(test)]
impl fmt::Display for ShownError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.message.fmt(f)
    }
}

#[cfg(test)]
impl fmt::Debug for ShownError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
impl Error for ShownError {}

#[cfg(test)]
impl Diagnostic for ShownError {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.help()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.0.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.0.labels()
    }
}
