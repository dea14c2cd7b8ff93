//! Another issue, as a link to it shows it.

/// Finds what `[[slug]]` points at: title and, where the publication has pages, its URL.
pub(super) type IssueLinks<'a> = dyn Fn(&str) -> Option<LinkedIssue> + 'a;

/// An earlier issue, as a link shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedIssue {
    /// Its title.
    pub title: String,
    /// Where it can be read. None where the publication has no pages.
    pub url: Option<String>,
}
