//! The state folder: the store and the secret.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{App, AppError};
use crate::{
    clock,
    links::LinkSigner,
    private_files::{FreshFile, make_private_folder},
    publication::SecretUse,
    store::{
        SenderId, Store,
        sqlite::{OutsideFolder, SqliteStore},
    },
};

impl App {
    /// Opens the list and the ledger of this command's realm, making them on first use.
    ///
    /// # Errors
    /// When the state folder can't be written, or holds something else.
    pub(crate) async fn store(&self) -> Result<Arc<dyn Store>, AppError> {
        let store = SqliteStore::open(&self.publication.state_dir()).await?;
        // A try-out leaves no trace elsewhere; what a person does in it is told by the next real run.
        let outside = self.outside().filter(|_| !self.realm().is_rehearsal());
        let store = store.in_realm(self.realm()).with_outside(outside);
        if let Err(error) = store.catch_up_outside().await {
            // Whoever only looks is not kept from it.
            tracing::warn!("who left can't be kept outside the state: {error}");
        }
        Ok(Arc::new(store))
    }

    /// Where what this list must not forget is kept outside its folder: below `$XDG_STATE_HOME`, by default
    /// `~/.local/state`. None: this process has no home.
    pub(crate) fn outside(&self) -> Option<OutsideFolder> {
        let folder = |name: &str| std::env::var_os(name).map(PathBuf::from);
        let state = folder("XDG_STATE_HOME").filter(|folder| folder.is_absolute());
        let state = state.or_else(|| Some(folder("HOME")?.join(".local/state")))?;
        Some(OutsideFolder::at(state.join("daily-note")))
    }

    /// Whether there is a state, without making one.
    pub(crate) fn has_state(&self) -> bool {
        SqliteStore::is_below(&self.publication.state_dir())
    }

    /// Signs the readers' links with `web.secret`, or with the state's own secret.
    ///
    /// # Errors
    /// When the secret can't be read or made.
    pub(crate) fn link_signer(&self) -> Result<LinkSigner, AppError> {
        self.require_secrets(&[SecretUse::ReaderLinks])?;
        let base_url = self.publication.web.base_url.as_deref();
        let secret = match &self.publication.web.secret {
            Some(secret) => secret.clone().into_bytes(),
            None => {
                let path = self.publication.state_dir().join("secret");
                own_secret(&path).map_err(|source| AppError::Io {
                    action: "read or made",
                    path,
                    source,
                })?
            }
        };
        Ok(LinkSigner::new(&secret, base_url))
    }

    /// How this process is known in the ledger.
    #[must_use]
    pub(crate) fn sender_id(&self, command: &str) -> SenderId {
        SenderId(format!(
            "{command}, process {}, since {}",
            std::process::id(),
            self.clock.now().format("%Y-%m-%d %H:%M:%SZ")
        ))
    }
}

/// Reads the state's secret; on first use makes it, readable by its owner alone. Two processes that
/// make it at once agree: the first one's stands.
fn own_secret(path: &Path) -> io::Result<Vec<u8>> {
    match fs::read(path) {
        Ok(secret) if secret.len() >= 32 => return Ok(secret),
        Ok(_) => return Err(io::Error::other("it is shorter than 32 bytes")),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Err(_) => {}
    }
    if let Some(folder) = path.parent() {
        make_private_folder(folder)?;
    }
    let mut fresh = FreshFile::beside(path)?;
    fresh.write_all(&clock::random_bytes::<32>())?;
    fresh.put_where_none_is()?;
    fs::read(path)
}
