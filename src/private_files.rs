//! Files and folders that their owner alone may look into: made, locked, put in the place of others whole or
//! not at all.

mod cache_folder;

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
};

pub(crate) use self::cache_folder::CacheFolder;

/// Makes a folder that its owner alone may look into, with the folders above it.
pub(crate) fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes a file that is not there yet.
pub(crate) fn make_private_file(file: &Path) -> io::Result<()> {
    private().write(true).create_new(true).open(file).map(drop)
}

/// Writes a file that is not there yet, with the folder that it lies in; on the disk when it returns.
pub(crate) fn write_new(file: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        make_private_folder(folder)?;
    }
    let mut written = private().write(true).create_new(true).open(file)?;
    written.write_all(bytes)?;
    written.sync_all()
}

/// Puts these bytes in the place of a file, whole or not at all.
pub(crate) fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut fresh = FreshFile::beside(file)?;
    fresh.write_all(bytes)?;
    fresh.put_in_place()
}

/// The same for a file that is others' to read too: it keeps its mode, and a link to it stays one.
pub(crate) fn replace_keeping_mode(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let file = file.canonicalize()?;
    let mode = fs::metadata(&file)?.permissions();
    let mut fresh = FreshFile::beside(&file)?;
    fresh.write_all(bytes)?;
    fresh.file.set_permissions(mode)?;
    fresh.put_in_place()
}

/// A file in the making, beside the one whose place it takes. Nothing of it stays where it is not put there.
pub(crate) struct FreshFile {
    file: File,
    fresh: PathBuf,
    place: PathBuf,
}

impl FreshFile {
    /// Begins one.
    pub(crate) fn beside(place: &Path) -> io::Result<Self> {
        let mut name = place.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.new", std::process::id()));
        let fresh = place.with_file_name(name);
        let file = private()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&fresh)?;
        let place = place.to_owned();
        Ok(Self { file, fresh, place })
    }

    /// It takes its place, and is on the disk when it returns.
    pub(crate) fn put_in_place(self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.fresh, &self.place)
    }

    /// The same where nothing is there yet: of several that try at once, the first one's stands.
    pub(crate) fn put_where_none_is(self) -> io::Result<()> {
        self.file.sync_all()?;
        match fs::hard_link(&self.fresh, &self.place) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    }
}

impl Write for FreshFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for FreshFile {
    /// What took its place has another name by now.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.fresh);
    }
}

/// A file for what doesn't fit into memory: it has no name any more when this returns, and is gone with its handle.
pub(crate) fn scratch_file(folder: &Path) -> io::Result<File> {
    let name = format!("scratch.{}.new", std::process::id());
    let path = folder.join(name);
    // What a process of that number left.
    let _ = fs::remove_file(&path);
    let file = private()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

/// A file that somebody locks, or has locked. At its end the lock is given back by name: a child that is being started has
/// a copy of every handle for a moment, and would keep the lock for as long.
#[derive(Debug)]
pub(crate) struct LockFile(File);

impl LockFile {
    pub(crate) fn of(file: File) -> Self {
        Self(file)
    }
}

impl Deref for LockFile {
    type Target = File;

    fn deref(&self) -> &File {
        &self.0
    }
}

impl DerefMut for LockFile {
    fn deref_mut(&mut self) -> &mut File {
        &mut self.0
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // Where it fails the lock goes with the last handle.
        let _ = self.0.unlock();
    }
}

/// Opens a lock file and waits for its lock.
pub(crate) fn lock(file: &Path) -> io::Result<LockFile> {
    let handle = open_lock_file(file)?;
    handle.lock()?;
    Ok(handle)
}

/// Opens a file whose only use is its lock, made where there is none.
pub(crate) fn open_lock_file(file: &Path) -> io::Result<LockFile> {
    let opened = private()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(file)?;
    Ok(LockFile(opened))
}

/// A file that is made is its owner's alone.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_given_back_whoever_has_a_copy_of_its_handle() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.lock");
        let held = lock(&path).unwrap();
        let copy = held.try_clone().unwrap();
        let other = open_lock_file(&path).unwrap();
        assert!(other.try_lock().is_err());
        drop(held);
        other.try_lock().unwrap();
        drop(copy);
        assert!(open_lock_file(&path).unwrap().try_lock().is_err());
    }
}
