//! Why a folder is left as it is, and what went wrong in one.

use std::{io, path::Path};

use super::written::MARKER;
use crate::{
    app::{AppError, FileAction, RefusalKind},
    render::RenderError,
    source::SourceError,
    words::{phrase, phrased, say},
};

/// Why a folder is left as it is.
pub(super) enum FolderFault {
    /// Somebody else's files are in it.
    Foreign,
    /// It is a file.
    NotAFolder,
}

impl FolderFault {
    pub(super) fn told(self, folder: &Path) -> AppError {
        let shown = folder.display().to_string();
        let (message, hint) = match self {
            Self::Foreign => (
                say!(
                    "{folder} has files that are not of an archive",
                    folder = shown
                ),
                say!(
                    "nothing in it was touched: name an empty folder, or one that does not exist; `{marker}` tells ours",
                    marker = folder.join(MARKER).display().to_string()
                ),
            ),
            Self::NotAFolder => (
                say!("{folder} is not a folder", folder = shown),
                say!("name a folder"),
            ),
        };
        AppError::Refused {
            kind: RefusalKind::Usage,
            message,
            hint,
        }
    }
}

/// A picture changed while the archive was made.
pub(super) fn lost(path: &str) -> AppError {
    let message = phrased!("what is to be {path} changed while it was read");
    let error = SourceError::new(message).with_hint(phrase!("run it again"));
    AppError::Render(RenderError::from(error))
}

pub(super) fn failed(path: &Path) -> impl FnOnce(io::Error) -> AppError {
    let path = path.to_owned();
    move |source| AppError::Io {
        action: FileAction::Written,
        path,
        source,
    }
}
