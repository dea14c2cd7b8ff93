//! Git beside the publication: whether it is at work there, or a person in the middle of a merge; and
//! which files stand as it wrote them.

mod index;

use std::{
    collections::BTreeSet,
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::words::phrased;
use aws_lc_rs::digest::{Algorithm, Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};

/// A lock older than this, beside files that stand still, was left by a git that died.
const FORGOTTEN: Duration = Duration::from_secs(60);
/// Nobody's index is larger; not read then, and files count as written by somebody else.
const MAX_INDEX_BYTES: u64 = 64 << 20;

/// What git leaves in its folder while a person is in the middle of something: the files are neither
/// what they were nor what they are to be.
const HALF_DONE: [(&str, &str); 7] = [
    ("MERGE_HEAD", "merge"),
    ("rebase-merge", "rebase"),
    ("rebase-apply", "rebase"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
    ("sequencer", "cherry-pick"),
    ("BISECT_LOG", "bisect"),
];

/// The repository that a publication's files lie in.
#[derive(Debug, Clone)]
pub(crate) struct GitRepository {
    /// The work tree's top.
    top: PathBuf,
    /// Where git keeps this work tree's index.
    folder: PathBuf,
}

/// What keeps files from being believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AtWork {
    /// A command runs, or died: how long its lock has been there.
    Locked { lock: PathBuf, age: Duration },
    /// A person is in the middle of it: the word of git's command.
    HalfDone(&'static str),
}

impl AtWork {
    /// Whether the lock has long been there: a long checkout goes on changing files, which shows.
    pub(crate) fn is_old(&self) -> bool {
        matches!(self, Self::Locked { age, .. } if *age >= FORGOTTEN)
    }

    /// For a person.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Locked { lock, .. } => phrased!(
                "git is changing the files (it holds {lock}; if no git runs, delete that file)",
                lock = lock.display()
            ),
            Self::HalfDone(what) => {
                phrased!(
                    "a git {what} is half done there: finish it, or `git {what} {end}`",
                    end = if *what == "bisect" {
                        "reset"
                    } else {
                        "--abort"
                    }
                )
            }
        }
    }
}

impl GitRepository {
    /// The repository around a folder. In a worktree or a submodule `.git` is a file that says where it
    /// is: `gitdir: PATH` (gitrepository-layout(5)).
    pub(crate) fn around(root: &Path) -> Option<Self> {
        let root = fs::canonicalize(root).ok()?;
        let (top, git) = root
            .ancestors()
            .map(|folder| (folder, folder.join(".git")))
            .find(|(_, git)| git.exists())?;
        let folder = if git.is_dir() {
            git
        } else {
            let said = fs::read_to_string(git).ok()?;
            top.join(said.strip_prefix("gitdir:")?.trim())
        };
        Some(Self {
            top: top.to_owned(),
            folder,
        })
    }

    /// Whether its files are being changed, or half done.
    pub(crate) fn at_work(&self) -> Option<AtWork> {
        let half_done = HALF_DONE
            .iter()
            .find(|(mark, _)| self.folder.join(mark).exists());
        if let Some((_, what)) = half_done {
            return Some(AtWork::HalfDone(what));
        }
        let lock = self.folder.join("index.lock");
        let about = fs::metadata(&lock).ok()?;
        let age = about.modified().ok()?.elapsed().unwrap_or_default();
        Some(AtWork::Locked { lock, age })
    }

    /// Those of the files that hold what git's index says of them: whatever wrote them is done.
    pub(crate) fn as_written<'a>(&self, files: &[(&'a Path, Vec<u8>)]) -> BTreeSet<&'a Path> {
        let names: BTreeSet<Vec<u8>> = files.iter().filter_map(|(it, _)| self.name(it)).collect();
        let algorithm = self.algorithm();
        let place = self.folder.join("index");
        let is_readable = fs::metadata(&place).is_ok_and(|it| it.len() <= MAX_INDEX_BYTES);
        let Some(bytes) = is_readable.then(|| fs::read(place).ok()).flatten() else {
            return BTreeSet::new();
        };
        let known = index::find(&bytes, algorithm.output_len(), &names).unwrap_or_default();
        let is_known = |(path, content): &&(&'a Path, Vec<u8>)| {
            let hash = self.name(path).and_then(|name| known.get(&name));
            hash.is_some_and(|hash| *hash == blob_hash(algorithm, content))
        };
        files
            .iter()
            .filter(is_known)
            .map(|(path, _)| *path)
            .collect()
    }

    /// Whether the index has a file of that name; None: it can't be read, or the file lies elsewhere.
    pub(crate) fn knows(&self, path: &Path) -> Option<bool> {
        let name = self.name(path)?;
        let place = self.folder.join("index");
        // A repository in which nothing was ever added has none.
        if !place.exists() {
            return Some(false);
        }
        let is_readable = fs::metadata(&place).is_ok_and(|it| it.len() <= MAX_INDEX_BYTES);
        let bytes = is_readable.then(|| fs::read(place).ok()).flatten()?;
        let names = BTreeSet::from([name.clone()]);
        let known = index::find(&bytes, self.algorithm().output_len(), &names)?;
        Some(known.contains_key(&name))
    }

    /// What the index calls a file.
    fn name(&self, path: &Path) -> Option<Vec<u8>> {
        let folder = fs::canonicalize(path.parent()?).ok()?;
        let path = folder.join(path.file_name()?);
        let below = path.strip_prefix(&self.top).ok()?;
        Some(below.as_os_str().as_bytes().to_vec())
    }

    /// SHA-256 where the repository was made so (git-config(1), extensions.objectFormat).
    fn algorithm(&self) -> &'static Algorithm {
        let common = fs::read_to_string(self.folder.join("commondir"));
        let folder = common.map_or(self.folder.clone(), |it| self.folder.join(it.trim()));
        let config = fs::read_to_string(folder.join("config")).unwrap_or_default();
        let config = config.to_lowercase();
        let says_so = |line: &str| line.trim().starts_with("objectformat") && line.ends_with("256");
        match config.lines().any(says_so) {
            true => &SHA256,
            false => &SHA1_FOR_LEGACY_USE_ONLY,
        }
    }
}

fn blob_hash(algorithm: &'static Algorithm, content: &[u8]) -> Vec<u8> {
    let mut context = Context::new(algorithm);
    context.update(format!("blob {}\0", content.len()).as_bytes());
    context.update(content);
    context.finish().as_ref().to_vec()
}

#[cfg(test)]
mod tests;
