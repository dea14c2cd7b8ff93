//! The state folder: the store and the secret.

use std::{path::PathBuf, sync::Arc};

use super::{App, AppError, FileAction, RefusalKind, secret_file};
use crate::{
    links::{LinkSecrets, LinkSigner, ListMark},
    publication::SecretUse,
    store::{
        SenderId, StateInstance, Store,
        sqlite::{OutsideFolder, SqliteStore},
    },
    words::{phrased, say},
};

impl App {
    /// Opens the list and the ledger of this command's realm, making them on first use.
    ///
    /// # Errors
    /// When the state folder can't be written, or holds something else.
    pub(crate) async fn store(&self) -> Result<Arc<dyn Store>, AppError> {
        if self.publication.storage.server().is_some() {
            return Err(AppError::Refused {
                kind: RefusalKind::Configuration,
                message: say!("no command but `worker` takes a state on a server yet"),
                hint: say!("take `storage` out: the state is in the state folder then"),
            });
        }
        let store = SqliteStore::open(&self.publication.state_dir()).await?;
        // A try-out leaves no trace elsewhere; what a person does in it is told by the next real run.
        let outside = self.outside().filter(|_| !self.realm().is_rehearsal());
        let store = store
            .in_realm(self.realm())
            .owing_results(self.publication.law.korea)
            .with_outside(outside);
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

    /// Signs that list's links with `web.secret`, or with the state's own secret.
    ///
    /// # Errors
    /// When the secret can't be read or made; the store's.
    pub(crate) async fn link_signer(
        &self,
        list: &dyn StateInstance,
    ) -> Result<LinkSigner, AppError> {
        self.require_secrets(&[SecretUse::ReaderLinks])?;
        let web = &self.publication.web;
        let secrets = match &web.secret {
            Some(secrets) => LinkSecrets {
                current: secrets.current.clone().into_bytes(),
                retired: secrets
                    .retired
                    .iter()
                    .map(|it| it.clone().into_bytes())
                    .collect(),
            },
            None => {
                let path = self.publication.state_dir().join(secret_file::FILE);
                secret_file::read_or_make(&path).map_err(|source| AppError::Io {
                    action: FileAction::ReadOrMade,
                    path,
                    source,
                })?
            }
        };
        let mark = ListMark {
            mark: list.mark().await?,
            last_unmarked: list.last_unmarked().await?,
        };
        Ok(LinkSigner::new(&secrets, &mark, web.base_url.as_deref()))
    }

    /// The same links with signatures that nothing takes.
    pub(crate) fn links_for_looking(&self) -> LinkSigner {
        LinkSigner::for_looking(self.publication.web.base_url.as_deref())
    }

    /// How this process is known in the ledger.
    #[must_use]
    pub(crate) fn sender_id(&self, command: &str) -> SenderId {
        SenderId(phrased!(
            "{command}, process {id}, since {since}",
            id = std::process::id(),
            since = self.clock.now().format("%Y-%m-%d %H:%M:%SZ")
        ))
    }
}
