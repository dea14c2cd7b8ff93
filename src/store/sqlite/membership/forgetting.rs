//! Wishes that nobody confirmed: forgotten after their time, with the number of whoever was nothing but asked for. Of
//! them only a keyed hash is left, for the limits, and a row of the history that names nobody.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::{
    audience::{
        SubscriberId, SubscriberState,
        membership::{ChangeSource, MembershipChange, signup::folded_mailbox},
    },
    store::{
        HELD_FOR, Realm, ReceiptKind,
        membership::confirming::GOOD_FOR,
        receipt_outbox::queued::kind_code,
        signup_counts::CountKind,
        sqlite::{
            codes,
            fault::SqliteFault,
            history::{self, HistoryNote},
            signup_counts::SignupCounts,
            statement::Statements,
            suppression_list::hash_keys::HashKeys,
        },
    },
};

/// So many in one transaction: what is more goes with the next.
const AT_ONCE: u32 = 5_000;

/// Forgets them; answers how many people that were.
pub(crate) fn forget_unconfirmed(
    tx: &Connection,
    realm: Realm,
    now: DateTime<Utc>,
) -> Result<u64, SqliteFault> {
    drop_held(tx, realm, now)?;
    tx.run(
        "DELETE FROM moves WHERE moved_at IS NULL AND asked_at < ?1",
        params![codes::millis(now - GOOD_FOR)],
    )?;
    let late: Vec<i64> = tx.values(
        "SELECT subscriber FROM asks WHERE asked_at < ?1 ORDER BY asked_at LIMIT ?2",
        params![codes::millis(now - GOOD_FOR), AT_ONCE],
    )?;
    let mut people = 0;
    for reader in late {
        people += u64::from(forget(tx, SubscriberId(reader), now)?);
    }
    Ok(people)
}

/// Mails that were held and that no person let go die unsent; so does the wish, where no mail of it ever left.
fn drop_held(tx: &Connection, realm: Realm, now: DateTime<Utc>) -> Result<(), SqliteFault> {
    let hash_keys = HashKeys::load(tx)?;
    let dead = tx.all(
        "DELETE FROM receipts WHERE id IN (SELECT id FROM receipts WHERE is_held \
         AND created_at < ?1 ORDER BY created_at LIMIT ?2) RETURNING subscriber, created_at",
        params![codes::millis(now - HELD_FOR), AT_ONCE],
        |row| Ok((SubscriberId(row.get(0)?), codes::time(row.get(1)?)?)),
    )?;
    for (reader, asked_at) in dead {
        let email: Option<String> = tx
            .maybe_value(
                "SELECT email FROM subscribers WHERE id = ?1",
                params![reader.0],
            )?
            .flatten();
        if let Some(email) = email {
            let counts = SignupCounts {
                tx,
                realm,
                hash_keys: &hash_keys,
                now,
            };
            let mailbox = folded_mailbox(&codes::address(&email)?);
            counts.forget(CountKind::Confirmation, &mailbox, Some(asked_at))?;
        }
        let was_asked: bool = tx.value(
            "SELECT EXISTS (SELECT 1 FROM receipts WHERE subscriber = ?1 AND kind IN (?2, ?3))",
            params![
                reader.0,
                kind_code(ReceiptKind::Confirm),
                kind_code(ReceiptKind::Reconfirm)
            ],
        )?;
        if !was_asked {
            forget(tx, reader, now)?;
        }
    }
    Ok(())
}

/// Forgets a wish; answers whether somebody went with it.
fn forget(tx: &Connection, reader: SubscriberId, now: DateTime<Utc>) -> Result<bool, SqliteFault> {
    let had_asked = tx.run("DELETE FROM asks WHERE subscriber = ?1", params![reader.0])?;
    if had_asked == 0 {
        return Ok(false);
    }
    // On the list for nobody's sake but the form's: all of them goes, and the number is never given again.
    let gone = tx.run(
        "DELETE FROM subscribers WHERE id = ?1 AND state = ?2 AND vouched_by = 0",
        params![
            reader.0,
            codes::subscriber_state_code(SubscriberState::Unconfirmed)
        ],
    )?;
    // Of who is on the list for another's sake, or was asked to consent again, the wish alone goes.
    if gone == 0 {
        return Ok(false);
    }
    for table in ["receipts", "farewells", "moves", "spent_links"] {
        tx.run(
            &format!("DELETE FROM {table} WHERE subscriber = ?1"),
            params![reader.0],
        )?;
    }
    let note = HistoryNote::quiet(MembershipChange::Forgotten, ChangeSource::Expiry, now);
    history::note(tx, reader, note)?;
    Ok(true)
}
