//! The embedded SMTP server: takes mail on a loopback port and keeps it as .eml files, so that a
//! first run needs no relay and still goes through real SMTP. Not: how the mail is shown (`web`).

mod conversation;
mod lines;
mod listener;
mod maildrop;
mod room;
mod stream;
mod taker;

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time::timeout};

pub use maildrop::Maildrop;
pub(crate) use {
    listener::{MailListener, serve},
    taker::{BroughtMail, ConversationManners, MailTaker, TakeFault},
};

/// How long `stop` waits for messages in flight.
const GRACE: Duration = Duration::from_secs(5);

/// A running server. Dropping it ends it at once; [`Inbox::stop`] lets messages in flight arrive.
#[derive(Debug)]
pub struct Inbox {
    addr: SocketAddr,
    folder: PathBuf,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// It takes any mail from anybody, so it listens to this machine alone.
    #[error("the inbox listens on loopback only, and {0} is not")]
    NotLoopback(SocketAddr),
    /// The port.
    #[error("the inbox can't listen on {addr}")]
    Listen {
        /// Where.
        addr: SocketAddr,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The folder.
    #[error("the inbox can't keep mail in {folder}", folder = folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

impl Inbox {
    /// Listens on a loopback address (port 0: any free one) and keeps mail in `folder`.
    ///
    /// # Errors
    /// When the address is not on loopback or taken, or the folder can't be written.
    pub async fn start(folder: impl Into<PathBuf>, addr: SocketAddr) -> Result<Self, InboxError> {
        if !addr.ip().to_canonical().is_loopback() {
            return Err(InboxError::NotLoopback(addr));
        }
        Self::start_for_anyone(folder, addr).await
    }

    /// Like [`Inbox::start`], on any address: whoever reaches it can fill the disk.
    ///
    /// # Errors
    /// When the address is taken, or the folder can't be written.
    pub(crate) async fn start_for_anyone(
        folder: impl Into<PathBuf>,
        addr: SocketAddr,
    ) -> Result<Self, InboxError> {
        let folder = folder.into();
        let maildrop = Maildrop::open(&folder).map_err(|source| InboxError::Folder {
            folder: folder.clone(),
            source,
        })?;
        let listen = |source| InboxError::Listen { addr, source };
        let listener = TcpListener::bind(addr).await.map_err(listen)?;
        let addr = listener.local_addr().map_err(listen)?;
        let (stop, stopped) = watch::channel(false);
        let taker = Arc::new(InboxTaker::new(maildrop));
        let server = tokio::spawn(serve(MailListener::Tcp(listener), taker, stopped));
        Ok(Self {
            addr,
            folder,
            stop,
            server,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Where the mail is.
    #[must_use]
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes no more connections, says 421 to the idle ones, waits a little for the busy ones.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        let _ = timeout(GRACE, &mut self.server).await;
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Keeps what comes as files.
struct InboxTaker {
    maildrop: Arc<Maildrop>,
    manners: ConversationManners,
}

impl InboxTaker {
    fn new(maildrop: Maildrop) -> Self {
        Self {
            maildrop: Arc::new(maildrop),
            manners: ConversationManners {
                greeting: "localhost ESMTP daily-note inbox".to_owned(),
                about: "localhost keeps what you send in .daily-note/inbox".to_owned(),
                is_lmtp: false,
                most_bytes: 50 * 1024 * 1024,
            },
        }
    }
}

#[async_trait]
impl MailTaker for InboxTaker {
    fn manners(&self) -> &ConversationManners {
        &self.manners
    }

    async fn is_taken(&self, _recipient: &str) -> bool {
        true
    }

    async fn take(&self, mail: BroughtMail) -> Result<(), TakeFault> {
        let maildrop = Arc::clone(&self.maildrop);
        let keep = move || {
            let keep = |to: &String| maildrop.keep(&mail.sender, to, &mail.message).map(drop);
            mail.recipients.iter().try_for_each(keep)
        };
        match tokio::task::spawn_blocking(keep).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) if error.kind() == io::ErrorKind::QuotaExceeded => Err(TakeFault::Full(
                "452 4.3.1 The inbox is full: daily-note inbox clear",
            )),
            Ok(Err(error)) => {
                tracing::error!(%error, "the inbox can't keep a message");
                Err(TakeFault::NotNow)
            }
            Err(_) => Err(TakeFault::NotNow),
        }
    }
}
