//! The embedded inbox with its page: a place to try things out, and where mail goes by default.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::{App, AppError};
use crate::{
    smtp::inbox::{Inbox, InboxError, Maildrop},
    web,
};

/// The server and its page, running.
#[derive(Debug)]
pub struct InboxSite {
    inbox: Inbox,
    page: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<io::Result<()>>,
}

/// What was thrown away.
#[derive(Debug, Clone, Copy, Default, serde::Serialize)]
pub struct Cleared {
    /// Files of mail.
    pub mails: u64,
    /// Batches that were played.
    pub rehearsals: u64,
}

impl Cleared {
    /// Whether there was nothing to throw away.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.mails == 0 && self.rehearsals == 0
    }
}

impl App {
    /// Where the embedded inbox keeps its mail.
    #[must_use]
    pub fn inbox_folder(&self) -> PathBuf {
        self.publication.state_dir().join("inbox")
    }

    /// Throws away the inbox's mail and the rehearsals that it came from. A state is not made for it.
    ///
    /// # Errors
    /// Somebody who sends; mail that can't be removed; the store's.
    pub async fn clear_inbox(&self) -> Result<Cleared, AppError> {
        let mut cleared = Cleared::default();
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
            action: "cleared",
            path: folder,
            source,
        })?;
        Ok(cleared)
    }
}

impl InboxSite {
    /// Takes mail at `smtp` into `folder` and shows it at `page`. Addresses beyond loopback are
    /// taken at their word: whoever reaches them can send and read.
    ///
    /// # Errors
    /// When an address is taken or the folder can't be written.
    pub async fn start(
        folder: &Path,
        smtp: SocketAddr,
        page: SocketAddr,
    ) -> Result<Self, InboxError> {
        let listen = |source| InboxError::Listen { addr: page, source };
        let listener = TcpListener::bind(page).await.map_err(listen)?;
        let page = listener.local_addr().map_err(listen)?;
        let inbox = Inbox::start_for_anyone(folder, smtp).await?;
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(web::inbox::serve(listener, folder.to_owned(), async {
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
    pub fn smtp(&self) -> SocketAddr {
        self.inbox.addr()
    }

    /// Where it shows mail.
    #[must_use]
    pub fn page(&self) -> SocketAddr {
        self.page
    }

    /// Ends both; mail on its way in still arrives.
    pub async fn stop(self) {
        self.inbox.stop().await;
        let _ = self.stop.send(());
        // A browser keeps its connection open for as long as it likes: we don't wait for it.
        self.server.abort();
    }
}
