//! Why a mailbox can't be read, in words for the operator.

use std::{io, time::Duration};

/// Why a mailbox can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ImapError {
    /// Nobody answers there.
    #[error("{host} can't be connected to")]
    Connect {
        /// Of `bounces.imap.url`.
        host: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The certificate, or no TLS at all.
    #[error("{host} can't be talked to securely")]
    Tls {
        /// Of `bounces.imap.url`.
        host: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The connection broke.
    #[error("the connection broke off")]
    Broken(#[from] io::Error),
    /// The server closed the connection.
    #[error("the server closed the connection")]
    Closed,
    /// Too slow.
    #[error("no answer within {0:?}")]
    Slow(Duration),
    /// The login.
    #[error("the server refuses the login: {0}")]
    Login(String),
    /// A command.
    #[error("the server refuses {command}: {words}")]
    Refused {
        /// Without its arguments.
        command: &'static str,
        /// The server's.
        words: String,
    },
    /// An answer that is none, or larger than any.
    #[error("the server's answer can't be read: {0}")]
    Nonsense(&'static str),
}

impl ImapError {
    /// Whether only a person can help: the login and the certificate won't mend themselves.
    #[must_use]
    pub fn needs_a_person(&self) -> bool {
        matches!(self, Self::Login(_) | Self::Tls { .. })
    }
}
