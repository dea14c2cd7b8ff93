//! The folder of issues: which there are, and which one a word of the command line means.

mod error;
mod file;
mod names;

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

pub(crate) use self::file::BodyGlimpse;
use self::names::{ArchiveNames, NameKind};
pub use self::{error::ArchiveError, file::ArchivedFile};
use super::{Issue, IssueHead, read};
use crate::{
    cores::on_every_core,
    publication::Publication,
    source::{composed, shown_path},
};

/// All issues of a publication, the oldest first. Heads are read at once; bodies when somebody wants them.
#[derive(Debug)]
pub struct Archive {
    root: PathBuf,
    /// Shared with the archives that it was reloaded from.
    entries: Vec<Arc<ArchivedFile>>,
    names: ArchiveNames,
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
            names: ArchiveNames::default(),
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
        let places = places(&folder).map_err(|source| ArchiveError::Unreadable {
            path: folder,
            source,
        })?;
        let mut known: BTreeMap<&Path, &Arc<ArchivedFile>> = self
            .entries
            .iter()
            .filter(|entry| !has_changed(&entry.path))
            .map(|entry| (entry.path.as_path(), entry))
            .collect();
        let (kept, fresh): (Vec<PathBuf>, Vec<PathBuf>) = places
            .into_iter()
            .partition(|path| known.contains_key(path.as_path()));
        let load = |path: &PathBuf| ArchivedFile::load(publication, path).map(Arc::new);
        let loaded = on_every_core(&fresh, load);
        let mut entries: Vec<Arc<ArchivedFile>> = loaded.into_iter().flatten().collect();
        let kept = kept.iter().filter_map(|path| known.remove(path.as_path()));
        entries.extend(kept.map(Arc::clone));
        entries.sort_by_cached_key(|entry| {
            let (date, name) = entry.order();
            (date, name.to_owned())
        });
        Ok(Self {
            root: publication.root.clone(),
            entries,
            names: ArchiveNames::default(),
        })
    }

    /// Every file, the oldest first; broken ones by the date in their name.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &ArchivedFile> {
        self.entries.iter().map(|entry| &**entry)
    }

    /// What can be read of the heads, the oldest first.
    pub(crate) fn heads(&self) -> impl DoubleEndedIterator<Item = &IssueHead> {
        self.entries.iter().filter_map(|entry| entry.head())
    }

    /// What is kept of the issues that can be read, the oldest first. Whoever wants all of them wants them soon.
    pub(crate) fn glimpses(&self) -> impl DoubleEndedIterator<Item = (&IssueHead, &BodyGlimpse)> {
        let entries = self.entries.iter();
        let new: Vec<_> = entries.filter(|entry| !entry.was_looked_at()).collect();
        on_every_core(&new, |entry| {
            let _ = entry.glimpse();
        });
        self.entries.iter().filter_map(|entry| entry.glimpse().ok())
    }

    /// The heads of the issues that can be read, body and all, the oldest first. No body is kept for it.
    pub(crate) fn readable_heads(&self) -> impl DoubleEndedIterator<Item = &IssueHead> {
        self.glimpses().map(|(head, _)| head)
    }

    /// Those of which the head says that they are meant: no other body is read.
    pub(crate) fn issues_where(
        &self,
        is_meant: impl Fn(&IssueHead) -> bool,
    ) -> impl DoubleEndedIterator<Item = &Issue> {
        let entries = self.entries.iter();
        let meant = entries.filter(move |entry| entry.head().is_some_and(&is_meant));
        meant.filter_map(|entry| entry.readable().ok())
    }

    /// The issue that `[[slug]]` means: by slug, by file name, or by id.
    #[must_use]
    pub fn linked(&self, slug: &str) -> Option<&Issue> {
        let meant = self.meant_by(slug).into_iter();
        let mut readable = meant.filter_map(|file| file.readable().ok());
        readable.next()
    }

    /// The files that `[[slug]]` may mean, the likeliest first; some may be no issues.
    pub(crate) fn meant_by(&self, slug: &str) -> Vec<&ArchivedFile> {
        let slug = composed(slug);
        let by = [NameKind::Slug, NameKind::File, NameKind::Id].into_iter();
        let meant = by.flat_map(|kind| self.places_of(kind, &slug).iter().rev());
        meant.map(|at| &*self.entries[*at]).collect()
    }

    /// The file that the command line's ISSUE means: a path, a file name, a slug or an id.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub(crate) fn entry(&self, wanted: &str) -> Result<&ArchivedFile, ArchiveError> {
        if let Some(entry) = self.entry_at(Path::new(wanted)) {
            return Ok(entry);
        }
        let name = &*composed(wanted.strip_suffix(".md").unwrap_or(wanted));
        for kind in [NameKind::File, NameKind::Slug, NameKind::Id] {
            match self.places_of(kind, name) {
                [] => {}
                [only] => return Ok(&self.entries[*only]),
                several => {
                    let paths = several.iter().map(|at| &self.entries[*at].path);
                    return Err(ArchiveError::Ambiguous {
                        wanted: wanted.to_owned(),
                        names: paths.map(|path| shown_path(&self.root, path)).collect(),
                    });
                }
            }
        }
        Err(ArchiveError::NotFound {
            wanted: wanted.to_owned(),
            nearest: self.meant(name).map(ToOwned::to_owned),
        })
    }

    fn entry_at(&self, wanted: &Path) -> Option<&ArchivedFile> {
        // A word that is no path at all is a name; comparing it with the disk would be slow.
        let is_path =
            wanted.components().count() > 1 || wanted.extension().is_some_and(|end| end == "md");
        let below_root = self.root.join(wanted);
        let written = |own: &Path| own == wanted || own == below_root;
        let found = |is_it: &dyn Fn(&Path) -> bool| {
            let is_meant = |entry: &&ArchivedFile| entry.own_paths().any(is_it);
            self.entries().find(is_meant).filter(|_| is_path)
        };
        found(&written).or_else(|| {
            let real = wanted.canonicalize().ok().filter(|_| is_path)?;
            found(&|own| own.canonicalize().is_ok_and(|own| own == real))
        })
    }

    fn places_of(&self, kind: NameKind, name: &str) -> &[usize] {
        self.names.of_kind(kind, &self.entries).of(name)
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
            let is_title = |head: &IssueHead| head.front_matter().title.to_lowercase() == word;
            !word.is_empty() && composed(&entry.name).to_lowercase().contains(&word)
                || entry.head().is_some_and(is_title)
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

/// Where issues may stand, as far as a listing tells: whether a folder has one, is seen when it is read.
fn places(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let listing = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listing => listing?,
    };
    let mut places = Vec::new();
    for entry in listing {
        let entry = entry?;
        let path = entry.path();
        if read::is_left_out(&path) {
            continue;
        }
        let kind = entry.file_type().ok();
        let is_named = path.extension().is_some_and(|end| end == "md");
        // Where a link leads, the listing does not tell.
        let is_file = match kind {
            Some(kind) if kind.is_file() || kind.is_dir() => kind.is_file(),
            _ => path.is_file(),
        };
        match is_file {
            true if is_named => places.push(path),
            true => {}
            false => places.push(path.join(read::INDEX)),
        }
    }
    Ok(places)
}

#[cfg(test)]
mod tests;
