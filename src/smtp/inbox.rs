//! The embedded SMTP server: takes mail on a loopback port and keeps it as .eml files, so that a
//! first run needs no relay and still goes through real SMTP. Not: how the mail is shown (`web`).

mod conversation;
mod maildrop;
mod room;

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::timeout,
};

use conversation::Conversation;
pub use maildrop::Maildrop;
use room::InboxCapacity;

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
    #[error("the inbox can't keep mail in {}", folder.display())]
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
        let server = tokio::spawn(serve(listener, Arc::new(maildrop), stopped));
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

/// Accepts until told to stop, then waits for the conversations to end.
async fn serve(listener: TcpListener, maildrop: Arc<Maildrop>, mut stopped: watch::Receiver<bool>) {
    let rooms = InboxCapacity::new();
    let mut conversations = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => break,
            Some(_) = conversations.join_next() => continue,
        };
        let Ok((tcp, _peer)) = accepted else {
            // Out of descriptors, as a rule: let some conversations end.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (maildrop, rooms, stopped) = (Arc::clone(&maildrop), rooms.clone(), stopped.clone());
        conversations.spawn(async move {
            let Some(room) = rooms.enter().await else {
                return turn_away(tcp).await;
            };
            let ended = Conversation::new(tcp, maildrop, room, stopped).run().await;
            if let Err(error) = ended {
                tracing::debug!(%error, "an inbox connection ended");
            }
        });
    }
    drop(listener);
    while conversations.join_next().await.is_some() {}
}

async fn turn_away(mut tcp: TcpStream) {
    use tokio::io::AsyncWriteExt;
    let _ = tcp.write_all(b"421 4.7.0 Too many connections\r\n").await;
}
