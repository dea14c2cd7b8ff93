//! What people send, as SQLite keeps it: departures, complaints, opinions.

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use crate::{
    audience::{SubscriberId, Suppression, SuppressionReason, membership::ChangeSource},
    store::{
        NewReport, Realm, ReportEffect,
        report_rules::{
            mailed::{departure, effect_of, opinion, words_of_complaint},
            matching::ReportedReader,
        },
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
    let departures = [departure(reader, wants_goodbye)];
    let outcomes = leaving::leave(tx, results, &departures, now)?;
    Ok(effect_of(outcomes.first()))
}

/// A reader called an issue spam: nothing goes to them any more.
pub(super) fn complain(
    tx: &Connection,
    realm: Realm,
    reader: &ReportedReader,
    words: &str,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let words = words_of_complaint(words);
    if realm == Realm::Rehearsal {
        return realm::note_bounces(tx, &[(reader.id, words)], now);
    }
    let complaint = Suppression {
        email: Some(reader.email.clone()),
        reason: SuppressionReason::Complaint,
        detail: Some(words),
        at: now,
    };
    suppression::suppress(tx, &[complaint], ChangeSource::Complaint, now)?;
    Ok(())
}

/// An opinion on an issue: it waits for review, as those of the pages do.
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
    let opinion = opinion(about, text, before);
    opinion_box::keep(tx, realm, &opinion, ChangeSource::Mailto, now)?;
    Ok(ReportEffect::Reviewed)
}
