//! Reports as rows of PostgreSQL's: written, and marked with what followed.

use chrono::{DateTime, Utc};

use crate::{
    address::Address,
    audience::SubscriberId,
    bounce::BounceClass,
    store::{
        NewReport, Realm, ReportEffect, codes,
        postgres::{
            columns, fault::PostgresFault, realm, transaction::StoreTransaction, values::values,
        },
        report_codes::{self, effect_code, part_that_fits, proof_word},
        report_rules::matching::ReportSubject,
    },
};

/// The report of that key that is there already: its number, and what followed.
pub(super) async fn known(
    tx: &StoreTransaction,
    realm: Realm,
    key: &[u8],
) -> Result<Option<(i64, ReportEffect)>, PostgresFault> {
    tx.maybe(
        "SELECT id, effect FROM reports WHERE realm = $1 AND key = $2",
        values![realm::code(realm), key],
        |row| {
            let effect = report_codes::effect(columns::code(row, "effect")?)?;
            Ok((row.try_get("id")?, effect))
        },
    )
    .await
}

/// Writes a report down; what followed is marked later.
pub(super) async fn insert(
    tx: &StoreTransaction,
    realm: Realm,
    report: &NewReport,
    about: ReportSubject,
    (happened_at, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<i64, PostgresFault> {
    tx.value(
        "INSERT INTO reports (realm, key, door, kind, class, happened_at, taken_at, proof, \
         subscriber, batch, domain, effect) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id",
        values![
            realm::code(realm),
            &report.key[..],
            columns::text(&report.door),
            report.kind.word(),
            report.class.map(BounceClass::as_str),
            codes::millis(happened_at),
            codes::millis(now),
            proof_word(report, about.reader.is_some()),
            about.reader.map(|reader| reader.0),
            about.batch.map(|batch| batch.0),
            about.domain,
            effect_code(ReportEffect::Nothing)
        ],
    )
    .await
}

/// Keeps what is personal in a report.
pub(super) async fn insert_words(
    tx: &StoreTransaction,
    id: i64,
    reader: Option<SubscriberId>,
    report: &NewReport,
) -> Result<(), PostgresFault> {
    let words = &report.words;
    let relay_ids = report.relay_ids.iter().map(|id| columns::text(id));
    let relay_ids: Option<Vec<String>> = match reader {
        None if !report.relay_ids.is_empty() => Some(relay_ids.collect()),
        _ => None,
    };
    tx.run(
        "INSERT INTO report_texts (report, subscriber, recipient, sender, subject, reply, text, \
         relay_ids, raw) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        values![
            id,
            reader.map(|reader| reader.0),
            words.recipient.as_ref().map(Address::as_str),
            words.from.as_ref().map(Address::as_str),
            columns::text(&words.subject),
            columns::text(&words.reply),
            words.text.as_deref().map(columns::text),
            relay_ids,
            raw_that_fits(tx, report.raw.as_deref()).await?
        ],
    )
    .await
    .map(drop)
}

async fn raw_that_fits<'r>(
    tx: &StoreTransaction,
    raw: Option<&'r [u8]>,
) -> Result<Option<&'r [u8]>, PostgresFault> {
    let Some(raw) = raw else { return Ok(None) };
    let kept: i64 = tx
        .value(
            "SELECT coalesce(sum(length(raw)), 0)::int8 FROM report_texts WHERE raw IS NOT NULL",
            values![],
        )
        .await?;
    Ok(Some(part_that_fits(raw, kept)))
}

/// Marks what followed, and when it is looked at again.
pub(super) async fn mark(
    tx: &StoreTransaction,
    ids: &[i64],
    effect: ReportEffect,
    due_at: Option<DateTime<Utc>>,
) -> Result<(), PostgresFault> {
    tx.run(
        "UPDATE reports SET effect = $2, due_at = $3 WHERE id = ANY($1)",
        values![ids, effect_code(effect), due_at.map(codes::millis)],
    )
    .await
    .map(drop)
}

/// The reader and the mail that a report is about were found later.
pub(super) async fn name(
    tx: &StoreTransaction,
    id: i64,
    about: ReportSubject,
) -> Result<(), PostgresFault> {
    let reader = about.reader.map(|reader| reader.0);
    let batch = about.batch.map(|batch| batch.0);
    tx.run(
        "UPDATE reports SET subscriber = $2, batch = $3, domain = $4, proof = 'provider_signature' \
         WHERE id = $1",
        values![id, reader, batch, about.domain],
    )
    .await?;
    let sql = "UPDATE report_texts SET subscriber = $2, relay_ids = NULL WHERE report = $1";
    tx.run(sql, values![id, reader]).await.map(drop)
}
