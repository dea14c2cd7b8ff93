//! What one issue's mail is made of, as files, and a look at them: what each holds, since when, and
//! whether it shows signs of being written still. Other issues, drafts and notices are no part of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, Metadata},
    hash::{DefaultHasher, Hash, Hasher},
    os::unix::fs::MetadataExt,
    path::{Component, Path, PathBuf},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    files::{MAX_DEPTH, is_scratch},
    writers,
};
use crate::{
    app::{SUBSCRIBERS_FILE, git::GitRepository},
    clock::Clock,
    issue::Issue,
    publication::{FILE_NAME, Publication},
};

/// Larger files are known by their size and times alone.
const READ_BYTES: u64 = 16 << 20;
/// A file left alone for so long is looked at again by a `stat` only.
const OLD: Duration = Duration::from_secs(60);
/// Templates of what the writer gets, and no reader.
const NOTICES: &str = "notice";

/// The files of one issue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct IssueParts {
    root: PathBuf,
    /// The issue, its pictures, the look's.
    own: Vec<PathBuf>,
}

impl IssueParts {
    pub(super) fn of(publication: &Publication, issue: &Issue) -> Self {
        let root = &publication.root;
        let folder = issue.path.parent().unwrap_or(root);
        let pictures = issue.document.images.iter().map(|used| {
            let location = used.image.location.as_str();
            match location.strip_prefix('/') {
                Some(below_root) => root.join(below_root),
                None => folder.join(location),
            }
        });
        let look = publication.look.pictures();
        let look = look.map(|picture| root.join(picture.location.trim_start_matches('/')));
        let mut own = vec![issue.path.clone()];
        own.extend(pictures.chain(look).filter(|path| !is_remote(path)));
        Self {
            root: root.clone(),
            own,
        }
    }

    /// Looks at them. What was seen before, and stands since, is not read again.
    pub(super) fn look(&self, before: &PartsFingerprint) -> PartsFingerprint {
        let mut paths: BTreeSet<PathBuf> = self.own.iter().cloned().collect();
        paths.insert(self.root.join(FILE_NAME));
        paths.insert(self.root.join(SUBSCRIBERS_FILE));
        visit(&self.root.join("templates"), MAX_DEPTH, &mut paths);
        let (mut looks, mut read) = (BTreeMap::new(), Vec::new());
        for path in &paths {
            let stat = FileStat::of(path);
            if let Some(print) = before.0.get(path).filter(|print| print.still_holds(&stat)) {
                looks.insert(path.clone(), print.clone());
                continue;
            }
            let (print, content) = FileStamp::of(path, stat);
            looks.insert(path.clone(), print);
            read.extend(content.map(|content| (path.as_path(), content)));
        }
        if !read.is_empty() {
            mark_written(&self.root, &read, &mut looks);
        }
        PartsFingerprint(looks)
    }

    /// Its own files that lie in no folder which is looked at whole.
    pub(super) fn elsewhere(&self) -> impl Iterator<Item = PathBuf> {
        let whole = ["issues", "templates"].map(|folder| self.root.join(folder));
        let climbs = |path: &Path| path.components().any(|it| it == Component::ParentDir);
        let own = self.own.iter();
        let apart = own.filter(move |path| {
            climbs(path) || !whole.iter().any(|folder| path.starts_with(folder))
        });
        apart.cloned()
    }

    /// A file's name as people know it.
    pub(super) fn name(&self, path: &Path) -> String {
        crate::source::shown_path(&self.root, path)
    }

    /// The list of readers, which may grow at any time and has a watch of its own.
    pub(super) fn is_list(&self, path: &Path) -> bool {
        path == self.root.join(SUBSCRIBERS_FILE)
    }
}

fn is_remote(path: &Path) -> bool {
    let location = path.to_string_lossy();
    location.contains("https:/") || location.contains("http:/")
}

fn visit(folder: &Path, depth: usize, paths: &mut BTreeSet<PathBuf>) {
    let Ok(listing) = fs::read_dir(folder) else {
        return;
    };
    for entry in listing.flatten() {
        let name = entry.file_name();
        let path = entry.path();
        if is_scratch(&name.to_string_lossy()) || name == NOTICES {
            continue;
        }
        match fs::metadata(&path) {
            Ok(about) if about.is_dir() && depth > 0 => visit(&path, depth - 1, paths),
            Ok(about) if about.is_file() => {
                paths.insert(path);
            }
            _ => {}
        }
    }
}

/// Finds out who wrote what was read.
fn mark_written(root: &Path, read: &[(&Path, Vec<u8>)], looks: &mut BTreeMap<PathBuf, FileStamp>) {
    let written = GitRepository::around(root).map(|git| git.as_written(read));
    let written = written.unwrap_or_default();
    let young = read.iter().map(|(path, _)| *path).filter(|path| {
        let is_young = looks.get(*path).is_some_and(|print| print.age() < OLD);
        is_young && !written.contains(path)
    });
    let open = writers::of(&young.collect::<Vec<_>>());
    for (path, _) in read {
        if let Some(print) = looks.get_mut(*path) {
            print.is_written_by_git = written.contains(path);
            print.is_open = open.contains(*path);
        }
    }
}

/// The files at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct PartsFingerprint(pub(super) BTreeMap<PathBuf, FileStamp>);

/// One file at one moment.
#[derive(Debug, Clone)]
pub(super) struct FileStamp {
    stat: Option<FileStat>,
    /// What it holds; 0: there is no such file.
    pub(super) content: u64,
    /// It ends where no such file ends: in the middle of a line, a picture, or before it began.
    pub(super) is_cut: bool,
    /// It holds what git's index says of it.
    pub(super) is_written_by_git: bool,
    /// A process of this machine has it open to write.
    pub(super) is_open: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct FileStat {
    len: u64,
    number: u64,
    modified: (i64, i64),
    /// A file put in another's place keeps its old time of modification, but not this one.
    changed: (i64, i64),
}

impl FileStat {
    fn of(path: &Path) -> Option<Self> {
        let about = fs::metadata(path).ok().filter(Metadata::is_file)?;
        Some(Self {
            len: about.len(),
            number: about.ino(),
            modified: (about.mtime(), about.mtime_nsec()),
            changed: (about.ctime(), about.ctime_nsec()),
        })
    }
}

impl FileStamp {
    fn of(path: &Path, stat: Option<FileStat>) -> (Self, Option<Vec<u8>>) {
        let mut print = Self {
            content: 0,
            is_cut: false,
            is_written_by_git: false,
            is_open: false,
            stat,
        };
        let Some(stat) = &print.stat else {
            return (print, None);
        };
        let read = (stat.len <= READ_BYTES).then(|| fs::read(path).ok());
        let content = read.flatten();
        let mut hasher = DefaultHasher::new();
        match &content {
            Some(content) => content.hash(&mut hasher),
            None => stat.hash(&mut hasher),
        }
        print.content = hasher.finish().max(1);
        print.is_cut = content.as_ref().is_some_and(|it| is_cut(path, it));
        (print, content)
    }

    /// Whether a look by `stat` says all that there is to say.
    fn still_holds(&self, stat: &Option<FileStat>) -> bool {
        self.stat == *stat && (self.is_written_by_git || self.age() >= OLD)
    }

    /// How long ago the file was changed, by the file system's clock; long, where there is none.
    pub(super) fn age(&self) -> Duration {
        let Some(FileStat { changed, .. }) = &self.stat else {
            return Duration::MAX;
        };
        let changed: Option<DateTime<Utc>> =
            DateTime::from_timestamp(changed.0, 0).map(|at| at + TimeDelta::nanoseconds(changed.1));
        let age = changed.map(|at| Clock::System.now() - at);
        // A time to come: of another machine's clock, or one that was set back.
        age.and_then(|age| age.to_std().ok()).unwrap_or_default()
    }
}

/// Whether a file of that name doesn't end so.
fn is_cut(path: &Path, content: &[u8]) -> bool {
    let ending = path.extension().and_then(|it| it.to_str());
    let tail = &content[content.len().saturating_sub(12)..];
    match ending.unwrap_or_default().to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" => !tail.ends_with(&[0xFF, 0xD9]),
        "png" => !tail.windows(4).any(|it| it == b"IEND"),
        "gif" => !tail.ends_with(b";"),
        "webp" => {
            let said = content.get(4..8).and_then(|it| it.try_into().ok());
            said.is_none_or(|said| u64::from(u32::from_le_bytes(said)) + 8 > content.len() as u64)
        }
        "md" | "yaml" | "html" | "txt" | "css" => !tail.ends_with(b"\n"),
        _ => content.is_empty(),
    }
}

#[cfg(test)]
mod tests;
