//! Reports as rows: written, and marked with what followed.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::{
    audience::SubscriberId,
    store::{
        BatchId, NewReport, Realm, ReportEffect,
        sqlite::{codes, fault::SqliteFault, realm, statement::Statements},
    },
};

/// Mails kept aside are kept whole as far as they all fit into so much; of what comes then, the beginning is.
const ASIDE_BYTES: i64 = 256 * 1024 * 1024;
const BEGINNING: usize = 4 * 1024;

/// In people's databases: never renumbered.
const EFFECTS: [(ReportEffect, i64); ReportEffect::ALL.len()] = [
    (ReportEffect::Unproven, 1),
    (ReportEffect::Nothing, 2),
    (ReportEffect::Stale, 3),
    (ReportEffect::Late, 4),
    (ReportEffect::Unmatched, 5),
    (ReportEffect::Off, 6),
    (ReportEffect::Searching, 7),
    (ReportEffect::Held, 8),
    (ReportEffect::Doubted, 9),
    (ReportEffect::Suppressed, 10),
    (ReportEffect::Counted, 11),
    (ReportEffect::AgainstSender, 12),
    (ReportEffect::Complained, 13),
    (ReportEffect::Unsubscribed, 14),
    (ReportEffect::Reviewed, 15),
    (ReportEffect::ForPerson, 16),
    (ReportEffect::KeptAside, 17),
    (ReportEffect::Probe, 18),
    (ReportEffect::TurnedAway, 19),
];

pub(super) fn effect_code(effect: ReportEffect) -> i64 {
    codes::code_in(&EFFECTS, effect)
}

pub(super) fn effect(code: i64) -> Result<ReportEffect, SqliteFault> {
    codes::of_code_in("effect of a report", &EFFECTS, code)
}

/// Whom a report is about, once that is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ReportSubject {
    pub(super) reader: Option<SubscriberId>,
    pub(super) batch: Option<BatchId>,
    pub(super) domain: Option<i64>,
}

/// The report of that key that is there already: its number, and what followed.
pub(super) fn known(
    tx: &Connection,
    realm: Realm,
    key: &[u8],
) -> Result<Option<(i64, ReportEffect)>, SqliteFault> {
    tx.maybe(
        "SELECT id, effect FROM reports WHERE realm = ?1 AND key = ?2",
        params![realm::code(realm), key],
        |row| Ok((row.get(0)?, effect(row.get(1)?)?)),
    )
}

/// When what a report tells happened: as it says, but not before its mail was sent, nor after now.
pub(super) fn happened_at(
    report: &NewReport,
    sent_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let said = report.moment.unwrap_or(now).min(now);
    sent_at.map_or(said, |sent_at| said.max(sent_at.min(now)))
}

/// Writes a report down; what followed is marked later.
pub(super) fn insert(
    tx: &Connection,
    realm: Realm,
    report: &NewReport,
    about: ReportSubject,
    (happened_at, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<i64, SqliteFault> {
    let proof = match (report.proved_by(), about.reader, report.is_signed) {
        (Some(proof), ..) => Some(proof.as_str()),
        (None, Some(_), true) => Some("provider_signature"),
        _ => None,
    };
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
            proof,
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
    let fits = kept.saturating_add(raw.len() as i64) <= ASIDE_BYTES;
    Ok(Some(match fits {
        true => raw,
        false => &raw[..raw.len().min(BEGINNING)],
    }))
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
