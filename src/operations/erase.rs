//! Somebody forgotten: in the list and the ledger, in the inbox's mail and in what `render` wrote.

use std::{fs, io, path::Path};

use crate::{
    address::Address,
    app::{App, AppError, FileAction},
    audience::{SuppressionReason, file::SUBSCRIBERS_FILE, membership::ChangeSource},
    smtp::inbox::Maildrop,
    store::Erasure,
};

/// What was found of a person, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// In the list and the ledger.
    pub state: Erasure,
    /// Mails to them in the embedded inbox, which are gone.
    pub mails: u64,
    /// Files that `render` wrote, which are gone: they may be of any reader.
    pub rendered: u64,
    /// subscribers.yaml names them, which only a person changes.
    pub is_in_file: bool,
}

impl App {
    /// Forgets a person, wherever the state folder knows them.
    ///
    /// # Errors
    /// The store's; files that can't be removed.
    pub(crate) async fn erase(&self, email: &Address) -> Result<Erased, AppError> {
        let store = self.store().await?;
        let now = self.clock.true_now();
        let state = store.erase(email, ChangeSource::Operator, now).await?;
        let cleared = |folder: &Path, cleared: io::Result<u64>| {
            cleared.map_err(|source| AppError::Io {
                action: FileAction::Cleared,
                path: folder.to_owned(),
                source,
            })
        };
        let inbox = self.inbox_folder();
        let mails = cleared(&inbox, Maildrop::clear_of(&inbox, email.as_str()))?;
        let render = self.publication.state_dir().join("render");
        let rendered = cleared(&render, remove_all(&render))?;
        Ok(Erased {
            state,
            mails,
            rendered,
            is_in_file: self.is_in_file(email),
        })
    }

    /// Whether that person was erased before.
    ///
    /// # Errors
    /// A list that can't be read.
    pub(crate) async fn is_erased(&self, email: &Address) -> Result<bool, AppError> {
        let suppression = self.store().await?.suppression(email).await?;
        Ok(suppression.is_some_and(|it| it.reason == SuppressionReason::Erased))
    }

    /// Whether subscribers.yaml, or a spelling of the address in it, would bring them again.
    fn is_in_file(&self, email: &Address) -> bool {
        let file = self.publication.root.join(SUBSCRIBERS_FILE);
        let text = fs::read_to_string(file).unwrap_or_default();
        text.to_lowercase().contains(&email.key())
    }
}

/// Removes a folder; answers how many files were in it.
fn remove_all(folder: &Path) -> io::Result<u64> {
    let files = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries?.count(),
    };
    fs::remove_dir_all(folder)?;
    Ok(files as u64)
}
