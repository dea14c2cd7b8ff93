//! Reports that speak of us and not of their reader – blocked, taken for spam, against a policy: counted by domain,
//! until the domain's other readers wait.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::store::{
    BatchId, DomainPause, ReportEffect, ReportNews,
    report_codes::effect_code,
    report_rules::{AN_HOUR, DOMAIN_RESTS, matching::MatchedReader, rests, why_it_rests},
    sqlite::{codes, fault::SqliteFault, statement::Statements},
};

/// Counts the report that has just been marked; what there is to tell, once a rest.
pub(super) fn weigh(
    tx: &Connection,
    matched: &MatchedReader,
    words: &str,
    now: DateTime<Utc>,
) -> Result<Option<ReportNews>, SqliteFault> {
    let (batch, Some(domain)) = (matched.batch, matched.about.domain) else {
        return Ok(None);
    };
    let rested_until: Option<i64> = tx.maybe_value(
        "SELECT until FROM domain_pauses WHERE batch = ?1 AND domain = ?2",
        params![batch.0, domain],
    )?;
    // What came before a rest was over is no reason for another one, nor against a person who ended it.
    let since = rested_until.unwrap_or(i64::MIN);
    if since > codes::millis(now) {
        return Ok(None);
    }
    let against = effect_code(ReportEffect::AgainstSender);
    let of_domain: i64 = tx.value(
        "SELECT count(DISTINCT subscriber) FROM reports WHERE domain = ?1 AND happened_at >= ?2 \
         AND batch = ?3 AND effect = ?4",
        params![
            domain,
            since.max(codes::millis(now - AN_HOUR)),
            batch.0,
            against
        ],
    )?;
    let of_batch: i64 = tx.value(
        "SELECT count(DISTINCT subscriber) FROM reports WHERE batch = ?1 AND effect = ?2 \
         AND happened_at >= ?3",
        params![batch.0, against, since],
    )?;
    let of_domain = of_domain.unsigned_abs();
    if !rests(of_domain, of_batch.unsigned_abs(), matched.audience) {
        return Ok(None);
    }
    let until = now + DOMAIN_RESTS;
    let reason = why_it_rests(of_domain, words);
    tx.run(
        "INSERT OR REPLACE INTO domain_pauses (batch, domain, until, reason) \
         VALUES (?1, ?2, ?3, ?4)",
        params![batch.0, domain, codes::millis(until), reason],
    )?;
    tx.run(
        "UPDATE deliveries SET due_at = ?3 WHERE batch = ?1 AND domain = ?2 AND due_at < ?3",
        params![batch.0, domain, codes::millis(until)],
    )?;
    let name: Option<String> =
        tx.maybe_value("SELECT name FROM domains WHERE id = ?1", params![domain])?;
    Ok(Some(ReportNews::DomainRefuses {
        issue: matched.issue.clone(),
        domain: name.unwrap_or_default(),
        reports: of_domain,
        words: words.to_owned(),
        until,
    }))
}

/// The domains of a batch that rest now.
pub(super) fn pauses(
    tx: &Connection,
    batch: BatchId,
    now: DateTime<Utc>,
) -> Result<Vec<DomainPause>, SqliteFault> {
    tx.all(
        "SELECT m.name, p.until, p.reason FROM domain_pauses AS p \
         JOIN domains AS m ON m.id = p.domain WHERE p.batch = ?1 AND p.until > ?2 ORDER BY m.name",
        params![batch.0, codes::millis(now)],
        |row| {
            Ok(DomainPause {
                domain: row.get("name")?,
                until: codes::time_at(row, "until")?,
                reason: row.get("reason")?,
            })
        },
    )
}

/// Ends the rest of a domain: whoever waited for its end is due.
pub(super) fn end_pause(
    tx: &Connection,
    batch: BatchId,
    domain: &str,
    now: DateTime<Utc>,
) -> Result<Option<u64>, SqliteFault> {
    let resting: Option<(i64, i64)> = tx.maybe(
        "SELECT p.domain, p.until FROM domain_pauses AS p JOIN domains AS m ON m.id = p.domain \
         WHERE p.batch = ?1 AND m.name = ?2 AND p.until > ?3",
        params![batch.0, domain, codes::millis(now)],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let Some((domain, until)) = resting else {
        return Ok(None);
    };
    tx.run(
        "UPDATE domain_pauses SET until = ?3 WHERE batch = ?1 AND domain = ?2",
        params![batch.0, domain, codes::millis(now)],
    )?;
    let readers = tx.run(
        "UPDATE deliveries SET due_at = ?3 WHERE batch = ?1 AND domain = ?2 AND due_at = ?4",
        params![batch.0, domain, codes::millis(now), until],
    )?;
    Ok(Some(readers))
}
