//! Whom a report is about: which mail of a reader's is looked for, and what is made of the row that a store finds. Not:
//! how it is looked for.

use chrono::{DateTime, Utc};

use super::ReportedDelivery;
use crate::{
    address::Address,
    audience::{SubscriberId, SuppressionReason},
    bounce::{ProofKind, ProvenReader},
    store::{BatchId, DeliveryState, NewReport},
    words::phrased,
};

/// What is found of the mail that a report is about.
pub(crate) enum Match {
    /// Nothing proves whom it is about.
    Unproven,
    /// A relay's number that is not found yet.
    Searching,
    /// A probe of ours.
    Probe(i64),
    /// Nobody has that number any more.
    Gone,
    /// The reader is known, and no mail of ours that it could be about.
    NoMail(SubscriberId),
    /// The row is gone after `ledger.keep`.
    Pruned(PrunedMail),
    /// A row of the ledger.
    Found(Box<MatchedReader>),
}

/// Of a mail whose row is gone: whose it was, and when its batch was frozen.
pub(crate) struct PrunedMail {
    pub(crate) reader: SubscriberId,
    pub(crate) batch: BatchId,
    pub(crate) frozen_at: DateTime<Utc>,
    pub(crate) member_since: Option<DateTime<Utc>>,
}

impl PrunedMail {
    /// As its row would say it.
    pub(super) fn delivery(&self) -> ReportedDelivery {
        ReportedDelivery {
            frozen_at: self.frozen_at,
            sent_at: self.frozen_at,
            member_since: self.member_since,
            is_off: false,
        }
    }
}

/// A reader and the mail that a report is about.
pub(crate) struct MatchedReader {
    pub(crate) reader: ReportedReader,
    pub(crate) about: ReportSubject,
    pub(crate) batch: BatchId,
    pub(crate) issue: String,
    pub(crate) audience: u64,
    pub(crate) state: DeliveryState,
    pub(crate) delivery: ReportedDelivery,
}

/// A reader who is neither erased nor forgotten, as a report finds them.
#[derive(Debug, Clone)]
pub(crate) struct ReportedReader {
    pub(crate) id: SubscriberId,
    pub(crate) email: Address,
    /// Why the list sends them no mail.
    pub(crate) suppression: Option<SuppressionReason>,
}

/// Whom a report is about, as its row names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ReportSubject {
    pub(crate) reader: Option<SubscriberId>,
    pub(crate) batch: Option<BatchId>,
    pub(crate) domain: Option<i64>,
}

/// Which of a reader's mails is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SoughtMail {
    /// That batch's.
    Of(BatchId),
    /// The newest of the time before return-paths named their batch.
    NewestUnnamed,
    /// The newest.
    Newest,
}

impl SoughtMail {
    /// The mail that a proof speaks of.
    pub(crate) fn proved_by(proof: &ProvenReader) -> Self {
        match (proof.batch, proof.by) {
            (Some(batch), _) => Self::Of(BatchId(batch)),
            // A return-path that names no batch is of the time before they did, and so is its batch.
            (None, ProofKind::Verp | ProofKind::MessageId) => Self::NewestUnnamed,
            (None, _) => Self::Newest,
        }
    }
}

/// The row of a mail, as a store finds it.
pub(crate) struct FoundMail {
    pub(crate) state: DeliveryState,
    pub(crate) updated_at: Option<DateTime<Utc>>,
    pub(crate) first_attempt_at: Option<DateTime<Utc>>,
    pub(crate) domain: Option<i64>,
    pub(crate) issue: String,
    pub(crate) audience: u64,
    pub(crate) frozen_at: DateTime<Utc>,
    /// Its reader gets no mail already.
    pub(crate) is_off: bool,
}

impl FoundMail {
    /// When the relay took it, as far as that is known.
    fn sent_at(&self) -> DateTime<Utc> {
        let sent_at = match self.state {
            DeliveryState::Accepted | DeliveryState::Unknown => self.updated_at,
            _ => self.first_attempt_at,
        };
        sent_at.unwrap_or(self.frozen_at)
    }

    /// The match that it is, of a reader who is what they were since then.
    pub(crate) fn of(
        self,
        reader: ReportedReader,
        batch: BatchId,
        member_since: Option<DateTime<Utc>>,
    ) -> Match {
        Match::Found(Box::new(MatchedReader {
            about: ReportSubject {
                reader: Some(reader.id),
                batch: Some(batch),
                domain: self.domain,
            },
            reader,
            batch,
            audience: self.audience,
            state: self.state,
            delivery: ReportedDelivery {
                frozen_at: self.frozen_at,
                sent_at: self.sent_at(),
                member_since,
                is_off: self.is_off,
            },
            issue: self.issue,
        }))
    }
}

impl Match {
    /// What its report's row says of it.
    pub(crate) fn subject(&self) -> ReportSubject {
        match self {
            Self::Found(matched) => matched.about,
            Self::NoMail(reader) => ReportSubject {
                reader: Some(*reader),
                ..ReportSubject::default()
            },
            Self::Pruned(mail) => ReportSubject {
                reader: Some(mail.reader),
                batch: Some(mail.batch),
                domain: None,
            },
            Self::Probe(probe) => ReportSubject {
                batch: Some(BatchId(*probe)),
                ..ReportSubject::default()
            },
            Self::Unproven | Self::Searching | Self::Gone => ReportSubject::default(),
        }
    }

    fn sent_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Found(matched) => Some(matched.delivery.sent_at),
            Self::Pruned(mail) => Some(mail.frozen_at),
            _ => None,
        }
    }

    /// When what a report on it tells happened: as it says, but not before its mail was sent, nor after now.
    pub(crate) fn happened_at(&self, report: &NewReport, now: DateTime<Utc>) -> DateTime<Utc> {
        let said = sent_before(report, now);
        let sent_at = self.sent_at();
        sent_at.map_or(said, |sent_at| said.max(sent_at.min(now)))
    }
}

/// The mail that a report is about was sent before then.
pub(crate) fn sent_before(report: &NewReport, now: DateTime<Utc>) -> DateTime<Utc> {
    report.moment.unwrap_or(now).min(now)
}

impl MatchedReader {
    /// Whatever came back of a mail, the relay had taken it: that in words, where nobody knew. A batch that was only
    /// guessed proves nothing.
    pub(crate) fn arrival_proved_by(&self, report: &NewReport) -> Option<String> {
        let names_batch = report.proof.as_ref().is_some_and(|it| it.batch.is_some());
        if self.state != DeliveryState::Unknown || !names_batch {
            return None;
        }
        let kind = report.kind.word().replace('_', "-");
        let words = match report.words.reply.is_empty() {
            true => String::new(),
            false => format!(": {}", report.words.reply),
        };
        Some(phrased!(
            "accepted, as what came back proves ({kind}){words}"
        ))
    }
}
