//! Where conversations come in: at an address, or at a socket in the file system; and their end.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, UnixListener},
    sync::watch,
    task::JoinSet,
};

use super::{
    conversation::Conversation, room::InboxCapacity, stream::MailStream, taker::MailTaker,
};

/// Where conversations come in.
#[derive(Debug)]
pub(crate) enum MailListener {
    /// At an address.
    Tcp(TcpListener),
    /// At a socket in the file system.
    Unix(UnixListener),
}

impl MailListener {
    async fn accept(&self) -> io::Result<Box<dyn MailStream>> {
        Ok(match self {
            Self::Tcp(listener) => {
                let (stream, _peer) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
            Self::Unix(listener) => Box::new(listener.accept().await?.0),
        })
    }
}

/// Accepts until told to stop, then waits for the conversations to end.
pub(crate) async fn serve(
    listener: MailListener,
    taker: Arc<dyn MailTaker>,
    mut stopped: watch::Receiver<bool>,
) {
    let rooms = InboxCapacity::new();
    let mut conversations = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => break,
            Some(_) = conversations.join_next() => continue,
        };
        let Ok(stream) = accepted else {
            // Out of descriptors, as a rule: let some conversations end.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (taker, rooms, stopped) = (Arc::clone(&taker), rooms.clone(), stopped.clone());
        conversations.spawn(async move {
            let Some(room) = rooms.enter().await else {
                return turn_away(stream).await;
            };
            let ended = Conversation::new(stream, taker, room, stopped).run().await;
            if let Err(error) = ended {
                tracing::debug!(%error, "an inbox connection ended");
            }
        });
    }
    drop(listener);
    while conversations.join_next().await.is_some() {}
}

async fn turn_away(mut stream: Box<dyn MailStream>) {
    let _ = stream
        .write_all(b"421 4.7.0 Too many connections\r\n")
        .await;
}
