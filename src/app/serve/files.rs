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
pub(super) const MAX_DEPTH: usize = 8;

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
    /// How long before something changed.
    pub(super) age: Duration,
}

impl Look {
    /// Looks.
    pub(super) fn at(root: &Path) -> Self {
        let mut hasher = DefaultHasher::new();
        let mut newest = DateTime::<Utc>::MIN_UTC;
        for part in PARTS {
            visit(&root.join(part), MAX_DEPTH, &mut hasher, &mut newest);
        }
        let age = Clock::System.now() - newest;
        Self {
            files: Files(hasher.finish()),
            is_fresh: age < TICK,
            age: age.to_std().unwrap_or_default(),
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
    let mut paths: Vec<_> = listing
        .flatten()
        .filter(|entry| !is_scratch(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    for path in paths.iter().filter(|_| depth > 0) {
        visit(path, depth - 1, hasher, newest);
    }
}

/// Whether a name is that of a file which an editor or a copying program keeps for itself while it
/// works: it is no part of the publication, and comes and goes as long as somebody types.
pub(super) fn is_scratch(name: &str) -> bool {
    name.starts_with(['.', '#'])
        || name.ends_with(['~', '#'])
        || [".swp", ".swo", ".swx", ".tmp", ".part", ".crdownload", ".bak", ".orig"]
            .iter()
            .any(|end| name.ends_with(end))
        // Vim's trial of whether it may write here.
        || name == "4913"
}

fn hash(about: &Metadata, hasher: &mut DefaultHasher) {
    about.len().hash(hasher);
    (about.ino(), about.mtime(), about.mtime_nsec()).hash(hasher);
    // A file put in another's place keeps its old mtime, but not this one.
    (about.ctime(), about.ctime_nsec()).hash(hasher);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_editor_keeps_for_itself_is_no_change_of_the_files() {
        let folder = tempfile::tempdir().unwrap();
        let issues = folder.path().join("issues");
        fs::create_dir_all(&issues).unwrap();
        fs::write(issues.join("2026-11-30-a.md"), "a").unwrap();
        let before = Look::at(folder.path()).files;
        for name in [
            ".2026-11-30-a.md.swp",
            "2026-11-30-a.md~",
            "#a#",
            ".#a",
            "4913",
            "a.md.tmp",
        ] {
            fs::write(issues.join(name), "x").unwrap();
        }
        assert_eq!(Look::at(folder.path()).files, before);
        fs::write(issues.join("2026-11-30-a.md"), "ab").unwrap();
        assert_ne!(Look::at(folder.path()).files, before);
    }
}
