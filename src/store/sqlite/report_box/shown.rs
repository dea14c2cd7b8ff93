//! What came back, as people read it. Whoever rehearses sees also what really did.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, named_params, params};

use super::soft;
use crate::{
    audience::SubscriberId,
    store::{
        BatchId, NewReport, ReaderReports, Realm, ReportCount, ReportEffect, ReportEntry,
        ReportFilter, ReportKind, ReportTotals, ReportWords,
        report_codes::{self, OF_READER, effect_code, kind},
        sqlite::{codes, fault::SqliteFault, realm, statement::Statements},
    },
};

const ENTRY: &str = "SELECT r.*, b.issue, s.email, t.recipient, t.sender, t.subject, t.reply, t.text \
     FROM reports AS r LEFT JOIN report_texts AS t ON t.report = r.id \
     LEFT JOIN batches AS b ON b.id = r.batch LEFT JOIN subscribers AS s ON s.id = r.subscriber";

pub(super) fn page(
    tx: &Connection,
    realm: Realm,
    filter: &ReportFilter,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<ReportEntry>, SqliteFault> {
    let about = filter.about.as_ref().map(|email| email.as_str());
    tx.all(
        &format!(
            "{ENTRY} WHERE r.realm <= :realm AND (:before IS NULL OR r.id < :before) \
             AND (:kind IS NULL OR r.kind = :kind) AND (:class IS NULL OR r.class = :class) \
             AND (:effect IS NULL OR r.effect = :effect) AND (:issue IS NULL OR b.issue = :issue) \
             AND (:about IS NULL OR s.email = :about OR t.recipient = :about) \
             AND (:since IS NULL OR r.taken_at >= :since) ORDER BY r.id DESC LIMIT :limit"
        ),
        named_params! {
            ":realm": realm::code(realm),
            ":before": before,
            ":kind": filter.kind.map(ReportKind::word),
            ":class": filter.class.map(|class| class.as_str()),
            ":effect": filter.effect.map(effect_code),
            ":issue": filter.issue,
            ":about": about,
            ":since": filter.since.map(codes::millis),
            ":limit": limit,
        },
        entry_from,
    )
}

pub(super) fn one(
    tx: &Connection,
    realm: Realm,
    id: i64,
) -> Result<Option<ReportEntry>, SqliteFault> {
    tx.maybe(
        &format!("{ENTRY} WHERE r.id = ?1 AND r.realm <= ?2"),
        params![id, realm::code(realm)],
        entry_from,
    )
}

pub(super) fn raw(tx: &Connection, realm: Realm, id: i64) -> Result<Option<Vec<u8>>, SqliteFault> {
    let raw: Option<Option<Vec<u8>>> = tx.maybe_value(
        "SELECT t.raw FROM report_texts AS t JOIN reports AS r ON r.id = t.report \
         WHERE t.report = ?1 AND r.realm <= ?2",
        params![id, realm::code(realm)],
    )?;
    Ok(raw.flatten())
}

pub(super) fn of_reader(
    tx: &Connection,
    realm: Realm,
    reader: SubscriberId,
) -> Result<ReaderReports, SqliteFault> {
    let reports = tx.all(
        &format!(
            "{ENTRY} WHERE r.realm = ?2 AND r.id IN ( \
               SELECT id FROM reports WHERE subscriber = ?1 \
               UNION SELECT report FROM report_texts WHERE subscriber IS NULL AND recipient = \
                 (SELECT email FROM subscribers WHERE id = ?1)) ORDER BY r.id DESC LIMIT ?3"
        ),
        params![reader.0, realm::code(realm), OF_READER],
        entry_from,
    )?;
    let failures: i64 = tx.value(
        "SELECT count(*) FROM soft_failures WHERE subscriber = ?1 AND realm = ?2",
        params![reader.0, realm::code(realm)],
    )?;
    Ok(ReaderReports {
        reports,
        dormancy: soft::dormancy(tx, realm, reader)?,
        rehearsed_bounce: match realm {
            Realm::Real => None,
            Realm::Rehearsal => realm::rehearsed_bounce(tx, reader)?,
        },
        soft_failures: failures.unsigned_abs(),
    })
}

pub(super) fn totals(
    tx: &Connection,
    realm: Realm,
    since: DateTime<Utc>,
) -> Result<ReportTotals, SqliteFault> {
    let code = realm::code(realm);
    let reports = tx.all(
        "SELECT kind, class, effect, count(*) AS reports FROM reports \
         WHERE realm <= ?1 AND taken_at >= ?2 GROUP BY kind, class, effect \
         UNION ALL SELECT kind, NULL, ?3, sum(reports) FROM reports_turned_away \
         WHERE realm <= ?1 AND day >= ?4 GROUP BY kind ORDER BY reports DESC",
        params![
            code,
            codes::millis(since),
            effect_code(ReportEffect::TurnedAway),
            codes::day(since)
        ],
        |row| {
            Ok(ReportCount {
                kind: kind(&row.get::<_, String>("kind")?)?,
                class: row.get("class")?,
                effect: report_codes::effect(row.get("effect")?)?,
                reports: codes::count(row, "reports")?,
            })
        },
    )?;
    let of_effect = |effect: ReportEffect| -> Result<u64, SqliteFault> {
        let count: i64 = tx.value(
            "SELECT count(*) FROM reports WHERE realm <= ?1 AND effect = ?2",
            params![code, effect_code(effect)],
        )?;
        Ok(count.unsigned_abs())
    };
    let dormant: i64 = tx.value(
        "SELECT count(*) FROM dormancies WHERE realm = ?1",
        params![code],
    )?;
    Ok(ReportTotals {
        reports,
        held: of_effect(ReportEffect::Held)?,
        dormant: dormant.unsigned_abs(),
        kept_aside: of_effect(ReportEffect::KeptAside)?,
        for_person: of_effect(ReportEffect::ForPerson)?,
    })
}

pub(super) fn of_batch(
    tx: &Connection,
    batch: BatchId,
) -> Result<BTreeMap<&'static str, u64>, SqliteFault> {
    let counted = tx.all(
        "SELECT effect, count(*) AS reports FROM reports WHERE batch = ?1 GROUP BY effect",
        params![batch.0],
        |row| {
            let effect = report_codes::effect(row.get("effect")?)?;
            Ok((effect.word(), codes::count(row, "reports")?))
        },
    )?;
    Ok(counted.into_iter().collect())
}

pub(super) fn has_probe(tx: &Connection, probe: i64) -> Result<bool, SqliteFault> {
    tx.value(
        "SELECT EXISTS (SELECT 1 FROM reports WHERE batch = ?1 AND effect = ?2)",
        params![probe, effect_code(ReportEffect::Probe)],
    )
}

/// A report whose relay's number was not found, as it came; None: its words were erased meanwhile.
pub(super) fn to_search(tx: &Connection, id: i64) -> Result<Option<NewReport>, SqliteFault> {
    let found = tx.maybe(
        &format!("{ENTRY} WHERE r.id = ?1 AND t.report IS NOT NULL"),
        params![id],
        |row| {
            let class: Option<String> = row.get("class")?;
            Ok(NewReport {
                key: row.get("key")?,
                door: row.get("door")?,
                kind: kind(&row.get::<_, String>("kind")?)?,
                class: class.and_then(|class| class.parse().ok()),
                moment: Some(codes::time_at(row, "happened_at")?),
                proof: None,
                is_signed: true,
                relay_ids: Vec::new(),
                opinion: None,
                words: words_from(row)?,
                raw: None,
            })
        },
    )?;
    let Some(report) = found else { return Ok(None) };
    let ids: Option<Option<String>> = tx.maybe_value(
        "SELECT relay_ids FROM report_texts WHERE report = ?1",
        params![id],
    )?;
    let relay_ids = ids.flatten().as_deref().map(codes::set).transpose()?;
    Ok(Some(NewReport {
        relay_ids: relay_ids.unwrap_or_default(),
        ..report
    }))
}

fn entry_from(row: &Row<'_>) -> Result<ReportEntry, SqliteFault> {
    let effect = report_codes::effect(row.get("effect")?)?;
    let held_until = codes::maybe_time_at(row, "due_at")?;
    Ok(ReportEntry {
        id: row.get("id")?,
        kind: kind(&row.get::<_, String>("kind")?)?,
        class: row.get("class")?,
        effect,
        proof: row.get("proof")?,
        reader: row.get::<_, Option<i64>>("subscriber")?.map(SubscriberId),
        email: address_from(row, "email")?,
        issue: row.get("issue")?,
        door: row.get("door")?,
        happened_at: codes::time_at(row, "happened_at")?,
        taken_at: codes::time_at(row, "taken_at")?,
        held_until: held_until.filter(|_| effect == ReportEffect::Held),
        words: words_from(row)?,
    })
}

fn words_from(row: &Row<'_>) -> Result<ReportWords, SqliteFault> {
    Ok(ReportWords {
        recipient: address_from(row, "recipient")?,
        from: address_from(row, "sender")?,
        subject: row.get::<_, Option<String>>("subject")?.unwrap_or_default(),
        reply: row.get::<_, Option<String>>("reply")?.unwrap_or_default(),
        text: row.get("text")?,
    })
}

/// An address that a text still has: what an erasure took out is none.
fn address_from(
    row: &Row<'_>,
    column: &str,
) -> Result<Option<crate::address::Address>, SqliteFault> {
    let text: Option<String> = row.get(column)?;
    Ok(text.and_then(|text| crate::address::Address::parse(&text).ok()))
}
