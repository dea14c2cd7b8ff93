//! Proofs that something is this list's own, for whoever holds its keys: which key signs, when a page was made, whether
//! an address answers for this list.

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};

use super::{
    LinkSigner, PublicPage, TimedToken,
    key_ring::TokenBinding,
    made,
    token::{self, TokenPurpose},
};
use crate::{audience::SubscriberId, fingerprint::hex};

impl LinkSigner {
    /// By what the key that signs is known to whoever has it, and to nobody else.
    #[must_use]
    pub(crate) fn fingerprint(&self) -> String {
        let signing = self.keys.signing(TokenPurpose::Probe, TokenBinding::Marked);
        fingerprint_of(signing)
    }

    /// Whether a key of that fingerprint is among those that sign or signed.
    #[must_use]
    pub(crate) fn knows(&self, fingerprint: &str) -> bool {
        let mut keys = self.keys.all(TokenPurpose::Probe);
        keys.any(|key| fingerprint_of(key) == fingerprint)
    }

    /// A page's proof of when it was made, for the form on it.
    #[must_use]
    pub fn form_seal(&self, made_at: DateTime<Utc>) -> String {
        let mut seal = String::new();
        let token = TimedToken {
            reader: SubscriberId(0),
            epoch: 0,
            until: made_at,
        };
        self.push_timed(TokenPurpose::Form, token, b"", &mut seal);
        seal
    }

    /// An address below `…/u/` that changes nothing and that only this list answers rightly.
    #[must_use]
    pub fn probe(&self, nonce: u32, until: DateTime<Utc>) -> Option<String> {
        let token = TimedToken {
            reader: SubscriberId(0),
            epoch: nonce,
            until,
        };
        made(|out| {
            self.push_page(PublicPage::Unsubscribe, out)?;
            self.push_timed(TokenPurpose::Probe, token, b"", out);
            Some(())
        })
    }
}

fn fingerprint_of(key: &hmac::Key) -> String {
    hex(&token::mac(key, &[b"which key"]))
}
