//! A state that can't be opened can still be saved: its files, copied as they are.

use std::{
    fs::{self, DirBuilder, File, TryLockError},
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use crate::app::{App, AppError, FileAction, RefusalKind};
use crate::words::{phrase, phrased};

/// What is made again, or is for trying things out.
const LEFT_OUT: [&str; 3] = ["cache", "inbox", "render"];

impl App {
    /// Copies the state's files into a new folder; answers how many. Nobody may have the state open: its
    /// files would change meanwhile.
    ///
    /// # Errors
    /// A state on a server; a folder that is there already; somebody who has the state open; files that can't be copied.
    pub(crate) fn save_as_is(&self, to: &Path) -> Result<u64, AppError> {
        self.refuse_server()?;
        let refused = |message: String, hint: &str| AppError::Refused {
            kind: RefusalKind::Configuration,
            message: message.into(),
            hint: hint.into(),
        };
        let state_dir = self.publication.state_dir();
        if to.symlink_metadata().is_ok() {
            let message = phrased!("{to} is there already", to = to.display());
            return Err(refused(
                message,
                phrase!("name a folder that is not: nothing is overwritten"),
            ));
        }
        let presence = File::open(state_dir.join("open.lock"));
        if let Ok(presence) = &presence
            && let Err(TryLockError::WouldBlock) = presence.try_lock()
        {
            return Err(refused(
                phrase!("another daily-note has the state open").to_owned(),
                phrase!("stop it first; a state that is in use is saved by `daily-note backup`"),
            ));
        }
        copy(&state_dir, to).map_err(|(path, source)| AppError::Io {
            action: FileAction::Copied,
            path,
            source,
        })
    }
}

fn copy(from: &Path, to: &Path) -> Result<u64, (PathBuf, io::Error)> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| (path, error)
    };
    DirBuilder::new()
        .mode(0o700)
        .create(to)
        .map_err(failed(to))?;
    let mut files = 0;
    for entry in fs::read_dir(from).map_err(failed(from))? {
        let entry = entry.map_err(failed(from))?;
        let (path, name) = (entry.path(), entry.file_name());
        let kind = entry.file_type().map_err(failed(&path))?;
        if kind.is_dir() && !LEFT_OUT.iter().any(|left_out| name == *left_out) {
            files += copy(&path, &to.join(&name))?;
        } else if kind.is_file() {
            fs::copy(&path, to.join(&name)).map_err(failed(&path))?;
            files += 1;
        }
    }
    Ok(files)
}
