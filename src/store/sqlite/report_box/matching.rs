//! Whom a report is about, found on SQLite: the row of the ledger, and how its reader stands.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::relay_ids::RelayIds;
use crate::{
    audience::SubscriberId,
    bounce::ProvenReader,
    store::{
        BatchId, DeliveryState, NewReport, Realm,
        report_rules::matching::{
            FoundMail, Match, PrunedMail, ReportedReader, SoughtMail, sent_before,
        },
        sqlite::{
            codes, fault::SqliteFault, history, ledger_retention::pruned,
            membership::member::MemberRow, realm, statement::Statements,
        },
    },
};

/// Finds it. `relay_ids`: where to look for a relay's numbers.
pub(super) fn find(
    tx: &Connection,
    realm: Realm,
    report: &NewReport,
    relay_ids: &mut RelayIds,
    now: DateTime<Utc>,
) -> Result<Match, SqliteFault> {
    let before = sent_before(report, now);
    match &report.proof {
        Some(proof) if proof.reader.0 == 0 => Ok(Match::Probe(proof.batch.unwrap_or_default())),
        Some(proof) => proved(tx, realm, proof, before),
        None if report.is_signed => signed(tx, realm, report, relay_ids, before),
        None => Ok(Match::Unproven),
    }
}

fn proved(
    tx: &Connection,
    realm: Realm,
    proof: &ProvenReader,
    before: DateTime<Utc>,
) -> Result<Match, SqliteFault> {
    let Some(member) = MemberRow::of(tx, proof.reader)? else {
        return Ok(Match::Gone);
    };
    let batch = match SoughtMail::proved_by(proof) {
        SoughtMail::Of(batch) => Some(batch),
        SoughtMail::NewestUnnamed => {
            let last: i64 = tx.value("SELECT last_unnamed_batch FROM instance", [])?;
            newest_sent(tx, realm, proof.reader, before, last)?
        }
        SoughtMail::Newest => newest_sent(tx, realm, proof.reader, before, i64::MAX)?,
    };
    with_mail(tx, realm, member, batch)
}

fn signed(
    tx: &Connection,
    realm: Realm,
    report: &NewReport,
    relay_ids: &mut RelayIds,
    before: DateTime<Utc>,
) -> Result<Match, SqliteFault> {
    if let Some(delivery) = relay_ids.find(tx, realm, &report.relay_ids)? {
        let reader = codes::subscriber_of(delivery);
        return match MemberRow::of(tx, reader)? {
            Some(member) => with_mail(tx, realm, member, Some(codes::batch_of(delivery))),
            None => Ok(Match::Gone),
        };
    }
    if !report.relay_ids.is_empty() && relay_ids.may_come() {
        return Ok(Match::Searching);
    }
    let Some(recipient) = &report.words.recipient else {
        return Ok(Match::Unproven);
    };
    let Some(member) = MemberRow::by_key(tx, &recipient.key())? else {
        return Ok(Match::Unproven);
    };
    let batch = newest_sent(tx, realm, member.id, before, i64::MAX)?;
    with_mail(tx, realm, member, batch)
}

/// The newest batch, up to `last`, that the relay took for a reader before then. Where no row of theirs is left, the one
/// that is known to have been.
fn newest_sent(
    tx: &Connection,
    realm: Realm,
    reader: SubscriberId,
    before: DateTime<Utc>,
    last: i64,
) -> Result<Option<BatchId>, SqliteFault> {
    let batch: Option<i64> = tx.maybe_value(
        "SELECT b.id FROM batches AS b CROSS JOIN deliveries AS d ON d.id = (b.id << 40) | ?1 \
         WHERE b.id <= ?2 AND b.realm IN (?3, ?4) AND d.state IN (?5, ?6) AND d.updated_at <= ?7 \
         ORDER BY b.id DESC LIMIT 1",
        params![
            reader.0,
            last,
            realm::code(realm),
            realm::UNTOLD,
            codes::state_code(DeliveryState::Accepted),
            codes::state_code(DeliveryState::Unknown),
            codes::millis(before)
        ],
    )?;
    if let Some(batch) = batch {
        return Ok(Some(BatchId(batch)));
    }
    let earlier = pruned::earlier_mail(tx, realm, reader)?;
    Ok(earlier.filter(|batch| batch.0 <= last))
}

fn with_mail(
    tx: &Connection,
    realm: Realm,
    member: MemberRow,
    batch: Option<BatchId>,
) -> Result<Match, SqliteFault> {
    let reader = member.id;
    let Some(batch) = batch else {
        return Ok(Match::NoMail(reader));
    };
    let suppressed = realm::suppressed(realm);
    let found = tx.maybe(
        &format!(
            "SELECT d.state, d.updated_at, d.first_attempt_at, d.domain, b.issue, b.frozen_at, \
             b.audience, {suppressed} IS NOT NULL AS is_off \
             FROM deliveries AS d JOIN batches AS b ON b.id = ?2 \
             JOIN subscribers AS s ON s.id = d.subscriber \
             WHERE d.id = ?1 AND b.realm IN (?3, ?4)"
        ),
        params![
            codes::delivery_id(batch, reader).0,
            batch.0,
            realm::code(realm),
            realm::UNTOLD
        ],
        mail_from,
    )?;
    let Some(mail) = found else {
        return pruned_mail(tx, reader, batch);
    };
    let reader = ReportedReader {
        id: member.id,
        suppression: member.plain_standing().suppression,
        email: member.person.profile.email,
    };
    let member_since = history::member_since(tx, reader.id)?;
    Ok(mail.of(reader, batch, member_since))
}

/// Whether it was a mail whose row is gone.
fn pruned_mail(
    tx: &Connection,
    reader: SubscriberId,
    batch: BatchId,
) -> Result<Match, SqliteFault> {
    match pruned::frozen_at(tx, batch)? {
        Some(frozen_at) => Ok(Match::Pruned(PrunedMail {
            reader,
            batch,
            frozen_at,
            member_since: history::member_since(tx, reader)?,
        })),
        None => Ok(Match::NoMail(reader)),
    }
}

fn mail_from(row: &Row<'_>) -> Result<FoundMail, SqliteFault> {
    Ok(FoundMail {
        state: codes::state(row.get("state")?)?,
        updated_at: codes::maybe_time_at(row, "updated_at")?,
        first_attempt_at: codes::maybe_time_at(row, "first_attempt_at")?,
        domain: row.get("domain")?,
        issue: row.get("issue")?,
        audience: codes::count(row, "audience")?,
        frozen_at: codes::time_at(row, "frozen_at")?,
        is_off: row.get("is_off")?,
    })
}
