//! What people send: mails that unsubscribe, opinions, answers. Nothing here is ever answered.

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use crate::{
    audience::{SubscriberId, Suppression, SuppressionReason, membership::ChangeSource},
    store::{
        DepartureScope, LeaveOutcome, LeaveRequest, NewOpinion, NewReport, Realm, ReportEffect,
        sqlite::{
            fault::SqliteFault,
            membership::{leaving, member::MemberRow},
            opinion_box, realm,
            receipt_outbox::results::ResultRules,
            suppression_list::suppression,
        },
    },
};

/// A reader unsubscribes by mail.
pub(super) fn leave(
    tx: &Connection,
    results: ResultRules,
    reader: SubscriberId,
    wants_goodbye: bool,
    now: DateTime<Utc>,
) -> Result<ReportEffect, SqliteFault> {
    let departure = LeaveRequest {
        reader,
        scope: DepartureScope::All,
        source: ChangeSource::Mailto,
        wants_goodbye,
    };
    let outcomes = leaving::leave(tx, results, &[departure], now)?;
    Ok(match outcomes.first() {
        Some(LeaveOutcome::Left { .. } | LeaveOutcome::LeftEdition { .. }) => {
            ReportEffect::Unsubscribed
        }
        Some(LeaveOutcome::Already { .. }) => ReportEffect::Off,
        Some(LeaveOutcome::Unknown) | None => ReportEffect::Unmatched,
    })
}

/// A reader called an issue spam: nothing goes to them any more.
pub(super) fn complain(
    tx: &Connection,
    realm: Realm,
    member: &MemberRow,
    words: &str,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let words = match words.is_empty() {
        true => "called it spam",
        false => words,
    };
    if realm == Realm::Rehearsal {
        return realm::note_bounces(tx, &[(member.id.0, words.to_owned())], now);
    }
    let complaint = Suppression {
        email: Some(member.person.profile.email.clone()),
        reason: SuppressionReason::Complaint,
        detail: Some(words.to_owned()),
        at: now,
    };
    suppression::suppress(tx, &[complaint], ChangeSource::Complaint, now)?;
    Ok(())
}

/// An opinion on an issue: it waits for review, as those of the pages do. None: it says nothing, or of no issue.
pub(super) fn opine(
    tx: &Connection,
    realm: Realm,
    report: &NewReport,
    now: DateTime<Utc>,
) -> Result<Option<ReportEffect>, SqliteFault> {
    let (Some(about), Some(text)) = (&report.opinion, &report.words.text) else {
        return Ok(None);
    };
    let reader = match about.reader {
        Some(reader) => MemberRow::of(tx, reader)?.map(|member| member.id),
        None => None,
    };
    let opinion = NewOpinion {
        reader,
        issue: about.issue.clone(),
        choice: None,
        text: Some(text.clone()),
        // Whoever wrote a mail was asked about neither.
        may_publish: false,
        name: None,
        may_reply: false,
        prefix: String::new(),
    };
    opinion_box::keep(tx, realm, &opinion, ChangeSource::Mailto, now)?;
    Ok(Some(ReportEffect::Reviewed))
}
