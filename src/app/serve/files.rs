//! Whether the publication's files are as they were: looked at every few seconds instead of being
//! watched, which works on every file system and costs one `stat` a file.

use std::{
    collections::hash_map::DefaultHasher,
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
fn is_scratch(name: &str) -> bool {
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

/// Whether git is in the middle of changing the work tree.
pub(super) fn git_is_at_work(root: &Path) -> bool {
    let lock = git_folder(root).and_then(|git| fs::metadata(git.join("index.lock")).ok());
    let age = lock.and_then(|lock| lock.modified().ok()?.elapsed().ok());
    age.is_some_and(|age| age < FORGOTTEN)
}

/// Where git keeps this work tree's index. In a worktree or a submodule `.git` is a file that says so:
/// `gitdir: PATH` (gitrepository-layout(5)).
fn git_folder(root: &Path) -> Option<PathBuf> {
    let (folder, git) = root
        .ancestors()
        .map(|folder| (folder, folder.join(".git")))
        .find(|(_, git)| git.exists())?;
    if git.is_dir() {
        return Some(git);
    }
    let said = fs::read_to_string(git).ok()?;
    let path = said.strip_prefix("gitdir:")?.trim();
    Some(folder.join(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_of_git_is_seen_in_a_checkout_a_worktree_and_a_submodule() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("letters");
        fs::create_dir_all(root.join("issues")).unwrap();
        assert!(!git_is_at_work(&root));
        let git = folder.path().join("main/.git/worktrees/letters");
        fs::create_dir_all(&git).unwrap();
        for said in [
            format!("gitdir: {}\n", git.display()),
            "gitdir: ../main/.git/worktrees/letters\n".to_owned(),
        ] {
            fs::write(root.join(".git"), said).unwrap();
            assert!(!git_is_at_work(&root));
            fs::write(git.join("index.lock"), "").unwrap();
            assert!(git_is_at_work(&root) && git_is_at_work(&root.join("issues")));
            fs::remove_file(git.join("index.lock")).unwrap();
        }
    }

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
