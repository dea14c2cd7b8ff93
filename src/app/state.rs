//! The state folder: the store and the secret.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use tokio::sync::Mutex;

use super::{App, AppError, FileAction, RefusalKind};
use crate::{
    links::{LinkSecrets, LinkSigner, ListMark, secret_file},
    publication::SecretUse,
    store::{
        SenderId, StateInstance, Store,
        postgres::{PostgresSettings, PostgresStore},
        sqlite::{OutsideFolder, SqliteStore},
    },
    words::{phrased, say},
};

/// Where a machine whose state is on a server notes what leaves from it.
const NOTES: &str = "leaving";

impl App {
    /// Opens the list and the ledger of this command's realm, making them on first use.
    ///
    /// # Errors
    /// When the state folder can't be written, or holds something else.
    pub(crate) async fn store(&self) -> Result<Arc<dyn Store>, AppError> {
        match self.publication.storage.server() {
            Some(address) => {
                self.require_secrets(&[SecretUse::State])?;
                self.store_on_a_server(address).await
            }
            None => self.store_in_the_folder().await,
        }
    }

    /// A server is asked for nothing that is kept on this machine, and its connections are this process's: whoever
    /// opens the same one shares them.
    async fn store_on_a_server(&self, address: &str) -> Result<Arc<dyn Store>, AppError> {
        static OPEN: Mutex<BTreeMap<String, PostgresStore>> = Mutex::const_new(BTreeMap::new());
        let mut open = OPEN.lock().await;
        let store = match open.get(address) {
            Some(store) => store.clone(),
            None => {
                let settings = PostgresSettings::parse(address, &|name| std::env::var(name).ok())?;
                let store = PostgresStore::open(&settings).await?;
                open.entry(address.to_owned()).or_insert(store).clone()
            }
        };
        // What leaves from here is noted here, wherever the database is by then.
        let store = store
            .noting_in(self.publication.state_dir().join(NOTES))
            .in_realm(self.realm())
            .owing_results(self.publication.law.korea);
        Ok(Arc::new(store))
    }

    async fn store_in_the_folder(&self) -> Result<Arc<dyn Store>, AppError> {
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

    /// Whether there is a state, without making one. A server's is there for whoever has its address: a writer may not.
    pub(crate) fn has_state(&self) -> bool {
        match self.publication.storage.server() {
            Some(_) => self.publication.has_secrets(SecretUse::State),
            None => SqliteStore::is_below(&self.publication.state_dir()),
        }
    }

    /// Refuses what is done with the files of a state folder, where the state is on a server.
    ///
    /// # Errors
    /// [`AppError::Refused`], with what does it there.
    pub(crate) fn refuse_server(&self) -> Result<(), AppError> {
        match self.publication.storage.server() {
            None => Ok(()),
            Some(_) => Err(AppError::Refused {
                kind: RefusalKind::Usage,
                message: say!("the state is on a server, which its own tools back up and restore"),
                hint: say!(
                    "`pg_dump --format=custom` writes it into a file, `pg_restore` into another database; then `daily-note adopt` (docs/scaling.md)"
                ),
            }),
        }
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
        let own = self.publication.state_dir().join(secret_file::FILE);
        let secrets = match &web.secret {
            Some(secrets) => LinkSecrets::written(&secrets.current, &secrets.retired),
            // One that is made here no other machine would have; one that came along with the list signed its mail.
            None if self.publication.storage.server().is_some() && !own.exists() => {
                return Err(AppError::Refused {
                    kind: RefusalKind::Configuration,
                    message: say!("the state is on a server, and `web.secret` is not set"),
                    hint: say!(
                        "give every machine the same one: `web: {{secret: ${{DAILY_NOTE_SECRET}}}}`, 32 characters or more"
                    ),
                });
            }
            None => secret_file::read_or_make(&own).map_err(|source| AppError::Io {
                action: FileAction::ReadOrMade,
                path: own,
                source,
            })?,
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
