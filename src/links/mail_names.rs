//! What a mail is called by in its own headers, a reader's token in each: where it comes back to, where an opinion on it
//! is mailed, its Message-ID, and the address whose mail unsubscribes. No page has a part in them.

use super::{
    LinkSigner,
    key_ring::TokenBinding,
    token::{self, TokenPurpose},
};
use crate::{address::Address, audience::SubscriberId};

/// What stands before the token in a reader's own return-path.
pub(super) const BOUNCE: &str = "bounce";
/// What stands before the token in the address that a reader's opinion is mailed to.
pub(super) const FEEDBACK: &str = "feedback";

impl LinkSigner {
    /// A mailto: that unsubscribes, for publications without pages and for the header.
    #[must_use]
    pub(crate) fn unsubscribe_mailto(&self, mailbox: &Address, reader: SubscriberId) -> String {
        let mut url = String::new();
        self.push_unsubscribe_mailto(mailbox, reader, &mut url);
        url
    }

    /// The local part of the reader's own return-path, `bounce+TOKEN` (VERP): it names the batch too, and
    /// lives through mail systems that fold its case.
    #[must_use]
    pub fn bounce_local_part(&self, reader: SubscriberId) -> String {
        let mut local = String::with_capacity(64);
        local.push_str(BOUNCE);
        local.push('+');
        let key = self.keys.signing(TokenPurpose::Bounce, self.binding);
        match self.binding {
            TokenBinding::Marked => {
                token::push_delivery_token(key, (reader, self.batch), b"", &mut local);
            }
            TokenBinding::Unmarked => {
                for byte in short_number(reader) {
                    push_hex(byte, &mut local);
                }
                for byte in token::mac(key, &[&reader.0.to_be_bytes(), b""]) {
                    push_hex(byte, &mut local);
                }
            }
        }
        local
    }

    /// The local part of the address that the reader's opinion on the batch's issue is mailed to,
    /// `feedback+TOKEN`: as much of a mail system's folding it lives through as a return-path.
    #[must_use]
    pub fn feedback_local_part(&self, reader: SubscriberId) -> String {
        let mut local = String::with_capacity(64);
        self.push_feedback_local_part(reader, &mut local);
        local
    }

    /// The part of the Message-ID before the `@`: the same for one issue and reader, however often
    /// it is tried; nobody else can guess it.
    #[must_use]
    pub fn message_id(&self, reader: SubscriberId, issue: &str) -> String {
        let mut id = String::with_capacity(64);
        self.push_message_id(reader, issue, &mut id);
        id
    }

    // The same, appended to what the caller has.

    pub(crate) fn push_unsubscribe_mailto(
        &self,
        mailbox: &Address,
        reader: SubscriberId,
        out: &mut String,
    ) {
        out.push_str("mailto:");
        out.push_str(mailbox.as_str());
        out.push_str("?subject=unsubscribe%20");
        self.push_lasting(TokenPurpose::Unsubscribe, reader, b"", out);
    }

    pub(crate) fn push_feedback_local_part(&self, reader: SubscriberId, out: &mut String) {
        let key = self
            .keys
            .signing(TokenPurpose::FeedbackAddress, TokenBinding::Marked);
        out.push_str(FEEDBACK);
        out.push('+');
        token::push_delivery_token(key, (reader, self.batch), b"", out);
    }

    pub(crate) fn push_message_id(&self, reader: SubscriberId, issue: &str, out: &mut String) {
        let key = self.keys.signing(TokenPurpose::MessageId, self.binding);
        match self.binding {
            TokenBinding::Marked => {
                token::push_delivery_token(key, (reader, self.batch), issue.as_bytes(), out);
            }
            TokenBinding::Unmarked => {
                for byte in token::mac(key, &[&reader.0.to_be_bytes(), issue.as_bytes()]) {
                    push_hex(byte, out);
                }
            }
        }
    }
}

/// The number in as few bytes as it takes.
fn short_number(reader: SubscriberId) -> impl Iterator<Item = u8> {
    let bytes = reader.0.to_be_bytes();
    bytes.into_iter().skip_while(|byte| *byte == 0)
}

fn push_hex(byte: u8, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.push(char::from(DIGITS[usize::from(byte >> 4)]));
    out.push(char::from(DIGITS[usize::from(byte & 15)]));
}
