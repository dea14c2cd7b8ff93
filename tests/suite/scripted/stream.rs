//! A connection as bytes, in the clear or under TLS.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
};

use tokio_rustls::rustls::{ServerConnection, StreamOwned};

/// A socket with or without TLS.
pub(super) enum Stream {
    Clear(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
    Gone,
}

impl Read for Stream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Clear(tcp) => tcp.read(buf),
            Self::Tls(tls) => tls.read(buf),
            Self::Gone => Ok(0),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Self::Clear(tcp) => tcp.write(buf),
            Self::Tls(tls) => tls.write(buf),
            Self::Gone => Ok(buf.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Clear(tcp) => tcp.flush(),
            Self::Tls(tls) => tls.flush(),
            Self::Gone => Ok(()),
        }
    }
}
