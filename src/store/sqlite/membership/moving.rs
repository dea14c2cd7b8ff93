//! A reader's own change of address: asked for by a fresh link, confirmed by the new address, taken back by the old one
//! for 14 days whatever happened since – or whoever had got hold of a link could make it final.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{member::MemberRow, wishes};
use crate::{
    address::Address,
    audience::{
        Origin, SubscriberId, SuppressionReason,
        membership::{ChangeSource, MembershipAct, MembershipChange, signup::folded_mailbox},
    },
    store::{
        ConfirmMoveOutcome, MoveAskOutcome, PersonalMove, Realm, ReceiptKind, SignupLimits,
        UndoOutcome,
        membership::moving::{
            DoneMove, ask_hindered, confirm_hindered, confirmable, mails, question_facts,
            undone_note, wished_question,
        },
        receipt_outbox::queued::QueuedReceipt,
        signup_counts::CountKind,
        sqlite::{
            codes,
            fault::SqliteFault,
            history::{self, HistoryNote},
            receipt_outbox::queue,
            signup_counts::SignupCounts,
            statement::Statements,
            subscriber_list::relocation::{self, Mover},
            suppression_list::{hash_keys::HashKeys, suppression},
        },
    },
};

/// A reader asks for another address.
pub(crate) fn ask(
    tx: &Connection,
    realm: Realm,
    (reader, epoch): (SubscriberId, u32),
    to: &Address,
    limits: &SignupLimits,
    now: DateTime<Utc>,
) -> Result<MoveAskOutcome, SqliteFault> {
    let Some(row) = MemberRow::of(tx, reader)? else {
        return Ok(MoveAskOutcome::Unknown);
    };
    let standing = row.standing(tx)?;
    if row.epoch != epoch || standing.after(MembershipAct::Move).is_none() {
        return Ok(MoveAskOutcome::Stale);
    }
    if let Some(hindrance) = relocation::hindrance(tx, to)? {
        return Ok(ask_hindered(hindrance));
    }
    let (wish, hash_keys) = (wished_question(to), HashKeys::load(tx)?);
    let weighed = wishes::weigh(tx, realm, &hash_keys, &wish, limits, now)?;
    if let Some(limit) = weighed.refused() {
        return Ok(MoveAskOutcome::Limited(limit));
    }
    tx.run(
        "DELETE FROM moves WHERE subscriber = ?1 AND moved_at IS NULL",
        params![reader.0],
    )?;
    tx.run(
        "INSERT INTO moves (subscriber, to_email, asked_at) VALUES (?1, ?2, ?3)",
        params![reader.0, to.as_str(), codes::millis(now)],
    )?;
    let note = HistoryNote::quiet(MembershipChange::MoveAsked, ChangeSource::Link, now);
    history::note(tx, reader, note)?;
    let about = question_facts(&row, now);
    let receipt = QueuedReceipt {
        to: Some(to),
        is_held: weighed.is_held(),
        ..QueuedReceipt::to_reader(ReceiptKind::MoveConfirm, (reader, epoch), &about)
    };
    queue::post(tx, realm, &receipt, now)?;
    Ok(MoveAskOutcome::Queued)
}

/// The address that somebody asked to move to, while it may confirm.
pub(crate) fn pending(
    tx: &Connection,
    reader: SubscriberId,
) -> Result<Option<(Address, DateTime<Utc>)>, SqliteFault> {
    tx.maybe(
        "SELECT to_email, asked_at FROM moves WHERE subscriber = ?1 AND moved_at IS NULL",
        params![reader.0],
        |row| {
            let to: String = row.get(0)?;
            Ok((codes::address(&to)?, codes::time(row.get(1)?)?))
        },
    )
}

/// The new address confirms it.
pub(crate) fn confirm(
    tx: &Connection,
    realm: Realm,
    (reader, epoch): (SubscriberId, u32),
    to_key: &str,
    now: DateTime<Utc>,
) -> Result<ConfirmMoveOutcome, SqliteFault> {
    let Some(row) = MemberRow::of(tx, reader)? else {
        return Ok(ConfirmMoveOutcome::Unknown);
    };
    let from = row.person.profile.email.clone();
    let to = match confirmable(&row, pending(tx, reader)?, (epoch, to_key), now) {
        Ok(to) => to,
        Err(outcome) => return Ok(outcome),
    };
    let standing = row.standing(tx)?;
    let Some(step) = standing.after(MembershipAct::Move) else {
        return Ok(ConfirmMoveOutcome::Stale);
    };
    if let Some(hindrance) = relocation::hindrance(tx, &to)? {
        return Ok(confirm_hindered(hindrance));
    }
    let mover = Mover {
        reader,
        origin: Origin::Person,
    };
    mover.settle(tx, &to, now)?;
    let counts = SignupCounts {
        tx,
        realm,
        hash_keys: &HashKeys::load(tx)?,
        now,
    };
    counts.forget(CountKind::Confirmation, &folded_mailbox(&to), None)?;
    let moved_epoch = row.epoch + 1;
    tx.run(
        "UPDATE moves SET from_email = ?2, moved_at = ?3, epoch = ?4 \
         WHERE subscriber = ?1 AND moved_at IS NULL",
        params![reader.0, from.as_str(), codes::millis(now), moved_epoch],
    )?;
    if standing.suppression.is_none() {
        // Not the operator's word: whoever reads there may ask to subscribe again.
        let left = SuppressionReason::Unsubscribed;
        relocation::leave_behind(tx, &from, &to, left, now)?;
    }
    let note = HistoryNote::of(step.change, ChangeSource::Link, (standing, step.to), now);
    history::note(tx, reader, note)?;
    for (address, about) in mails((&from, &to), now) {
        let receipt = QueuedReceipt {
            to: Some(address),
            ..QueuedReceipt::to_reader(ReceiptKind::Moved, (reader, moved_epoch), &about)
        };
        queue::post(tx, realm, &receipt, now)?;
    }
    Ok(ConfirmMoveOutcome::Moved)
}

/// The old address takes a move back, and with it all that came after.
pub(crate) fn undo(
    tx: &Connection,
    reader: SubscriberId,
    epoch: u32,
    now: DateTime<Utc>,
) -> Result<UndoOutcome, SqliteFault> {
    let Some(row) = MemberRow::of(tx, reader)? else {
        return Ok(UndoOutcome::Unknown);
    };
    let Some(first) = done(tx, reader, epoch)? else {
        return Ok(match was_undone(tx, reader, epoch)? {
            true => UndoOutcome::Already,
            false => UndoOutcome::Unknown,
        });
    };
    if !first.is_undoable(&row, may_return_to(tx, &first)?, now) {
        return Ok(UndoOutcome::Stale);
    }
    let hash_keys = HashKeys::load(tx)?;
    // What the moves had closed behind them opens again: nobody reads there for this reader any more.
    for left in moves_since(tx, reader, first.id)? {
        if left.has_closed(suppression::of(tx, &left.from)?.as_ref()) {
            suppression::lift_key(tx, &hash_keys, &left.from.key())?;
        }
    }
    // It had been dead, and somebody reads there all the same.
    suppression::lift_key(tx, &hash_keys, &first.from.key())?;
    let standing = row.plain_standing();
    let mover = Mover {
        reader,
        origin: Origin::Person,
    };
    mover.settle(tx, &first.from, now)?;
    tx.run(
        "UPDATE moves SET undone_at = ?3 WHERE subscriber = ?1 AND id >= ?2 AND moved_at IS NOT NULL",
        params![reader.0, first.id, codes::millis(now)],
    )?;
    tx.run(
        "DELETE FROM moves WHERE subscriber = ?1 AND moved_at IS NULL",
        params![reader.0],
    )?;
    history::note(tx, reader, undone_note(standing, now))?;
    Ok(UndoOutcome::Returned)
}

fn done(
    tx: &Connection,
    reader: SubscriberId,
    epoch: u32,
) -> Result<Option<DoneMove>, SqliteFault> {
    tx.maybe(
        "SELECT id, from_email, to_email, moved_at FROM moves \
         WHERE subscriber = ?1 AND epoch = ?2 AND undone_at IS NULL",
        params![reader.0, epoch],
        done_from,
    )
}

fn moves_since(
    tx: &Connection,
    reader: SubscriberId,
    first: i64,
) -> Result<Vec<DoneMove>, SqliteFault> {
    tx.all(
        "SELECT id, from_email, to_email, moved_at FROM moves \
         WHERE subscriber = ?1 AND id >= ?2 AND moved_at IS NOT NULL AND undone_at IS NULL",
        params![reader.0, first],
        done_from,
    )
}

fn was_undone(tx: &Connection, reader: SubscriberId, epoch: u32) -> Result<bool, SqliteFault> {
    tx.value(
        "SELECT EXISTS (SELECT 1 FROM moves \
         WHERE subscriber = ?1 AND epoch = ?2 AND undone_at IS NOT NULL)",
        params![reader.0, epoch],
    )
}

fn done_from(row: &rusqlite::Row<'_>) -> Result<DoneMove, SqliteFault> {
    let (from, to): (String, String) = (row.get(1)?, row.get(2)?);
    Ok(DoneMove {
        id: row.get(0)?,
        from: codes::address(&from)?,
        to: codes::address(&to)?,
        at: codes::time(row.get(3)?)?,
    })
}

/// Whether somebody may read at the old address again.
fn may_return_to(tx: &Connection, left: &DoneMove) -> Result<bool, SqliteFault> {
    let hindrance = relocation::hindrance(tx, &left.from)?;
    let stands = suppression::of(tx, &left.from)?;
    Ok(left.may_return(hindrance, stands.as_ref()))
}

/// All changes of address of somebody, the first one first.
pub(crate) fn all(tx: &Connection, reader: SubscriberId) -> Result<Vec<PersonalMove>, SqliteFault> {
    tx.all(
        "SELECT from_email, to_email, asked_at, moved_at FROM moves WHERE subscriber = ?1 \
         ORDER BY id",
        params![reader.0],
        |row| {
            let (from, to): (Option<String>, String) = (row.get(0)?, row.get(1)?);
            Ok(PersonalMove {
                from: from.as_deref().map(codes::address).transpose()?,
                to: codes::address(&to)?,
                asked_at: codes::time_at(row, "asked_at")?,
                moved_at: codes::maybe_time_at(row, "moved_at")?,
            })
        },
    )
}
