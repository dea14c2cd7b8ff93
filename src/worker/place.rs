//! The folder of a worker on its machine: a lock, the secret where its configuration names none, the names under which its process holds rows, and the notes of whose
//! messages begin to leave (`store::TransferNotes`). Whoever has the lock knows that the names of one before are dead.

use std::{
    fs::TryLockError,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::error::WorkerError;
use crate::{
    links::{LinkSecrets, secret_file},
    private_files::{LockFile, make_private_folder, open_lock_file},
    store::SenderId,
};

const LOCK: &str = "worker.lock";

/// Longer texts were not written by us.
const MAX_BYTES: u64 = 64 << 10;

/// A folder that is this worker's as long as it lives.
#[derive(Debug)]
pub(super) struct WorkerPlace {
    folder: PathBuf,
    lock: LockFile,
}

impl WorkerPlace {
    /// Takes a folder, making it where it is not there; answers who died in it.
    pub(super) fn take(folder: &Path) -> Result<(Self, Vec<SenderId>), WorkerError> {
        let path = folder.join(LOCK);
        let unusable = |source: io::Error| WorkerError::Folder {
            path: path.display().to_string(),
            source,
        };
        make_private_folder(folder).map_err(unusable)?;
        let mut lock = open_lock_file(&path).map_err(unusable)?;
        let taken = lock.try_lock();
        let mut text = String::new();
        let read = (&mut *lock).take(MAX_BYTES).read_to_string(&mut text);
        // What is no text was not written by us.
        let names: Vec<SenderId> = match read {
            Ok(_) => text.lines().map(|name| SenderId(name.to_owned())).collect(),
            Err(_) => Vec::new(),
        };
        match taken {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(WorkerError::Taken {
                    path: folder.display().to_string(),
                    holder: names
                        .into_iter()
                        .next_back()
                        .map_or_else(String::new, |it| it.0),
                });
            }
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        let place = Self {
            folder: folder.to_owned(),
            lock,
        };
        Ok((place, names))
    }

    /// The secrets of the readers' links, copied from the publication's own state folder.
    pub(super) fn secrets(&self) -> Result<LinkSecrets, WorkerError> {
        let path = self.folder.join(secret_file::FILE);
        let shown = path.display().to_string();
        match secret_file::read(&path) {
            Ok(Some(secrets)) => Ok(secrets),
            Ok(None) => Err(WorkerError::Secretless { path: shown }),
            Err(source) => Err(WorkerError::Folder {
                path: shown,
                source,
            }),
        }
    }

    /// Where the notes lie.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// This process holds rows under that name from now on. A killed process leaves it behind; a machine that dies takes
    /// the notes along as well.
    pub(super) fn note(&mut self, sender: &SenderId) -> io::Result<()> {
        self.lock.seek(SeekFrom::End(0))?;
        writeln!(self.lock, "{}", sender.0)
    }

    /// Nothing is held under any name any more.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        self.lock.set_len(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_died_in_a_folder_is_known_to_the_next_and_nobody_comes_beside_the_living() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("worker");
        let (mut place, dead) = WorkerPlace::take(&own).unwrap();
        assert_eq!(dead, []);
        let names = ["first".to_owned(), "second".to_owned()].map(SenderId);
        for name in &names {
            place.note(name).unwrap();
        }
        let refused = WorkerPlace::take(&own).unwrap_err().to_string();
        assert!(refused.contains("second"), "{refused}");
        drop(place);
        let (mut place, dead) = WorkerPlace::take(&own).unwrap();
        assert_eq!(dead, names);
        place.clear().unwrap();
        drop(place);
        assert_eq!(WorkerPlace::take(&own).unwrap().1, []);
        std::fs::write(own.join(LOCK), b"\xff\xfe\n").unwrap();
        assert_eq!(WorkerPlace::take(&own).unwrap().1, []);
    }
}
