//! What a column of a table is to us, and the word for it on the command line. Not: how a column is
//! known by its name (`names`).

use crate::words::phrased;
use std::str::FromStr;

/// What a column is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubscriberField {
    /// The address.
    Email,
    /// The whole name.
    Name,
    /// A given name.
    FirstName,
    /// A family name.
    LastName,
    /// Keys of editions, with commas between them.
    Editions,
    /// Tags, with commas between them.
    Tags,
    /// An IANA time zone.
    Timezone,
    /// A language tag.
    Language,
    /// When they agreed.
    ConsentAt,
    /// When they confirmed, where that is told apart.
    ConfirmedAt,
    /// When they came, which is the best that is known where nobody wrote down the consent.
    JoinedAt,
    /// Where they agreed.
    ConsentSource,
    /// Active, unsubscribed, bounced, …
    Status,
    /// Whether they agreed to mail: yes or no.
    Subscribed,
    /// Whether they confirmed: yes or no.
    Confirmed,
    /// Whether they are active there: yes or no.
    Enabled,
    /// Whether they agreed to advertising, which is another thing than the newsletter: yes or no.
    Advertising,
    /// Whether they left, or were blocked: yes, no, or when.
    OptedOut,
    /// Whether the address was found dead: yes, no, or when.
    Bounced,
    /// Whether they called it spam: yes, no, or when.
    Complained,
    /// Substack's `email_disabled`: true where they switched mail off.
    MailDisabled,
    /// Our own export: why they get no mail.
    Suppressed,
    /// When they left, or why: anything but a no is a departure.
    LeftAt,
    /// When the address was found dead, or why.
    BouncedAt,
    /// Why they left, in somebody's words.
    Detail,
    /// A JSON object with more of them (listmonk's attributes, Buttondown's metadata).
    More,
    /// Our own export: what brought them first.
    Origin,
    /// Our own export: when they came.
    CreatedAt,
    /// Our own export: consents that later ones replaced.
    PastConsents,
    /// Our own export: what proves the consents, or words that were agreed to.
    ConsentProofs,
    /// Of no use to us.
    Ignored,
}

impl SubscriberField {
    /// The fields that `--map` can name, and their words.
    pub(crate) const WORDS: [(&'static str, Self); 24] = [
        ("email", Self::Email),
        ("name", Self::Name),
        ("first_name", Self::FirstName),
        ("last_name", Self::LastName),
        ("editions", Self::Editions),
        ("tags", Self::Tags),
        ("timezone", Self::Timezone),
        ("language", Self::Language),
        ("consent_at", Self::ConsentAt),
        ("confirmed_at", Self::ConfirmedAt),
        ("joined_at", Self::JoinedAt),
        ("consent_source", Self::ConsentSource),
        ("status", Self::Status),
        ("subscribed", Self::Subscribed),
        ("confirmed", Self::Confirmed),
        ("enabled", Self::Enabled),
        ("advertising", Self::Advertising),
        ("opted_out", Self::OptedOut),
        ("bounced", Self::Bounced),
        ("complained", Self::Complained),
        ("left_at", Self::LeftAt),
        ("bounced_at", Self::BouncedAt),
        ("detail", Self::Detail),
        ("ignore", Self::Ignored),
    ];

    /// The word for it; None for what only a known service's file has.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::MailDisabled => "mail_disabled",
            Self::Suppressed => "suppressed",
            Self::More => "more",
            Self::Origin => "origin",
            Self::CreatedAt => "created_at",
            field => Self::WORDS
                .iter()
                .find(|(_, known)| *known == field)
                .map_or("ignore", |(word, _)| word),
        }
    }
}

impl FromStr for SubscriberField {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::WORDS.iter().find(|(word, _)| *word == text);
        known.map(|(_, field)| *field).ok_or_else(|| {
            let words: Vec<&str> = Self::WORDS.iter().map(|(word, _)| *word).collect();
            phrased!("`{text}` is none of {what}", what = words.join(", "))
        })
    }
}
