//! A mailbox on another server, read by IMAP (RFC 9051, and RFC 3501 before it): as much of it as taking mail out of one
//! folder needs. Every wait has an end and every answer a bound, whatever the server says.
//!
//! Not: what the mail is (`bounce`), nor what becomes of it.

mod error;
mod session;
mod wire;

#[cfg(test)]
pub(crate) mod scripted;
#[cfg(test)]
mod tests;

pub use self::{
    error::ImapError,
    session::{FetchedMail, ImapLogin, ImapServer, ImapSession, NewsOfMailbox, PATIENCE},
};
