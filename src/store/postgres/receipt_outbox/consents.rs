//! Consents that people are asked for again, or reminded of: who they are, and that it was done.

use chrono::{DateTime, TimeDelta, Utc};
use tokio_postgres::Row;

use super::queue;
use crate::{
    audience::{SubscriberId, SubscriberState, membership::signup::ConsentWording},
    store::{
        Realm, ReceiptFacts, ReceiptId, ReceiptKind, ReceiptOutcome, ReceiptTurn, codes,
        consent_record::reminded::{RemindedConsent, ReminderDay},
        postgres::{
            columns,
            fault::PostgresFault,
            list_lock,
            membership::{member, wishes},
            realm,
            transaction::StoreTransaction,
            values::values,
        },
        receipt_outbox::queued::{QueuedReceipt, kind_code},
    },
};

/// Asks those of the readers who get mail and were not asked yet; answers how many those are.
pub(crate) async fn ask_again(
    tx: &StoreTransaction,
    realm: Realm,
    readers: &[SubscriberId],
    wording: &ConsentWording,
    now: DateTime<Utc>,
) -> Result<u64, PostgresFault> {
    wishes::keep_wording(tx, wording, now).await?;
    member::lock_all(tx, readers).await?;
    let mut asked = 0;
    for reader in readers {
        let Some(row) = member::of(tx, *reader).await? else {
            continue;
        };
        if !member::standing(tx, &row).await?.gets_mail() {
            continue;
        }
        let new = tx
            .run(
                "INSERT INTO consent_requests (subscriber, realm, at) VALUES ($1, $2, $3) \
                 ON CONFLICT (subscriber, realm) DO NOTHING",
                values![reader.0, realm::code(realm), codes::millis(now)],
            )
            .await?;
        if new == 0 || !keep_question(tx, *reader, wording, now).await? {
            continue;
        }
        let (who, about) = ((*reader, row.epoch), ReceiptFacts::at(now));
        let receipt = QueuedReceipt::to_reader(ReceiptKind::Reconfirm, who, &about);
        queue::post_in_turn(tx, realm, &receipt, ReceiptTurn::Bulk, now).await?;
        asked += 1;
    }
    Ok(asked)
}

/// What their answer will prove: the words alone, since what they chose stays as it is. In the place of an earlier
/// request's, in a rehearsal; false: a form asked for them, and that is to be answered.
async fn keep_question(
    tx: &StoreTransaction,
    reader: SubscriberId,
    wording: &ConsentWording,
    now: DateTime<Utc>,
) -> Result<bool, PostgresFault> {
    let kept = tx
        .run(
            "INSERT INTO asks AS a (subscriber, asked_at, wording) VALUES ($1, $2, $3) \
             ON CONFLICT (subscriber) DO UPDATE SET asked_at = excluded.asked_at, \
             wording = excluded.wording \
             WHERE EXISTS (SELECT 1 FROM consent_requests AS r \
               WHERE r.subscriber = a.subscriber AND r.at = a.asked_at)",
            values![reader.0, codes::millis(now), wording.hash.as_str()],
        )
        .await?;
    Ok(kept > 0)
}

/// Readers of whose consent no proof is kept, and who were not asked for one.
pub(crate) async fn without_proof(
    tx: &StoreTransaction,
    realm: Realm,
    after: SubscriberId,
    limit: u32,
) -> Result<Vec<SubscriberId>, PostgresFault> {
    tx.all(
        "SELECT id FROM subscribers AS s WHERE id > $1 AND state = $2 AND suppressed IS NULL \
         AND NOT EXISTS (SELECT 1 FROM consent_proofs AS p \
           WHERE p.subscriber = s.id AND p.consent_at = s.consent_at) \
         AND NOT EXISTS (SELECT 1 FROM consent_requests AS r \
           WHERE r.subscriber = s.id AND r.realm = $4) \
         AND NOT EXISTS (SELECT 1 FROM asks AS a WHERE a.subscriber = s.id \
           AND NOT EXISTS (SELECT 1 FROM consent_requests AS r \
             WHERE r.subscriber = s.id AND r.at = a.asked_at)) \
         ORDER BY id LIMIT $3",
        values![
            after.0,
            codes::subscriber_state_code(SubscriberState::Active),
            i64::from(limit),
            realm::code(realm)
        ],
        |row| columns::subscriber(row, "id"),
    )
    .await
}

/// Those whose consent, and every reminder of it, is so old that they are to be reminded today; none who said no to
/// advertising.
pub(crate) async fn to_remind(
    tx: &StoreTransaction,
    realm: Realm,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<RemindedConsent>, PostgresFault> {
    let active = codes::subscriber_state_code(SubscriberState::Active);
    let kind = kind_code(ReceiptKind::ConsentReminder);
    let realm = realm::code(realm);
    let sql = "SELECT count(*) FROM subscribers WHERE state = $1 AND suppressed IS NULL";
    let readers = tx.value(sql, values![active]).await?;
    let sql = "SELECT count(*) FROM receipts WHERE kind = $1 AND realm = $2 \
               AND (created_at > $3 OR due_at IS NOT NULL)";
    let yesterday = codes::millis(now - TimeDelta::days(1));
    let of_today = tx.value(sql, values![kind, realm, yesterday]).await?;
    let Some(day) = ReminderDay::of(readers, of_today, before) else {
        return Ok(Vec::new());
    };
    let soon = tx
        .all(
            "SELECT * FROM (SELECT s.id, s.consent_at, p.agreed_to_ads, \
               greatest(floor(extract(epoch FROM s.consent_at::timestamptz))::int8 * 1000, \
                 coalesce(r.at, 0)) AS last \
               FROM subscribers AS s \
               LEFT JOIN consent_reminders AS r ON r.subscriber = s.id AND r.realm = $5 \
               LEFT JOIN consent_proofs AS p \
                 ON p.subscriber = s.id AND p.consent_at = s.consent_at \
               WHERE s.state = $1 AND s.suppressed IS NULL AND s.consent_at IS NOT NULL \
               AND p.agreed_to_ads IS DISTINCT FROM FALSE \
               AND NOT EXISTS (SELECT 1 FROM receipts AS w WHERE w.subscriber = s.id \
                 AND w.kind = $2 AND w.realm = $5 AND w.due_at IS NOT NULL)) AS them \
             WHERE last < $3 ORDER BY last, id LIMIT $4",
            values![active, kind, day.horizon(), day.looked_at(), realm],
            reminded_from,
        )
        .await?;
    Ok(day.choose(soon))
}

fn reminded_from(row: &Row) -> Result<RemindedConsent, PostgresFault> {
    let agreed_at: String = row.try_get("consent_at")?;
    Ok(RemindedConsent {
        reader: columns::subscriber(row, "id")?,
        agreed_at: codes::consent_time(&agreed_at)?,
        agreed_to_ads: row.try_get("agreed_to_ads")?,
        last: columns::time(row, "last")?,
    })
}

/// Queues them; answers how many.
pub(crate) async fn remind(
    tx: &StoreTransaction,
    realm: Realm,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<u64, PostgresFault> {
    list_lock::be_the_only_one_who_reminds(tx).await?;
    let reminded = to_remind(tx, realm, before, now).await?;
    for consent in &reminded {
        let Some(row) = member::of(tx, consent.reader).await? else {
            continue;
        };
        let (who, about) = ((consent.reader, row.epoch), consent.about());
        let receipt = QueuedReceipt::to_reader(ReceiptKind::ConsentReminder, who, &about);
        queue::post_in_turn(tx, realm, &receipt, ReceiptTurn::Quiet, now).await?;
    }
    Ok(reminded.len() as u64)
}

/// Notes that somebody was reminded, where this receipt did it; before it is settled. Also where no relay took it: an
/// address that is dead does not stand in the way of those behind it.
pub(crate) async fn note_reminder(
    tx: &StoreTransaction,
    receipt: ReceiptId,
    outcome: ReceiptOutcome,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    if matches!(outcome, ReceiptOutcome::Again(_)) {
        return Ok(());
    }
    tx.run(
        "INSERT INTO consent_reminders (subscriber, realm, at) \
         SELECT subscriber, realm, $3 FROM receipts \
         WHERE id = $1 AND kind = $2 AND due_at IS NOT NULL \
         ON CONFLICT (subscriber, realm) DO UPDATE SET at = excluded.at",
        values![
            receipt.0,
            kind_code(ReceiptKind::ConsentReminder),
            codes::millis(now)
        ],
    )
    .await
    .map(drop)
}
