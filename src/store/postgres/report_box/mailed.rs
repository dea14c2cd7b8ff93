//! What people send, as PostgreSQL keeps it: departures and opinions.

use chrono::{DateTime, Utc};

use super::dead;
use crate::{
    audience::{SubscriberId, membership::ChangeSource},
    store::{
        NewReport, Realm, ReportEffect,
        postgres::{
            fault::PostgresFault, membership::leaving, opinion_box, transaction::StoreTransaction,
        },
        receipt_outbox::results::ResultRules,
        report_rules::mailed::{departure, effect_of, opinion},
    },
};

/// A reader unsubscribes by mail.
pub(super) async fn leave(
    tx: &StoreTransaction,
    results: ResultRules,
    reader: SubscriberId,
    wants_goodbye: bool,
    now: DateTime<Utc>,
) -> Result<ReportEffect, PostgresFault> {
    let departures = [departure(reader, wants_goodbye)];
    let outcomes = leaving::leave(tx, results, &departures, now).await?;
    Ok(effect_of(outcomes.first()))
}

/// An opinion on an issue: it waits for review, as those of the pages do.
pub(super) async fn opine(
    tx: &StoreTransaction,
    realm: Realm,
    report: &NewReport,
    now: DateTime<Utc>,
) -> Result<ReportEffect, PostgresFault> {
    let Some(about) = &report.opinion else {
        return Ok(ReportEffect::Unproven);
    };
    if dead::reader(tx, about.reader).await?.is_none() {
        return Ok(ReportEffect::Unmatched);
    }
    let Some(text) = &report.words.text else {
        return Ok(ReportEffect::ForPerson);
    };
    let before = opinion_box::of_reader_on(tx, realm, about.reader, &about.issue).await?;
    let opinion = opinion(about, text, before);
    opinion_box::keep(tx, realm, &opinion, ChangeSource::Mailto, now).await?;
    Ok(ReportEffect::Reviewed)
}
