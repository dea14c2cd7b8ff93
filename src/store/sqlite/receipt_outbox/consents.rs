//! Consents that people are asked for again, or reminded of: who they are, and that it was done.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, Row, params};

use super::queue;
use crate::{
    audience::{SubscriberId, SubscriberState, membership::signup::ConsentWording},
    store::{
        Realm, ReceiptFacts, ReceiptId, ReceiptKind, ReceiptOutcome, ReceiptTurn,
        consent_record::reminded::{RemindedConsent, ReminderDay},
        receipt_outbox::queued::{QueuedReceipt, kind_code},
        sqlite::{
            codes,
            fault::SqliteFault,
            membership::{member::MemberRow, wishes},
            realm,
            statement::Statements,
        },
    },
};

/// Asks those of the readers who get mail and were not asked yet; answers how many those are.
pub(crate) fn ask_again(
    tx: &Connection,
    realm: Realm,
    readers: &[SubscriberId],
    wording: &ConsentWording,
    now: DateTime<Utc>,
) -> Result<u64, SqliteFault> {
    wishes::keep_wording(tx, wording, now)?;
    let mut asked = 0;
    for reader in readers {
        let Some(row) = MemberRow::of(tx, *reader)? else {
            continue;
        };
        if !row.standing(tx)?.gets_mail() {
            continue;
        }
        let new = tx.run(
            "INSERT OR IGNORE INTO consent_requests (subscriber, realm, at) VALUES (?1, ?2, ?3)",
            params![reader.0, realm::code(realm), codes::millis(now)],
        )?;
        if new == 0 || !keep_question(tx, *reader, wording, now)? {
            continue;
        }
        let (who, about) = ((*reader, row.epoch), ReceiptFacts::at(now));
        let receipt = QueuedReceipt::to_reader(ReceiptKind::Reconfirm, who, &about);
        queue::post_in_turn(tx, realm, &receipt, ReceiptTurn::Bulk, now)?;
        asked += 1;
    }
    Ok(asked)
}

/// What their answer will prove: the words alone, since what they chose stays as it is. In the place of an earlier
/// request's, in a rehearsal; false: a form asked for them, and that is to be answered.
fn keep_question(
    tx: &Connection,
    reader: SubscriberId,
    wording: &ConsentWording,
    now: DateTime<Utc>,
) -> Result<bool, SqliteFault> {
    let kept = tx.run(
        "INSERT INTO asks (subscriber, asked_at, wording) VALUES (?1, ?2, ?3) \
         ON CONFLICT DO UPDATE SET asked_at = excluded.asked_at, wording = excluded.wording \
         WHERE EXISTS (SELECT 1 FROM consent_requests AS r \
           WHERE r.subscriber = asks.subscriber AND r.at = asks.asked_at)",
        params![reader.0, codes::millis(now), wording.hash],
    )?;
    Ok(kept > 0)
}

/// Readers of whose consent no proof is kept, and who were not asked for one.
pub(crate) fn without_proof(
    tx: &Connection,
    realm: Realm,
    after: SubscriberId,
    limit: u32,
) -> Result<Vec<SubscriberId>, SqliteFault> {
    let ids: Vec<i64> = tx.values(
        "SELECT id FROM subscribers AS s WHERE id > ?1 AND state = ?2 AND suppressed IS NULL \
         AND NOT EXISTS (SELECT 1 FROM consent_proofs AS p \
           WHERE p.subscriber = s.id AND p.consent_at = s.consent_at) \
         AND NOT EXISTS (SELECT 1 FROM consent_requests AS r \
           WHERE r.subscriber = s.id AND r.realm = ?4) \
         AND NOT EXISTS (SELECT 1 FROM asks AS a WHERE a.subscriber = s.id \
           AND NOT EXISTS (SELECT 1 FROM consent_requests AS r \
             WHERE r.subscriber = s.id AND r.at = a.asked_at)) \
         ORDER BY id LIMIT ?3",
        params![
            after.0,
            codes::subscriber_state_code(SubscriberState::Active),
            limit,
            realm::code(realm)
        ],
    )?;
    Ok(ids.into_iter().map(SubscriberId).collect())
}

/// Those whose consent, and every reminder of it, is so old that they are to be reminded today; none who said no to
/// advertising.
pub(crate) fn to_remind(
    tx: &Connection,
    realm: Realm,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<RemindedConsent>, SqliteFault> {
    let readers: i64 = tx.value(
        "SELECT count(*) FROM subscribers WHERE state = ?1 AND suppressed IS NULL",
        params![codes::subscriber_state_code(SubscriberState::Active)],
    )?;
    let kind = kind_code(ReceiptKind::ConsentReminder);
    let of_today: i64 = tx.value(
        "SELECT count(*) FROM receipts WHERE kind = ?1 AND realm = ?2 \
         AND (created_at > ?3 OR due_at IS NOT NULL)",
        params![
            kind,
            realm::code(realm),
            codes::millis(now - TimeDelta::days(1))
        ],
    )?;
    let Some(day) = ReminderDay::of(readers, of_today, before) else {
        return Ok(Vec::new());
    };
    let soon = tx.all(
        "SELECT * FROM (SELECT s.id, s.consent_at, p.agreed_to_ads, \
           max(unixepoch(s.consent_at) * 1000, coalesce(r.at, 0)) AS last \
           FROM subscribers AS s \
           LEFT JOIN consent_reminders AS r ON r.subscriber = s.id AND r.realm = ?5 \
           LEFT JOIN consent_proofs AS p \
             ON p.subscriber = s.id AND p.consent_at = s.consent_at \
           WHERE s.state = ?1 AND s.suppressed IS NULL AND s.consent_at IS NOT NULL \
           AND p.agreed_to_ads IS NOT 0 \
           AND NOT EXISTS (SELECT 1 FROM receipts AS w WHERE w.subscriber = s.id \
             AND w.kind = ?2 AND w.realm = ?5 AND w.due_at IS NOT NULL)) \
         WHERE last < ?3 ORDER BY last, id LIMIT ?4",
        params![
            codes::subscriber_state_code(SubscriberState::Active),
            kind,
            day.horizon(),
            day.looked_at(),
            realm::code(realm)
        ],
        reminded_from,
    )?;
    Ok(day.choose(soon))
}

fn reminded_from(row: &Row<'_>) -> Result<RemindedConsent, SqliteFault> {
    let agreed_at: String = row.get("consent_at")?;
    Ok(RemindedConsent {
        reader: SubscriberId(row.get("id")?),
        agreed_at: codes::consent_time(&agreed_at)?,
        agreed_to_ads: row.get("agreed_to_ads")?,
        last: codes::time_at(row, "last")?,
    })
}

/// Queues them; answers how many.
pub(crate) fn remind(
    tx: &Connection,
    realm: Realm,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<u64, SqliteFault> {
    let reminded = to_remind(tx, realm, before, now)?;
    for consent in &reminded {
        let Some(row) = MemberRow::of(tx, consent.reader)? else {
            continue;
        };
        let (who, about) = ((consent.reader, row.epoch), consent.about());
        let receipt = QueuedReceipt::to_reader(ReceiptKind::ConsentReminder, who, &about);
        queue::post_in_turn(tx, realm, &receipt, ReceiptTurn::Quiet, now)?;
    }
    Ok(reminded.len() as u64)
}

/// Notes that somebody was reminded, where this receipt did it; before it is settled. Also where no relay took it: an
/// address that is dead does not stand in the way of those behind it.
pub(crate) fn note_reminder(
    tx: &Connection,
    receipt: ReceiptId,
    outcome: ReceiptOutcome,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    if matches!(outcome, ReceiptOutcome::Again(_)) {
        return Ok(());
    }
    tx.run(
        "INSERT OR REPLACE INTO consent_reminders (subscriber, realm, at) \
         SELECT subscriber, realm, ?3 FROM receipts \
         WHERE id = ?1 AND kind = ?2 AND due_at IS NOT NULL",
        params![
            receipt.0,
            kind_code(ReceiptKind::ConsentReminder),
            codes::millis(now)
        ],
    )?;
    Ok(())
}
