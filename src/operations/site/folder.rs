//! A folder that holds the archive, replaced as a whole: it is written beside its place and changes places with what
//! stands there. A file in it names what we wrote; a folder without that file is somebody else's, and nothing is
//! written to it. What others put into ours is carried over.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde::{Deserialize, Serialize};

use crate::{
    app::AppError, fingerprint::sha256_hex, render::RenderError, site::ArchiveSite, words::say,
};

/// Says that a folder is ours, and which of its files.
const MARKER: &str = ".daily-note-site.json";
/// More threads than this wait for the disk.
const MAX_THREADS: usize = 8;

/// Why a folder is left as it is.
enum FolderFault {
    /// Somebody else's files are in it.
    Foreign,
    /// It is a file.
    NotAFolder,
}

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

/// What the marker says of our files.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Marker {
    files: BTreeMap<String, MarkedFile>,
}

/// What is known of a file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct MarkedFile {
    hash: String,
    bytes: u64,
    /// What it was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
}

/// A folder for an archive.
pub(super) struct SiteFolder {
    place: PathBuf,
}

/// A writing under way.
struct Writing<'w> {
    site: &'w ArchiveSite,
    before: Marker,
    old: &'w Path,
    fresh: &'w Path,
    files: Mutex<BTreeMap<String, MarkedFile>>,
    changed: AtomicUsize,
}

impl SiteFolder {
    pub(super) fn at(place: &Path) -> Self {
        // Where a link stands in its place, what it leads to is the folder.
        let place = fs::canonicalize(place).unwrap_or_else(|_| place.to_owned());
        Self { place }
    }

    /// Puts the archive there.
    ///
    /// # Errors
    /// A folder that is not ours, as a refusal; a disk that is full; a template that fails. What stood there stands as before.
    pub(super) fn write(&self, site: &ArchiveSite) -> Result<WrittenFiles, AppError> {
        let place = &self.place;
        let before = self.marker().map_err(|error| error.told(place))?;
        let name = place.file_name().unwrap_or_default().to_string_lossy();
        let fresh = place.with_file_name(format!(".{name}.daily-note"));
        let parent = fresh
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(failed(parent))?;
        // Two at once would write into each other's.
        let lock = File::open(parent).map_err(failed(parent))?;
        lock.lock().map_err(failed(parent))?;
        // Of one that was killed.
        remove(&fresh).map_err(failed(&fresh))?;
        let written = self.written(site, before, &fresh);
        if written.is_err() {
            let _ = remove(&fresh);
        }
        let written = written?;
        exchange(&fresh, place).map_err(failed(place))?;
        remove(&fresh).map_err(failed(&fresh))?;
        Ok(written)
    }

    /// What the folder says of itself. Empty: there is none, or nothing in it.
    fn marker(&self) -> Result<Marker, FolderFault> {
        let folder = &self.place;
        let Ok(mut entries) = fs::read_dir(folder) else {
            return match fs::symlink_metadata(folder) {
                Ok(_) => Err(FolderFault::NotAFolder),
                Err(_) => Ok(Marker::default()),
            };
        };
        match fs::read(folder.join(MARKER)) {
            Ok(text) => Ok(serde_json::from_slice(&text).unwrap_or_default()),
            Err(_) if entries.next().is_none() => Ok(Marker::default()),
            Err(_) => Err(FolderFault::Foreign),
        }
    }

    fn written(
        &self,
        site: &ArchiveSite,
        before: Marker,
        fresh: &Path,
    ) -> Result<WrittenFiles, AppError> {
        let writing = Writing {
            site,
            before,
            old: &self.place,
            fresh,
            files: Mutex::default(),
            changed: AtomicUsize::new(0),
        };
        fs::create_dir_all(fresh).map_err(failed(fresh))?;
        writing.make_all()?;
        writing.carry_over().map_err(failed(&self.place))?;
        let files = writing
            .files
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let written = WrittenFiles {
            all: files.len(),
            changed: writing.changed.into_inner(),
            bytes: files.values().map(|file| file.bytes).sum(),
        };
        let marker = serde_json::to_vec(&Marker { files }).unwrap_or_default();
        let place = fresh.join(MARKER);
        fs::write(&place, marker).map_err(failed(&place))?;
        Ok(written)
    }
}

impl Writing<'_> {
    /// Every file, on all cores.
    fn make_all(&self) -> Result<(), AppError> {
        let paths = self.site.paths();
        let next = AtomicUsize::new(0);
        let work = || -> Result<(), AppError> {
            while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                self.make(path)?;
            }
            Ok(())
        };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads.min(MAX_THREADS))
                .map(|_| scope.spawn(work))
                .collect();
            let ends = workers.into_iter().map(|worker| match worker.join() {
                Ok(end) => end,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            ends.collect()
        })
    }

    fn make(&self, path: &str) -> Result<(), AppError> {
        let place = self.fresh.join(path);
        let folder = place.parent().unwrap_or(self.fresh);
        fs::create_dir_all(folder).map_err(failed(folder))?;
        let before = self.before.files.get(path);
        let old = self.old.join(path);
        // A file that somebody changed there is made anew, unless they kept its size.
        let is_whole =
            |before: &MarkedFile| fs::metadata(&old).is_ok_and(|it| it.len() == before.bytes);
        let taken = || before.is_some_and(is_whole) && fs::hard_link(&old, &place).is_ok();
        let origin = self.site.origin(path);
        if let Some(before) = before
            && origin.is_some()
            && before.origin == origin
            && taken()
        {
            self.note(path, before.clone());
            return Ok(());
        }
        let Some(file) = self.site.file(path)? else {
            return Err(lost(path));
        };
        let marked = MarkedFile {
            hash: sha256_hex(&file.bytes),
            bytes: file.bytes.len() as u64,
            origin,
        };
        let is_same = before.is_some_and(|before| before.hash == marked.hash);
        if !(is_same && taken()) {
            fs::write(&place, &file.bytes).map_err(failed(&place))?;
            self.changed.fetch_add(1, Ordering::Relaxed);
        }
        self.note(path, marked);
        Ok(())
    }

    fn note(&self, path: &str, file: MarkedFile) {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.insert(path.to_owned(), file);
    }

    /// What others put into the folder: a `CNAME`, another page.
    fn carry_over(&self) -> io::Result<()> {
        match self.old.is_dir() {
            true => self.carry_folder(Path::new("")),
            false => Ok(()),
        }
    }

    fn carry_folder(&self, below: &Path) -> io::Result<()> {
        for entry in fs::read_dir(self.old.join(below))? {
            let entry = entry?;
            let path = below.join(entry.file_name());
            let is_own = path.to_str().is_some_and(|path| {
                path == MARKER || self.before.files.contains_key(&path.replace('\\', "/"))
            });
            let (from, to) = (self.old.join(&path), self.fresh.join(&path));
            if entry.file_type()?.is_dir() {
                self.carry_folder(&path)?;
            } else if !is_own && fs::symlink_metadata(&to).is_err() {
                fs::create_dir_all(to.parent().unwrap_or(self.fresh))?;
                fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(drop))?;
            }
        }
        Ok(())
    }
}

impl FolderFault {
    fn told(self, folder: &Path) -> AppError {
        let shown = folder.display().to_string();
        let (message, hint) = match self {
            Self::Foreign => (
                say!(
                    "{folder} has files that are not of an archive",
                    folder = shown
                ),
                say!(
                    "nothing in it was touched: name an empty folder, or one that does not exist; `{marker}` tells ours",
                    marker = folder.join(MARKER).display().to_string()
                ),
            ),
            Self::NotAFolder => (
                say!("{folder} is not a folder", folder = shown),
                say!("name a folder"),
            ),
        };
        AppError::Refused {
            kind: crate::app::RefusalKind::Usage,
            message,
            hint,
        }
    }
}

/// A picture changed while the archive was made.
fn lost(path: &str) -> AppError {
    let message = format!("what is to be {path} changed while it was read");
    let error = crate::source::SourceError::new(message).with_hint("run it again");
    AppError::Render(RenderError::from(error))
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

fn failed(path: &Path) -> impl FnOnce(io::Error) -> AppError {
    let path = path.to_owned();
    move |source| AppError::Io {
        action: "written",
        path,
        source,
    }
}
