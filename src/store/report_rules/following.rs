//! What is done about a report once it is known whose mail it is about: for every kind of it, and however that was
//! found. Not: the doing.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Consequence, consequence,
    matching::{Match, MatchedReader},
};
use crate::{
    audience::{SubscriberId, SuppressionReason},
    bounce::ProofKind,
    store::{NewReport, ReportEffect, ReportKind},
};

/// A relay's number that is not found is looked for again so much later.
const SEARCH_AGAIN: TimeDelta = TimeDelta::seconds(90);

/// What is done about a report.
pub(crate) enum Following<'m> {
    /// It is marked, and no more.
    Marked(ReportEffect),
    /// It is looked at again then.
    SearchedAgain(DateTime<Utc>),
    /// That reader leaves.
    Leaves(SubscriberId),
    /// It is an opinion.
    Opines,
    /// Somebody asks, in words, to be taken off.
    AsksToLeave,
    /// The address may be dead.
    Refuses(&'m MatchedReader),
    /// The reader's mailbox could not take it.
    IsSoft(&'m MatchedReader),
    /// It is held against the sender.
    Accuses(&'m MatchedReader),
    /// The reader wants no more of it.
    Complains(&'m MatchedReader),
}

/// What follows from a report about that.
pub(crate) fn following<'m>(
    report: &NewReport,
    found: &'m Match,
    now: DateTime<Utc>,
) -> Following<'m> {
    if matches!(found, Match::Probe(probe) if *probe != 0) {
        return Following::Marked(ReportEffect::Probe);
    }
    match report.kind {
        ReportKind::Unreadable => Following::Marked(ReportEffect::KeptAside),
        ReportKind::Unsubscribe => unsubscribed(report),
        ReportKind::Opinion => Following::Opines,
        ReportKind::Asking => Following::AsksToLeave,
        ReportKind::Answer => Following::Marked(ReportEffect::ForPerson),
        _ => reported(report, found, now),
    }
}

/// Of a token that is not ours somebody has to find out what its sender meant.
fn unsubscribed(report: &NewReport) -> Following<'static> {
    let proof = report.proof.as_ref();
    match proof.filter(|it| it.by == ProofKind::ListUnsubscribe) {
        Some(proof) => Following::Leaves(proof.reader),
        None => Following::Marked(ReportEffect::ForPerson),
    }
}

fn reported<'m>(report: &NewReport, found: &'m Match, now: DateTime<Utc>) -> Following<'m> {
    let matched = match found {
        Match::Found(matched) => matched,
        Match::Searching => return Following::SearchedAgain(now + SEARCH_AGAIN),
        Match::Unproven => return Following::Marked(ReportEffect::Unproven),
        Match::Probe(_) => return Following::Marked(ReportEffect::Nothing),
        Match::Pruned(mail) => {
            let (kind, class) = (report.kind, report.class);
            return match consequence(kind, class, &mail.delivery(), now) {
                Consequence::Shown(effect) => Following::Marked(effect),
                // No row is gone that a report could still act on.
                _ => Following::Marked(ReportEffect::Late),
            };
        }
        Match::Gone | Match::NoMail(_) => return Following::Marked(ReportEffect::Unmatched),
    };
    match consequence(report.kind, report.class, &matched.delivery, now) {
        Consequence::Shown(effect) => Following::Marked(effect),
        Consequence::Refusal => Following::Refuses(matched),
        Consequence::Soft => Following::IsSoft(matched),
        Consequence::AgainstSender => Following::Accuses(matched),
        Consequence::Complaint if is_over(matched) => Following::Marked(ReportEffect::Off),
        Consequence::Complaint => Following::Complains(matched),
    }
}

/// What a complaint would do was done.
fn is_over(matched: &MatchedReader) -> bool {
    matches!(
        matched.reader.suppression,
        Some(SuppressionReason::Complaint | SuppressionReason::Erased)
    )
}
