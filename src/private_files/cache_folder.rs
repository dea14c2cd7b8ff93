//! A folder of what was made before and can be made again, by names of what it was made of: an entry never grows stale,
//! is there whole or not at all, and the oldest make room. Any number of processes may use it at once. Nothing may
//! depend on it: what an entry says is believed by nobody who did not look at it.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process,
    time::SystemTime,
};

use super::make_private_folder;

/// A disk counts its room in blocks of so many bytes (`st_blocks`).
const BLOCK: u64 = 512;

/// A folder of entries.
#[derive(Debug, Clone)]
pub(crate) struct CacheFolder {
    folder: PathBuf,
    /// What its entries may take of the disk.
    max_bytes: u64,
}

impl CacheFolder {
    /// That folder; it is made when there is something to put in.
    pub(crate) fn at(folder: PathBuf, max_bytes: u64) -> Self {
        Self { folder, max_bytes }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    /// Where the entry of that name is, or would be.
    pub(crate) fn entry(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Makes an entry, whole or not at all, also for those who read meanwhile. `name` is a hash in small letters.
    ///
    /// # Errors
    /// A folder that can't be written, a full disk: then there is none.
    pub(crate) fn keep(
        &self,
        name: &str,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<()> {
        make_private_folder(&self.folder)?;
        let entry = self.entry(name);
        let fresh = entry.with_extension(format!("{}.new", process::id()));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&fresh);
        let mut file = match file {
            // Another thread is at the same one.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
            file => file?,
        };
        let written = write(&mut file).and_then(|()| fs::rename(&fresh, entry));
        if written.is_err() {
            let _ = fs::remove_file(&fresh);
        }
        written?;
        // To look at all of them for each would take longer than to make them: names are hashes, of which one in
        // sixteen begins with a zero.
        match name.starts_with('0') {
            true => self.prune(),
            false => Ok(()),
        }
    }

    /// Removes the oldest entries until a quarter of the room is free again.
    pub(crate) fn prune(&self) -> io::Result<()> {
        let mut entries: Vec<(SystemTime, u64, PathBuf)> = fs::read_dir(&self.folder)?
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let about = entry.metadata().ok()?;
                let bytes = about.len().max(about.blocks() * BLOCK);
                Some((about.modified().ok()?, bytes, entry.path()))
            })
            .collect();
        let mut total: u64 = entries.iter().map(|(_, bytes, _)| bytes).sum();
        if total <= self.max_bytes {
            return Ok(());
        }
        entries.sort();
        for (_, bytes, path) in entries {
            if total <= self.max_bytes / 4 * 3 {
                break;
            }
            // Somebody else may have been quicker.
            let _ = fs::remove_file(path);
            total -= bytes;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Write, thread, time::Duration};

    use super::*;

    #[test]
    fn now_and_then_the_oldest_make_room() {
        let folder = tempfile::tempdir().unwrap();
        let cache = CacheFolder::at(folder.path().join("kept"), 80_000);
        let kept = || fs::read_dir(cache.path()).unwrap().count();
        for number in 0..8 {
            let write = |file: &mut File| file.write_all(&[7; 20_000]);
            cache.keep(&format!("a{number}"), write).unwrap();
            // File times are as fine as the system's tick.
            thread::sleep(Duration::from_millis(12));
        }
        assert_eq!(kept(), 8, "nobody looked");
        cache.keep("00", |file| file.write_all(b"x")).unwrap();
        assert!(kept() < 5 && cache.entry("a7").exists() && cache.entry("00").exists());
        assert!(!cache.entry("a0").exists());
    }

    #[test]
    fn an_entry_that_fails_is_not_there_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let cache = CacheFolder::at(folder.path().to_owned(), 1_000);
        let write = |file: &mut File| {
            file.write_all(b"half")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        };
        assert!(cache.keep("a", write).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
