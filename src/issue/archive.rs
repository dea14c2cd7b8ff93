//! The folder of issues: which there are, and which one a word of the command line means.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Issue, IssueError, read};
use crate::{
    publication::Publication,
    source::{SourceError, composed, shown_path},
    words::{Said, say},
};

/// All issues of a publication, the oldest first.
#[derive(Debug)]
pub struct Archive {
    root: PathBuf,
    /// Shared with the archives that it was reloaded from.
    entries: Vec<Arc<ArchivedFile>>,
}

/// A file of the archive and what it holds.
#[derive(Debug)]
pub struct ArchivedFile {
    /// The Markdown file.
    pub path: PathBuf,
    /// Its name without `.md`, or its folder's: `2026-11-23-small-models`.
    pub name: String,
    /// The issue, or why it is none.
    pub issue: Result<Arc<Issue>, IssueError>,
}

/// Why an archive, or an issue in it, is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The folder can't be read.
    #[error("{}", self.said())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Nothing of that name.
    #[error("{}", self.said())]
    NotFound {
        /// What was asked for.
        wanted: String,
        /// The name nearest to it.
        nearest: Option<String>,
    },
    /// More than one of that name.
    #[error("{}", self.said())]
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// The files.
        names: Vec<String>,
    },
    /// No issue at all.
    #[error("{}", self.said())]
    Empty,
    /// The issue is there, and wrong.
    #[error("{}", self.said())]
    Broken {
        /// Its name.
        name: String,
        /// Why, and where.
        errors: Vec<SourceError>,
    },
}

impl ArchiveError {
    /// What is wrong, for people.
    #[must_use]
    pub(crate) fn said(&self) -> Said {
        match self {
            Self::Unreadable { path, .. } => {
                say!("failed to read the folder `{path}`", path = path.display())
            }
            Self::NotFound { wanted, .. } => say!("there is no issue `{wanted}`", wanted),
            Self::Ambiguous { wanted, names } => say!(
                "`{wanted}` is more than one issue: {names}",
                wanted,
                names = names.join(", ")
            ),
            Self::Empty => say!("there are no issues yet"),
            Self::Broken { name, .. } => say!("`{name}` can't be read", name),
        }
    }
}

impl Archive {
    /// Loads every issue in `issues/`: `NAME.md`, or a folder `NAME` with an `index.md`. Files
    /// that are no issues are kept with what is wrong with them. Names that begin with `.` or
    /// `_`, and a README, are not issues.
    ///
    /// # Errors
    /// When the folder is there and can't be listed. A missing folder is an empty archive.
    pub fn load(publication: &Publication) -> Result<Self, ArchiveError> {
        Self::empty(publication).reloaded(publication, |_| true)
    }

    /// An archive of which nothing was loaded.
    #[must_use]
    pub(crate) fn empty(publication: &Publication) -> Self {
        Self {
            root: publication.root.clone(),
            entries: Vec::new(),
        }
    }

    /// Lists the folder again; loads the files that are new, and those that have changed.
    ///
    /// # Errors
    /// As [`Archive::load`].
    pub(crate) fn reloaded(
        &self,
        publication: &Publication,
        has_changed: impl Fn(&Path) -> bool,
    ) -> Result<Self, ArchiveError> {
        let folder = publication.root.join("issues");
        let paths = paths(&folder).map_err(|source| ArchiveError::Unreadable {
            path: folder,
            source,
        })?;
        let mut known: BTreeMap<&Path, &Arc<ArchivedFile>> = self
            .entries
            .iter()
            .filter(|entry| !has_changed(&entry.path))
            .map(|entry| (entry.path.as_path(), entry))
            .collect();
        let load = |path: PathBuf| ArchivedFile {
            name: read::name(&path),
            issue: Issue::load(publication, &path).map(Arc::new),
            path,
        };
        let mut entries: Vec<_> = paths
            .into_iter()
            .map(|path| match known.remove(path.as_path()) {
                Some(entry) => Arc::clone(entry),
                None => Arc::new(load(path)),
            })
            .collect();
        entries.sort_by(|a, b| a.order().cmp(&b.order()));
        Ok(Self {
            root: publication.root.clone(),
            entries,
        })
    }

    /// Every file, the oldest first; broken ones by the date in their name.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &ArchivedFile> {
        self.entries.iter().map(|entry| &**entry)
    }

    /// The issues that can be read, the oldest first.
    pub(crate) fn issues(&self) -> impl DoubleEndedIterator<Item = &Issue> {
        self.entries
            .iter()
            .filter_map(|entry| entry.issue.as_deref().ok())
    }

    /// The issue that `[[slug]]` means: by slug, by file name, or by id.
    #[must_use]
    pub fn linked(&self, slug: &str) -> Option<&Issue> {
        let by = |is: &dyn Fn(&Issue) -> bool| self.issues().rev().find(|issue| is(issue));
        let slug = composed(slug);
        by(&|issue| composed(&issue.slug) == slug)
            .or_else(|| by(&|issue| composed(&read::name(&issue.path)) == slug))
            .or_else(|| by(&|issue| composed(&issue.id) == slug))
    }

    /// The file that the command line's ISSUE means: a path, a file name, a slug or an id.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub(crate) fn entry(&self, wanted: &str) -> Result<&ArchivedFile, ArchiveError> {
        let path = Path::new(wanted);
        if let Some(entry) = self
            .entries
            .iter()
            .find(|entry| entry.is_at(&self.root, path))
        {
            return Ok(entry);
        }
        let name = &*composed(wanted.strip_suffix(".md").unwrap_or(wanted));
        let by: [&dyn Fn(&ArchivedFile) -> bool; 3] = [
            &|entry| composed(&entry.name) == name,
            &|entry| composed(read::slug(&entry.name)) == name,
            &|entry| {
                entry
                    .issue
                    .as_ref()
                    .is_ok_and(|issue| composed(&issue.id) == name)
            },
        ];
        for is_meant in by {
            let mut found = self.entries.iter().filter(|entry| is_meant(entry));
            match (found.next(), found.next()) {
                (None, _) => {}
                (Some(entry), None) => return Ok(entry),
                (Some(_), Some(_)) => {
                    return Err(ArchiveError::Ambiguous {
                        wanted: wanted.to_owned(),
                        names: self
                            .entries
                            .iter()
                            .filter(|entry| is_meant(entry))
                            .map(|entry| shown_path(&self.root, &entry.path))
                            .collect(),
                    });
                }
            }
        }
        Err(ArchiveError::NotFound {
            wanted: wanted.to_owned(),
            nearest: self.meant(name).map(ToOwned::to_owned),
        })
    }

    /// The name that somebody may have meant who wrote another: nearly this one, a part of it, or the issue's title.
    fn meant(&self, wanted: &str) -> Option<&str> {
        let names: Vec<&str> = self
            .entries
            .iter()
            .flat_map(|entry| [entry.name.as_str(), read::slug(&entry.name)])
            .collect();
        let word = wanted.trim().to_lowercase();
        let is_part = |entry: &&Arc<ArchivedFile>| {
            let is_title = |issue: &Arc<Issue>| issue.front_matter.title.to_lowercase() == word;
            !word.is_empty() && composed(&entry.name).to_lowercase().contains(&word)
                || entry.issue.as_ref().is_ok_and(is_title)
        };
        let newest = || self.entries.iter().rev().find(is_part);
        crate::yaml::nearest(wanted, &names).or_else(|| newest().map(|entry| entry.name.as_str()))
    }

    /// The issue that the command line's ISSUE means.
    ///
    /// # Errors
    /// When there is none, more than one, or it can't be read.
    pub(crate) fn find(&self, wanted: &str) -> Result<&Issue, ArchiveError> {
        self.entry(wanted)?.readable()
    }

    /// The issue of the latest date.
    ///
    /// # Errors
    /// When there are none, or the last file can't be read.
    pub fn newest(&self) -> Result<&Issue, ArchiveError> {
        self.entries.last().ok_or(ArchiveError::Empty)?.readable()
    }
}

impl ArchivedFile {
    fn readable(&self) -> Result<&Issue, ArchiveError> {
        self.issue.as_deref().map_err(|error| ArchiveError::Broken {
            name: self.name.clone(),
            errors: error.to_errors(),
        })
    }

    /// By date, then by name; names begin with the date.
    fn order(&self) -> (String, &str) {
        let date = match &self.issue {
            Ok(issue) => issue.front_matter.date.to_string(),
            Err(_) => self.name.get(..10).unwrap_or_default().to_owned(),
        };
        (date, &self.name)
    }

    fn is_at(&self, root: &Path, path: &Path) -> bool {
        let folder = self
            .path
            .parent()
            .filter(|_| self.path.ends_with(read::INDEX));
        let is_same = |own: &Path| {
            own == path
                || own == root.join(path)
                || own
                    .canonicalize()
                    .is_ok_and(|own| path.canonicalize().is_ok_and(|path| own == path))
        };
        // A word that is no path at all is a name; comparing it with the disk would be slow.
        let is_path =
            path.components().count() > 1 || path.extension().is_some_and(|end| end == "md");
        is_path && (is_same(&self.path) || folder.is_some_and(is_same))
    }
}

fn paths(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let listing = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listing => listing?,
    };
    let mut paths = Vec::new();
    for entry in listing {
        let path = entry?.path();
        if read::is_left_out(&path) {
            continue;
        }
        if path.extension().is_some_and(|end| end == "md") && path.is_file() {
            paths.push(path);
        } else if path.join(read::INDEX).is_file() {
            paths.push(path.join(read::INDEX));
        }
    }
    Ok(paths)
}
