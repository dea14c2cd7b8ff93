//! What in a text came out other than its writer may have meant, for findings.

use crate::source::Span;

/// What the parser read, but perhaps not as the writer meant it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkdownOddity {
    /// What it is.
    pub kind: OddityKind,
    /// Where it stands in the file.
    pub span: Span,
}

/// The kinds of [`MarkdownOddity`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OddityKind {
    /// A reader's name without a word for those who have none.
    NameAlone,
    /// HTML that is no part of a mail, shown as text.
    RawHtml,
    /// HTML of which only the text is left: its looks belong to the design.
    BareHtml {
        /// The element.
        name: String,
    },
    /// A link or image whose scheme is not let through; only its text is left.
    UnsafeUrl {
        /// `javascript`, …
        scheme: String,
    },
    /// A link or image whose address is none; only its text is left.
    MalformedUrl,
    /// A `#` in the body, taken for `##`: the title is the mail's one top heading.
    TopHeading,
    /// A footnote that nothing refers to, left out.
    UnusedFootnote {
        /// The writer's label.
        label: String,
    },
    /// A second footnote of the same label, left out.
    RepeatedFootnote {
        /// The writer's label.
        label: String,
    },
    /// `{.button}` on a link that is not alone in its paragraph, shown as text.
    StrayButton,
    /// `> [!WORD]` with a word that is no callout, shown as a quotation.
    UnknownCallout {
        /// The word.
        word: String,
    },
    /// Nested more deeply than a mail can show; flattened.
    TooDeep,
}
