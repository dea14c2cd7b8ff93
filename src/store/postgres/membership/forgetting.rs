//! Wishes that nobody confirmed: forgotten after their time, with the number of whoever was nothing but asked for. Of
//! them only a keyed hash is left, for the limits, and a row of the history that names nobody.

use chrono::{DateTime, Utc};

use super::member;
use crate::{
    audience::{
        SubscriberId, SubscriberState,
        membership::{ChangeSource, MembershipChange, signup::folded_mailbox},
    },
    store::{
        HELD_FOR, Realm, ReceiptKind, codes,
        hash_keys::HashKeys,
        history_note::HistoryNote,
        membership::confirming::GOOD_FOR,
        postgres::{
            columns, fault::PostgresFault, history, signup_counts::SharedCounts,
            suppression_list::hash_keys, transaction::StoreTransaction, values::values,
        },
        receipt_outbox::queued::kind_code,
        signup_counts::CountKind,
    },
};

/// So many in one transaction: what is more goes with the next.
const AT_ONCE: i64 = 5_000;

/// Forgets them; answers how many people that were.
pub(crate) async fn forget_unconfirmed(
    tx: &StoreTransaction,
    realm: Realm,
    now: DateTime<Utc>,
) -> Result<u64, PostgresFault> {
    drop_held(tx, realm, now).await?;
    let over = codes::millis(now - GOOD_FOR);
    let sql = "DELETE FROM moves WHERE moved_at IS NULL AND asked_at < $1";
    tx.run(sql, values![over]).await?;
    let late: Vec<i64> = tx
        .values(
            "SELECT subscriber FROM asks WHERE asked_at < $1 ORDER BY asked_at LIMIT $2",
            values![over, AT_ONCE],
        )
        .await?;
    let late: Vec<SubscriberId> = late.into_iter().map(SubscriberId).collect();
    member::lock_all(tx, &late).await?;
    let mut people = 0;
    for reader in late {
        // Who asked once more before they were locked waits again.
        people += u64::from(forget(tx, reader, over, now).await?);
    }
    Ok(people)
}

/// Mails that were held and that no person let go die unsent; so does the wish, where no mail of it ever left.
async fn drop_held(
    tx: &StoreTransaction,
    realm: Realm,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let hash_keys = hash_keys::load(tx).await?;
    let dead = tx
        .all(
            "DELETE FROM receipts WHERE id IN (SELECT id FROM receipts WHERE is_held \
             AND created_at < $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED) \
             RETURNING subscriber, created_at",
            values![codes::millis(now - HELD_FOR), AT_ONCE],
            |row| {
                let asked_at = columns::time(row, "created_at")?;
                Ok((columns::subscriber(row, "subscriber")?, asked_at))
            },
        )
        .await?;
    let readers: Vec<SubscriberId> = dead.iter().map(|(reader, _)| *reader).collect();
    member::lock_all(tx, &readers).await?;
    for (reader, asked_at) in dead {
        uncount(tx, (realm, &hash_keys), reader, asked_at, now).await?;
        let was_asked: bool = tx
            .value(
                "SELECT EXISTS (SELECT 1 FROM receipts WHERE subscriber = $1 AND kind IN ($2, $3))",
                values![
                    reader.0,
                    kind_code(ReceiptKind::Confirm),
                    kind_code(ReceiptKind::Reconfirm)
                ],
            )
            .await?;
        if !was_asked {
            forget(tx, reader, i64::MAX, now).await?;
        }
    }
    Ok(())
}

/// What was counted of the mailbox of a wish that came then is not held against it: nothing left.
async fn uncount(
    tx: &StoreTransaction,
    (realm, hash_keys): (Realm, &HashKeys),
    reader: SubscriberId,
    asked_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let sql = "SELECT email FROM subscribers WHERE id = $1";
    let email: Option<Option<String>> = tx.maybe_value(sql, values![reader.0]).await?;
    let Some(email) = email.flatten() else {
        return Ok(());
    };
    let counts = SharedCounts {
        tx,
        realm,
        hash_keys,
        now,
    };
    let mailbox = folded_mailbox(&codes::address(&email)?);
    counts
        .forget(CountKind::Confirmation, &mailbox, Some(asked_at))
        .await
}

/// Forgets a wish of before that moment; answers whether somebody went with it.
async fn forget(
    tx: &StoreTransaction,
    reader: SubscriberId,
    before: i64,
    now: DateTime<Utc>,
) -> Result<bool, PostgresFault> {
    let sql = "DELETE FROM asks WHERE subscriber = $1 AND asked_at < $2";
    if tx.run(sql, values![reader.0, before]).await? == 0 {
        return Ok(false);
    }
    // On the list for nobody's sake but the form's: all of them goes, and the number is never given again.
    let sql = "DELETE FROM subscribers WHERE id = $1 AND state = $2 AND vouched_by = 0";
    let unconfirmed = codes::subscriber_state_code(SubscriberState::Unconfirmed);
    let gone = tx.run(sql, values![reader.0, unconfirmed]).await?;
    // Of who is on the list for another's sake, or was asked to consent again, the wish alone goes.
    if gone == 0 {
        return Ok(false);
    }
    for table in ["receipts", "farewells", "moves", "spent_links"] {
        let sql = format!("DELETE FROM {table} WHERE subscriber = $1");
        tx.run(&sql, values![reader.0]).await?;
    }
    let note = HistoryNote::quiet(MembershipChange::Forgotten, ChangeSource::Expiry, now);
    history::note(tx, reader, note).await?;
    Ok(true)
}
