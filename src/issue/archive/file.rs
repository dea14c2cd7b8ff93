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
    /// What is kept of a body that nobody wants whole.
    glimpse: OnceLock<Result<BodyGlimpse, IssueError>>,
}

/// That a body can be read, and which files it shows: what whoever follows years of issues asks of all of them.
#[derive(Debug)]
pub(crate) struct BodyGlimpse {
    /// Where its images are, as it names them.
    pub(crate) images: Vec<String>,
}

impl ArchivedFile {
    /// None: no file stands there.
    pub(super) fn load(publication: &Publication, path: &Path) -> Option<Self> {
        path.is_file().then(|| Self {
            name: read::name(path),
            head: IssueHead::load(publication, path).map(Arc::new),
            issue: OnceLock::new(),
            glimpse: OnceLock::new(),
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

    /// The same as far as its body was looked at and let go again: years of bodies take ten times the room of their
    /// texts.
    ///
    /// # Errors
    /// As [`ArchivedFile::issue`].
    pub(crate) fn glimpse(&self) -> Result<(&IssueHead, &BodyGlimpse), &IssueError> {
        let head = self.head.as_ref()?;
        let made = || match self.issue.get() {
            Some(Ok(issue)) => Ok(BodyGlimpse::of(issue)),
            _ => head.with_body().map(|issue| BodyGlimpse::of(&issue)),
        };
        let glimpse = self.glimpse.get_or_init(made).as_ref()?;
        Ok((head, glimpse))
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

    /// Whether somebody looked at its body already.
    pub(super) fn was_looked_at(&self) -> bool {
        self.head.is_err() || self.glimpse.get().is_some()
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

impl BodyGlimpse {
    fn of(issue: &Issue) -> Self {
        let images = issue.document.images.iter();
        Self {
            images: images.map(|used| used.image.location.clone()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::publication::Environment;

    const HEAD: &str = "---\ntitle: 글\nedition: monday\ndate: 2026-11-23\n---\n";

    fn file(text: &str) -> Option<ArchivedFile> {
        let folder = tempfile::tempdir().unwrap();
        let yaml = "publication: {name: n, timezone: UTC, from: n@example.com}\n\
                    editions: {monday: {title: m, day: mon, time: '08:00'}}\n";
        let publication =
            Publication::from_yaml(folder.path(), yaml, &Environment::empty()).unwrap();
        let path = folder.path().join("2026-11-23-a.md");
        fs::write(&path, text).unwrap();
        let file = ArchivedFile::load(&publication, &path);
        fs::remove_file(&path).unwrap();
        assert!(ArchivedFile::load(&publication, &path).is_none(), "gone");
        file
    }

    #[test]
    fn a_body_that_was_looked_at_is_let_go() {
        let file = file(&format!("{HEAD}![하나](a.png) ![둘](/b/c.png)\n")).unwrap();
        assert!(!file.was_looked_at());
        let (head, body) = file.glimpse().unwrap();
        assert_eq!(head.front_matter().title, "글");
        assert_eq!(body.images, ["a.png", "/b/c.png"]);
        assert!(file.was_looked_at() && file.issue.get().is_none());
        let whole = file.issue().unwrap();
        assert_eq!(whole.document.images.len(), 2);
        // Whoever has it whole looks at that.
        assert!(file.issue.get().is_some());
    }

    #[test]
    fn what_is_no_issue_is_none_at_a_glimpse_either() {
        let long = format!("{HEAD}{}", "x\n\n".repeat(33_000));
        for text in ["no head\n", &long] {
            let file = file(text).unwrap();
            let told = file.glimpse().unwrap_err().to_string();
            assert_eq!(told, file.issue().unwrap_err().to_string());
        }
    }
}
