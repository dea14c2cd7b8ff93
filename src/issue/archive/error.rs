//! Why an archive, or an issue in it, is not to be had.

use std::{io, path::PathBuf};

use crate::{
    source::SourceError,
    words::{Said, say},
};

/// Why an archive, or an issue in it, is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The folder can't be read.
    #[error("{}", self.said())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Nothing of that name.
    #[error("{}", self.said())]
    NotFound {
        /// What was asked for.
        wanted: String,
        /// The name nearest to it.
        nearest: Option<String>,
    },
    /// More than one of that name.
    #[error("{}", self.said())]
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// The files.
        names: Vec<String>,
    },
    /// No issue at all.
    #[error("{}", self.said())]
    Empty,
    /// The issue is there, and wrong.
    #[error("{}", self.said())]
    Broken {
        /// Its name.
        name: String,
        /// Why, and where.
        errors: Vec<SourceError>,
    },
}

impl ArchiveError {
    /// What is wrong, for people.
    #[must_use]
    pub(crate) fn said(&self) -> Said {
        match self {
            Self::Unreadable { path, .. } => {
                say!("failed to read the folder `{path}`", path = path.display())
            }
            Self::NotFound { wanted, .. } => say!("there is no issue `{wanted}`", wanted),
            Self::Ambiguous { wanted, names } => say!(
                "`{wanted}` is more than one issue: {names}",
                wanted,
                names = names.join(", ")
            ),
            Self::Empty => say!("there are no issues yet"),
            Self::Broken { name, .. } => say!("`{name}` can't be read", name),
        }
    }
}
