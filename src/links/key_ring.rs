//! Which secrets sign and verify a list's tokens. Each purpose has a key of its own, made of the secret and
//! of the list's mark: another list under the same secret, or a fresh state, takes none of them.

use aws_lc_rs::hmac;

use super::token::{TokenError, TokenPurpose};
use crate::audience::SubscriberId;

/// The secrets of a publication's links. Ones that leaked are none of them.
#[derive(Clone)]
pub struct LinkSecrets {
    /// Signs, and verifies everything.
    pub current: Vec<u8>,
    /// Signed before, and verify departures alone: old mail keeps its way out.
    pub retired: Vec<Vec<u8>>,
}

impl LinkSecrets {
    /// One that signs, and none before it.
    #[must_use]
    pub fn only(secret: &[u8]) -> Self {
        Self {
            current: secret.to_vec(),
            retired: Vec::new(),
        }
    }

    /// Those of a configuration, as they are written there.
    pub(crate) fn written(current: &str, retired: &[String]) -> Self {
        Self {
            current: current.into(),
            retired: retired.iter().map(|it| it.clone().into()).collect(),
        }
    }
}

impl std::fmt::Debug for LinkSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a secret and {} retired ones", self.retired.len())
    }
}

/// What binds tokens to one list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListMark {
    /// The list's own mark, which its backups share.
    pub mark: String,
    /// Readers up to this number may hold tokens of the time before tokens carried the mark; 0 in a list
    /// that is younger.
    pub last_unmarked: SubscriberId,
}

impl ListMark {
    /// The mark of a list that never wrote a token without it.
    #[must_use]
    pub fn new(mark: &str) -> Self {
        Self {
            mark: mark.to_owned(),
            last_unmarked: SubscriberId(0),
        }
    }
}

/// How a token was bound to its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenBinding {
    /// By the list's mark.
    Marked,
    /// Not at all, as tokens were once.
    Unmarked,
}

/// The keys of one list.
pub(super) struct KeyRing {
    marked: PurposeKeys,
    unmarked: PurposeKeys,
    last_unmarked: SubscriberId,
    /// Of the secrets that were retired, with and without the mark.
    retired: Vec<(PurposeKeys, PurposeKeys)>,
}

/// A key a purpose.
struct PurposeKeys([hmac::Key; TokenPurpose::ALL.len()]);

impl KeyRing {
    pub(super) fn new(secrets: &LinkSecrets, list: &ListMark) -> Self {
        let both = |secret: &[u8]| {
            let unmarked =
                PurposeKeys::new(secret, |purpose| format!("daily-note links 1 {purpose:?}"));
            let marked = PurposeKeys::new(secret, |purpose| {
                format!("daily-note links 2 {purpose:?} {}", list.mark)
            });
            (marked, unmarked)
        };
        let (marked, unmarked) = both(&secrets.current);
        Self {
            marked,
            unmarked,
            last_unmarked: list.last_unmarked,
            retired: secrets.retired.iter().map(|secret| both(secret)).collect(),
        }
    }

    /// The key that signs for that purpose.
    pub(super) fn signing(&self, purpose: TokenPurpose, binding: TokenBinding) -> &hmac::Key {
        match binding {
            TokenBinding::Marked => self.marked.of(purpose),
            TokenBinding::Unmarked => self.unmarked.of(purpose),
        }
    }

    /// All keys of a purpose that carry the list's mark: the one that signs, and those that did.
    pub(super) fn all(&self, purpose: TokenPurpose) -> impl Iterator<Item = &hmac::Key> {
        let retired = self.retired.iter().map(|(marked, _)| marked);
        std::iter::once(&self.marked)
            .chain(retired)
            .map(move |keys| keys.of(purpose))
    }

    /// Whether one of the keys that may verify a token of that reader and purpose does.
    pub(super) fn verify(
        &self,
        purpose: TokenPurpose,
        reader: SubscriberId,
        is_under: impl Fn(&hmac::Key) -> bool,
    ) -> Result<(), TokenError> {
        let is_old_enough = reader <= self.last_unmarked && purpose.was_ever_unmarked();
        let is_current = is_under(self.marked.of(purpose))
            || is_old_enough && is_under(self.unmarked.of(purpose));
        let is_retired = || {
            purpose == TokenPurpose::Unsubscribe
                && self.retired.iter().any(|(marked, unmarked)| {
                    is_under(marked.of(purpose)) || is_old_enough && is_under(unmarked.of(purpose))
                })
        };
        match is_current || is_retired() {
            true => Ok(()),
            false => Err(TokenError::NotOurs),
        }
    }
}

impl PurposeKeys {
    fn new(secret: &[u8], label: impl Fn(TokenPurpose) -> String) -> Self {
        let root = hmac::Key::new(hmac::HMAC_SHA256, secret);
        Self(TokenPurpose::ALL.map(|purpose| {
            let key = hmac::sign(&root, label(purpose).as_bytes());
            hmac::Key::new(hmac::HMAC_SHA256, key.as_ref())
        }))
    }

    fn of(&self, purpose: TokenPurpose) -> &hmac::Key {
        &self.0[purpose as usize]
    }
}
