//! Whom a report is about, found on PostgreSQL: the row of the ledger, and how its reader stands.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::{dead, relay_ids::RelayNumbers};
use crate::{
    audience::SubscriberId,
    bounce::ProvenReader,
    store::{
        BatchId, DeliveryState, NewReport, Realm, codes,
        postgres::{
            columns, delivery_queue::unclaimed, fault::PostgresFault, history,
            ledger_retention::pruned, realm, transaction::StoreTransaction, values::values,
        },
        report_rules::matching::{
            FoundMail, Match, PrunedMail, ReportedReader, SoughtMail, sent_before,
        },
    },
};

/// Finds it. `relay_ids`: where to look for a relay's numbers.
pub(super) async fn find(
    tx: &StoreTransaction,
    realm: Realm,
    report: &NewReport,
    relay_ids: &mut RelayNumbers,
    now: DateTime<Utc>,
) -> Result<Match, PostgresFault> {
    let before = sent_before(report, now);
    match &report.proof {
        Some(proof) if proof.reader.0 == 0 => Ok(Match::Probe(proof.batch.unwrap_or_default())),
        Some(proof) => proved(tx, realm, proof, before).await,
        None if report.is_signed => signed(tx, realm, report, relay_ids, before).await,
        None => Ok(Match::Unproven),
    }
}

async fn proved(
    tx: &StoreTransaction,
    realm: Realm,
    proof: &ProvenReader,
    before: DateTime<Utc>,
) -> Result<Match, PostgresFault> {
    let Some(reader) = dead::reader(tx, proof.reader).await? else {
        return Ok(Match::Gone);
    };
    let batch = match SoughtMail::proved_by(proof) {
        SoughtMail::Of(batch) => Some(batch),
        SoughtMail::NewestUnnamed => {
            let sql = "SELECT last_unnamed_batch FROM instance";
            let last: i64 = tx.value(sql, values![]).await?;
            newest_sent(tx, realm, reader.id, before, last).await?
        }
        SoughtMail::Newest => newest_sent(tx, realm, reader.id, before, i64::MAX).await?,
    };
    with_mail(tx, realm, reader, batch).await
}

async fn signed(
    tx: &StoreTransaction,
    realm: Realm,
    report: &NewReport,
    relay_ids: &mut RelayNumbers,
    before: DateTime<Utc>,
) -> Result<Match, PostgresFault> {
    if let Some((batch, reader)) = relay_ids.find(tx, realm, &report.relay_ids).await? {
        return match dead::reader(tx, reader).await? {
            Some(reader) => with_mail(tx, realm, reader, Some(batch)).await,
            None => Ok(Match::Gone),
        };
    }
    if !report.relay_ids.is_empty() && relay_ids.may_come() {
        return Ok(Match::Searching);
    }
    let Some(recipient) = &report.words.recipient else {
        return Ok(Match::Unproven);
    };
    let Some(reader) = dead::reader_by_key(tx, &recipient.key()).await? else {
        return Ok(Match::Unproven);
    };
    let batch = newest_sent(tx, realm, reader.id, before, i64::MAX).await?;
    with_mail(tx, realm, reader, batch).await
}

/// The newest batch, up to `last`, that the relay took for a reader before then. Where no row of theirs is left, the one
/// that is known to have been.
async fn newest_sent(
    tx: &StoreTransaction,
    realm: Realm,
    reader: SubscriberId,
    before: DateTime<Utc>,
    last: i64,
) -> Result<Option<BatchId>, PostgresFault> {
    let batch: Option<i64> = tx
        .maybe_value(
            "SELECT b.id FROM batches AS b \
             JOIN deliveries AS d ON d.batch = b.id AND d.subscriber = $1 \
             WHERE b.id <= $2 AND b.realm = $3 AND d.state IN ($4, $5) AND d.updated_at <= $6 \
             ORDER BY b.id DESC LIMIT 1",
            values![
                reader.0,
                last,
                realm::code(realm),
                codes::state_code(DeliveryState::Accepted),
                codes::state_code(DeliveryState::Unknown),
                codes::millis(before)
            ],
        )
        .await?;
    if let Some(batch) = batch {
        return Ok(Some(BatchId(batch)));
    }
    let earlier = pruned::earlier_mail(tx, realm, reader).await?;
    Ok(earlier.filter(|batch| batch.0 <= last))
}

async fn with_mail(
    tx: &StoreTransaction,
    realm: Realm,
    reader: ReportedReader,
    batch: Option<BatchId>,
) -> Result<Match, PostgresFault> {
    let Some(batch) = batch else {
        return Ok(Match::NoMail(reader.id));
    };
    let suppressed = realm::suppressed(realm);
    let found = tx
        .maybe(
            &format!(
                "SELECT d.state, d.updated_at, d.first_attempt_at, d.domain, b.issue, \
                 b.frozen_at, b.audience, {suppressed} IS NOT NULL AS is_off \
                 FROM deliveries AS d JOIN batches AS b ON b.id = d.batch \
                 JOIN subscribers AS s ON s.id = d.subscriber \
                 WHERE d.batch = $1 AND d.subscriber = $2 AND b.realm = $3"
            ),
            values![batch.0, reader.id.0, realm::code(realm)],
            mail_from,
        )
        .await?;
    let Some(mail) = found else {
        return match unclaimed::part_readers(tx, &[reader.id.0]).await? {
            0 => pruned_mail(tx, reader.id, batch).await,
            // It names an issue that has not come to them yet; their row says so from now on.
            _ => Box::pin(with_mail(tx, realm, reader, Some(batch))).await,
        };
    };
    let member_since = history::member_since(tx, reader.id).await?;
    Ok(mail.of(reader, batch, member_since))
}

/// Whether it was a mail whose row is gone.
async fn pruned_mail(
    tx: &StoreTransaction,
    reader: SubscriberId,
    batch: BatchId,
) -> Result<Match, PostgresFault> {
    match pruned::frozen_at(tx, batch).await? {
        Some(frozen_at) => Ok(Match::Pruned(PrunedMail {
            reader,
            batch,
            frozen_at,
            member_since: history::member_since(tx, reader).await?,
        })),
        None => Ok(Match::NoMail(reader)),
    }
}

fn mail_from(row: &Row) -> Result<FoundMail, PostgresFault> {
    Ok(FoundMail {
        state: codes::state(columns::code(row, "state")?)?,
        updated_at: columns::maybe_time(row, "updated_at")?,
        first_attempt_at: columns::maybe_time(row, "first_attempt_at")?,
        domain: row.try_get("domain")?,
        issue: row.try_get("issue")?,
        audience: columns::count(row, "audience")?,
        frozen_at: columns::time(row, "frozen_at")?,
        is_off: row.try_get("is_off")?,
    })
}
