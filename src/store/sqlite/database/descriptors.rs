//! Whether it was for want of file descriptors that something could not be opened.

use std::{fs::File, io, path::Path};

use rustix::io::Errno;

/// Two locks of ours; database, log, index and folder, which SQLite opens for a connection.
const FILES_OF_A_CONNECTION: usize = 6;

/// Whether the system says so itself.
pub(crate) fn are_lacking(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::MFILE | Errno::NFILE)
    )
}

/// Whether there are too few left for a connection: SQLite keeps what the system said to itself, and by now all
/// that it did get is given back.
pub(crate) fn are_used_up(folder: &Path) -> bool {
    // The folder: a handle of the database that is closed would take SQLite's locks with it.
    let opened: io::Result<Vec<File>> = (0..FILES_OF_A_CONNECTION)
        .map(|_| File::open(folder))
        .collect();
    opened.is_err_and(|error| are_lacking(&error))
}
