//! The embedded inbox with its page: a place to try things out, and where mail goes by default.

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{
    app::{App, AppError, FileAction},
    render::Templates,
    smtp::inbox::{Inbox, InboxError, Maildrop},
    source::with_causes,
    web::{
        inbox::{self, ClearedInbox, InboxService},
        pages::PageTemplates,
    },
};

/// The server and its page, running.
#[derive(Debug)]
pub struct InboxSite {
    inbox: Inbox,
    page: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<io::Result<()>>,
}

impl App {
    /// Where the embedded inbox keeps its mail.
    #[must_use]
    pub(crate) fn inbox_folder(&self) -> PathBuf {
        self.publication.state_dir().join("inbox")
    }

    /// The inbox's pages. The publication's own templates that can't be used keep nobody from the mail.
    fn inbox_pages(&self) -> Result<PageTemplates, AppError> {
        let own = Templates::load(&self.publication.root);
        let pages = own.and_then(|templates| PageTemplates::load(&templates));
        Ok(pages.or_else(|error| {
            tracing::warn!(
                error = with_causes(&error),
                "the publication's own templates can't be used: the program's are shown"
            );
            PageTemplates::built_in()
        })?)
    }

    /// Throws away the inbox's mail and the rehearsals that it came from. A state is not made for it.
    ///
    /// # Errors
    /// Somebody who sends; mail that can't be removed; the store's.
    pub(crate) async fn clear_inbox(&self) -> Result<ClearedInbox, AppError> {
        let mut cleared = ClearedInbox::default();
        let store = self.store_if_any().await?;
        // Nobody is to go on with a rehearsal that is dropped under them.
        let _right = match &store {
            Some(store) => Some(store.hold(&self.sender_id("inbox clear")).await?),
            None => None,
        };
        if let Some(store) = &store {
            cleared.rehearsals = store.drop_rehearsals().await?;
        }
        let folder = self.inbox_folder();
        cleared.mails = Maildrop::clear(&folder).map_err(|source| AppError::Io {
            action: FileAction::Cleared,
            path: folder,
            source,
        })?;
        Ok(cleared)
    }
}

#[async_trait]
impl InboxService for App {
    fn folder(&self) -> PathBuf {
        self.inbox_folder()
    }

    async fn clear(&self) -> Result<ClearedInbox, String> {
        self.clear_inbox()
            .await
            .map_err(|error| with_causes(&error))
    }
}

impl InboxSite {
    /// Takes mail at `smtp` into that publication's inbox and shows it at `page`. Addresses beyond
    /// loopback are taken at their word: whoever reaches them can send, read and clear.
    ///
    /// # Errors
    /// When an address is taken or the folder can't be written.
    pub(crate) async fn start(
        app: App,
        smtp: SocketAddr,
        page: SocketAddr,
    ) -> Result<Self, AppError> {
        let folder = app.inbox_folder();
        let pages = app.inbox_pages()?;
        let listen = |source| InboxError::Listen { addr: page, source };
        let listener = TcpListener::bind(page).await.map_err(listen)?;
        let page = listener.local_addr().map_err(listen)?;
        let inbox = Inbox::start_for_anyone(&folder, smtp).await?;
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(inbox::serve(listener, Arc::new(app), pages, async {
            let _ = stopped.await;
        }));
        Ok(Self {
            inbox,
            page,
            stop,
            server,
        })
    }

    /// Where it takes mail.
    #[must_use]
    pub(crate) fn smtp(&self) -> SocketAddr {
        self.inbox.addr()
    }

    /// Where it shows mail.
    #[must_use]
    pub(crate) fn page(&self) -> SocketAddr {
        self.page
    }

    /// Ends both; mail on its way in still arrives.
    pub(crate) async fn stop(self) {
        self.inbox.stop().await;
        let _ = self.stop.send(());
        // A browser keeps its connection open for as long as it likes: we don't wait for it.
        self.server.abort();
    }
}
