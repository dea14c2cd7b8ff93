//! What a report says, how it is shown, and what is told of it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::kinds::{ReportEffect, ReportKind};
use crate::{
    address::Address,
    audience::SubscriberId,
    bounce::{BounceClass, ProofKind, ProvenReader},
};

/// Something that came back, read and as far as possible proved.
#[derive(Debug, Clone)]
pub struct NewReport {
    /// What it is known by: the SHA-256 of the mail, or of a provider's name and number for an event.
    pub key: [u8; 32],
    /// The door it came by.
    pub door: String,
    /// What it is.
    pub kind: ReportKind,
    /// What it says of its recipient.
    pub class: Option<BounceClass>,
    /// When what it tells happened, as it says itself.
    pub moment: Option<DateTime<Utc>>,
    /// Whose mail it is about, where that is proved.
    pub proof: Option<ProvenReader>,
    /// A provider signed it: its relay's numbers, and then the recipient, may find the reader.
    pub is_signed: bool,
    /// Numbers that relays answered with.
    pub relay_ids: Vec<String>,
    /// What somebody says of an issue.
    pub opinion: Option<ReportOpinion>,
    /// What it says in words.
    pub words: ReportWords,
    /// The mail as it came, where it is to be kept aside.
    pub raw: Option<Vec<u8>>,
}

/// What is personal in a report: an erasure takes it away.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ReportWords {
    /// Whom it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Address>,
    /// Who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Address>,
    /// Its subject.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// What the mail system says: code, status, words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reply: String,
    /// What a person wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// An opinion that came by mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportOpinion {
    /// Who.
    pub reader: SubscriberId,
    /// The issue's identity.
    pub issue: String,
}

/// What became of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenReport {
    /// Its number; 0: it was turned away.
    pub id: i64,
    /// False: it was known already.
    pub is_new: bool,
    /// What followed; of a known one, what had followed.
    pub effect: ReportEffect,
    /// What is to be told.
    pub news: Vec<ReportNews>,
}

/// What the people behind the newsletter should hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportNews {
    /// A reader called an issue spam and gets no mail any more.
    Complaint {
        /// The issue's identity.
        issue: String,
        /// The report's number.
        report: i64,
    },
    /// A domain sends an issue back, and not for its readers' sake.
    DomainRefuses {
        /// The issue's identity.
        issue: String,
        /// The domain.
        domain: String,
        /// How many of its reports came within an hour.
        reports: u64,
        /// The last one's words.
        words: String,
        /// Until when its other readers wait.
        until: DateTime<Utc>,
    },
    /// Somebody asks, in words, to be taken off the list.
    AsksToLeave {
        /// The report's number.
        report: i64,
    },
    /// So much came today that proves nothing that no more of it is kept.
    TurnedAway {
        /// When the day began.
        since: DateTime<Utc>,
    },
    /// A refusal was believed.
    Suppressed {
        /// Whom it is about.
        reader: SubscriberId,
    },
}

/// A report as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportEntry {
    /// Its number.
    pub id: i64,
    /// What it is.
    pub kind: ReportKind,
    /// What it says of its recipient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// What followed.
    pub effect: ReportEffect,
    /// What proves it; None: nothing does.
    pub proof: Option<String>,
    /// The reader whose mail it is about, where that is proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reader: Option<SubscriberId>,
    /// The reader's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Address>,
    /// The issue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
    /// The door it came by.
    pub door: String,
    /// When what it tells happened.
    pub happened_at: DateTime<Utc>,
    /// When it was taken in.
    pub taken_at: DateTime<Utc>,
    /// A refusal is held until then at the least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_until: Option<DateTime<Utc>>,
    /// Its words.
    #[serde(flatten)]
    pub words: ReportWords,
}

/// Which reports.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportFilter {
    /// Of that kind.
    pub kind: Option<ReportKind>,
    /// Of that class.
    pub class: Option<BounceClass>,
    /// That led to this.
    pub effect: Option<ReportEffect>,
    /// About mail of this issue.
    pub issue: Option<String>,
    /// About this reader, or naming them unproved.
    pub about: Option<Address>,
    /// Taken in since then.
    pub since: Option<DateTime<Utc>>,
}

/// How many came back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ReportTotals {
    /// By kind, what it says and what followed.
    pub reports: Vec<ReportCount>,
    /// Refusals that are not decided yet.
    pub held: u64,
    /// Readers whom issues pass by.
    pub dormant: u64,
    /// Mails kept aside because they can't be read.
    pub kept_aside: u64,
    /// Mails that wait for a person to read them.
    pub for_person: u64,
}

/// How many reports are alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportCount {
    /// What they are.
    pub kind: ReportKind,
    /// What they say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// What followed.
    pub effect: ReportEffect,
    /// How many.
    pub reports: u64,
}

/// What came back of one reader.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ReaderReports {
    /// The reports, the newest first: proved ones, and those that only name their address.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<ReportEntry>,
    /// Issues pass them by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dormancy: Option<Dormancy>,
    /// A rehearsal found their address dead: rehearsals leave them out, and nothing else does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rehearsed_bounce: Option<RehearsedBounce>,
    /// Issues in a row that their mailbox could not take.
    pub soft_failures: u64,
}

/// A reader whom issues pass by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Dormancy {
    /// Since when.
    pub since: DateTime<Utc>,
    /// From then on the next issue is tried.
    pub retry_at: DateTime<Utc>,
}

/// A domain of a batch that rests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DomainPause {
    /// The domain.
    pub domain: String,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

/// How a rehearsal found an address dead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RehearsedBounce {
    /// When, by the clock of the rehearsal.
    pub at: DateTime<Utc>,
    /// In which words.
    pub reply: String,
}

/// A door, and when it was read last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoorReading {
    /// The door.
    pub door: String,
    /// When.
    pub read_at: DateTime<Utc>,
}

impl NewReport {
    /// Whether anybody may have written it.
    #[must_use]
    pub(crate) fn is_of_a_stranger(&self) -> bool {
        self.proof.is_none() && !self.is_signed
    }

    /// By what its reader is proved.
    #[must_use]
    pub(crate) fn proved_by(&self) -> Option<ProofKind> {
        self.proof.as_ref().map(|proof| proof.by)
    }

    /// The addresses that it names, as they are compared.
    pub(crate) fn named_keys(&self) -> Vec<String> {
        let named = [&self.words.recipient, &self.words.from];
        named.into_iter().flatten().map(Address::key).collect()
    }
}

impl TakenReport {
    /// One that is known already.
    pub(crate) fn known(id: i64, effect: ReportEffect) -> Self {
        Self {
            id,
            is_new: false,
            effect,
            news: Vec::new(),
        }
    }

    /// One of which nothing is kept. `since`: it is the first of a day that began then.
    pub(crate) fn turned_away(since: Option<DateTime<Utc>>) -> Self {
        let news = since.map(|since| ReportNews::TurnedAway { since });
        Self {
            id: 0,
            is_new: true,
            effect: ReportEffect::TurnedAway,
            news: news.into_iter().collect(),
        }
    }
}
