//! Files and folders that their owner alone may look into, and the locks on them.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// Makes a folder that its owner alone may look into, with the folders above it.
///
/// # Errors
/// What the system says.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes a file that is not there yet. SQLite gives its log and its index the rights of the database.
pub(crate) fn make_private_file(file: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    private(&mut options);
    options.open(file).map(drop)
}

/// Whoever makes a database, or puts one in place, holds the lock on this file meanwhile.
pub(crate) fn opening_lock(state_dir: &Path) -> PathBuf {
    state_dir.join("opening.lock")
}

/// Opens a lock file and waits for its lock, which goes with the handle.
pub(crate) fn lock(file: &Path) -> io::Result<File> {
    let handle = open_lock_file(file)?;
    handle.lock()?;
    Ok(handle)
}

/// Opens a file whose only use is its lock, private to its owner.
pub(crate) fn open_lock_file(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    private(&mut options);
    options.open(file)
}

fn private(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}
