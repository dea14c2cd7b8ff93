//! Bytes to and from the relay, every read and write under a deadline. Knows replies, no commands.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::client::TlsStream;

use super::reply::{Reply, ReplyLines, ReplyParser};
use crate::words::{Said, say};

/// How long we listen for a relay's last words after it stopped taking ours.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Why a connection is of no use any more.
#[derive(Debug, thiserror::Error)]
pub enum LostCause {
    /// The relay hung up.
    #[error("the relay closed the connection")]
    Closed,
    /// The relay did not answer, or took no bytes, for this long.
    #[error("the relay was silent for {time}", time = shown(*_0))]
    Timeout(Duration),
    /// The network.
    #[error("the connection broke")]
    Io(#[source] io::Error),
    /// Something that is no SMTP, or an answer to something else.
    #[error("the relay sent {0}")]
    Protocol(String),
    /// The relay said goodbye: 421, or an error out of turn before it hung up.
    #[error("the relay said “{0}”")]
    ShuttingDown(Reply),
}

/// `10 min`, `1.5 s`.
pub(super) fn shown(duration: Duration) -> Said {
    if duration.as_secs() >= 60 && duration.as_secs().is_multiple_of(60) {
        say!("{minutes} min", minutes = duration.as_secs() / 60)
    } else {
        say!("{seconds} s", seconds = duration.as_secs_f64())
    }
}

/// The connection, clear or not.
pub(super) enum WireStream {
    Clear(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection and what has come over it.
pub(super) struct Wire {
    stream: WireStream,
    replies: ReplyParser,
}

impl Wire {
    pub(super) fn new(stream: WireStream) -> Self {
        Self {
            stream,
            replies: ReplyParser::default(),
        }
    }

    /// The bare connection, for a TLS handshake. Nothing may be unread: see [`Self::has_unread`].
    pub(super) fn into_clear(self) -> Option<TcpStream> {
        match self.stream {
            WireStream::Clear(tcp) if !self.replies.has_unread() => Some(tcp),
            _ => None,
        }
    }

    pub(super) fn is_tls(&self) -> bool {
        matches!(self.stream, WireStream::Tls(_))
    }

    pub(super) fn tls(&self) -> Option<&TlsStream<TcpStream>> {
        match &self.stream {
            WireStream::Tls(tls) => Some(tls),
            WireStream::Clear(_) => None,
        }
    }

    /// Whether the relay has said something that nobody asked for.
    pub(super) fn has_unread(&self) -> bool {
        self.replies.has_unread()
    }

    /// The next reply.
    pub(super) async fn reply(&mut self, within: Duration) -> Result<Reply, LostCause> {
        Ok(self.reply_lines(within).await?.reply())
    }

    /// The next reply, line by line. `within` bounds the whole of it: a relay that sends a byte
    /// a minute is as dead as one that sends none.
    pub(super) async fn reply_lines(&mut self, within: Duration) -> Result<ReplyLines, LostCause> {
        let Self { stream, replies } = self;
        let read = async {
            let mut chunk = [0; 4096];
            loop {
                match replies.next() {
                    Ok(Some(reply)) => return Ok(reply),
                    Ok(None) => {}
                    Err(malformed) => return Err(LostCause::Protocol(malformed.to_string())),
                }
                match stream.read(&mut chunk).await {
                    Ok(0) => return Err(LostCause::Closed),
                    Ok(length) => replies.push(&chunk[..length]),
                    Err(error) => return Err(broken(error)),
                }
            }
        };
        match timeout(within, read).await {
            Ok(result) => result,
            Err(_elapsed) => Err(LostCause::Timeout(within)),
        }
    }

    /// Sends a command, or several in one write.
    pub(super) async fn send(
        &mut self,
        commands: &[u8],
        within: Duration,
    ) -> Result<(), LostCause> {
        let mut sent = SentBytes::default();
        self.send_slices(&mut [IoSlice::new(commands)], &mut sent, within)
            .await
    }

    /// Sends slices in as few writes as the kernel grants; `within` bounds each of them. `sent`
    /// says how far it got, also where it fails or is dropped half-way.
    pub(super) async fn send_slices(
        &mut self,
        mut slices: &mut [IoSlice<'_>],
        sent: &mut SentBytes,
        within: Duration,
    ) -> Result<(), LostCause> {
        let total: usize = slices.iter().map(|slice| slice.len()).sum();
        while sent.bytes < total {
            let result = timeout(within, self.stream.write_vectored(slices)).await;
            let cause = match result {
                Ok(Ok(0)) => LostCause::Closed,
                Ok(Ok(length)) => {
                    sent.bytes += length;
                    IoSlice::advance_slices(&mut slices, length);
                    continue;
                }
                Ok(Err(error)) => {
                    // A TLS session that fails may have sent whole records, never the last one.
                    sent.all_but_the_last_record = self.is_tls();
                    broken(error)
                }
                // Nothing of a write that is still pending was taken.
                Err(_elapsed) => LostCause::Timeout(within),
            };
            return Err(cause);
        }
        match timeout(within, self.stream.flush()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(broken(error)),
            Err(_elapsed) => Err(LostCause::Timeout(within)),
        }
    }

    /// What a relay that stopped taking our bytes said before: `421 4.4.2 timeout`,
    /// `552 too much mail data`. After a failed write, and only then.
    pub(super) async fn last_words(&mut self) -> Option<Reply> {
        self.reply(LAST_WORDS).await.ok()
    }
}

/// How much of a write was handed over.
#[derive(Debug, Default)]
pub(super) struct SentBytes {
    bytes: usize,
    all_but_the_last_record: bool,
}

impl SentBytes {
    /// Whether more than the first `harmless` bytes may have left in a form that the relay can
    /// read. `has_more` says whether anything follows what would do harm: then that may lie in
    /// a TLS record before the last.
    pub(super) fn may_exceed(&self, harmless: usize, has_more: bool) -> bool {
        self.bytes > harmless || (self.all_but_the_last_record && has_more)
    }
}

fn broken(error: io::Error) -> LostCause {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    match error.kind() {
        // TLS without close_notify is what most servers do.
        BrokenPipe | ConnectionReset | ConnectionAborted | UnexpectedEof => LostCause::Closed,
        _ => LostCause::Io(error),
    }
}

impl AsyncRead for WireStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(tcp) => Pin::new(tcp).poll_read(cx, buf),
            Self::Tls(tls) => Pin::new(tls).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for WireStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Clear(tcp) => Pin::new(tcp).poll_write(cx, buf),
            Self::Tls(tls) => Pin::new(tls).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Clear(tcp) => Pin::new(tcp).poll_write_vectored(cx, bufs),
            Self::Tls(tls) => Pin::new(tls).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(tcp) => Pin::new(tcp).poll_flush(cx),
            Self::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Self::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}
