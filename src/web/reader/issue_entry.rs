//! An issue in a list of issues.

use serde::Serialize;

use super::{view::ListedIssue, visit::Voice};

/// One line.
#[derive(Debug, Serialize)]
pub(super) struct IssueEntry {
    href: String,
    title: String,
    summary: String,
    edition: String,
    date: String,
    /// The same for machines.
    day: String,
}

impl IssueEntry {
    pub(super) fn new(issue: &ListedIssue, voice: Voice<'_>) -> Self {
        Self {
            href: voice.site.path(&["issues", &issue.slug]),
            title: issue.title.clone(),
            summary: issue.summary.clone(),
            edition: issue.edition.clone(),
            date: voice.words().date(issue.date),
            day: issue.date.to_string(),
        }
    }
}
