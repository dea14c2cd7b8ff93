//! Reports as rows: written, and marked with what followed.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::{
    audience::SubscriberId,
    store::{
        NewReport, Realm, ReportEffect,
        report_codes::{self, effect_code, part_that_fits, proof_word},
        report_rules::matching::ReportSubject,
        sqlite::{codes, fault::SqliteFault, realm, statement::Statements},
    },
};

/// The report of that key that is there already: its number, and what followed.
pub(super) fn known(
    tx: &Connection,
    realm: Realm,
    key: &[u8],
) -> Result<Option<(i64, ReportEffect)>, SqliteFault> {
    tx.maybe(
        "SELECT id, effect FROM reports WHERE realm = ?1 AND key = ?2",
        params![realm::code(realm), key],
        |row| Ok((row.get(0)?, report_codes::effect(row.get(1)?)?)),
    )
}

/// Writes a report down; what followed is marked later.
pub(super) fn insert(
    tx: &Connection,
    realm: Realm,
    report: &NewReport,
    about: ReportSubject,
    (happened_at, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<i64, SqliteFault> {
    tx.value(
        "INSERT INTO reports (realm, key, door, kind, class, happened_at, taken_at, proof, \
         subscriber, batch, domain, effect) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) RETURNING id",
        params![
            realm::code(realm),
            report.key,
            report.door,
            report.kind.word(),
            report.class.map(|class| class.as_str()),
            codes::millis(happened_at),
            codes::millis(now),
            proof_word(report, about.reader.is_some()),
            about.reader.map(|reader| reader.0),
            about.batch.map(|batch| batch.0),
            about.domain,
            effect_code(ReportEffect::Nothing)
        ],
    )
}

/// Keeps what is personal in a report.
pub(super) fn insert_words(
    tx: &Connection,
    id: i64,
    reader: Option<SubscriberId>,
    report: &NewReport,
) -> Result<(), SqliteFault> {
    let words = &report.words;
    let relay_ids = match reader {
        None if !report.relay_ids.is_empty() => Some(codes::rows(&report.relay_ids)?),
        _ => None,
    };
    tx.run(
        "INSERT INTO report_texts (report, subscriber, recipient, sender, subject, reply, text, \
         relay_ids, raw) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            id,
            reader.map(|reader| reader.0),
            words.recipient.as_ref().map(|email| email.as_str()),
            words.from.as_ref().map(|email| email.as_str()),
            words.subject,
            words.reply,
            words.text,
            relay_ids,
            raw_that_fits(tx, report.raw.as_deref())?
        ],
    )?;
    Ok(())
}

fn raw_that_fits<'r>(
    tx: &Connection,
    raw: Option<&'r [u8]>,
) -> Result<Option<&'r [u8]>, SqliteFault> {
    let Some(raw) = raw else { return Ok(None) };
    let kept: i64 = tx.value(
        "SELECT coalesce(sum(length(raw)), 0) FROM report_texts WHERE raw IS NOT NULL",
        [],
    )?;
    Ok(Some(part_that_fits(raw, kept)))
}

/// Marks what followed, and when it is looked at again.
pub(super) fn mark(
    tx: &Connection,
    id: i64,
    effect: ReportEffect,
    due_at: Option<DateTime<Utc>>,
) -> Result<(), SqliteFault> {
    tx.run(
        "UPDATE reports SET effect = ?2, due_at = ?3 WHERE id = ?1",
        params![id, effect_code(effect), due_at.map(codes::millis)],
    )?;
    Ok(())
}

/// The reader and the mail that a report is about were found later.
pub(super) fn name(tx: &Connection, id: i64, about: ReportSubject) -> Result<(), SqliteFault> {
    let reader = about.reader.map(|reader| reader.0);
    tx.run(
        "UPDATE reports SET subscriber = ?2, batch = ?3, domain = ?4, proof = 'provider_signature' \
         WHERE id = ?1",
        params![id, reader, about.batch.map(|batch| batch.0), about.domain],
    )?;
    tx.run(
        "UPDATE report_texts SET subscriber = ?2, relay_ids = NULL WHERE report = ?1",
        params![id, reader],
    )?;
    Ok(())
}
