//! What came back, as people read it, from PostgreSQL. Whoever rehearses sees also what really did.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::soft;
use crate::{
    address::Address,
    audience::SubscriberId,
    bounce::BounceClass,
    store::{
        BatchId, NewReport, ReaderReports, Realm, ReportCount, ReportEffect, ReportEntry,
        ReportFilter, ReportKind, ReportTotals, ReportWords, codes,
        postgres::{
            columns,
            fault::PostgresFault,
            realm,
            transaction::StoreTransaction,
            values::{TypedValue, values},
        },
        report_codes::{self, OF_READER, effect_code, kind},
    },
};

const ENTRY: &str = "SELECT r.*, b.issue, s.email, t.recipient, t.sender, t.subject, t.reply, \
     t.text, t.relay_ids FROM reports AS r LEFT JOIN report_texts AS t ON t.report = r.id \
     LEFT JOIN batches AS b ON b.id = r.batch LEFT JOIN subscribers AS s ON s.id = r.subscriber";

pub(super) async fn page(
    tx: &StoreTransaction,
    realm: Realm,
    filter: &ReportFilter,
    (before, limit): (Option<i64>, u32),
) -> Result<Vec<ReportEntry>, PostgresFault> {
    tx.all(
        &format!(
            "{ENTRY} WHERE r.realm <= $1 AND ($2 IS NULL OR r.id < $2) \
             AND ($3 IS NULL OR r.kind = $3) AND ($4 IS NULL OR r.class = $4) \
             AND ($5 IS NULL OR r.effect = $5) AND ($6 IS NULL OR b.issue = $6) \
             AND ($7 IS NULL OR s.key = $7 OR lower(t.recipient COLLATE \"C\") = $7) \
             AND ($8 IS NULL OR r.taken_at >= $8) ORDER BY r.id DESC LIMIT $9"
        ),
        values![
            realm::code(realm),
            before,
            filter.kind.map(ReportKind::word),
            filter.class.map(BounceClass::as_str),
            filter.effect.map(effect_code),
            filter.issue.as_deref(),
            filter.about.as_ref().map(Address::key),
            filter.since.map(codes::millis),
            i64::from(limit)
        ],
        entry_from,
    )
    .await
}

pub(super) async fn one(
    tx: &StoreTransaction,
    realm: Realm,
    id: i64,
) -> Result<Option<ReportEntry>, PostgresFault> {
    let sql = format!("{ENTRY} WHERE r.id = $1 AND r.realm <= $2");
    tx.maybe(&sql, values![id, realm::code(realm)], entry_from)
        .await
}

pub(super) async fn raw(
    tx: &StoreTransaction,
    realm: Realm,
    id: i64,
) -> Result<Option<Vec<u8>>, PostgresFault> {
    let raw: Option<Option<Vec<u8>>> = tx
        .maybe_value(
            "SELECT t.raw FROM report_texts AS t JOIN reports AS r ON r.id = t.report \
             WHERE t.report = $1 AND r.realm <= $2",
            values![id, realm::code(realm)],
        )
        .await?;
    Ok(raw.flatten())
}

pub(super) async fn of_reader(
    tx: &StoreTransaction,
    realm: Realm,
    reader: SubscriberId,
) -> Result<ReaderReports, PostgresFault> {
    let code = realm::code(realm);
    let reports = tx
        .all(
            &format!(
                "{ENTRY} WHERE r.realm = $2 AND r.id IN ( \
                   SELECT id FROM reports WHERE subscriber = $1 \
                   UNION SELECT report FROM report_texts WHERE subscriber IS NULL \
                   AND lower(recipient COLLATE \"C\") = (SELECT key FROM subscribers WHERE id = $1)) \
                 ORDER BY r.id DESC LIMIT $3"
            ),
            values![reader.0, code, i64::from(OF_READER)],
            entry_from,
        )
        .await?;
    let sql = "SELECT count(*) AS rows FROM soft_failures WHERE subscriber = $1 AND realm = $2";
    Ok(ReaderReports {
        reports,
        soft_failures: count(tx, sql, values![reader.0, code]).await?,
        dormancy: soft::dormancy(tx, realm, reader).await?,
        rehearsed_bounce: match realm {
            Realm::Real => None,
            Realm::Rehearsal => realm::rehearsed_bounce(tx, reader).await?,
        },
    })
}

pub(super) async fn totals(
    tx: &StoreTransaction,
    realm: Realm,
    since: DateTime<Utc>,
) -> Result<ReportTotals, PostgresFault> {
    let code = realm::code(realm);
    let reports = tx
        .all(
            "SELECT kind, class, effect, count(*) AS reports FROM reports \
             WHERE realm <= $1 AND taken_at >= $2 GROUP BY kind, class, effect \
             UNION ALL SELECT kind, NULL, $3::int2, sum(reports)::int8 FROM reports_turned_away \
             WHERE realm <= $1 AND day >= $4 GROUP BY kind ORDER BY reports DESC, kind",
            values![
                code,
                codes::millis(since),
                effect_code(ReportEffect::TurnedAway),
                codes::day(since)
            ],
            |row| {
                Ok(ReportCount {
                    kind: kind(row.try_get("kind")?)?,
                    class: row.try_get("class")?,
                    effect: report_codes::effect(columns::code(row, "effect")?)?,
                    reports: columns::count(row, "reports")?,
                })
            },
        )
        .await?;
    let of_effect = async |effect: ReportEffect| {
        let sql = "SELECT count(*) AS rows FROM reports WHERE realm <= $1 AND effect = $2";
        count(tx, sql, values![code, effect_code(effect)]).await
    };
    let dormant = "SELECT count(*) AS rows FROM dormancies WHERE realm = $1";
    Ok(ReportTotals {
        reports,
        held: of_effect(ReportEffect::Held).await?,
        dormant: count(tx, dormant, values![code]).await?,
        kept_aside: of_effect(ReportEffect::KeptAside).await?,
        for_person: of_effect(ReportEffect::ForPerson).await?,
    })
}

async fn count(
    tx: &StoreTransaction,
    sql: &str,
    values: &[TypedValue<'_>],
) -> Result<u64, PostgresFault> {
    tx.one(sql, values, |row| columns::count(row, "rows")).await
}

pub(super) async fn of_batch(
    tx: &StoreTransaction,
    batch: BatchId,
) -> Result<BTreeMap<&'static str, u64>, PostgresFault> {
    let counted = tx
        .all(
            "SELECT effect, count(*) AS reports FROM reports WHERE batch = $1 GROUP BY effect",
            values![batch.0],
            |row| {
                let effect = report_codes::effect(columns::code(row, "effect")?)?;
                Ok((effect.word(), columns::count(row, "reports")?))
            },
        )
        .await?;
    Ok(counted.into_iter().collect())
}

pub(super) async fn has_probe(tx: &StoreTransaction, probe: i64) -> Result<bool, PostgresFault> {
    let sql = "SELECT EXISTS (SELECT 1 FROM reports WHERE batch = $1 AND effect = $2)";
    tx.value(sql, values![probe, effect_code(ReportEffect::Probe)])
        .await
}

/// A report whose relay's number was not found, as it came; None: its words were erased meanwhile.
pub(super) async fn to_search(
    tx: &StoreTransaction,
    id: i64,
) -> Result<Option<NewReport>, PostgresFault> {
    let sql = format!("{ENTRY} WHERE r.id = $1 AND t.report IS NOT NULL");
    tx.maybe(&sql, values![id], |row| {
        let class: Option<String> = row.try_get("class")?;
        let key: Vec<u8> = row.try_get("key")?;
        let relay_ids: Option<Vec<String>> = row.try_get("relay_ids")?;
        Ok(NewReport {
            key: report_codes::key(&key)?,
            door: row.try_get("door")?,
            kind: kind(row.try_get("kind")?)?,
            class: class.and_then(|class| class.parse().ok()),
            moment: Some(columns::time(row, "happened_at")?),
            proof: None,
            is_signed: true,
            relay_ids: relay_ids.unwrap_or_default(),
            opinion: None,
            words: words_from(row)?,
            raw: None,
        })
    })
    .await
}

fn entry_from(row: &Row) -> Result<ReportEntry, PostgresFault> {
    let effect = report_codes::effect(columns::code(row, "effect")?)?;
    let held_until = columns::maybe_time(row, "due_at")?;
    let reader: Option<i64> = row.try_get("subscriber")?;
    Ok(ReportEntry {
        id: row.try_get("id")?,
        kind: kind(row.try_get("kind")?)?,
        class: row.try_get("class")?,
        effect,
        proof: row.try_get("proof")?,
        reader: reader.map(SubscriberId),
        email: address_from(row, "email")?,
        issue: row.try_get("issue")?,
        door: row.try_get("door")?,
        happened_at: columns::time(row, "happened_at")?,
        taken_at: columns::time(row, "taken_at")?,
        held_until: held_until.filter(|_| effect == ReportEffect::Held),
        words: words_from(row)?,
    })
}

fn words_from(row: &Row) -> Result<ReportWords, PostgresFault> {
    let text = |column: &str| row.try_get::<_, Option<String>>(column);
    Ok(ReportWords {
        recipient: address_from(row, "recipient")?,
        from: address_from(row, "sender")?,
        subject: text("subject")?.unwrap_or_default(),
        reply: text("reply")?.unwrap_or_default(),
        text: text("text")?,
    })
}

/// An address that a text still has: what an erasure took out is none.
fn address_from(row: &Row, column: &str) -> Result<Option<Address>, PostgresFault> {
    let text: Option<String> = row.try_get(column)?;
    Ok(text.and_then(|text| Address::parse(&text).ok()))
}
