//! Readers leave, say why, and take it back. A departure is a suppression like any other; what it took away is kept
//! beside it, so that the way back leads to where they stood.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::member::{self, Farewell, MemberRow};
use crate::{
    audience::{
        SubscriberId, Suppression,
        membership::{ChangeSource, MembershipChange},
    },
    store::{
        LeaveOutcome, LeaveRequest, ReceiptKind, UndoOutcome,
        membership::{
            leaving::{
                Departure, GivenBack, LastMail, cut_reason, last_mail, returned_facts, undo_refused,
            },
            member_row::StandingBefore,
        },
        receipt_outbox::{queued::QueuedReceipt, results::ResultRules},
        sqlite::{
            fault::SqliteFault,
            history::{self, HistoryNote},
            receipt_outbox::{queue, results},
            statement::Statements,
            subscriber_list::group,
            suppression_list::{hash_keys::HashKeys, suppression},
        },
    },
};

/// Readers leave; answers in their order.
pub(crate) fn leave(
    tx: &Connection,
    rules: ResultRules,
    departures: &[LeaveRequest],
    now: DateTime<Utc>,
) -> Result<Vec<LeaveOutcome>, SqliteFault> {
    let hash_keys = HashKeys::load(tx)?;
    let leave_one = |request: &LeaveRequest| {
        let Some(row) = MemberRow::of(tx, request.reader)? else {
            return Ok(LeaveOutcome::Unknown);
        };
        let (outcome, rest) = match Departure::of(&row, request, now) {
            Departure::None(outcome) => (outcome, None),
            Departure::All(gone) => (
                leave_all(tx, &hash_keys, &row, gone, request.source, now)?,
                None,
            ),
            Departure::Edition(person, before) => {
                group::rewrite(tx, row.id, &person, now)?;
                let epoch = member::grow_epoch(tx, row.id, now)?;
                let change = MembershipChange::LeftEdition;
                history::note(tx, row.id, HistoryNote::quiet(change, request.source, now))?;
                Farewell::new(epoch, before).keep(tx, row.id, now)?;
                (LeaveOutcome::LeftEdition { epoch }, person.profile.editions)
            }
        };
        let mail = last_mail(&row, request, outcome, rest, now);
        if let Some((epoch, mail)) = mail {
            say_goodbye(tx, rules, (row.id, epoch), mail, now)?;
        }
        Ok(outcome)
    };
    departures.iter().map(leave_one).collect()
}

fn leave_all(
    tx: &Connection,
    hash_keys: &HashKeys,
    row: &MemberRow,
    gone: Suppression,
    source: ChangeSource,
    now: DateTime<Utc>,
) -> Result<LeaveOutcome, SqliteFault> {
    let stood = match row.suppressed {
        Some(_) => suppression::of(tx, &row.person.profile.email)?,
        None => None,
    };
    suppression::insert(tx, hash_keys, &[gone], source, now)?;
    let epoch = row.epoch + 1;
    let before = StandingBefore::of_all(stood.as_ref());
    Farewell::new(epoch, before).keep(tx, row.id, now)?;
    Ok(LeaveOutcome::Left { epoch })
}

/// The last mail, where it is wanted; else the law's.
fn say_goodbye(
    tx: &Connection,
    rules: ResultRules,
    (reader, epoch): (SubscriberId, u32),
    mail: LastMail,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let about = match mail {
        LastMail::Result(about) => {
            return results::post(tx, rules, (reader, epoch), &about, now);
        }
        LastMail::Goodbye(about) => about,
    };
    let kind = ReceiptKind::Goodbye;
    if results::had_enough(tx, rules.realm, reader, kind, now)? {
        return Ok(());
    }
    let goodbye = QueuedReceipt::to_reader(kind, (reader, epoch), &about);
    queue::post(tx, rules.realm, &goodbye, now)
}

/// Why somebody left who did.
pub(crate) fn say_why(
    tx: &Connection,
    reader: SubscriberId,
    reason: &str,
) -> Result<bool, SqliteFault> {
    let said = tx.run(
        "UPDATE farewells SET reason = ?2 WHERE subscriber = ?1 AND NOT is_undone",
        params![reader.0, cut_reason(reason)],
    )?;
    Ok(said > 0)
}

/// Takes the last departure back, while nothing else has happened since.
pub(crate) fn undo(
    tx: &Connection,
    rules: ResultRules,
    (reader, epoch): (SubscriberId, u32),
    now: DateTime<Utc>,
) -> Result<UndoOutcome, SqliteFault> {
    let (Some(row), Some(farewell)) = (MemberRow::of(tx, reader)?, Farewell::of(tx, reader)?)
    else {
        return Ok(UndoOutcome::Unknown);
    };
    if let Some(refused) = undo_refused(&row, &farewell, epoch) {
        return Ok(refused);
    }
    let standing = row.plain_standing();
    let back = GivenBack::of(&row, &farewell.before);
    give_back(tx, &row, &back, now)?;
    tx.run(
        "UPDATE farewells SET is_undone = 1 WHERE subscriber = ?1",
        params![reader.0],
    )?;
    let epoch = member::grow_epoch(tx, reader, now)?;
    let to = back.standing(standing);
    let (change, source) = (MembershipChange::Returned, ChangeSource::Link);
    let note = HistoryNote::of(change, source, (standing, to), now);
    history::note(tx, reader, note)?;
    if to.gets_mail() {
        let about = returned_facts(back.editions(&row), now);
        results::post(tx, rules, (reader, epoch), &about, now)?;
    }
    Ok(UndoOutcome::Returned)
}

fn give_back(
    tx: &Connection,
    row: &MemberRow,
    back: &GivenBack,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let stood = match back {
        GivenBack::Editions(person) => return group::rewrite(tx, row.id, person, now),
        GivenBack::Place(stood) => stood,
    };
    let hash_keys = HashKeys::load(tx)?;
    let email = &row.person.profile.email;
    suppression::lift_key(tx, &hash_keys, &email.key())?;
    match stood {
        Some(stood) => suppression::put_back(tx, &hash_keys, email, stood, now),
        None => Ok(()),
    }
}

/// Why somebody left, as they said.
pub(crate) fn reason_of(
    tx: &Connection,
    reader: SubscriberId,
) -> Result<Option<String>, SqliteFault> {
    let reason: Option<Option<String>> = tx.maybe_value(
        "SELECT reason FROM farewells WHERE subscriber = ?1",
        params![reader.0],
    )?;
    Ok(reason.flatten())
}
