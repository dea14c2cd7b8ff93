//! DKIM signatures (RFC 6376, RFC 8463): rsa-sha256 and, where there is a second key,
//! ed25519-sha256, relaxed/relaxed, over the whole body.
//!
//! The signatures' place in front of the message is left free while it is written, since their
//! length is known; so a message is written once and moved never.

mod key;
mod relaxed;

use std::{fmt::Write, path::Path};

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};

use crate::publication::DkimSettings;

use key::PrivateKey;
pub use key::{DnsRecord, NewKey};
pub use relaxed::BegunBody;

/// Why nothing can be signed. A batch stops at it: nothing leaves unsigned where signing is set up.
#[derive(Debug, thiserror::Error)]
pub enum DkimError {
    /// The key's file cannot be read.
    #[error("failed to read the DKIM key `{path}`")]
    Unreadable {
        /// Relative to the publication's root.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// Not a PEM private key.
    #[error("the DKIM key {what} is not usable: {reason}")]
    Rejected {
        /// The file, or where else the key is from.
        what: String,
        /// Why.
        reason: String,
    },
    /// The domain or selector would break the header.
    #[error("`{0}` cannot be a DKIM domain or selector")]
    Name(String),
    /// The signature could not be made.
    #[error("the DKIM signature could not be made")]
    Sign,
    /// No key could be made.
    #[error("no key could be generated")]
    Generate,
}

/// Signed where present, and safe from being added where not (RFC 6376 §5.4.2).
const SIGNED: [&str; 14] = [
    "from",
    "to",
    "subject",
    "reply-to",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "list-archive",
    "list-help",
    "archived-at",
    "feedback-id",
    "content-language",
    "mime-version",
    "content-type",
];
/// Never written by us, and named all the same, so that none can be put on top.
const ABSENT: [&str; 1] = ["cc"];
/// Left out where the relay rewrites them.
const DATED: [&str; 2] = ["date", "message-id"];

/// Signs messages under one domain.
pub struct Signer {
    signatures: Vec<Signature>,
    signed: Vec<&'static str>,
}

/// One DKIM-Signature header in the making.
struct Signature {
    key: PrivateKey,
    selector: String,
    domain: String,
    /// Up to the value of `t=`.
    opening: String,
    /// From after `t=` up to the value of `bh=`.
    middle: String,
}

impl Signer {
    /// Reads the keys.
    ///
    /// # Errors
    /// A key that is missing, unreadable, of the wrong kind or too short.
    pub fn load(settings: &DkimSettings, root: &Path) -> Result<Self, DkimError> {
        let mut signed = SIGNED.to_vec();
        if settings.sign_date {
            signed.extend(DATED);
        }
        // Each is named once more than it occurs: a second one on top, which most programs would show
        // instead, breaks the signature (RFC 6376 §8.15).
        signed.extend_from_within(..);
        signed.extend(ABSENT);
        let rsa = PrivateKey::load_rsa(&settings.key, root)?;
        let mut signatures = vec![Signature::new(rsa, settings, &settings.selector, &signed)?];
        if let Some((selector, source)) = &settings.ed25519 {
            let ed25519 = PrivateKey::load_ed25519(source, root)?;
            signatures.push(Signature::new(ed25519, settings, selector, &signed)?);
        }
        Ok(Self { signatures, signed })
    }

    /// What DNS must say for the signatures to verify.
    #[must_use]
    pub fn records(&self) -> Vec<DnsRecord> {
        let record = |signature: &Signature| {
            DnsRecord::new(&signature.selector, &signature.domain, &signature.key)
        };
        self.signatures.iter().map(record).collect()
    }

    /// The bytes that the signature headers take.
    #[must_use]
    pub fn room_bytes(&self) -> usize {
        self.signatures.iter().map(Signature::length_bytes).sum()
    }

    /// Signs a message that stands behind [`Signer::room_bytes`] bytes of any kind, and puts the
    /// signature headers in their place. `shared` is the rest of its body, which stands elsewhere; empty where all
    /// of it is here. Where the body begins as `begun` does, that is not hashed again.
    ///
    /// # Errors
    /// When the message has no room or no end of its header, or the key fails.
    pub fn sign_in_place(
        &self,
        message: &mut [u8],
        shared: &[u8],
        begun: Option<&BegunBody>,
        date: DateTime<Utc>,
    ) -> Result<(), DkimError> {
        let (room, rest) = message
            .split_at_mut_checked(self.room_bytes())
            .ok_or(DkimError::Sign)?;
        let header_end = memchr::memmem::find(rest, b"\r\n\r\n").ok_or(DkimError::Sign)?;
        let (header, body) = rest.split_at(header_end + 2);
        let body_hash = STANDARD.encode(relaxed::body_hash(&body[2..], shared, begun));
        let mut canonical = relaxed::headers(header, &self.signed);
        let fixed = canonical.len();
        // Ten digits from 2001 to 2286: the room depends on it.
        let time = date.timestamp().clamp(0, 9_999_999_999);
        let mut at = 0;
        for signature in &self.signatures {
            let unsigned = signature.unsigned(time, &body_hash);
            canonical.truncate(fixed);
            relaxed::push_header(unsigned.as_bytes(), &mut canonical);
            let signed = signature.signed(unsigned, &canonical)?;
            let end = at + signed.len();
            room.get_mut(at..end)
                .ok_or(DkimError::Sign)?
                .copy_from_slice(signed.as_bytes());
            at = end;
        }
        if at == room.len() {
            Ok(())
        } else {
            Err(DkimError::Sign)
        }
    }

    /// A message with its signatures in front: [`Signer::sign_in_place`] for what was written
    /// without room for them.
    ///
    /// # Errors
    /// As `sign_in_place`.
    pub fn sign(&self, message: &[u8], date: DateTime<Utc>) -> Result<Vec<u8>, DkimError> {
        let mut signed = vec![0; self.room_bytes()];
        signed.extend_from_slice(message);
        self.sign_in_place(&mut signed, &[], None, date)?;
        Ok(signed)
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.signatures.iter().map(|s| (&s.domain, &s.selector));
        f.debug_list().entries(names).finish()
    }
}

/// Columns of a line of the signature's base64.
const LINE: usize = 72;

impl Signature {
    fn new(
        key: PrivateKey,
        settings: &DkimSettings,
        selector: &str,
        signed: &[&str],
    ) -> Result<Self, DkimError> {
        for name in [selector, &settings.domain] {
            let is_name = name.len() <= 253
                && name.split('.').all(|label| {
                    !label.is_empty()
                        && label
                            .bytes()
                            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
                });
            if !is_name {
                return Err(DkimError::Name(name.escape_debug().to_string()));
            }
        }
        let algorithm = key.algorithm();
        let domain = &settings.domain;
        Ok(Self {
            opening: format!(
                "DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed;\r\n d={domain}; s={selector};\r\n t="
            ),
            middle: format!(";\r\n h={};\r\n bh=", folded_names(signed)),
            key,
            selector: selector.to_owned(),
            domain: domain.clone(),
        })
    }

    /// The header with an empty `b=`, without its line end.
    fn unsigned(&self, time: i64, body_hash: &str) -> String {
        let mut header = String::with_capacity(self.length_bytes());
        header.push_str(&self.opening);
        // Writing to a String cannot fail.
        let _ = write!(header, "{time:010}");
        header.push_str(&self.middle);
        header.push_str(body_hash);
        header.push_str(";\r\n b=");
        header
    }

    /// The header with its signature and line end.
    fn signed(&self, mut header: String, canonical: &[u8]) -> Result<String, DkimError> {
        let signature = STANDARD.encode(self.key.sign(canonical)?);
        let mut rest = signature.as_str();
        while rest.len() > LINE {
            let (line, after) = rest.split_at(LINE);
            header.push_str(line);
            header.push_str("\r\n ");
            rest = after;
        }
        header.push_str(rest);
        header.push_str("\r\n");
        Ok(header)
    }

    fn length_bytes(&self) -> usize {
        let hash = digest::SHA256_OUTPUT_LEN.div_ceil(3) * 4;
        let signature = self.key.signature_bytes().div_ceil(3) * 4;
        let folds = (signature - 1) / LINE * "\r\n ".len();
        self.opening.len()
            + 10
            + self.middle.len()
            + hash
            + ";\r\n b=".len()
            + signature
            + folds
            + 2
    }
}

fn folded_names(names: &[&str]) -> String {
    let mut folded = String::new();
    let mut column = 3;
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            folded.push(':');
            column += 1;
        }
        if column + name.len() > LINE {
            folded.push_str("\r\n ");
            column = 1;
        }
        folded.push_str(name);
        column += name.len();
    }
    folded
}
