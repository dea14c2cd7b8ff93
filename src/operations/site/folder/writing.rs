//! The files of an archive put into a folder beside its place: what stands in one of the two already is linked or left,
//! the rest is made.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use super::{
    fault::{failed, lost},
    foreign::SeenFolders,
    written::{WrittenFile, WrittenFiles, WrittenFolder, WrittenStamp, link, put},
};
use crate::{app::AppError, cores::on_every_core, site::ArchiveSite};

/// A folder, and what is known of it.
type KnownFolder<'w> = (&'w Path, &'w WrittenFolder);

/// What came of it.
pub(super) struct FinishedWriting {
    /// What is in the fresh folder now.
    pub(super) folder: WrittenFolder,
    pub(super) count: WrittenFiles,
    /// The folders of the one that was shown.
    pub(super) seen: SeenFolders,
}

/// A writing under way.
pub(super) struct Writing<'w> {
    site: &'w ArchiveSite,
    /// What readers see.
    shown: KnownFolder<'w>,
    /// What takes its place.
    fresh: KnownFolder<'w>,
    /// Whether somebody will ask what the files were made of.
    is_for_many: bool,
    changed: AtomicUsize,
}

impl<'w> Writing<'w> {
    pub(super) fn new(
        site: &'w ArchiveSite,
        shown: KnownFolder<'w>,
        fresh: KnownFolder<'w>,
        is_for_many: bool,
    ) -> Self {
        Self {
            site,
            shown,
            fresh,
            is_for_many,
            changed: AtomicUsize::new(0),
        }
    }

    /// Brings the fresh folder up to date.
    ///
    /// # Errors
    /// A disk that is full; a template that fails.
    pub(super) fn run(self) -> Result<FinishedWriting, AppError> {
        let (shown, known) = self.shown;
        let seen = match shown.is_dir() {
            true => known.seen.again(shown, |path| known.has(path)),
            false => Ok(SeenFolders::default()),
        };
        let seen = seen.map_err(failed(shown))?;
        let paths = self.site.paths();
        let made = on_every_core(&paths, |path| self.file(path));
        let made: Vec<WrittenFile> = made.into_iter().collect::<Result<_, _>>()?;
        let files: BTreeMap<String, WrittenFile> = paths.into_iter().zip(made).collect();
        let carried = self.carried(&seen, &files).map_err(failed(shown))?;
        self.clear(&files, &carried).map_err(failed(self.fresh.0))?;
        let count = WrittenFiles {
            all: files.len(),
            changed: self.changed.into_inner(),
            bytes: files.values().map(|file| file.stamp.bytes).sum(),
        };
        let folder = WrittenFolder {
            files,
            carried,
            seen: self.fresh.1.seen.clone(),
            ..WrittenFolder::default()
        };
        Ok(FinishedWriting {
            folder,
            count,
            seen,
        })
    }

    /// One file, made where it has to be.
    fn file(&self, path: &str) -> Result<WrittenFile, AppError> {
        let (from, to) = (self.shown.0.join(path), self.fresh.0.join(path));
        let origin = match self.is_for_many {
            true => self.site.origin(path)?,
            false => None,
        };
        let known = |folder: &WrittenFolder, at: &Path| {
            let file = *folder.files.get(path)?;
            let is_it = origin.is_some() && file.origin == origin;
            (is_it && WrittenStamp::of(at).ok() == Some(file.stamp)).then_some(file)
        };
        let (shown, fresh) = (known(self.shown.1, &from), known(self.fresh.1, &to));
        let kept = match (shown, fresh) {
            (Some(shown), Some(fresh)) if shown == fresh => Some(shown),
            (Some(shown), _) => link(&from, &to).is_ok().then_some(shown),
            (None, fresh) => {
                self.changed
                    .fetch_add(fresh.iter().count(), Ordering::Relaxed);
                fresh
            }
        };
        match kept {
            Some(kept) => Ok(kept),
            None => {
                self.make(path, &from, &to)?;
                let stamp = WrittenStamp::of(&to).map_err(failed(&to))?;
                Ok(WrittenFile { origin, stamp })
            }
        }
    }

    fn make(&self, path: &str, from: &Path, to: &Path) -> Result<(), AppError> {
        // Whoever changed a file by hand gets it back as it should be: what it says decides.
        let shown = fs::read(from).ok();
        let is_known = shown
            .as_ref()
            .is_some_and(|shown| self.site.is_known(path, shown));
        if is_known && link(from, to).is_ok() {
            return Ok(());
        }
        let file = self.site.file(path)?.ok_or_else(|| lost(path))?;
        let is_same = shown.as_ref() == Some(&file.bytes);
        self.changed
            .fetch_add(usize::from(!is_same), Ordering::Relaxed);
        match is_same && link(from, to).is_ok() {
            true => Ok(()),
            false => put(&file.bytes, to).map_err(failed(to)),
        }
    }

    /// What others put into the folder, by how its folders were seen.
    fn carried(
        &self,
        seen: &SeenFolders,
        files: &BTreeMap<String, WrittenFile>,
    ) -> io::Result<BTreeSet<PathBuf>> {
        let mut carried = seen.foreign();
        carried.retain(|path| {
            let is_ours_now = path.to_str().is_some_and(|path| files.contains_key(path));
            !is_ours_now
        });
        for path in &carried {
            let (from, to) = (self.shown.0.join(path), self.fresh.0.join(path));
            link(&from, &to).or_else(|_| fs::copy(&from, &to).map(drop))?;
        }
        Ok(carried)
    }

    /// Takes away what was in the fresh folder and is nowhere any more.
    fn clear(
        &self,
        files: &BTreeMap<String, WrittenFile>,
        carried: &BTreeSet<PathBuf>,
    ) -> io::Result<()> {
        let (folder, before) = self.fresh;
        let gone = before
            .files
            .keys()
            .filter(|path| !files.contains_key(*path));
        let gone = gone.map(Path::new);
        let foreign = before.carried.difference(carried).map(PathBuf::as_path);
        let foreign =
            foreign.filter(|path| path.to_str().is_none_or(|path| !files.contains_key(path)));
        for path in gone.chain(foreign).filter(|path| !carried.contains(*path)) {
            match fs::remove_file(folder.join(path)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            // And the folders that nothing is left in.
            let above = path
                .ancestors()
                .skip(1)
                .filter(|it| !it.as_os_str().is_empty());
            for above in above {
                if fs::remove_dir(folder.join(above)).is_err() {
                    break;
                }
            }
        }
        Ok(())
    }
}
