//! A look at what one issue's mail is made of: what each file holds, since when, and whether it shows signs
//! of being written still.

use std::{
    collections::BTreeMap,
    fs::{self, Metadata},
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    time::Duration,
};

use super::writers;
use crate::{
    app::git::GitRepository,
    live::{FileStat, IssueFiles},
};

/// Larger files are known by their size and times alone.
const READ_BYTES: u64 = 16 << 20;
/// A file left alone for so long is looked at again by a `stat` only.
const OLD: Duration = Duration::from_secs(60);

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

impl PartsFingerprint {
    /// Looks at an issue's files. What was seen before, and stands since, is not read again.
    pub(super) fn of(files: &IssueFiles, before: &Self) -> Self {
        let (mut looks, mut read) = (BTreeMap::new(), Vec::new());
        let paths = files.paths();
        for path in &paths {
            let about = fs::metadata(path).ok().filter(Metadata::is_file);
            let stat = about.as_ref().map(FileStat::of);
            if let Some(print) = before.0.get(path).filter(|print| print.still_holds(&stat)) {
                looks.insert(path.clone(), print.clone());
                continue;
            }
            let (print, content) = FileStamp::of(path, stat);
            looks.insert(path.clone(), print);
            read.extend(content.map(|content| (path.as_path(), content)));
        }
        if !read.is_empty() {
            mark_written(files.root(), &read, &mut looks);
        }
        Self(looks)
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

    /// How long ago the file was changed; long, where there is none.
    pub(super) fn age(&self) -> Duration {
        self.stat.as_ref().map_or(Duration::MAX, FileStat::age)
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
