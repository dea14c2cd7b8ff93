//! A file of the archive, and what it holds as far as somebody asked.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use super::{
    super::{Issue, IssueError, IssueHead, read},
    error::ArchiveError,
};
use crate::publication::Publication;

/// A file of the archive and what it holds.
#[derive(Debug)]
pub struct ArchivedFile {
    /// The Markdown file.
    pub path: PathBuf,
    /// Its name without `.md`, or its folder's: `2026-11-23-small-models`.
    pub name: String,
    head: Result<Arc<IssueHead>, IssueError>,
    /// With its body, once somebody wanted it.
    issue: OnceLock<Result<Arc<Issue>, IssueError>>,
}

impl ArchivedFile {
    /// None: no file stands there.
    pub(super) fn load(publication: &Publication, path: &Path) -> Option<Self> {
        path.is_file().then(|| Self {
            name: read::name(path),
            head: IssueHead::load(publication, path).map(Arc::new),
            issue: OnceLock::new(),
            path: path.to_owned(),
        })
    }

    /// The issue, or why it is none.
    ///
    /// # Errors
    /// What keeps the file from being an issue.
    pub fn issue(&self) -> Result<&Arc<Issue>, &IssueError> {
        let head = self.head.as_ref()?;
        let made = || head.with_body().map(Arc::new);
        self.issue.get_or_init(made).as_ref()
    }

    /// What its front matter says, where that could be read; its body may be broken.
    #[must_use]
    pub(crate) fn head(&self) -> Option<&IssueHead> {
        self.head.as_deref().ok()
    }

    /// The same, to keep.
    ///
    /// # Errors
    /// What keeps the file from having one.
    pub(crate) fn shared_head(&self) -> Result<&Arc<IssueHead>, &IssueError> {
        self.head.as_ref()
    }

    /// Whether somebody wanted its body already.
    pub(super) fn is_whole(&self) -> bool {
        self.head.is_err() || self.issue.get().is_some()
    }

    pub(super) fn readable(&self) -> Result<&Issue, ArchiveError> {
        let issue = self.issue().map_err(|error| ArchiveError::Broken {
            name: self.name.clone(),
            errors: error.to_errors(),
        });
        issue.map(|issue| &**issue)
    }

    /// By date, then by name; names begin with the date.
    pub(super) fn order(&self) -> (String, &str) {
        let date = match &self.head {
            Ok(head) => head.front_matter().date.to_string(),
            Err(_) => self.name.get(..10).unwrap_or_default().to_owned(),
        };
        (date, &self.name)
    }

    /// The paths by which people name it: the file's, and its folder's where it is the text of a folder.
    pub(super) fn own_paths(&self) -> impl Iterator<Item = &Path> {
        let is_index = self.path.ends_with(read::INDEX);
        let folder = self.path.parent().filter(|_| is_index);
        std::iter::once(self.path.as_path()).chain(folder)
    }
}
