//! Whether the publication's files are as they were: looked at every few seconds instead of being
//! watched, which works on every file system and costs one `stat` a file.

use std::{
    collections::{BTreeSet, hash_map::DefaultHasher},
    fs::{self, Metadata},
    hash::{Hash, Hasher},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
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
pub(super) struct FilesFingerprint {
    all: u64,
    /// Those alone that decide whether mail can leave.
    pub(super) outlet: u64,
}

/// Files beside the publication's own folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct OutsideFiles {
    /// Pictures of issues, the logo.
    pub(super) pictures: BTreeSet<PathBuf>,
    /// Keys, certificates, tokens: with daily-note.yaml they decide whether mail can leave.
    pub(super) outlet: BTreeSet<PathBuf>,
}

/// A look at the files.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileScan {
    pub(super) files: FilesFingerprint,
    /// Something changed so shortly before that another change would not show: what was read with
    /// this look is to be read again.
    pub(super) is_fresh: bool,
    /// How long before something changed.
    pub(super) age: Duration,
}

impl FileScan {
    /// Looks.
    pub(super) fn at(root: &Path, elsewhere: &OutsideFiles) -> Self {
        let mut newest = DateTime::<Utc>::MIN_UTC;
        let mut outlet = DefaultHasher::new();
        let config = root.join(crate::publication::FILE_NAME);
        for path in elsewhere.outlet.iter().chain([&config]) {
            visit(path, 0, &mut outlet, &mut newest);
        }
        let outlet = outlet.finish();
        let mut hasher = DefaultHasher::new();
        outlet.hash(&mut hasher);
        for path in &elsewhere.pictures {
            visit(path, 0, &mut hasher, &mut newest);
        }
        for part in PARTS {
            visit(&root.join(part), MAX_DEPTH, &mut hasher, &mut newest);
        }
        let age = Clock::System.now() - newest;
        Self {
            files: FilesFingerprint {
                all: hasher.finish(),
                outlet,
            },
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
        let look = || FileScan::at(folder.path(), &OutsideFiles::default()).files;
        let before = look();
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
        assert_eq!(look(), before);
        fs::write(issues.join("2026-11-30-a.md"), "ab").unwrap();
        assert_ne!(look(), before);
    }

    #[test]
    fn a_key_elsewhere_that_is_put_in_place_is_a_change_of_what_mail_leaves_by() {
        let (folder, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (key, picture) = (keys.path().join("dkim.pem"), keys.path().join("a.png"));
        let elsewhere = OutsideFiles {
            pictures: [picture.clone()].into(),
            outlet: [key.clone()].into(),
        };
        let look = || FileScan::at(folder.path(), &elsewhere).files;
        let before = look();
        fs::write(picture, "a").unwrap();
        let with_picture = look();
        assert_ne!(with_picture, before);
        assert_eq!(with_picture.outlet, before.outlet);
        fs::write(key, "a").unwrap();
        assert_ne!(look().outlet, before.outlet);
    }
}
