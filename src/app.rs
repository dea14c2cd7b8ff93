//! The composition root: the sole place that wires parts together.

mod export;
mod fold;
mod import;

use std::path::{Path, PathBuf};

pub use self::{
    export::{ExportFormat, ExportReport, export},
    fold::{SUBSCRIBERS_FILE, fold_file},
    import::{ImportReport, Outcome, Problem, import},
};
use crate::{clock::Clock, publication::Publication, source::SourceError, store::StoreError};

/// A publication, opened, with what its commands share.
pub struct App {
    /// The publication.
    pub publication: Publication,
    /// What time it is.
    pub clock: Clock,
}

/// What keeps a command from its work.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// daily-note.yaml or the environment is wrong, in these places.
    #[error("the configuration is wrong")]
    Configuration(Vec<SourceError>),
    /// An issue or a template is wrong, in these places.
    #[error("the content does not pass")]
    Content(Vec<SourceError>),
    /// The list or the ledger.
    #[error(transparent)]
    State(#[from] StoreError),
    /// A file that can't be read or written.
    #[error("{} can't be {action}", path.display())]
    Io {
        /// `read`, `written`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

impl App {
    /// Opens the publication at `root`, or the nearest one above the working directory.
    ///
    /// # Errors
    /// [`AppError::Configuration`] with every place that is wrong.
    pub fn open(root: Option<&Path>, clock: Clock) -> Result<Self, AppError> {
        let _ = (root, clock);
        Err(AppError::Configuration(vec![SourceError::new(
            "publications can't be loaded yet",
        )]))
    }
}
