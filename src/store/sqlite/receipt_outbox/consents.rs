//! Consents that people are asked for again, or reminded of: who they are, and that it was done.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::queue::{self, QueuedReceipt};
use crate::{
    audience::{SubscriberId, SubscriberState, membership::signup::ConsentWording},
    store::{
        Realm, ReceiptFacts, ReceiptId, ReceiptKind, ReceiptOutcome,
        sqlite::{
            codes,
            fault::SqliteFault,
            membership::{member::MemberRow, wishes},
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
        // What they chose stays as it is: the words alone are new.
        let new = tx.run(
            "INSERT OR IGNORE INTO asks (subscriber, asked_at, editions, wording) \
             SELECT id, ?2, editions, ?3 FROM subscribers WHERE id = ?1",
            params![reader.0, codes::millis(now), wording.hash],
        )?;
        if new == 0 {
            continue;
        }
        let receipt = QueuedReceipt {
            kind: ReceiptKind::Reconfirm,
            reader: *reader,
            epoch: row.epoch,
            to: None,
            about: &ReceiptFacts::at(now),
            is_held: false,
        };
        queue::post(tx, realm, &receipt, now)?;
        asked += 1;
    }
    Ok(asked)
}

/// Readers of whose consent no proof is kept, and who were not asked for one.
pub(crate) fn without_proof(
    tx: &Connection,
    after: SubscriberId,
    limit: u32,
) -> Result<Vec<SubscriberId>, SqliteFault> {
    let ids: Vec<i64> = tx.values(
        "SELECT id FROM subscribers AS s WHERE id > ?1 AND state = ?2 AND suppressed IS NULL \
         AND NOT EXISTS (SELECT 1 FROM consent_proofs AS p \
           WHERE p.subscriber = s.id AND p.consent_at = s.consent_at) \
         AND NOT EXISTS (SELECT 1 FROM asks AS a WHERE a.subscriber = s.id) \
         ORDER BY id LIMIT ?3",
        params![
            after.0,
            codes::subscriber_state_code(SubscriberState::Active),
            limit
        ],
    )?;
    Ok(ids.into_iter().map(SubscriberId).collect())
}

/// Readers whose consent, and every reminder of it, is older than that; none who said no to advertising.
pub(crate) fn to_remind(
    tx: &Connection,
    before: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<SubscriberId>, SqliteFault> {
    let ids: Vec<i64> = tx.values(
        "SELECT id FROM (SELECT s.id, \
           max(unixepoch(s.consent_at) * 1000, coalesce(r.at, 0)) AS last \
           FROM subscribers AS s LEFT JOIN consent_reminders AS r ON r.subscriber = s.id \
           LEFT JOIN consent_proofs AS p \
             ON p.subscriber = s.id AND p.consent_at = s.consent_at \
           WHERE s.state = ?1 AND s.suppressed IS NULL AND s.consent_at IS NOT NULL \
           AND p.agreed_to_ads IS NOT 0 \
           AND NOT EXISTS (SELECT 1 FROM receipts AS w WHERE w.subscriber = s.id \
             AND w.kind = ?2 AND w.due_at IS NOT NULL)) \
         WHERE last < ?3 ORDER BY last, id LIMIT ?4",
        params![
            codes::subscriber_state_code(SubscriberState::Active),
            queue::kind_code(ReceiptKind::ConsentReminder),
            codes::millis(before),
            limit
        ],
    )?;
    Ok(ids.into_iter().map(SubscriberId).collect())
}

/// Notes that somebody was reminded, where this receipt did it; before it is settled.
pub(crate) fn note_reminder(
    tx: &Connection,
    receipt: ReceiptId,
    outcome: ReceiptOutcome,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    if outcome != ReceiptOutcome::Sent {
        return Ok(());
    }
    tx.run(
        "INSERT OR REPLACE INTO consent_reminders (subscriber, at) \
         SELECT subscriber, ?3 FROM receipts WHERE id = ?1 AND kind = ?2 AND due_at IS NOT NULL",
        params![
            receipt.0,
            queue::kind_code(ReceiptKind::ConsentReminder),
            codes::millis(now)
        ],
    )?;
    Ok(())
}
