//! What every part of a page is made of.

use super::{
    content::{PreviewContent, WholeMessage},
    phrases::PreviewPhrases,
    query::PageQuery,
};

/// What a page is made of.
#[derive(Clone, Copy)]
pub(super) struct PageInputs<'a> {
    pub(super) content: &'a PreviewContent,
    pub(super) query: &'a PageQuery,
    /// Where the page shows it.
    pub(super) message: Option<&'a WholeMessage>,
    pub(super) phrases: PreviewPhrases<'a>,
}
