//! Whether the publication's files are as they were: looked at every few seconds instead of being
//! watched, which works on every file system and costs one `stat` a file.

use std::{
    collections::hash_map::DefaultHasher,
    fs::{self, Metadata},
    hash::{Hash, Hasher},
    os::unix::fs::MetadataExt,
    path::Path,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{app::SUBSCRIBERS_FILE, clock::Clock};

/// What an issue and its mail are made of, below the publication's root.
const PARTS: [&str; 4] = [
    crate::publication::FILE_NAME,
    SUBSCRIBERS_FILE,
    "issues",
    "templates",
];
/// Folders in folders in folders: a link that leads to itself must end somewhere.
const MAX_DEPTH: usize = 8;
/// A lock that git forgot must not stop the calendar.
const FORGOTTEN: Duration = Duration::from_secs(600);

/// File systems tell the time in ticks: two changes within one look like one.
const TICK: TimeDelta = TimeDelta::milliseconds(50);

/// The files at one moment: names, sizes, times and numbers, as one hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Files(u64);

/// A look at the files.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) files: Files,
    /// Something changed so shortly before that another change would not show: what was read with
    /// this look is to be read again.
    pub(super) is_fresh: bool,
}

impl Look {
    /// Looks.
    pub(super) fn at(root: &Path) -> Self {
        let mut hasher = DefaultHasher::new();
        let mut newest = DateTime::<Utc>::MIN_UTC;
        for part in PARTS {
            visit(&root.join(part), MAX_DEPTH, &mut hasher, &mut newest);
        }
        Self {
            files: Files(hasher.finish()),
            is_fresh: Clock::System.now() - newest < TICK,
        }
    }
}

fn visit(path: &Path, depth: usize, hasher: &mut DefaultHasher, newest: &mut DateTime<Utc>) {
    let Ok(about) = fs::metadata(path) else {
        return;
    };
    path.hash(hasher);
    if !about.is_dir() {
        hash(&about, hasher);
        let changed = DateTime::from_timestamp(about.ctime(), 0);
        let nanos = TimeDelta::nanoseconds(about.ctime_nsec());
        *newest = changed.map_or(*newest, |changed| (*newest).max(changed + nanos));
        return;
    }
    let Ok(listing) = fs::read_dir(path) else {
        return;
    };
    let mut paths: Vec<_> = listing.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths.iter().filter(|_| depth > 0) {
        visit(path, depth - 1, hasher, newest);
    }
}

fn hash(about: &Metadata, hasher: &mut DefaultHasher) {
    about.len().hash(hasher);
    (about.ino(), about.mtime(), about.mtime_nsec()).hash(hasher);
    // A file put in another's place keeps its old mtime, but not this one.
    (about.ctime(), about.ctime_nsec()).hash(hasher);
}

/// Whether git is in the middle of changing the work tree.
pub(super) fn git_is_at_work(root: &Path) -> bool {
    let lock = root
        .ancestors()
        .map(|folder| folder.join(".git"))
        .find(|git| git.is_dir())
        .and_then(|git| fs::metadata(git.join("index.lock")).ok());
    let age = lock.and_then(|lock| lock.modified().ok()?.elapsed().ok());
    age.is_some_and(|age| age < FORGOTTEN)
}
