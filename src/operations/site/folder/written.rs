//! What is known of a folder that was written.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::foreign::SeenFolders;
use crate::{cores::on_every_core, site::FileOrigin};

/// Says that a folder is ours, and which of its files.
pub(super) const MARKER: &str = ".daily-note-site.json";

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct WrittenFiles {
    /// All that the archive has.
    pub all: usize,
    /// Those of them that are new or other than before.
    pub changed: usize,
    /// The size of all.
    pub bytes: u64,
}

/// A folder as it was left.
#[derive(Debug, Clone, Default)]
pub(super) struct WrittenFolder {
    pub(super) files: BTreeMap<String, WrittenFile>,
    /// Files that are ours by their names alone: another process wrote them.
    pub(super) named: BTreeSet<String>,
    /// What others put in.
    pub(super) carried: BTreeSet<PathBuf>,
    /// The file that names the others.
    pub(super) marker: Option<WrittenStamp>,
    /// Its folders, as they were when it was shown.
    pub(super) seen: SeenFolders,
}

/// A file that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WrittenFile {
    pub(super) origin: Option<FileOrigin>,
    pub(super) stamp: WrittenStamp,
}

/// By what a file is seen to have been changed by others. Links to it change nothing of this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WrittenStamp {
    number: u64,
    pub(super) bytes: u64,
    modified: (i64, i64),
}

impl WrittenStamp {
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let about = fs::symlink_metadata(path)?;
        Ok(Self {
            number: about.ino(),
            bytes: about.len(),
            modified: (about.mtime(), about.mtime_nsec()),
        })
    }
}

impl WrittenFolder {
    /// One that another process wrote.
    pub(super) fn unknown(named: BTreeSet<String>) -> Self {
        Self {
            named,
            ..Self::default()
        }
    }

    /// Whether that file is ours.
    pub(super) fn has(&self, path: &Path) -> bool {
        path == Path::new(MARKER)
            || path
                .to_str()
                .is_some_and(|path| self.files.contains_key(path) || self.named.contains(path))
    }

    /// Whether nobody put another folder in its place.
    pub(super) fn is_as_left(&self, folder: &Path) -> bool {
        WrittenStamp::of(&folder.join(MARKER)).ok() == self.marker
    }

    /// Another folder of the same files.
    pub(super) fn linked(&self, from: &Path, to: &Path) -> io::Result<Self> {
        let own = self.files.keys().map(PathBuf::from);
        let marker = PathBuf::from(MARKER);
        let all: Vec<PathBuf> = own
            .chain(self.carried.iter().cloned())
            .chain([marker])
            .collect();
        let linked = on_every_core(&all, |path| link(&from.join(path), &to.join(path)));
        linked.into_iter().collect::<io::Result<()>>()?;
        Ok(self.clone())
    }
}

/// The same file at another place as well, whatever stood there.
pub(super) fn link(from: &Path, to: &Path) -> io::Result<()> {
    make_way(to)?;
    fs::hard_link(from, to)
}

/// A file at a place of which others may have links to what stood there.
pub(super) fn put(bytes: &[u8], to: &Path) -> io::Result<()> {
    make_way(to)?;
    fs::write(to, bytes)
}

fn make_way(to: &Path) -> io::Result<()> {
    match fs::remove_file(to) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(to.parent().unwrap_or(Path::new(".")))
        }
        Err(error) => Err(error),
    }
}
