//! The archive on the web: publication + issues + pictures + templates → files by their paths. `site` writes them
//! into a folder, `serve` answers with them; both hold the same value, so that they show the same bytes.
//!
//! 1. [`public_issue`] says which issues everybody may read;
//! 2. [`content`] makes ready what their pages need, and names what can't be shown;
//! 3. [`plan`] says which files there are;
//! 4. a file's bytes are made when somebody wants them ([`ArchiveSite::file`]), so that an archive of any size
//!    takes little room.
//!
//! Nothing of a reader gets here: no token, no name, no address. Knows nothing of folders to write to, servers
//! or states.

mod address;
mod assets;
mod body;
mod content;
mod crawlers;
mod feed;
mod frame;
mod issue_card;
mod left_out;
mod origin;
mod page_head;
mod pages;
mod pictures;
mod plan;
mod public_issue;
mod search;
mod set_text;
mod share_cards;

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;

use self::{
    address::SiteAddresses,
    content::SiteContent,
    plan::{MISSING, PlannedFile, SitePlan},
    public_issue::PublicIssues,
    search::{IndexFile, IndexPlan, SearchIndex},
    set_text::SetText,
};
pub use self::{
    left_out::LeftOutIssue,
    pictures::PictureShelf,
    public_issue::{ShownOpinion, StateOfIssues},
};
use crate::{
    issue::Archive,
    publication::Publication,
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

/// A file of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteFile {
    /// `text/html; charset=utf-8`, …
    pub media_type: &'static str,
    /// What it says.
    pub bytes: Vec<u8>,
    /// Its name is of its content: what it says never changes.
    pub is_immutable: bool,
    /// Where it leads, if it is an address of before.
    pub moved_to: Option<String>,
}

/// A publication's archive.
#[derive(Debug)]
pub struct ArchiveSite {
    content: SiteContent,
    plan: SitePlan,
    left_out: Vec<LeftOutIssue>,
    next: Option<DateTime<Utc>>,
    index_plan: IndexPlan,
    /// Made when somebody searches: nothing else needs it.
    index: OnceLock<SearchIndex>,
}

impl ArchiveSite {
    /// The archive at a moment.
    ///
    /// # Errors
    /// [`SiteError`].
    pub fn new(input: &SiteInput) -> Result<Self, SiteError> {
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
        let set_text = SetText::new(templates, publication)?;
        let public = PublicIssues::of(publication, archive, known, *now);
        let next = public.next;
        let (content, left_out) = SiteContent::new(
            publication,
            archive,
            set_text,
            known,
            public,
            addresses,
            pictures,
        )?;
        let index_plan = IndexPlan::new(&content);
        Ok(Self {
            plan: SitePlan::of(&content),
            content,
            left_out,
            next,
            index_plan,
            index: OnceLock::new(),
        })
    }

    /// Every file's path below the archive's folder.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        let planned = self.plan.files.keys().cloned();
        match self.content.is_listed() {
            true => planned.chain(self.index_plan.paths()).collect(),
            false => planned.collect(),
        }
    }

    /// The file of that path. None: there is none.
    ///
    /// # Errors
    /// A template that does not fit what the page shows.
    pub fn file(&self, path: &str) -> Result<Option<SiteFile>, RenderError> {
        match self.plan.files.get(path) {
            Some(planned) => self.made(planned),
            None => Ok(self.index_file(path)),
        }
    }

    /// The page that answers a question without a script; None: nothing is searched here.
    ///
    /// # Errors
    /// As [`ArchiveSite::file`].
    pub fn answer(&self, path: &str, query: &str) -> Result<Option<SiteFile>, RenderError> {
        match self.plan.files.get(path) {
            Some(PlannedFile::Search) => {
                let asked = Some((self.index(), query));
                let page = pages::search(&self.content, &self.index_plan, asked)?;
                Ok(Some(SiteFile::page(page)))
            }
            _ => Ok(None),
        }
    }

    /// Whether that file looks for words.
    #[must_use]
    pub fn is_search(&self, path: &str) -> bool {
        matches!(self.plan.files.get(path), Some(PlannedFile::Search))
    }

    fn index(&self) -> &SearchIndex {
        let made = || SearchIndex::new(&self.content, &self.index_plan);
        self.index.get_or_init(made)
    }

    fn index_file(&self, path: &str) -> Option<SiteFile> {
        let content = &self.content;
        let file = self.index_plan.file(path).filter(|_| content.is_listed())?;
        let (media_type, bytes) = match file {
            IndexFile::Shard(number) => ("application/octet-stream", self.index().shard(number)?),
            IndexFile::Texts(number) => ("application/json", search::texts(content, number)?),
        };
        Some(SiteFile::immutable(media_type, bytes))
    }

    /// What a file is made of, where that is sooner known than the file: two of one origin are the same.
    #[must_use]
    pub fn origin(&self, path: &str) -> Option<String> {
        match self.plan.files.get(path) {
            Some(PlannedFile::Issue(at)) => origin::of_issue(&self.content, *at),
            // Their names are of what they say.
            Some(PlannedFile::Picture(_) | PlannedFile::Card(_)) => Some(path.to_owned()),
            Some(_) => None,
            None => self.index_plan.file(path).map(|_| path.to_owned()),
        }
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
        let is_of_index = || self.content.is_listed() && self.index_plan.file(&wanted).is_some();
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

    fn made(&self, planned: &PlannedFile) -> Result<Option<SiteFile>, RenderError> {
        let content = &self.content;
        let page = match planned {
            PlannedFile::Front => pages::front(content)?,
            PlannedFile::Overview => pages::overview(content)?,
            PlannedFile::Search => pages::search(content, &self.index_plan, None)?,
            PlannedFile::Missing => pages::missing(content)?,
            PlannedFile::Issue(at) => match pages::issue(content, *at)? {
                Some(page) => page,
                None => return Ok(None),
            },
            PlannedFile::Moved(at) => return self.moved(*at),
            PlannedFile::List(at, number) => match self.plan.lists.get(*at) {
                Some(list) => pages::list(content, list, *number)?,
                None => return Ok(None),
            },
            PlannedFile::Feed(format, edition) => {
                let text = format.text(content, edition.as_deref());
                return Ok(Some(SiteFile::changing(format.media_type(), text)));
            }
            PlannedFile::Sitemap => {
                let text = crawlers::sitemap(content, &self.plan.lists);
                return Ok(Some(SiteFile::changing("application/xml", text)));
            }
            PlannedFile::Robots => {
                let text = crawlers::robots(content);
                return Ok(Some(SiteFile::changing("text/plain; charset=utf-8", text)));
            }
            PlannedFile::Picture(picture) => {
                let bytes = content.shelf.bytes(picture);
                return Ok(bytes.map(|bytes| SiteFile::immutable(picture.media_type, bytes)));
            }
            PlannedFile::Card(at) => match content.issues.get(*at) {
                Some(ready) => {
                    let cards = &content.set_text.cards;
                    let card = cards.bytes(&content.publication, content.words(), ready.issue())?;
                    return Ok(Some(SiteFile::immutable("image/png", card)));
                }
                None => return Ok(None),
            },
            PlannedFile::Asset(at) => {
                let asset = content.assets.all()[*at];
                let text = asset.text.clone().into_bytes();
                return Ok(Some(SiteFile::immutable(asset.media_type, text)));
            }
        };
        Ok(Some(SiteFile::page(page)))
    }

    fn moved(&self, at: usize) -> Result<Option<SiteFile>, RenderError> {
        let Some(ready) = self.content.issues.get(at) else {
            return Ok(None);
        };
        Ok(Some(SiteFile {
            moved_to: Some(self.content.addresses.path(&ready.address())),
            ..SiteFile::page(pages::moved(&self.content, ready)?)
        }))
    }
}

impl SiteFile {
    fn page(html: String) -> Self {
        Self::changing("text/html; charset=utf-8", html)
    }

    fn changing(media_type: &'static str, text: String) -> Self {
        Self {
            media_type,
            bytes: text.into_bytes(),
            is_immutable: false,
            moved_to: None,
        }
    }

    fn immutable(media_type: &'static str, bytes: Vec<u8>) -> Self {
        Self {
            media_type,
            bytes,
            is_immutable: true,
            moved_to: None,
        }
    }
}

#[cfg(test)]
mod tests;
