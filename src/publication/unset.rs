//! Secrets whose variable is not set. Writing, checking and looking need none of them, so each is told
//! where it is used, and a stand-in that leads nowhere is read in its place until then.

use super::Publication;
use crate::source::SourceError;

/// What a secret is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretUse {
    /// Handing mail to the relay.
    Relay,
    /// Signing it (DKIM).
    SigningKey,
    /// Signing readers' links.
    ReaderLinks,
    /// Telling a program.
    Webhook,
    /// The list and the ledger, where they are on a server.
    State,
}

/// A secret whose variable is not set.
#[derive(Debug, Clone)]
pub(super) struct UnsetSecret {
    pub(super) needed_for: SecretUse,
    pub(super) error: SourceError,
}

/// A secret that is used late.
pub(super) struct LateSecret {
    pub(super) needed_for: SecretUse,
    /// Read in its place: as good as the real one for everything but its use.
    pub(super) stand_in: &'static str,
}

/// Whether the value at that path of keys may wait until it is used.
pub(super) fn late(path: &[&str]) -> Option<LateSecret> {
    let (needed_for, stand_in) = match path {
        ["smtp", "url"] => (SecretUse::Relay, "smtp://unset.invalid"),
        ["smtp", "user" | "password" | "token" | "token_command"] => (SecretUse::Relay, "unset"),
        ["smtp", "dkim", "key"] | ["smtp", "dkim", "ed25519", "key"] => {
            (SecretUse::SigningKey, "unset")
        }
        ["storage"] => (SecretUse::State, "postgres://unset@unset.invalid/unset"),
        ["web", "secret", ..] => (
            SecretUse::ReaderLinks,
            "unset-unset-unset-unset-unset-unset",
        ),
        ["notify", "webhook", "url"] => (SecretUse::Webhook, "https://unset.invalid/"),
        ["notify", "webhook", "secret"] => {
            (SecretUse::Webhook, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        }
        _ => return None,
    };
    Some(LateSecret {
        needed_for,
        stand_in,
    })
}

impl Publication {
    /// Makes sure that the secrets which that needs are there.
    ///
    /// # Errors
    /// Each variable that is not set, at its place in daily-note.yaml.
    pub(crate) fn require_secrets(&self, uses: &[SecretUse]) -> Result<(), Vec<SourceError>> {
        let missing = self.unset.iter().filter(|it| uses.contains(&it.needed_for));
        let errors: Vec<SourceError> = missing.map(|it| it.error.clone()).collect();
        match errors.is_empty() {
            true => Ok(()),
            false => Err(errors),
        }
    }

    /// Whether the secrets which that needs are there.
    pub(crate) fn has_secrets(&self, of: SecretUse) -> bool {
        !self.unset.iter().any(|it| it.needed_for == of)
    }
}

impl SecretUse {
    /// What a send needs.
    pub(crate) const SENDING: [Self; 3] = [Self::Relay, Self::SigningKey, Self::ReaderLinks];
}
