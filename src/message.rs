//! RenderedIssue + reader → the exact bytes of one message: headers, MIME, DKIM.
//! The hot path: synchronous and pure; no clock, no template engine, no network.
//!
//! Once a kind of reader: the issue rendered with holes in place of values (`render::Outline`), its
//! pieces encoded (`variant`, `part`). Once a reader ([`Composer::compose`]): write the headers (`head`),
//! copy the pieces, fill and encode the holes, sign (`dkim`). [`Composer::compose_plain`] fills whole
//! texts and encodes them, and is what tests hold the fast way against.

mod composer;
pub mod dkim;
mod fields;
mod frozen;
mod head;
mod header;
mod keys;
mod letter;
mod mime;
mod part;
#[cfg(test)]
pub(crate) mod sample;
mod settings;
mod transfer;
mod variant;

pub use composer::Composer;
pub use frozen::{FrozenContent, FrozenError, FrozenIssue};
pub use keys::{FrozenKeys, MissingKey};
pub(crate) use letter::Letter;
pub use settings::HeaderSettings;
pub use transfer::TransferEncoding;

use crate::{address::Address, render::RenderError};

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

/// Why a message cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The templates do not render.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// What was frozen is not readable.
    #[error(transparent)]
    Frozen(#[from] FrozenError),
    /// A header that cannot be written as it is set.
    #[error("`{value}` cannot stand in {field}, which {reason}")]
    Header {
        /// Which.
        field: &'static str,
        /// The value, control characters escaped.
        value: String,
        /// What it wants.
        reason: &'static str,
    },
    /// A reader's address that would break the header; the list never has one.
    #[error("the address {masked} cannot stand in a header")]
    Address {
        /// Masked.
        masked: String,
    },
    /// An image whose type or Content-ID would break its header.
    #[error("the image `{file_name}` cannot travel in the message: its type or name is not valid")]
    Image {
        /// The suggested name.
        file_name: String,
    },
    /// No signature, no message.
    #[error(transparent)]
    Signature(#[from] dkim::DkimError),
}
