//! An issue in a list of issues.

use serde::Serialize;

use super::content::{ReadyIssue, SiteContent};

/// What a list shows of an issue.
#[derive(Debug, Clone, Serialize)]
pub(super) struct IssueCard {
    href: String,
    title: String,
    summary: String,
    edition: String,
    edition_key: String,
    date: String,
    /// The same for machines.
    day: String,
    minutes: String,
}

impl IssueCard {
    pub(super) fn new(content: &SiteContent, ready: &ReadyIssue) -> Self {
        let front_matter = &ready.issue().front_matter;
        let edition = content.publication.edition(&front_matter.edition);
        Self {
            href: content.addresses.path(&ready.address()),
            title: front_matter.title.clone(),
            summary: ready.summary(),
            edition: edition.map_or_else(String::new, |edition| edition.title.clone()),
            edition_key: front_matter.edition.clone(),
            date: content.words().date(front_matter.date),
            day: front_matter.date.to_string(),
            minutes: minutes(content, ready),
        }
    }

    /// Those of a list of places.
    pub(super) fn all(content: &SiteContent, places: &[usize]) -> Vec<Self> {
        let ready = places.iter().filter_map(|at| content.issues.get(*at));
        ready.map(|ready| Self::new(content, ready)).collect()
    }
}

/// How long an unhurried reader needs.
fn minutes(content: &SiteContent, ready: &ReadyIssue) -> String {
    let seconds = ready.issue().document.extent().reading_time().as_secs();
    let minutes = seconds.div_ceil(60).max(1);
    content
        .words()
        .filled("reading_minutes", "n", &minutes.to_string())
}
