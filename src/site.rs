//! The archive on the web: publication + issues + pictures + templates → files by their paths. `site` writes them
//! into a folder, `serve` answers with them; both hold the same value, so that they show the same bytes.
//!
//! 1. [`public_issue`] says which issues everybody may read;
//! 2. [`gist`] keeps of each what is wanted again and again; its body is parsed when it is written out;
//! 3. [`content`] makes ready what their pages need, and names what can't be shown;
//! 4. [`plan`] says which files there are;
//! 5. a file's bytes are made when somebody wants them ([`ArchiveSite::file`]), so that an archive of any size
//!    takes little room.
//!
//! Nothing of a reader gets here: no token, no name, no address. Knows nothing of folders to write to, servers
//! or states.

mod address;
mod assets;
mod body;
mod content;
mod crawlers;
mod design;
mod feed;
mod file;
mod file_origin;
mod frame;
mod gist;
mod issue_card;
mod known_of_issue;
mod left_out;
mod making;
mod origin;
mod page_head;
mod pages;
mod pictures;
mod plan;
mod public_issue;
mod ready_issue;
mod search;
mod set_text;
mod share_cards;
mod taken_over;

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;

use self::{
    address::SiteAddresses,
    content::{ContentInput, SiteContent},
    design::SiteDesign,
    gist::IssueGists,
    origin::ListOrigins,
    plan::{MISSING, PlannedFile, SitePlan},
    public_issue::PublicIssues,
    search::SearchIndex,
};
pub use self::{
    file::SiteFile,
    file_origin::FileOrigin,
    left_out::LeftOutIssue,
    pictures::PictureShelf,
    public_issue::{ShownOpinion, StateOfIssues},
};
use crate::{
    issue::Archive,
    publication::{ArchiveAccess, Publication},
    render::{RenderError, Templates},
};

/// What an archive is made of.
#[derive(Debug, Clone)]
pub struct SiteInput {
    /// The newsletter.
    pub publication: Arc<Publication>,
    /// Its issues.
    pub archive: Arc<Archive>,
    /// Its templates.
    pub templates: Arc<Templates>,
    /// What only a state knows.
    pub known: Arc<StateOfIssues>,
    /// Its pictures, made ready.
    pub pictures: Arc<PictureShelf>,
    /// The moment: issues of later hours are absent.
    pub now: DateTime<Utc>,
}

/// Why there is no archive.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// Feeds and search engines want whole addresses.
    #[error("daily-note.yaml does not say where the pages are")]
    NoAddress,
    /// A template or its words.
    #[error(transparent)]
    Templates(#[from] RenderError),
}

/// A publication's archive.
#[derive(Debug)]
pub struct ArchiveSite {
    content: SiteContent,
    plan: SitePlan,
    left_out: Vec<LeftOutIssue>,
    next: Option<DateTime<Utc>>,
    /// Made when somebody searches, of the one before where there is one: nothing else needs it.
    index: OnceLock<Arc<SearchIndex>>,
    index_before: Option<Arc<SearchIndex>>,
    list_origins: Arc<ListOrigins>,
}

impl ArchiveSite {
    /// The archive at a moment.
    ///
    /// # Errors
    /// [`SiteError`].
    pub fn new(input: &SiteInput) -> Result<Self, SiteError> {
        Self::after(None, input)
    }

    /// The same, where it is known how it was before: what has not changed is not made again.
    ///
    /// # Errors
    /// [`SiteError`].
    pub fn after(before: Option<&Self>, input: &SiteInput) -> Result<Self, SiteError> {
        let SiteInput {
            publication,
            archive,
            templates,
            known,
            pictures,
            now,
        } = input;
        let base_url = publication.web.base_url.as_deref();
        let addresses = base_url.and_then(SiteAddresses::below);
        let addresses = addresses.ok_or(SiteError::NoAddress)?;
        let design = before.map(|before| &before.content.design);
        let design = SiteDesign::renewed(design, publication, templates, addresses, pictures)?;
        let content = before.map(|before| &before.content);
        let (gists, found) = match publication.web.archive {
            ArchiveAccess::Off => (IssueGists::default(), Vec::new()),
            _ => IssueGists::read(publication, archive, content.map(|it| &it.gists)),
        };
        let public = PublicIssues::of(publication, found, known, *now);
        let next = public.next;
        let parts = ContentInput {
            archive,
            known,
            shelf: pictures,
        };
        let (content, left_out) = SiteContent::new(parts, gists, public, design, content);
        let same_lists = before.filter(|before| content.has_same_lists(&before.content));
        let list_origins = same_lists.map(|before| Arc::clone(&before.list_origins));
        Ok(Self {
            plan: SitePlan::of(&content),
            content,
            left_out,
            next,
            index: OnceLock::new(),
            index_before: before.and_then(Self::last_index),
            list_origins: list_origins.unwrap_or_default(),
        })
    }

    /// The newest index that was made.
    fn last_index(&self) -> Option<Arc<SearchIndex>> {
        self.index.get().or(self.index_before.as_ref()).cloned()
    }

    fn index(&self) -> &SearchIndex {
        self.index.get_or_init(|| {
            let before = self.index_before.as_deref();
            Arc::new(SearchIndex::after(before, &self.content))
        })
    }

    /// The index, if a file of that path can be one of its.
    fn index_at(&self, path: &str) -> Option<&SearchIndex> {
        let is_possible = self.content.is_listed() && path.ends_with(".terms");
        is_possible.then(|| self.index())
    }

    /// Every file's path below the archive's folder.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        let planned = self.plan.files.keys().cloned();
        match self.content.is_listed() {
            true => planned.chain(self.index().paths()).collect(),
            false => planned.collect(),
        }
    }

    /// The file of that path. None: there is none.
    ///
    /// # Errors
    /// A template that does not fit what the page shows.
    pub fn file(&self, path: &str) -> Result<Option<SiteFile>, RenderError> {
        if let Some(planned) = self.plan.files.get(path) {
            return self.made(planned);
        }
        let index = self.index_at(path);
        let shard = index.and_then(|index| index.shard(path));
        Ok(shard.map(|shard| SiteFile::immutable("application/octet-stream", shard.to_vec())))
    }

    /// The page that answers a question without a script; None: nothing is searched here.
    ///
    /// # Errors
    /// As [`ArchiveSite::file`].
    pub fn answer(&self, path: &str, query: &str) -> Result<Option<SiteFile>, RenderError> {
        match self.is_search(path) {
            true => {
                let page = pages::search(&self.content, self.index(), Some(query))?;
                self.page(&page).map(Some)
            }
            false => Ok(None),
        }
    }

    /// Whether that file looks for words.
    #[must_use]
    pub fn is_search(&self, path: &str) -> bool {
        matches!(self.plan.files.get(path), Some(PlannedFile::Search))
    }

    /// The path of the file that answers at an address below the base, as browsers ask for it.
    #[must_use]
    pub fn path_at(&self, address: &str) -> Option<String> {
        let wanted = percent_decode_str(address.trim_start_matches('/'))
            .decode_utf8()
            .ok()?;
        let wanted = crate::source::composed(&wanted);
        let folder = wanted.trim_end_matches('/');
        let page = match folder.is_empty() {
            true => "index.html".to_owned(),
            false => format!("{folder}/index.html"),
        };
        let files = &self.plan.files;
        let planned = [&*wanted, page.as_str()]
            .into_iter()
            .find(|path| files.contains_key(*path));
        let is_of_index = || {
            let index = self.index_at(&wanted);
            index.is_some_and(|index| index.shard(&wanted).is_some())
        };
        planned
            .or_else(|| is_of_index().then_some(&*wanted))
            .map(str::to_owned)
    }

    /// The path of the page for what is not there.
    #[must_use]
    pub fn missing_path(&self) -> &'static str {
        MISSING
    }

    /// Issues that should be there and can't.
    #[must_use]
    pub fn left_out(&self) -> &[LeftOutIssue] {
        &self.left_out
    }

    /// How many issues it has.
    #[must_use]
    pub fn issue_count(&self) -> usize {
        self.content.issues.len()
    }

    /// Until when it stays as it is, as long as nothing that it is made of changes.
    #[must_use]
    pub fn next_release(&self) -> Option<DateTime<Utc>> {
        self.next
    }
}

#[cfg(test)]
mod tests;
