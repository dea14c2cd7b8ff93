//! Which issues are public: the one answer that pages, lists, feeds, search and whoever serves them stand on.
//!
//! An issue is public once its hour has come, as it stands in its file now; a draft, one to come, one that says
//! `archive: false` and one that was withdrawn are truly absent. No state is needed to know it; what only a state
//! knows is told ([`StateOfIssues`]).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use super::{address::PageAddress, gist::IssueGist, left_out::LeftOutIssue};
use crate::{
    issue::{FrontMatter, IssueHead, IssueStatus},
    publication::Publication,
    source::composed,
};

/// What only a state knows of issues.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StateOfIssues {
    /// The identities of those that were cancelled, and of those that somebody holds back; or their slots', as
    /// `edition-date`.
    pub withheld: BTreeSet<String>,
    /// What readers said and the publication shows, by the issue's identity.
    pub opinions: BTreeMap<String, Vec<ShownOpinion>>,
}

/// What a reader said and the publication shows.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ShownOpinion {
    /// The name that they want under it. None: they want none.
    pub name: Option<String>,
    /// The label of what they chose.
    pub choice: Option<String>,
    /// Their own words, in lines.
    pub lines: Vec<String>,
}

/// An issue that everybody may read.
#[derive(Debug, Clone)]
pub(super) struct PublicIssue {
    pub(super) gist: Arc<IssueGist>,
    /// When its hour came.
    pub(super) at: DateTime<Utc>,
    /// Its name in addresses, composed.
    pub(super) slug: String,
}

impl PublicIssue {
    pub(super) fn address(&self) -> PageAddress {
        PageAddress::issue(&self.slug)
    }
}

/// All that are public, and why others are not.
#[derive(Debug, Default)]
pub(super) struct PublicIssues {
    /// The newest first.
    pub(super) issues: Vec<PublicIssue>,
    /// Those that should be and can't.
    pub(super) left_out: Vec<LeftOutIssue>,
    /// Those whose mail goes out with pictures that have to be there before it: they have no page.
    pub(super) mailed: Vec<Arc<IssueGist>>,
    /// When the next one's hour comes.
    pub(super) next: Option<DateTime<Utc>>,
}

impl PublicIssues {
    /// Those of all that were read, the oldest first, at that moment.
    pub(super) fn of(
        publication: &Publication,
        read: Vec<Result<Arc<IssueGist>, LeftOutIssue>>,
        known: &StateOfIssues,
        now: DateTime<Utc>,
    ) -> Self {
        let mut public = Self::default();
        let mut taken: BTreeMap<String, String> = BTreeMap::new();
        for gist in read {
            let gist = match gist {
                Ok(gist) => gist,
                Err(broken) => {
                    public.left_out.push(broken);
                    continue;
                }
            };
            let issue = &gist.head;
            let release = release(publication, issue, known);
            let is_ready = issue.front_matter().status == IssueStatus::Ready;
            if release.is_none_or(|at| at > now) && is_ready {
                public.mailed.push(Arc::clone(&gist));
            }
            let Some(at) = release else {
                continue;
            };
            if at > now {
                public.next = Some(public.next.map_or(at, |next| next.min(at)));
                continue;
            }
            let slug = composed(&issue.slug).into_owned();
            if !is_addressable(&slug) {
                public.left_out.push(LeftOutIssue::reserved(issue));
                continue;
            }
            // Disks that don't tell letters apart by their case would write one over the other.
            match taken.get(&slug.to_lowercase()) {
                // Its address is out there: who came later gives way.
                Some(earlier) => {
                    let twin = LeftOutIssue::twin(issue, earlier);
                    public.left_out.push(twin);
                }
                None => {
                    taken.insert(slug.to_lowercase(), issue.source().name().to_owned());
                    public.issues.push(PublicIssue { gist, at, slug });
                }
            }
        }
        public
            .issues
            .sort_by(|one, other| (other.at, &other.slug).cmp(&(one.at, &one.slug)));
        public
    }
}

/// When an issue's hour comes. None: it is not for everybody.
fn release(
    publication: &Publication,
    issue: &IssueHead,
    known: &StateOfIssues,
) -> Option<DateTime<Utc>> {
    let front_matter = issue.front_matter();
    let is_meant = front_matter.is_for_archive()
        && !known.withheld.contains(&issue.id)
        && !known.withheld.contains(&slot_name(front_matter));
    is_meant.then(|| publication.hour_of(&front_matter.edition, front_matter.date))?
}

/// What a slot is held back by.
fn slot_name(front_matter: &FrontMatter) -> String {
    format!("{}-{}", front_matter.edition, front_matter.date)
}

/// Whether a name can be a part of an address and a folder on any disk.
fn is_addressable(slug: &str) -> bool {
    !slug.starts_with('.')
        && slug != "index.html"
        && !slug.contains(|char: char| char.is_control() || matches!(char, '/' | '\\'))
}
