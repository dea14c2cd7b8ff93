//! An issue in a list of issues.

use serde::Serialize;

use super::{design::SiteDesign, public_issue::PublicIssue};

/// What a list shows of an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct IssueCard {
    href: String,
    title: String,
    /// What it says of itself before it is opened.
    pub(super) summary: String,
    edition: String,
    edition_key: String,
    date: String,
    /// The same for machines.
    day: String,
    minutes: String,
}

impl IssueCard {
    pub(super) fn new(design: &SiteDesign, public: &PublicIssue) -> Self {
        let front_matter = public.gist.front_matter();
        let edition = design.publication.edition(&front_matter.edition);
        let words = &design.set_text.words;
        let minutes = public.gist.minutes.to_string();
        Self {
            href: design.addresses.path(&public.address()),
            title: front_matter.title.clone(),
            summary: public.gist.summary.clone(),
            edition: edition.map_or_else(String::new, |edition| edition.title.clone()),
            edition_key: front_matter.edition.clone(),
            date: words.date(front_matter.date),
            day: front_matter.date.to_string(),
            minutes: words.filled("reading_minutes", "n", &minutes),
        }
    }
}
