//! What something that came back is, and what followed from it.

use serde::Serialize;

/// What it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// A mail that was not delivered.
    Bounce,
    /// One that is retried.
    Delayed,
    /// One that was delivered.
    Delivered,
    /// A reader called it spam.
    Complaint,
    /// A word on it that is no complaint: not spam, a failed signature.
    Feedback,
    /// A vacation notice, a read receipt.
    AutoReply,
    /// Somebody's mail system wants to know whether we are a person.
    Challenge,
    /// A mail that unsubscribes.
    Unsubscribe,
    /// A person's answer.
    Answer,
    /// A person's answer that asks, in words, to be taken off.
    Asking,
    /// An opinion on an issue.
    Opinion,
    /// It can't be read.
    Unreadable,
}

/// What followed from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportEffect {
    /// Nothing: anybody may have written it.
    Unproven,
    /// Nothing follows from what it is.
    Nothing,
    /// Nothing: the reader has confirmed, moved or been let in again since.
    Stale,
    /// Nothing: it came too long after the issue.
    Late,
    /// Nothing: no mail of that issue went to that reader.
    Unmatched,
    /// Nothing: the reader gets no mail already.
    Off,
    /// It names a relay's number that is not found yet.
    Searching,
    /// A refusal that is not believed yet.
    Held,
    /// A refusal that was not believed.
    Doubted,
    /// The address is dead: it gets no mail any more.
    Suppressed,
    /// One more issue that the reader's mailbox could not take.
    Counted,
    /// It speaks of us and not of the reader.
    AgainstSender,
    /// The reader complained and gets no mail any more.
    Complained,
    /// The reader unsubscribed.
    Unsubscribed,
    /// An opinion that waits for review.
    Reviewed,
    /// It waits for a person to read it.
    ForPerson,
    /// It is kept as it came.
    KeptAside,
    /// A probe of `doctor` has come back.
    Probe,
    /// It proves nothing, too much of that came, and nothing of it is kept.
    TurnedAway,
}

impl ReportKind {
    pub(crate) const ALL: [Self; 12] = [
        Self::Bounce,
        Self::Delayed,
        Self::Delivered,
        Self::Complaint,
        Self::Feedback,
        Self::AutoReply,
        Self::Challenge,
        Self::Unsubscribe,
        Self::Answer,
        Self::Asking,
        Self::Opinion,
        Self::Unreadable,
    ];

    /// The word that people and programs read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Bounce => "bounce",
            Self::Delayed => "delayed",
            Self::Delivered => "delivered",
            Self::Complaint => "complaint",
            Self::Feedback => "feedback",
            Self::AutoReply => "auto_reply",
            Self::Challenge => "challenge",
            Self::Unsubscribe => "unsubscribe",
            Self::Answer => "answer",
            Self::Asking => "asking",
            Self::Opinion => "opinion",
            Self::Unreadable => "unreadable",
        }
    }
}

impl ReportEffect {
    pub(crate) const ALL: [Self; 19] = [
        Self::Unproven,
        Self::Nothing,
        Self::Stale,
        Self::Late,
        Self::Unmatched,
        Self::Off,
        Self::Searching,
        Self::Held,
        Self::Doubted,
        Self::Suppressed,
        Self::Counted,
        Self::AgainstSender,
        Self::Complained,
        Self::Unsubscribed,
        Self::Reviewed,
        Self::ForPerson,
        Self::KeptAside,
        Self::Probe,
        Self::TurnedAway,
    ];

    /// The word that people and programs read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unproven => "unproven",
            Self::Nothing => "nothing",
            Self::Stale => "stale",
            Self::Late => "late",
            Self::Unmatched => "unmatched",
            Self::Off => "off",
            Self::Searching => "searching",
            Self::Held => "held",
            Self::Doubted => "doubted",
            Self::Suppressed => "suppressed",
            Self::Counted => "counted",
            Self::AgainstSender => "against_sender",
            Self::Complained => "complained",
            Self::Unsubscribed => "unsubscribed",
            Self::Reviewed => "reviewed",
            Self::ForPerson => "for_person",
            Self::KeptAside => "kept_aside",
            Self::Probe => "probe",
            Self::TurnedAway => "turned_away",
        }
    }
}
