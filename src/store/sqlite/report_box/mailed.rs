//! What people send: mails that unsubscribe, opinions, answers. Nothing here is ever answered.

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use crate::{
    audience::{SubscriberId, Suppression, SuppressionReason, membership::ChangeSource},
    publication::MOST_OPINION_CHARS,
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
    words::phrase,
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
        true => phrase!("called it spam"),
        false => words,
    };
    if realm == Realm::Rehearsal {
        return realm::note_bounces(tx, &[(member.id, words.to_owned())], now);
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

/// An opinion on an issue: it waits for review, as those of the pages do. What its reader said before stays, above it:
/// a mail is written without a look at that.
pub(super) fn opine(
    tx: &Connection,
    realm: Realm,
    report: &NewReport,
    now: DateTime<Utc>,
) -> Result<ReportEffect, SqliteFault> {
    let Some(about) = &report.opinion else {
        return Ok(ReportEffect::Unproven);
    };
    if MemberRow::of(tx, about.reader)?.is_none() {
        return Ok(ReportEffect::Unmatched);
    }
    let Some(text) = &report.words.text else {
        return Ok(ReportEffect::ForPerson);
    };
    let before = opinion_box::of_reader_on(tx, realm, about.reader, &about.issue)?;
    let (choice, name, may_reply, said) = match before {
        Some(before) => (before.choice, before.name, before.may_reply, before.text),
        None => (None, None, false, None),
    };
    let text = match said {
        Some(said) => format!("{said}\n\n{text}"),
        None => text.clone(),
    };
    let opinion = NewOpinion {
        reader: Some(about.reader),
        issue: about.issue.clone(),
        choice,
        text: Some(text.chars().take(MOST_OPINION_CHARS).collect()),
        // Whoever wrote a mail was not asked.
        may_publish: false,
        name,
        may_reply,
        prefix: String::new(),
    };
    opinion_box::keep(tx, realm, &opinion, ChangeSource::Mailto, now)?;
    Ok(ReportEffect::Reviewed)
}
