//! RenderedIssue + reader → the exact bytes of one message: headers, MIME, DKIM.
//! The hot path: synchronous and pure; no clock, no template engine, no network.

use crate::address::Address;

/// Who the relay is told the message is from and for (RFC 5321 §2.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The return-path; None is the null sender `<>`.
    pub from: Option<Address>,
    /// The one recipient.
    pub to: Address,
}

/// A message ready for the wire: CRLF line ends, 7bit, not yet dot-stuffed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Envelope.
    pub envelope: Envelope,
    /// Headers and body.
    pub bytes: Vec<u8>,
}
