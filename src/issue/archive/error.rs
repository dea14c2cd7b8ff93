//! Why an archive, or an issue in it, is not to be had.

use std::{io, path::PathBuf};

use crate::source::SourceError;

/// Why an archive, or an issue in it, is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The folder can't be read.
    #[error("failed to read the folder `{path}`", path = path.display())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Nothing of that name.
    #[error("there is no issue `{wanted}`")]
    NotFound {
        /// What was asked for.
        wanted: String,
        /// The name nearest to it.
        nearest: Option<String>,
    },
    /// More than one of that name.
    #[error("`{wanted}` is more than one issue: {names}", names = names.join(", "))]
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// The files.
        names: Vec<String>,
    },
    /// No issue at all.
    #[error("there are no issues yet")]
    Empty,
    /// The issue is there, and wrong.
    #[error("`{name}` can't be read")]
    Broken {
        /// Its name.
        name: String,
        /// Why, and where.
        errors: Vec<SourceError>,
    },
}
