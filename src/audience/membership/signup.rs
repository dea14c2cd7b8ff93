//! A wish to subscribe as a form brings it: what it says, what was shown above its button, and what is kept as
//! proof once it is confirmed. Not: how many of them are let pass (`store::signup_limits`).

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::{address::Address, fingerprint::sha256_hex};

/// The words above a form's button, which whoever pressed it agreed to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConsentWording {
    /// SHA-256 of the text, in hexadecimal digits.
    pub hash: String,
    /// The text, exactly as it was shown.
    pub text: String,
    /// BCP 47 tag of the language that it was shown in.
    pub language: String,
}

/// What a form asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignupAsk {
    /// Whom to subscribe, as the form says.
    pub email: Address,
    /// The name in the salutation.
    pub name: Option<String>,
    /// The editions. None: all, future ones too.
    pub editions: Option<BTreeSet<String>>,
    /// The language of the form.
    pub language: Option<String>,
    /// The zone of the browser, where it said one.
    pub timezone: Option<Tz>,
    /// What was shown.
    pub wording: ConsentWording,
    /// The box for advertising; None: there was none.
    pub agreed_to_ads: Option<bool>,
    /// The page that the form stood on.
    pub page: Option<String>,
    /// The network that it came from, cut already; None unless the publication asks for it.
    pub network: Option<String>,
    /// The client's prefix (/24, /56): its hash alone is kept, for the limits.
    pub prefix: String,
    /// Nothing shows that the form stood open for as long as a person takes.
    pub is_hurried: bool,
}

/// What is kept to prove a consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentProof {
    /// When the form was sent.
    pub asked_at: DateTime<Utc>,
    /// When it was confirmed from the address.
    pub confirmed_at: DateTime<Utc>,
    /// What was shown.
    pub wording: ConsentWording,
    /// The page that the form stood on.
    pub page: Option<String>,
    /// The editions that were asked for. None: all.
    pub editions: Option<BTreeSet<String>>,
    /// The box for advertising.
    pub agreed_to_ads: Option<bool>,
    /// The network, cut, where the publication asks for it.
    pub network: Option<String>,
}

/// A proof beside the consent that it is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptProof {
    /// The moment of that consent, by which the proof is found.
    pub consent_at: DateTime<FixedOffset>,
    /// What was shown, asked and confirmed.
    #[serde(flatten)]
    pub proof: ConsentProof,
}

impl ConsentWording {
    /// That text, known by its hash.
    #[must_use]
    pub fn new(text: impl Into<String>, language: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            hash: sha256_hex(text.as_bytes()),
            text,
            language: language.into(),
        }
    }
}

/// Domains of one provider under several names.
const SAME_MAILBOXES: [(&str, &str); 1] = [("googlemail.com", "gmail.com")];

/// The mailbox behind an address, as far as the limits go: plus tags and dots are left out, which many providers
/// ignore, so that a thousand spellings of one mailbox are one. The list folds nothing: there, each is a reader.
#[must_use]
pub fn folded_mailbox(email: &Address) -> String {
    let key = email.key();
    let (local, domain) = key.rsplit_once('@').unwrap_or((&key, ""));
    let (before_tag, _) = local.split_once('+').unwrap_or((local, ""));
    let plain: String = before_tag.chars().filter(|c| *c != '.').collect();
    // A local part that is nothing but a tag is its own.
    let plain = match plain.is_empty() {
        true => local.to_owned(),
        false => plain,
    };
    let same = SAME_MAILBOXES.iter().find(|(other, _)| *other == domain);
    let domain = same.map_or(domain, |(_, domain)| domain);
    format!("{plain}@{domain}")
}
