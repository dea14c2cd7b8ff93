//! A connection on which every refusal says why. What is no request at all is answered by hyper itself,
//! with a status and no body; here it gets a sentence. Our own answers of that kind always have a body.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// How hyper begins what it refuses by itself, and what it says of the body.
const REFUSED: &[u8] = b"HTTP/1.1 4";
const NO_BODY: &[u8] = b"content-length: 0\r\n";

/// The connection.
pub(super) struct SpokenStream {
    stream: TcpStream,
    /// A refusal of ours that is not written yet.
    waiting: Vec<u8>,
}

impl SpokenStream {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            waiting: Vec::new(),
        }
    }

    fn write_waiting(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.waiting.is_empty() {
            let written = Pin::new(&mut self.stream).poll_write(context, &self.waiting);
            let written = ready!(written)?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.waiting.drain(..written);
        }
        Poll::Ready(Ok(()))
    }
}

/// The refusal with its sentence; None for what is an answer of a page.
fn with_sentence(answer: &[u8]) -> Option<Vec<u8>> {
    if !answer.starts_with(REFUSED) || memchr::memmem::find(answer, NO_BODY).is_none() {
        return None;
    }
    let end = memchr::memchr(b'\r', answer)?;
    let status = std::str::from_utf8(&answer[..end]).ok()?;
    let sentence = match status.get(9..12)? {
        "431" => "The headers of this request are too many or too long.\n",
        "414" => "The address of this request is too long.\n",
        _ => "This is no request that can be understood.\n",
    };
    Some(
        format!(
            "{status}\r\ncontent-type: text/plain; charset=utf-8\r\nx-content-type-options: nosniff\r\n\
             cache-control: no-store\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{sentence}",
            sentence.len()
        )
        .into_bytes(),
    )
}

impl AsyncRead for SpokenStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for SpokenStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.write_waiting(context))?;
        match with_sentence(bytes) {
            Some(refusal) => {
                self.waiting = refusal;
                Poll::Ready(Ok(bytes.len()))
            }
            None => Pin::new(&mut self.stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.write_waiting(context))?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.write_waiting(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_no_body_is_given_one() {
        let bare = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\n\r\n";
        let spoken = String::from_utf8(with_sentence(bare).unwrap()).unwrap();
        assert!(spoken.starts_with("HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type"));
        assert!(spoken.ends_with("too long.\n"), "{spoken}");
        for whole in [
            &b"HTTP/1.1 404 Not Found\r\ncontent-length: 10\r\n\r\n"[..],
            b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 4",
        ] {
            assert_eq!(with_sentence(whole), None);
        }
    }
}
