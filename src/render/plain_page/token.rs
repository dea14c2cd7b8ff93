//! The pieces of a page, and where its elements stand.

use std::ops::Range;

/// What a piece of the page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlainKind {
    Doctype,
    /// An element's beginning; what stands in it follows.
    Open,
    /// An element in which nothing can stand.
    Void,
    Close,
    Text,
    Comment,
    /// A `<style>` with its sheet and its end.
    Sheet,
    /// White space that the parser drops.
    Dropped,
}

/// A piece of the page.
#[derive(Debug, Clone)]
pub(crate) struct PlainToken<'p> {
    pub(crate) kind: PlainKind,
    /// As it is written; empty where the parser adds it.
    pub(crate) text: &'p str,
    /// The element's.
    pub(crate) name: &'p str,
    /// Of `Open` and `Void`: which of the page's elements.
    pub(crate) element: usize,
    /// Of `Open` and `Void`: which of the page's attributes.
    pub(super) attributes: Range<usize>,
}

/// An attribute, its value as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlainAttribute<'p> {
    pub(crate) name: &'p str,
    pub(crate) value: &'p str,
}

/// Where an element stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlainElement {
    /// None: it is the page's first.
    pub(crate) parent: Option<usize>,
    /// Among the elements in the one around it.
    pub(crate) is_first: bool,
    pub(crate) is_last: bool,
}
