//! What can keep a worker from beginning.

use crate::store::StoreError;

/// What keeps a worker from beginning.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkerError {
    /// The database.
    #[error(transparent)]
    State(#[from] StoreError),
    /// Its folder.
    #[error("{path} can't be used")]
    Folder {
        /// The file or folder.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Neither its configuration nor its folder has the secret of the readers' links.
    #[error("a worker signs the readers' links as the pages read them, and has no secret")]
    Secretless {
        /// Where the publication's file would lie.
        path: String,
    },
    /// Another worker's folder.
    #[error("another worker of this machine has {path} ({holder})")]
    Taken {
        /// The folder.
        path: String,
        /// What that one says of itself.
        holder: String,
    },
}
