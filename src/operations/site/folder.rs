//! A folder that holds the archive, replaced as a whole: it is written beside its place and changes places with what
//! stands there. A file in it names what we wrote; a folder without that file is somebody else's, and nothing is
//! written to it. What others put into ours is carried over.
//!
//! Who writes again and again keeps the folder that was replaced (`SiteFolder::for_many`): next time it is brought up to
//! date by the few files that changed, and takes the place again. What is known of either is believed as long as it is
//! as we left it.

mod fault;
mod foreign;
mod writing;
mod written;

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde::{Deserialize, Serialize};

pub use self::written::WrittenFiles;
use self::{
    fault::{FolderFault, failed},
    writing::{FinishedWriting, Writing},
    written::{MARKER, WrittenFolder, WrittenStamp},
};
use crate::{app::AppError, private_files::LockFile, site::ArchiveSite};

/// The marker's text.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Marker {
    files: BTreeSet<String>,
}

/// A folder for an archive.
#[derive(Debug)]
pub(super) struct SiteFolder {
    place: PathBuf,
    /// Where the next one is made, beside it.
    fresh: PathBuf,
    is_for_many: bool,
    last: Option<LastWriting>,
}

/// What this process left behind.
#[derive(Debug)]
struct LastWriting {
    /// In the place.
    shown: WrittenFolder,
    /// Beside it.
    twin: WrittenFolder,
}

impl SiteFolder {
    pub(super) fn at(place: &Path) -> Self {
        // Where a link stands in its place, what it leads to is the folder.
        let place = fs::canonicalize(place).unwrap_or_else(|_| place.to_owned());
        let name = place.file_name().unwrap_or_default().to_string_lossy();
        Self {
            fresh: place.with_file_name(format!(".{name}.daily-note")),
            place,
            is_for_many: false,
            last: None,
        }
    }

    /// The same, to be written again and again.
    pub(super) fn for_many(place: &Path) -> Self {
        let mut folder = Self::at(place);
        folder.is_for_many = true;
        folder
    }

    /// Puts the archive there.
    ///
    /// # Errors
    /// A folder that is not ours, as a refusal; a disk that is full; a template that fails. What stood there stands as before.
    pub(super) fn write(&mut self, site: &ArchiveSite) -> Result<WrittenFiles, AppError> {
        let marked = self.marked().map_err(|error| error.told(&self.place))?;
        let parent = self.fresh.parent();
        let parent = parent.filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(failed(parent))?;
        // Two at once would write into each other's.
        let lock = LockFile::of(File::open(parent).map_err(failed(parent))?);
        lock.lock().map_err(failed(parent))?;
        let last = self
            .last
            .take()
            .filter(|last| last.shown.is_as_left(&self.place) && last.twin.is_as_left(&self.fresh));
        let written = self.written(site, marked, last);
        if written.is_err() {
            let _ = remove(&self.fresh);
        }
        written
    }

    fn written(
        &mut self,
        site: &ArchiveSite,
        marked: BTreeSet<String>,
        last: Option<LastWriting>,
    ) -> Result<WrittenFiles, AppError> {
        let (place, fresh) = (&self.place, &self.fresh);
        let is_known = last.is_some();
        let (mut shown, twin) = match last {
            Some(LastWriting { shown, twin }) => (shown, twin),
            None => {
                // Of one that was killed.
                remove(fresh).map_err(failed(fresh))?;
                (WrittenFolder::unknown(marked), WrittenFolder::default())
            }
        };
        fs::create_dir_all(fresh).map_err(failed(fresh))?;
        let writing = Writing::new(site, (place, &shown), (fresh, &twin), self.is_for_many);
        let FinishedWriting {
            folder: mut written,
            count,
            seen,
        } = writing.run()?;
        let marker = Marker {
            files: written.files.keys().cloned().collect(),
        };
        let marked = mark(fresh, &marker)?;
        exchange(fresh, place).map_err(failed(place))?;
        // Nobody who reads waits for the disk; and the marker is on it before this writing is over.
        let there = place.join(MARKER);
        let stamp = marked.sync_all().and_then(|()| WrittenStamp::of(&there));
        written.marker = Some(stamp.map_err(failed(&there))?);
        shown.carried = written.carried.clone();
        shown.seen = seen;
        if !self.is_for_many {
            remove(fresh).map_err(failed(fresh))?;
        } else if is_known {
            self.last = Some(LastWriting {
                shown: written,
                twin: shown,
            });
        } else {
            remove(fresh).map_err(failed(fresh))?;
            match written.linked(place, fresh) {
                Ok(twin) => {
                    let shown = written;
                    self.last = Some(LastWriting { shown, twin });
                }
                // A disk without links: each time is the first.
                Err(_) => remove(fresh).map_err(failed(fresh))?,
            }
        }
        Ok(count)
    }

    /// Which files the folder says are ours. None: there is no folder, or nothing in it.
    fn marked(&self) -> Result<BTreeSet<String>, FolderFault> {
        let folder = &self.place;
        let Ok(mut entries) = fs::read_dir(folder) else {
            return match fs::symlink_metadata(folder) {
                Ok(_) => Err(FolderFault::NotAFolder),
                Err(_) => Ok(BTreeSet::new()),
            };
        };
        match fs::read(folder.join(MARKER)) {
            // Of what can't be read nobody knows what would be deleted.
            Ok(text) => serde_json::from_slice(&text)
                .map(|marker: Marker| marker.files)
                .map_err(|_| FolderFault::Foreign),
            Err(_) if entries.next().is_none() => Ok(BTreeSet::new()),
            Err(_) => Err(FolderFault::Foreign),
        }
    }
}

impl Drop for SiteFolder {
    fn drop(&mut self) {
        if self.last.is_some() {
            let _ = remove(&self.fresh);
        }
    }
}

/// Names the files of a folder in it, unless it does already.
fn mark(folder: &Path, marker: &Marker) -> Result<File, AppError> {
    let place = folder.join(MARKER);
    let text = serde_json::to_vec(marker).unwrap_or_default();
    let is_there = fs::read(&place).is_ok_and(|there| there == text);
    let write = || {
        if is_there {
            return File::open(&place);
        }
        let _ = fs::remove_file(&place);
        let mut file = File::create_new(&place)?;
        file.write_all(&text)?;
        Ok(file)
    };
    write().map_err(failed(&place))
}

/// The new one takes the place; what stood there stands where the new one was made.
fn exchange(fresh: &Path, place: &Path) -> io::Result<()> {
    if fs::symlink_metadata(place).is_err() {
        return fs::rename(fresh, place);
    }
    match renameat_with(CWD, fresh, CWD, place, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(()),
        // A disk that can't: for a moment there is none.
        Err(_) => {
            let aside = fresh.with_extension("before");
            remove(&aside)?;
            fs::rename(place, &aside)?;
            fs::rename(fresh, place)?;
            fs::rename(&aside, fresh)
        }
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
