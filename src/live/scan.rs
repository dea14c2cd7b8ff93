//! A look at the publication's files: one `stat` a file, which works on every file system, and what is other
//! than it was at the look before.

use std::{
    collections::{BTreeMap, BTreeSet, hash_map::DefaultHasher},
    fs::{self, Metadata},
    hash::{Hash, Hasher},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use chrono::{DateTime, TimeDelta};

use super::changed::ChangedFiles;
use crate::{
    audience::file::SUBSCRIBERS_FILE, clock::Clock, cores::on_every_core, publication::FILE_NAME,
};

/// What is looked at whole, below the publication's root.
pub(super) const FOLDERS: [&str; 2] = ["issues", "templates"];
/// And the files beside.
pub(super) const FILES: [&str; 2] = [FILE_NAME, SUBSCRIBERS_FILE];
/// Folders in folders in folders: a link that leads to itself must end somewhere.
pub(super) const MAX_DEPTH: usize = 8;

/// File systems tell the time in ticks, of two seconds at worst: two changes within one look like one. A file
/// that is so young is told by its content too.
const TICK: Duration = Duration::from_secs(2);
/// A larger file is told by its size and times alone.
const READ_BYTES: u64 = 16 << 20;
/// An empty file is a save in place that has only begun; it is believed after so long.
const BEGUN: Duration = Duration::from_millis(300);
/// How often one that has begun is looked at.
const BETWEEN: Duration = Duration::from_millis(10);

/// The files at one moment, as three numbers that are others as soon as a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct FilesFingerprint {
    all: u64,
    /// Those alone that decide whether mail can leave.
    pub(crate) outlet: u64,
    /// The list of readers.
    pub(crate) list: u64,
}

/// Files beside the publication's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct OutsideFiles {
    /// Pictures of issues, the logo.
    pub(super) pictures: BTreeSet<PathBuf>,
    /// Keys, certificates, tokens: with daily-note.yaml they decide whether mail can leave.
    pub(super) outlet: BTreeSet<PathBuf>,
}

impl OutsideFiles {
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        let all = self.pictures.iter().chain(&self.outlet);
        all.map(PathBuf::as_path)
    }
}

/// A look at the files.
#[derive(Debug, Default)]
pub(super) struct FileScan {
    own: FileMarks,
    outside: FileMarks,
}

/// How each file was.
type FileMarks = BTreeMap<PathBuf, FileMark>;

/// How a file was at a look.
#[derive(Debug, Clone)]
struct FileMark {
    stat: FileStat,
    /// What it held, where it was too young for its times to tell.
    content: Option<u64>,
    /// Another one after every change, and the same for who sees the file for the first time.
    mark: u64,
}

/// What the file system tells of a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct FileStat {
    pub(crate) len: u64,
    number: u64,
    modified: (i64, i64),
    /// A file put in another's place keeps its old time of modification, but not this one.
    changed: (i64, i64),
}

impl FileStat {
    pub(crate) fn of(about: &Metadata) -> Self {
        Self {
            len: about.len(),
            number: about.ino(),
            modified: (about.mtime(), about.mtime_nsec()),
            changed: (about.ctime(), about.ctime_nsec()),
        }
    }

    /// How long ago the file was changed, by the file system's clock. None at all, where that is a time to
    /// come: of another machine's clock, or one that was set back.
    pub(crate) fn age(&self) -> Duration {
        let (seconds, nanos) = self.changed;
        let changed =
            DateTime::from_timestamp(seconds, 0).map(|at| at + TimeDelta::nanoseconds(nanos));
        let age = changed.map(|at| Clock::System.now() - at);
        age.and_then(|age| age.to_std().ok()).unwrap_or_default()
    }
}

impl FileScan {
    /// Looks, after a moment where a save has only begun.
    pub(super) fn of(root: &Path, outside: &OutsideFiles, before: Option<&Self>) -> Self {
        Self::once_begun(|| Self::now(root, outside, before))
    }

    /// The same where it is known which files may be other than they were, all of them below the publication's root,
    /// and no folder.
    pub(super) fn of_these(before: &Self, files: &BTreeSet<PathBuf>) -> Self {
        Self::once_begun(|| Self {
            own: before.own_with(files),
            outside: before.outside.clone(),
        })
    }

    fn once_begun(look: impl Fn() -> Self) -> Self {
        let mut looks = BEGUN.as_millis() / BETWEEN.as_millis();
        loop {
            let scan = look();
            if looks == 0 || !scan.has_begun() {
                return scan;
            }
            looks -= 1;
            thread::sleep(BETWEEN);
        }
    }

    fn own_with(&self, files: &BTreeSet<PathBuf>) -> FileMarks {
        let mut own = self.own.clone();
        for file in files {
            // Where a folder was, what was in it is gone as well.
            own.retain(|path, _| !path.starts_with(file));
            visit(file, 0, &mut |path, about| {
                let last = self.own.get(path);
                own.insert(path.to_owned(), FileMark::of(path, about, last));
            });
        }
        own
    }

    fn now(root: &Path, outside: &OutsideFiles, before: Option<&Self>) -> Self {
        let own = before.map(|before| &before.own);
        let paths = FILES.iter().chain(&FOLDERS).map(|name| root.join(name));
        Self {
            own: marks(paths, MAX_DEPTH, own),
            outside: marks(outside.paths(), 0, before.map(|before| &before.outside)),
        }
    }

    /// What is other than it was then.
    pub(super) fn changes(&self, before: Option<Self>) -> ChangedFiles {
        let Some(mut before) = before else {
            return ChangedFiles::All;
        };
        let mut changed = BTreeSet::new();
        for (marks, before) in [
            (&self.own, &mut before.own),
            (&self.outside, &mut before.outside),
        ] {
            for (path, file) in marks {
                let last = before.remove(path);
                if last.is_none_or(|last| last.mark != file.mark) {
                    changed.insert(path.clone());
                }
            }
            // What is left is gone.
            changed.extend(std::mem::take(before).into_keys());
        }
        ChangedFiles::These(changed)
    }

    /// Takes others for the files beside from now on; that they are others is no change.
    pub(super) fn set_outside(&mut self, outside: &OutsideFiles) {
        self.outside = marks(outside.paths(), 0, Some(&self.outside));
    }

    /// How long ago something was changed.
    pub(super) fn age(&self) -> Duration {
        let ages = self.files().map(|file| file.stat.age());
        ages.min().unwrap_or(Duration::MAX)
    }

    pub(super) fn fingerprint(&self, root: &Path, outside: &OutsideFiles) -> FilesFingerprint {
        let mark = |path: &PathBuf| {
            let file = self.outside.get(path).or_else(|| self.own.get(path));
            file.map(|file| file.mark)
        };
        let configuration = root.join(FILE_NAME);
        let outlet = outside.outlet.iter().chain([&configuration]).map(mark);
        let all = self.own.iter().chain(&self.outside);
        let all = all.map(|(path, file)| (path, file.mark));
        FilesFingerprint {
            all: hash(&all.collect::<Vec<_>>()),
            outlet: hash(&outlet.collect::<Vec<_>>()),
            list: hash(&mark(&root.join(SUBSCRIBERS_FILE))),
        }
    }

    fn has_begun(&self) -> bool {
        let is_begun = |file: &FileMark| file.stat.len == 0 && file.stat.age() < BEGUN;
        self.files().any(is_begun)
    }

    fn files(&self) -> impl Iterator<Item = &FileMark> {
        self.own.values().chain(self.outside.values())
    }
}

fn marks(
    paths: impl Iterator<Item = impl AsRef<Path>>,
    depth: usize,
    before: Option<&FileMarks>,
) -> FileMarks {
    let spots: Vec<(PathBuf, usize)> = paths.flat_map(|path| spots(path.as_ref(), depth)).collect();
    let found = on_every_core(&spots, |(path, depth)| {
        let mut found = Vec::new();
        visit(path, *depth, &mut |path, about| {
            let last = before.and_then(|before| before.get(path));
            found.push((path.to_owned(), FileMark::of(path, about, last)));
        });
        found
    });
    found.into_iter().flatten().collect()
}

/// What is in a folder, so that it can be looked at by many; or the file.
fn spots(path: &Path, depth: usize) -> Vec<(PathBuf, usize)> {
    match depth.checked_sub(1).map(|below| (below, listing(path))) {
        Some((below, Ok(entries))) => entries.map(|path| (path, below)).collect(),
        _ => vec![(path.to_owned(), depth)],
    }
}

/// What is in a folder, but for what editors keep for themselves.
fn listing(folder: &Path) -> io::Result<impl Iterator<Item = PathBuf>> {
    let entries = fs::read_dir(folder)?.flatten();
    let own = entries.filter(|entry| !is_scratch(&entry.file_name().to_string_lossy()));
    Ok(own.map(|entry| entry.path()))
}

/// Hands over a file, or every file of a folder but those which editors keep for themselves.
pub(super) fn visit(path: &Path, depth: usize, take: &mut impl FnMut(&Path, &Metadata)) {
    match fs::metadata(path) {
        Ok(about) if about.is_dir() && depth > 0 => {
            for path in listing(path).into_iter().flatten() {
                visit(&path, depth - 1, take);
            }
        }
        Ok(about) if !about.is_dir() => take(path, &about),
        _ => {}
    }
}

impl FileMark {
    fn of(path: &Path, about: &Metadata, last: Option<&Self>) -> Self {
        let stat = FileStat::of(about);
        let was_young = last.is_some_and(|last| last.content.is_some());
        let is_young = stat.age() < TICK;
        let is_read = (was_young || is_young) && about.is_file() && stat.len <= READ_BYTES;
        let content = is_read.then(|| fs::read(path).ok()).flatten();
        let content = content.map(|content| hash(&content));
        let mark = match last.filter(|last| last.stat == stat) {
            Some(last) if last.content.is_none() || last.content == content => last.mark,
            Some(_) => hash(&(&stat, content)),
            None => hash(&stat),
        };
        Self {
            mark,
            content: content.filter(|_| is_young),
            stat,
        }
    }
}

fn hash(it: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    it.hash(&mut hasher);
    hasher.finish()
}

/// Whether a look at all files would see one at that path.
pub(super) fn is_seen(root: &Path, path: &Path) -> bool {
    let Ok(below) = path.strip_prefix(root) else {
        return false;
    };
    let names: Vec<_> = below.iter().map(|name| name.to_string_lossy()).collect();
    match &names[..] {
        [file] => FILES.contains(&&**file),
        [folder, within @ ..] => {
            FOLDERS.contains(&&**folder)
                && within.len() <= MAX_DEPTH
                && !within.iter().any(|name| is_scratch(name))
        }
        [] => false,
    }
}

/// What editors and programs keep for themselves beside the files: nothing that mail is made of.
pub(super) fn is_scratch(name: &str) -> bool {
    name.starts_with(['.', '#'])
        || name.ends_with(['~', '#'])
        || [
            ".swp", ".swo", ".swx", ".tmp", ".part", ".crdownload", ".bak", ".orig",
        ]
        .iter()
        .any(|end| name.ends_with(end))
        // Vim's trial of whether it may write here.
        || name == "4913"
}

#[cfg(test)]
mod tests;
