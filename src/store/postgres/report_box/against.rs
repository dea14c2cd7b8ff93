//! Reports that speak of us and not of their reader, on PostgreSQL: counted by domain, until the domain's other readers
//! wait.

use chrono::{DateTime, Utc};

use crate::store::{
    BatchId, DomainPause, ReportEffect, ReportNews, codes,
    postgres::{
        columns, delivery_queue::waiting, fault::PostgresFault, transaction::StoreTransaction,
        values::values,
    },
    report_codes::effect_code,
    report_rules::{AN_HOUR, DOMAIN_RESTS, matching::MatchedReader, rests, why_it_rests},
};

/// Counts the report that has just been marked; what there is to tell, once a rest.
pub(super) async fn weigh(
    tx: &StoreTransaction,
    matched: &MatchedReader,
    words: &str,
    now: DateTime<Utc>,
) -> Result<Option<ReportNews>, PostgresFault> {
    let (batch, Some(domain)) = (matched.batch, matched.about.domain) else {
        return Ok(None);
    };
    let sql = "SELECT until FROM domain_pauses WHERE batch = $1 AND domain = $2";
    let rested_until: Option<i64> = tx.maybe_value(sql, values![batch.0, domain]).await?;
    // What came before a rest was over is no reason for another one, nor against a person who ended it.
    let since = rested_until.unwrap_or(i64::MIN);
    if since > codes::millis(now) {
        return Ok(None);
    }
    let since_an_hour = since.max(codes::millis(now - AN_HOUR));
    let of_domain = sent_back(tx, batch, (Some(domain), since_an_hour)).await?;
    let of_batch = sent_back(tx, batch, (None, since)).await?;
    if !rests(of_domain, of_batch, matched.audience) {
        return Ok(None);
    }
    let until = now + DOMAIN_RESTS;
    let reason = columns::text(&why_it_rests(of_domain, words));
    tx.run(
        "INSERT INTO domain_pauses (batch, domain, until, reason) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (batch, domain) DO UPDATE SET until = excluded.until, reason = excluded.reason",
        values![batch.0, domain, codes::millis(until), reason],
    )
    .await?;
    let sql = "SELECT name FROM domains WHERE id = $1";
    let name: Option<String> = tx.maybe_value(sql, values![domain]).await?;
    let name = name.unwrap_or_default();
    waiting::postpone(tx, batch, &name, until).await?;
    Ok(Some(ReportNews::DomainRefuses {
        issue: matched.issue.clone(),
        domain: name,
        reports: of_domain,
        words: words.to_owned(),
        until,
    }))
}

/// How many readers' mail of a batch was sent back since then for the sender's sake, by that domain or all.
async fn sent_back(
    tx: &StoreTransaction,
    batch: BatchId,
    (domain, since): (Option<i64>, i64),
) -> Result<u64, PostgresFault> {
    tx.one(
        "SELECT count(DISTINCT subscriber) AS readers FROM reports WHERE batch = $1 \
         AND effect = $2 AND happened_at >= $3 AND ($4 IS NULL OR domain = $4)",
        values![
            batch.0,
            effect_code(ReportEffect::AgainstSender),
            since,
            domain
        ],
        |row| columns::count(row, "readers"),
    )
    .await
}

/// The domains of a batch that rest now.
pub(super) async fn pauses(
    tx: &StoreTransaction,
    batch: BatchId,
    now: DateTime<Utc>,
) -> Result<Vec<DomainPause>, PostgresFault> {
    tx.all(
        "SELECT m.name, p.until, p.reason FROM domain_pauses AS p \
         JOIN domains AS m ON m.id = p.domain WHERE p.batch = $1 AND p.until > $2 ORDER BY m.name",
        values![batch.0, codes::millis(now)],
        |row| {
            Ok(DomainPause {
                domain: row.try_get("name")?,
                until: columns::time(row, "until")?,
                reason: row.try_get("reason")?,
            })
        },
    )
    .await
}

/// Ends the rest of a domain: whoever waited for its end is due.
pub(super) async fn end_pause(
    tx: &StoreTransaction,
    batch: BatchId,
    domain: &str,
    now: DateTime<Utc>,
) -> Result<Option<u64>, PostgresFault> {
    let resting = tx
        .maybe(
            "SELECT p.domain, p.until FROM domain_pauses AS p JOIN domains AS m ON m.id = p.domain \
             WHERE p.batch = $1 AND m.name = $2 AND p.until > $3 FOR UPDATE OF p",
            values![batch.0, domain, codes::millis(now)],
            |row| {
                Ok((
                    row.try_get::<_, i64>("domain")?,
                    columns::time(row, "until")?,
                ))
            },
        )
        .await?;
    let Some((number, until)) = resting else {
        return Ok(None);
    };
    let sql = "UPDATE domain_pauses SET until = $3 WHERE batch = $1 AND domain = $2";
    tx.run(sql, values![batch.0, number, codes::millis(now)])
        .await?;
    let readers = waiting::release(tx, batch, domain, (until, now)).await?;
    Ok(Some(readers))
}
