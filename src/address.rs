//! Mail addresses and mailboxes: what we accept, how two are compared, how one is shown.
//! Not: who reads (`audience`), nor how headers are written (`message`).

use std::fmt;

use serde::{Deserialize, Serialize};

/// An address that we are willing to mail: `local@domain`, the domain in its ASCII (punycode)
/// lower-case form, the local part as the person wrote it.
///
/// Policy (stricter than RFC 5321 §4.1.2, on purpose): an unquoted ASCII dot-atom before the `@`,
/// a registrable-looking domain (two labels or more, no IP literal), at most 64 + 1 + 255 octets.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    text: String,
    at: usize,
}

/// Why a text is not an [`Address`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct AddressError {
    reason: String,
}

impl Address {
    /// Parses and normalises an address.
    ///
    /// # Errors
    /// When the text breaks the policy; the error says which part and why.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        // Replaced by the full policy together with its tests.
        let at = text.rfind('@').ok_or_else(|| AddressError {
            reason: "has no @".into(),
        })?;
        Ok(Self {
            text: text.to_owned(),
            at,
        })
    }

    /// The address as it goes into SMTP and headers.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part before the `@`.
    #[must_use]
    pub fn local(&self) -> &str {
        &self.text[..self.at]
    }

    /// The domain in ASCII lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// The key under which two spellings are one reader: the whole address in ASCII lower case.
    /// No dot or plus folding.
    #[must_use]
    pub fn key(&self) -> String {
        self.text.to_ascii_lowercase()
    }

    /// For logs: `m***@example.com`.
    #[must_use]
    pub fn masked(&self) -> String {
        let first: String = self.text.chars().take(1).collect();
        format!("{first}***@{}", self.domain())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        Self::parse(&text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.text
    }
}

/// A name and an address: `데일리 노트 <hello@example.com>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// The display name, free of control characters.
    pub name: Option<String>,
    /// The address.
    pub address: Address,
}
