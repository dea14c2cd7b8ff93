//! A mail that came back, as it was read. Nothing in it is proved (`proof`), and all of it is bounded.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{class::BounceClass, clues::Clues};
use crate::{address::Address, smtp::status::EnhancedCode};

/// The most recipients that are taken from one report.
pub(super) const MOST_RECIPIENTS: usize = 32;
/// The most characters of a report's words.
const MOST_WORDS: usize = 400;

/// A mail that came back, read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReturnedMail {
    /// What kind of mail it is.
    pub kind: ReturnedKind,
    /// What it says of whom: one at least in a `Bounce`, `Delayed` or `Delivered`.
    pub recipients: Vec<RecipientReport>,
    /// When what it tells happened, where it names a moment.
    pub moment: Option<DateTime<Utc>>,
    /// Its own sender, to be shown and never written to.
    pub from: Option<Address>,
    /// Its subject: one line, decoded and bounded.
    pub subject: String,
    /// What may name a reader and a batch.
    pub clues: Clues,
}

impl ReturnedMail {
    /// A mail of which only the kind is known.
    #[must_use]
    pub fn of_kind(kind: ReturnedKind) -> Self {
        Self {
            kind,
            recipients: Vec::new(),
            moment: None,
            from: None,
            subject: String::new(),
            clues: Clues::default(),
        }
    }

    /// What a provider tells of one recipient.
    #[must_use]
    pub(crate) fn of_answer(kind: ReturnedKind, recipient: RecipientReport) -> Self {
        let mut mail = Self::of_kind(kind);
        if let Some(address) = &recipient.address {
            mail.clues.push_recipient(address.clone());
        }
        mail.recipients.push(recipient);
        mail
    }

    /// The recipient whose class is the mail's: a dead one only where every one of them is dead, for a mailbox that
    /// is forwarded to two still has the other.
    #[must_use]
    pub fn verdict(&self) -> Option<&RecipientReport> {
        self.recipients
            .iter()
            .find(|recipient| !recipient.is_hard())
            .or_else(|| self.recipients.first())
    }

    /// The class of the whole mail.
    #[must_use]
    pub fn class(&self) -> Option<BounceClass> {
        self.verdict().map(|recipient| recipient.class)
    }
}

/// What kind of mail came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnedKind {
    /// Not delivered.
    Bounce,
    /// Not delivered yet; the other side goes on trying.
    Delayed,
    /// Delivered.
    Delivered,
    /// A reader's complaint, or what a provider tells of one (RFC 5965).
    Complaint(FeedbackType),
    /// Away, received, read: a program answered (RFC 3834, RFC 8098).
    AutoReply,
    /// A program wants to know whether a person writes.
    Challenge,
    /// Sent by the mailto: of a List-Unsubscribe, with a token that looks like ours.
    Unsubscribe,
    /// A person's answer.
    Answer {
        /// Whether it asks, in words, to be taken off the list.
        asks_to_leave: bool,
    },
    /// No mail, or nothing in it that can be read.
    Unreadable,
}

impl ReturnedKind {
    /// The word that the store, `--json` and the metrics write.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bounce => "bounce",
            Self::Delayed => "delayed",
            Self::Delivered => "delivered",
            Self::Complaint(_) => "complaint",
            Self::AutoReply => "auto_reply",
            Self::Challenge => "challenge",
            Self::Unsubscribe => "unsubscribe",
            Self::Answer { .. } => "answer",
            Self::Unreadable => "unreadable",
        }
    }
}

/// What a feedback report is about (RFC 5965 §7.3 and the IANA registry).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedbackType {
    /// Unwanted mail.
    Abuse,
    /// Fraud or phishing.
    Fraud,
    /// A virus.
    Virus,
    /// What was taken for spam is none.
    NotSpam,
    /// The reader wants no more of it.
    OptOut,
    /// A failure of SPF, DKIM or DMARC (RFC 6591).
    AuthFailure,
    /// Anything else.
    Other,
}

impl FeedbackType {
    /// Whether a reader complains: everything but a failed authentication and what is no spam after all.
    #[must_use]
    pub fn is_complaint(self) -> bool {
        !matches!(self, Self::NotSpam | Self::AuthFailure)
    }

    /// The word of the registry.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Abuse => "abuse",
            Self::Fraud => "fraud",
            Self::Virus => "virus",
            Self::NotSpam => "not-spam",
            Self::OptOut => "opt-out",
            Self::AuthFailure => "auth-failure",
            Self::Other => "other",
        }
    }

    /// The type of a word of the registry, in any case.
    #[must_use]
    pub(crate) fn of_word(word: &str) -> Self {
        match word.trim().to_ascii_lowercase().as_str() {
            "abuse" => Self::Abuse,
            "fraud" => Self::Fraud,
            "virus" => Self::Virus,
            "not-spam" => Self::NotSpam,
            "opt-out" | "opt-out-list" => Self::OptOut,
            "auth-failure" | "dmarc" => Self::AuthFailure,
            _ => Self::Other,
        }
    }
}

/// What a report says of one recipient.
#[derive(Debug, Clone, PartialEq)]
pub struct RecipientReport {
    /// Of whom; none where the report hides it.
    pub address: Option<Address>,
    /// What it says, in the field's vocabulary.
    pub class: BounceClass,
    /// The enhanced status code, where it names one.
    pub status: Option<EnhancedCode>,
    /// The SMTP reply code, where it names one.
    pub code: Option<u16>,
    /// The relay's words: one clean line, bounded. May hold an address: mask it before it leaves.
    pub words: String,
}

impl RecipientReport {
    /// Whether the address is dead. What is said with a code of for-now is not for good.
    #[must_use]
    pub fn is_hard(&self) -> bool {
        let is_for_now = self.status.is_some_and(|status| status.class == 4);
        self.class.is_hard() && !is_for_now
    }
}

/// One line without controls, bounded.
pub(super) fn clean_line(words: &str) -> String {
    let mut line = String::with_capacity(words.len().min(MOST_WORDS));
    let (mut is_space, mut length) = (true, 0);
    for character in words.chars().take(4 * MOST_WORDS) {
        if length >= MOST_WORDS {
            break;
        }
        let is_gap = character.is_whitespace() || character.is_control();
        if is_gap && is_space {
            continue;
        }
        line.push(if is_gap { ' ' } else { character });
        (is_space, length) = (is_gap, length + 1);
    }
    line.truncate(line.trim_end().len());
    line
}
