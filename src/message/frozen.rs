//! What a batch freezes of an issue, as bytes for the store and back.

use serde::{Deserialize, Serialize};

use crate::{fingerprint::sha256_hex, render::Composition};

use super::{keys::FrozenKeys, settings::HeaderSettings};

/// Everything that the messages of one batch are made from, apart from the readers and the keys.
/// The same frozen issue and reader make the same bytes, whatever has happened to the files.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FrozenIssue {
    /// The issue's identity.
    pub issue: String,
    /// The edition's key.
    pub edition: String,
    /// Templates, context and images.
    pub composition: Composition,
    /// What the headers say.
    pub headers: HeaderSettings,
    /// Which keys its messages are made with; None: it is carried by the machine that froze it alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<FrozenKeys>,
}

/// A frozen issue with what the ledger knows of it: what a later version would write may differ, and
/// rows remember content by its hash.
#[derive(Debug, Clone)]
pub struct FrozenContent {
    /// The issue.
    pub frozen: FrozenIssue,
    /// The bytes that the store keeps.
    pub bytes: Vec<u8>,
    /// Their hash.
    pub hash: String,
}

impl FrozenContent {
    /// An issue on its way into the ledger.
    ///
    /// # Errors
    /// When the composition's context cannot be written as JSON.
    pub(crate) fn new(frozen: FrozenIssue) -> Result<Self, FrozenError> {
        let bytes = frozen.to_bytes()?;
        let hash = FrozenIssue::hash(&bytes);
        Ok(Self {
            frozen,
            bytes,
            hash,
        })
    }
}

/// Frozen content that cannot be read back.
#[derive(Debug, thiserror::Error)]
#[error("the frozen issue in the store cannot be read")]
pub struct FrozenError(#[source] serde_json::Error);

impl FrozenIssue {
    /// The form that the store keeps. The same content has the same bytes.
    ///
    /// # Errors
    /// When the composition's context cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, FrozenError> {
        serde_json::to_vec(self).map_err(FrozenError)
    }

    /// Back from the store.
    ///
    /// # Errors
    /// When these are not the bytes of a frozen issue.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrozenError> {
        serde_json::from_slice(bytes).map_err(FrozenError)
    }

    /// The hash under which the store keeps these bytes: SHA-256 in hexadecimal.
    #[must_use]
    pub fn hash(bytes: &[u8]) -> String {
        sha256_hex(bytes)
    }
}
