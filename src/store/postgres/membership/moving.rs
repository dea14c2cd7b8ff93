//! A reader's own change of address: asked for by a fresh link, confirmed by the new address, taken back by the old one
//! for 14 days whatever happened since – or whoever had got hold of a link could make it final.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::{member, wishes};
use crate::{
    address::Address,
    audience::{
        Origin, SubscriberId, SuppressionReason,
        membership::{ChangeSource, MembershipAct, MembershipChange, signup::folded_mailbox},
    },
    store::{
        ConfirmMoveOutcome, MoveAskOutcome, PersonalMove, Realm, ReceiptKind, SignupLimits,
        UndoOutcome, codes,
        history_note::HistoryNote,
        membership::moving::{
            DoneMove, ask_hindered, confirm_hindered, confirmable, mails, question_facts,
            undone_note, wished_question,
        },
        postgres::{
            columns,
            fault::PostgresFault,
            history, list_lock,
            receipt_outbox::queue,
            signup_counts::SharedCounts,
            subscriber_list::relocation,
            suppression_list::{hash_keys, suppression},
            transaction::StoreTransaction,
            values::values,
        },
        receipt_outbox::queued::QueuedReceipt,
        signup_counts::CountKind,
    },
};

/// A reader asks for another address.
pub(crate) async fn ask(
    tx: &StoreTransaction,
    realm: Realm,
    (reader, epoch): (SubscriberId, u32),
    to: &Address,
    limits: &SignupLimits,
    now: DateTime<Utc>,
) -> Result<MoveAskOutcome, PostgresFault> {
    let Some(row) = member::locked(tx, reader).await? else {
        return Ok(MoveAskOutcome::Unknown);
    };
    let standing = member::standing(tx, &row).await?;
    if row.epoch != epoch || standing.after(MembershipAct::Move).is_none() {
        return Ok(MoveAskOutcome::Stale);
    }
    if let Some(hindrance) = relocation::hindrance(tx, to).await? {
        return Ok(ask_hindered(hindrance));
    }
    let (wish, hash_keys) = (wished_question(to), hash_keys::load(tx).await?);
    let weighed = wishes::weigh(tx, (realm, &hash_keys), &wish, limits, now).await?;
    if let Some(limit) = weighed.refused() {
        return Ok(MoveAskOutcome::Limited(limit));
    }
    forget_pending(tx, reader).await?;
    tx.run(
        "INSERT INTO moves (subscriber, to_email, asked_at) VALUES ($1, $2, $3)",
        values![reader.0, to.as_str(), codes::millis(now)],
    )
    .await?;
    let note = HistoryNote::quiet(MembershipChange::MoveAsked, ChangeSource::Link, now);
    history::note(tx, reader, note).await?;
    let about = question_facts(&row, now);
    let receipt = QueuedReceipt {
        to: Some(to),
        is_held: weighed.is_held(),
        ..QueuedReceipt::to_reader(ReceiptKind::MoveConfirm, (reader, epoch), &about)
    };
    queue::post(tx, realm, &receipt, now).await?;
    Ok(MoveAskOutcome::Queued)
}

async fn forget_pending(tx: &StoreTransaction, reader: SubscriberId) -> Result<(), PostgresFault> {
    let sql = "DELETE FROM moves WHERE subscriber = $1 AND moved_at IS NULL";
    tx.run(sql, values![reader.0]).await.map(drop)
}

/// The address that somebody asked to move to, while it may confirm.
pub(crate) async fn pending(
    tx: &StoreTransaction,
    reader: SubscriberId,
) -> Result<Option<(Address, DateTime<Utc>)>, PostgresFault> {
    tx.maybe(
        "SELECT to_email, asked_at FROM moves WHERE subscriber = $1 AND moved_at IS NULL",
        values![reader.0],
        |row| {
            let to: String = row.try_get("to_email")?;
            Ok((codes::address(&to)?, columns::time(row, "asked_at")?))
        },
    )
    .await
}

/// The new address confirms it.
pub(crate) async fn confirm(
    tx: &StoreTransaction,
    realm: Realm,
    (reader, epoch): (SubscriberId, u32),
    to_key: &str,
    now: DateTime<Utc>,
) -> Result<ConfirmMoveOutcome, PostgresFault> {
    // Nobody else may come under that address meanwhile.
    list_lock::be_the_only_one_who_adds(tx).await?;
    let Some(row) = member::locked(tx, reader).await? else {
        return Ok(ConfirmMoveOutcome::Unknown);
    };
    let from = row.person.profile.email.clone();
    let wanted = pending(tx, reader).await?;
    let to = match confirmable(&row, wanted, (epoch, to_key), now) {
        Ok(to) => to,
        Err(outcome) => return Ok(outcome),
    };
    let standing = member::standing(tx, &row).await?;
    let Some(step) = standing.after(MembershipAct::Move) else {
        return Ok(ConfirmMoveOutcome::Stale);
    };
    if let Some(hindrance) = relocation::hindrance(tx, &to).await? {
        return Ok(confirm_hindered(hindrance));
    }
    move_to(tx, realm, reader, &to, now).await?;
    let moved_epoch = row.epoch + 1;
    let sql = "UPDATE moves SET from_email = $2, moved_at = $3, epoch = $4 \
               WHERE subscriber = $1 AND moved_at IS NULL";
    let (at, epoch) = (codes::millis(now), i64::from(moved_epoch));
    tx.run(sql, values![reader.0, from.as_str(), at, epoch])
        .await?;
    if standing.suppression.is_none() {
        // Not the operator's word: whoever reads there may ask to subscribe again.
        let left = SuppressionReason::Unsubscribed;
        relocation::leave_behind(tx, &from, &to, left, now).await?;
    }
    let note = HistoryNote::of(step.change, ChangeSource::Link, (standing, step.to), now);
    history::note(tx, reader, note).await?;
    for (address, about) in mails((&from, &to), now) {
        let receipt = QueuedReceipt {
            to: Some(address),
            ..QueuedReceipt::to_reader(ReceiptKind::Moved, (reader, moved_epoch), &about)
        };
        queue::post(tx, realm, &receipt, now).await?;
    }
    Ok(ConfirmMoveOutcome::Moved)
}

/// Puts a reader under that address, against whose mailbox nothing counts any more.
async fn move_to(
    tx: &StoreTransaction,
    realm: Realm,
    reader: SubscriberId,
    to: &Address,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    relocation::settle(tx, (reader, Origin::Person), to, now).await?;
    let counts = SharedCounts {
        tx,
        realm,
        hash_keys: &hash_keys::load(tx).await?,
        now,
    };
    let mailbox = folded_mailbox(to);
    counts.forget(CountKind::Confirmation, &mailbox, None).await
}

/// The old address takes a move back, and with it all that came after.
pub(crate) async fn undo(
    tx: &StoreTransaction,
    reader: SubscriberId,
    epoch: u32,
    now: DateTime<Utc>,
) -> Result<UndoOutcome, PostgresFault> {
    list_lock::be_the_only_one_who_adds(tx).await?;
    let Some(row) = member::locked(tx, reader).await? else {
        return Ok(UndoOutcome::Unknown);
    };
    let Some(first) = done(tx, reader, epoch).await? else {
        return Ok(match was_undone(tx, reader, epoch).await? {
            true => UndoOutcome::Already,
            false => UndoOutcome::Unknown,
        });
    };
    if !first.is_undoable(&row, may_return_to(tx, &first).await?, now) {
        return Ok(UndoOutcome::Stale);
    }
    let hash_keys = hash_keys::load(tx).await?;
    // What the moves had closed behind them opens again: nobody reads there for this reader any more.
    for left in moves_since(tx, reader, first.id).await? {
        let stands = suppression::of(tx, &left.from).await?;
        if left.has_closed(stands.as_ref()) {
            suppression::lift_quietly(tx, &hash_keys, &left.from.key()).await?;
        }
    }
    // It had been dead, and somebody reads there all the same.
    suppression::lift_quietly(tx, &hash_keys, &first.from.key()).await?;
    relocation::settle(tx, (reader, Origin::Person), &first.from, now).await?;
    let sql = "UPDATE moves SET undone_at = $3 \
               WHERE subscriber = $1 AND id >= $2 AND moved_at IS NOT NULL";
    tx.run(sql, values![reader.0, first.id, codes::millis(now)])
        .await?;
    forget_pending(tx, reader).await?;
    let note = undone_note(row.plain_standing(), now);
    history::note(tx, reader, note).await?;
    Ok(UndoOutcome::Returned)
}

async fn done(
    tx: &StoreTransaction,
    reader: SubscriberId,
    epoch: u32,
) -> Result<Option<DoneMove>, PostgresFault> {
    tx.maybe(
        "SELECT id, from_email, to_email, moved_at FROM moves \
         WHERE subscriber = $1 AND epoch = $2 AND undone_at IS NULL",
        values![reader.0, i64::from(epoch)],
        done_from,
    )
    .await
}

async fn moves_since(
    tx: &StoreTransaction,
    reader: SubscriberId,
    first: i64,
) -> Result<Vec<DoneMove>, PostgresFault> {
    tx.all(
        "SELECT id, from_email, to_email, moved_at FROM moves \
         WHERE subscriber = $1 AND id >= $2 AND moved_at IS NOT NULL AND undone_at IS NULL \
         ORDER BY id",
        values![reader.0, first],
        done_from,
    )
    .await
}

async fn was_undone(
    tx: &StoreTransaction,
    reader: SubscriberId,
    epoch: u32,
) -> Result<bool, PostgresFault> {
    tx.value(
        "SELECT EXISTS (SELECT 1 FROM moves \
         WHERE subscriber = $1 AND epoch = $2 AND undone_at IS NOT NULL)",
        values![reader.0, i64::from(epoch)],
    )
    .await
}

fn done_from(row: &Row) -> Result<DoneMove, PostgresFault> {
    let (from, to): (String, String) = (row.try_get("from_email")?, row.try_get("to_email")?);
    Ok(DoneMove {
        id: row.try_get("id")?,
        from: codes::address(&from)?,
        to: codes::address(&to)?,
        at: columns::time(row, "moved_at")?,
    })
}

/// Whether somebody may read at the old address again.
async fn may_return_to(tx: &StoreTransaction, left: &DoneMove) -> Result<bool, PostgresFault> {
    let hindrance = relocation::hindrance(tx, &left.from).await?;
    let stands = suppression::of(tx, &left.from).await?;
    Ok(left.may_return(hindrance, stands.as_ref()))
}

/// All changes of address of somebody, the first one first.
pub(crate) async fn all(
    tx: &StoreTransaction,
    reader: SubscriberId,
) -> Result<Vec<PersonalMove>, PostgresFault> {
    tx.all(
        "SELECT from_email, to_email, asked_at, moved_at FROM moves WHERE subscriber = $1 \
         ORDER BY id",
        values![reader.0],
        |row| {
            let from: Option<String> = row.try_get("from_email")?;
            let to: String = row.try_get("to_email")?;
            Ok(PersonalMove {
                from: from.as_deref().map(codes::address).transpose()?,
                to: codes::address(&to)?,
                asked_at: columns::time(row, "asked_at")?,
                moved_at: columns::maybe_time(row, "moved_at")?,
            })
        },
    )
    .await
}
