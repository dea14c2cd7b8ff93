//! What a conversation is held over: a connection, or a socket in the file system.

use tokio::io::{AsyncRead, AsyncWrite};

/// What a conversation is held over.
pub(crate) trait MailStream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> MailStream for S {}
