//! When to look at the files: at the system's notices, once an editor is done with its save.
//!
//! Editors save in many ways: in place, by a new file renamed over the old one, by a file aside.
//! Whatever they do ends with a notice that names the file; notices about anything else are dropped.
//! Where the system has none to give (inotify's limits are shared by all programs of a user) that is said,
//! and the looks that come anyway have to do.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::Duration,
};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher, event::Flag};
use tokio::{sync::mpsc, time::timeout};

use super::scan::{FILES, FOLDERS, OutsideFiles, is_scratch, is_seen};
use crate::clock::Stopwatch;

/// A save is over when the system has been silent for so long…
const QUIET: Duration = Duration::from_millis(8);
/// …or when it has lasted for so long.
const LONGEST: Duration = Duration::from_millis(40);

/// Of more than these, as a change of branches makes them, a look at all is sooner done.
const FEW: usize = 32;

/// What the system tells of one save, or of none.
#[derive(Debug)]
pub(super) struct FileNotice {
    paths: BTreeSet<PathBuf>,
    /// The system has lost count of what changed.
    is_of_all: bool,
    pub(super) since: Stopwatch,
}

impl FileNotice {
    fn of(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let paths: BTreeSet<PathBuf> = paths.into_iter().collect();
        Self {
            is_of_all: paths.is_empty(),
            paths,
            since: Stopwatch::start(),
        }
    }

    /// Whether there is a folder that may not have been watched when files were put into it.
    pub(super) fn has_folder(&self) -> bool {
        self.paths.iter().any(|path| path.is_dir())
    }
}

/// Listens for the system's notices.
pub(super) struct FileWatch {
    watcher: Option<RecommendedWatcher>,
    notices: mpsc::UnboundedReceiver<FileNotice>,
    /// The folders that are watched, by their numbers: one may come in another's place.
    armed: BTreeMap<PathBuf, u64>,
    /// What notices may be about, with all that is in it.
    wanted: BTreeSet<PathBuf>,
    /// The publication's folder, by its real path.
    root: PathBuf,
}

impl FileWatch {
    /// Begins to listen.
    pub(super) fn start() -> Self {
        let (sender, notices) = mpsc::unbounded_channel();
        let hand_on = move |event| {
            if let Some(notice) = notice(event) {
                // Nobody listens any more: whoever followed the files is being stopped.
                let _ = sender.send(notice);
            }
        };
        let watcher = notify::recommended_watcher(hand_on);
        Self {
            watcher: watcher.inspect_err(without_notices).ok(),
            notices,
            armed: BTreeMap::new(),
            wanted: BTreeSet::new(),
            root: PathBuf::new(),
        }
    }

    /// Watches what is there by now.
    pub(super) fn arm(&mut self, root: &Path, outside: &OutsideFiles) {
        // The system names files by their real paths on some machines.
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let root = real(root);
        let folders = FOLDERS.map(|folder| root.join(folder));
        let beside: BTreeSet<&Path> = outside.paths().filter_map(Path::parent).collect();
        let beside: BTreeMap<&Path, PathBuf> = beside
            .into_iter()
            .map(|folder| (folder, real(folder)))
            .collect();
        self.wanted = FILES.iter().map(|file| root.join(file)).collect();
        self.wanted.extend(folders.clone());
        self.wanted.extend(outside.paths().filter_map(|path| {
            let folder = beside.get(path.parent()?)?;
            Some(folder.join(path.file_name()?))
        }));
        self.root.clone_from(&root);
        self.watch(&root, RecursiveMode::NonRecursive);
        for folder in &folders {
            self.watch(folder, RecursiveMode::Recursive);
        }
        for folder in beside.into_values() {
            if !folders.iter().any(|whole| folder.starts_with(whole)) {
                self.watch(&folder, RecursiveMode::NonRecursive);
            }
        }
    }

    fn watch(&mut self, folder: &Path, mode: RecursiveMode) {
        let about = fs::metadata(folder).ok().filter(fs::Metadata::is_dir);
        let Some(number) = about.map(|about| about.ino()) else {
            self.armed.remove(folder);
            return;
        };
        if self.armed.insert(folder.to_owned(), number) != Some(number)
            && let Some(watcher) = &mut self.watcher
            && let Err(error) = watcher.watch(folder, mode)
        {
            without_notices(&error);
        }
    }

    /// The next save, once it is over, or none after that time.
    pub(super) async fn next(&mut self, wait: Duration) -> FileNotice {
        let Ok(mut save) = timeout(wait, self.begun()).await else {
            return FileNotice::of([]);
        };
        loop {
            let left = LONGEST.saturating_sub(save.since.elapsed());
            match timeout(left.min(QUIET), self.notices.recv()).await {
                Ok(Some(notice)) if !left.is_zero() => {
                    save.is_of_all |= notice.is_of_all;
                    save.paths.extend(notice.paths);
                }
                _ => return save,
            }
        }
    }

    /// The files that a save was about, as they are named below `root`. None: not all of them are known, or they are
    /// none of those which a look at the folders sees.
    pub(super) fn files_of(&self, save: &FileNotice, root: &Path) -> Option<BTreeSet<PathBuf>> {
        let is_wanted = |path: &&PathBuf| path.ancestors().any(|it| self.wanted.contains(it));
        let wanted = save.paths.iter().filter(is_wanted);
        let files: Option<BTreeSet<PathBuf>> = wanted
            .map(|real| {
                let path = root.join(real.strip_prefix(&self.root).ok()?);
                (is_seen(root, &path) && !real.is_dir()).then_some(path)
            })
            .collect();
        let is_few = |files: &BTreeSet<PathBuf>| (1..=FEW).contains(&files.len());
        files.filter(|files| !save.is_of_all && is_few(files))
    }

    /// The first notice that is about the publication's files.
    async fn begun(&mut self) -> FileNotice {
        loop {
            match self.notices.recv().await {
                Some(notice) if self.is_wanted(&notice) => return notice,
                Some(_) => {}
                None => std::future::pending().await,
            }
        }
    }

    fn is_wanted(&self, notice: &FileNotice) -> bool {
        let is_ours = |path: &PathBuf| path.ancestors().any(|it| self.wanted.contains(it));
        // What the system has lost count of may be ours too.
        notice.paths.is_empty() || notice.paths.iter().any(is_ours)
    }
}

fn notice(event: notify::Result<notify::Event>) -> Option<FileNotice> {
    let event = match event {
        Ok(event) => event,
        Err(error) => {
            tracing::warn!(%error, "watching the publication's files");
            return Some(FileNotice::of([]));
        }
    };
    if event.attrs.flag() == Some(Flag::Rescan) {
        return Some(FileNotice::of([]));
    }
    // Our own reading is no change.
    if matches!(event.kind, EventKind::Access(_)) {
        return None;
    }
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        !is_scratch(&name)
    };
    let notice = FileNotice::of(event.paths.into_iter().filter(is_ours));
    (!notice.paths.is_empty()).then_some(notice)
}

fn without_notices(why: &notify::Error) {
    tracing::warn!("the system tells of no changes ({why}): files are looked at each second");
}

#[cfg(test)]
mod tests;
