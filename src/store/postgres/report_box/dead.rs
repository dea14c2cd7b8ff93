//! Readers as reports find them, and those whose mailbox is gone: put beyond mail's reach, and back.

use chrono::{DateTime, Utc};

use crate::{
    audience::{
        SubscriberId, Suppression, SuppressionReason,
        membership::{ChangeSource, MembershipChange},
    },
    store::{
        Realm, codes,
        history_note::LiftNote,
        postgres::{
            columns,
            fault::PostgresFault,
            realm,
            suppression_list::{hash_keys, suppression},
            transaction::StoreTransaction,
            values::values,
        },
        report_rules::matching::ReportedReader,
    },
};

const READER: &str = "SELECT id, email, suppressed FROM subscribers WHERE email IS NOT NULL AND";

/// The reader of that number, unless they are erased or forgotten.
pub(super) async fn reader(
    tx: &StoreTransaction,
    id: SubscriberId,
) -> Result<Option<ReportedReader>, PostgresFault> {
    let sql = format!("{READER} id = $1");
    tx.maybe(&sql, values![id.0], reader_from).await
}

/// The reader of that address.
pub(super) async fn reader_by_key(
    tx: &StoreTransaction,
    key: &str,
) -> Result<Option<ReportedReader>, PostgresFault> {
    let sql = format!("{READER} key = $1");
    tx.maybe(&sql, values![key], reader_from).await
}

fn reader_from(row: &tokio_postgres::Row) -> Result<ReportedReader, PostgresFault> {
    let email: String = row.try_get("email")?;
    let suppressed = columns::maybe_code(row, "suppressed")?;
    Ok(ReportedReader {
        id: columns::subscriber(row, "id")?,
        email: codes::address(&email)?,
        suppression: suppressed.map(codes::reason).transpose()?,
    })
}

/// Puts a reader beyond mail's reach for that reason: in a rehearsal, beyond that of rehearsals.
pub(super) async fn suppress(
    tx: &StoreTransaction,
    realm: Realm,
    reader: &ReportedReader,
    (reason, words): (SuppressionReason, String),
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    if realm == Realm::Rehearsal {
        return realm::note_bounces(tx, &[(reader.id, words)], now).await;
    }
    let source = match reason {
        SuppressionReason::Complaint => ChangeSource::Complaint,
        _ => ChangeSource::Bounce,
    };
    let suppression = Suppression {
        email: Some(reader.email.clone()),
        reason,
        detail: Some(words),
        at: now,
    };
    suppression::suppress(tx, &[suppression], source, now).await?;
    Ok(())
}

/// Takes back that somebody was dead; false: something else keeps them from mail by now.
pub(super) async fn lift(
    tx: &StoreTransaction,
    realm: Realm,
    id: SubscriberId,
    now: DateTime<Utc>,
) -> Result<bool, PostgresFault> {
    if realm == Realm::Rehearsal {
        let sql = "DELETE FROM rehearsal_bounces WHERE subscriber = $1";
        return Ok(tx.run(sql, values![id.0]).await? > 0);
    }
    let Some(reader) = reader(tx, id).await? else {
        return Ok(false);
    };
    if reader.suppression != Some(SuppressionReason::HardBounce) {
        return Ok(false);
    }
    let by = LiftNote {
        change: MembershipChange::Lifted,
        source: ChangeSource::Bounce,
        at: now,
    };
    let keys = hash_keys::load(tx).await?;
    suppression::lift(tx, &keys, &reader.email.key(), by).await?;
    Ok(true)
}
