//! Who reads: subscribers, consent, suppressions; subscribers.yaml and CSV as streams of entries.
//! Not: where they are kept (`store`).

pub(crate) mod export;
pub(crate) mod field;
pub(crate) mod file;
#[cfg(test)]
pub(crate) mod fixture;
pub mod import;
pub mod membership;

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use self::membership::signup::KeptProof;
use crate::address::Address;

/// A reader's number in the store; never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SubscriberId(pub i64);

/// A person on the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subscriber {
    /// The store's number.
    pub id: SubscriberId,
    /// What the list knows of them.
    #[serde(flatten)]
    pub profile: Profile,
    /// Whether they get mail.
    pub state: SubscriberState,
    /// What brought them here first.
    pub origin: Origin,
    /// When they came.
    pub created_at: DateTime<Utc>,
}

/// What a file, a form or an import says of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// The address.
    pub email: Address,
    /// The name used in the salutation; free of control characters.
    pub name: Option<String>,
    /// The editions they chose. None: all, future ones too.
    pub editions: Option<BTreeSet<String>>,
    /// The sender's labels.
    pub tags: BTreeSet<String>,
    /// Their zone, for `by_reader_timezone`.
    pub timezone: Option<Tz>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// That they agreed, when, and where.
    pub consent: Option<Consent>,
}

/// A recorded consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// When; a consent without a date is a finding.
    pub at: Option<DateTime<FixedOffset>>,
    /// `web form`, `import:stibee`, …
    pub source: Option<String>,
}

/// A consent that a later one replaced: proof is never thrown away, save by erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PastConsent {
    /// As it was.
    pub consent: Consent,
    /// Until when it was the one that counted.
    pub replaced_at: DateTime<Utc>,
}

/// Whether a subscriber gets mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriberState {
    /// Gets mail.
    Active,
    /// Signed up, not yet confirmed.
    Unconfirmed,
    /// Gone from the file that had brought them.
    Inactive,
}

/// Who said so: a person's own act wins over the operator's, which wins over the file's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// subscribers.yaml.
    File,
    /// A CSV import.
    Import,
    /// `subscribers add`.
    Operator,
    /// The person's own form or link.
    Person,
}

/// Why an address gets no mail, whatever the list says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuppressionReason {
    /// They left.
    Unsubscribed,
    /// The address does not exist.
    HardBounce,
    /// They called it spam.
    Complaint,
    /// The operator said so.
    Manual,
    /// They asked to be erased; only the keyed hash remains.
    Erased,
}

/// An address that gets no mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suppression {
    /// The address; None once erased.
    pub email: Option<Address>,
    /// Why.
    pub reason: SuppressionReason,
    /// The relay's words, the import's file name, …
    pub detail: Option<String>,
    /// Since when.
    pub at: DateTime<Utc>,
}

/// Somebody of another list of ours, with all that it knew of them but their number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newcomer {
    /// What the list knew of them.
    pub profile: Profile,
    /// Whether they got mail.
    pub state: SubscriberState,
    /// What brought them there first.
    pub origin: Origin,
    /// When they came there.
    pub created_at: DateTime<Utc>,
    /// The consents that later ones replaced there, the first of them first.
    pub past_consents: Vec<PastConsent>,
    /// The proofs of what they agreed to there.
    pub proofs: Vec<KeptProof>,
    /// What kept them from mail.
    pub suppression: Option<Suppression>,
}

/// Somebody who left and of whom only a keyed hash remains – they were erased, or this copy of the list
/// never had their address – with the key, without which nobody would know the address again.
#[derive(Clone, PartialEq, Eq)]
pub struct HashedDeparture {
    /// Of HMAC-SHA256.
    pub key: Vec<u8>,
    /// Of the address's key.
    pub hash: Vec<u8>,
    /// Why they get no mail.
    pub reason: SuppressionReason,
    /// Since when.
    pub at: DateTime<Utc>,
}

impl std::fmt::Debug for HashedDeparture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HashedDeparture")
            .field("reason", &self.reason)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// What composing a message needs to know of a reader. Streamed by the million: keep it small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// The store's number.
    pub id: SubscriberId,
    /// The address.
    pub email: Address,
    /// The name, where known.
    pub name: Option<String>,
    /// BCP 47 tag, where they named one.
    pub language: Option<String>,
    /// The sender's labels, sorted.
    pub tags: Vec<String>,
}

impl SubscriberState {
    pub(crate) const ALL: [Self; 3] = [Self::Active, Self::Unconfirmed, Self::Inactive];

    /// The one of that word.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }

    /// The word for it, in tables and on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Unconfirmed => "unconfirmed",
            Self::Inactive => "inactive",
        }
    }
}

impl Origin {
    pub(crate) const ALL: [Self; 4] = [Self::File, Self::Import, Self::Operator, Self::Person];

    /// The one of that word.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }

    /// The word for it, in tables.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Import => "import",
            Self::Operator => "operator",
            Self::Person => "person",
        }
    }
}

impl SuppressionReason {
    pub(crate) const ALL: [Self; 5] = [
        Self::Unsubscribed,
        Self::HardBounce,
        Self::Complaint,
        Self::Manual,
        Self::Erased,
    ];

    /// The one of that word.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }

    /// The word for it, in tables and on the command line.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Unsubscribed => "unsubscribed",
            Self::HardBounce => "hard_bounce",
            Self::Complaint => "complaint",
            Self::Manual => "manual",
            Self::Erased => "erased",
        }
    }
}

impl Reader {
    /// What composing needs of a profile.
    #[must_use]
    pub(crate) fn of(id: SubscriberId, profile: &Profile) -> Self {
        Self {
            id,
            email: profile.email.clone(),
            name: profile.name.clone(),
            language: profile.language.clone(),
            tags: profile.tags.iter().cloned().collect(),
        }
    }
}
