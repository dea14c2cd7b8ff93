//! Readers leave, say why, and take it back. A departure is a suppression like any other; what it took away is kept
//! beside it, so that the way back leads to where they stood.

use chrono::{DateTime, Utc};

use super::member;
use crate::{
    audience::{
        SubscriberId, Suppression,
        membership::{ChangeSource, MembershipChange},
    },
    store::{
        LeaveOutcome, LeaveRequest, ReceiptKind, UndoOutcome,
        hash_keys::HashKeys,
        history_note::HistoryNote,
        membership::{
            leaving::{
                Departure, GivenBack, LastMail, cut_reason, last_mail, returned_facts, undo_refused,
            },
            member_row::{Farewell, MemberRow, StandingBefore},
        },
        postgres::{
            columns,
            fault::PostgresFault,
            history,
            receipt_outbox::{queue, results},
            subscriber_list::group,
            suppression_list::{hash_keys, suppression},
            transaction::StoreTransaction,
            values::values,
        },
        receipt_outbox::{queued::QueuedReceipt, results::ResultRules},
    },
};

/// Readers leave; answers in their order.
pub(crate) async fn leave(
    tx: &StoreTransaction,
    rules: ResultRules,
    departures: &[LeaveRequest],
    now: DateTime<Utc>,
) -> Result<Vec<LeaveOutcome>, PostgresFault> {
    let readers: Vec<SubscriberId> = departures.iter().map(|it| it.reader).collect();
    member::lock_all(tx, &readers).await?;
    let hash_keys = hash_keys::load(tx).await?;
    let mut outcomes = Vec::with_capacity(departures.len());
    for request in departures {
        outcomes.push(match member::of(tx, request.reader).await? {
            Some(row) => leave_one(tx, &hash_keys, rules, (&row, request), now).await?,
            None => LeaveOutcome::Unknown,
        });
    }
    Ok(outcomes)
}

async fn leave_one(
    tx: &StoreTransaction,
    hash_keys: &HashKeys,
    rules: ResultRules,
    (row, request): (&MemberRow, &LeaveRequest),
    now: DateTime<Utc>,
) -> Result<LeaveOutcome, PostgresFault> {
    let (outcome, rest) = match Departure::of(row, request, now) {
        Departure::None(outcome) => (outcome, None),
        Departure::All(gone) => {
            let outcome = leave_all(tx, hash_keys, row, gone, request.source, now).await?;
            (outcome, None)
        }
        Departure::Edition(person, before) => {
            group::rewrite(tx, &[(row.id, &person)], now).await?;
            let epoch = member::grow_epoch(tx, row.id, now).await?;
            let change = MembershipChange::LeftEdition;
            let note = HistoryNote::quiet(change, request.source, now);
            history::note(tx, row.id, note).await?;
            let farewell = Farewell::new(epoch, before);
            member::keep_farewell(tx, row.id, &farewell, now).await?;
            (LeaveOutcome::LeftEdition { epoch }, person.profile.editions)
        }
    };
    if let Some((epoch, mail)) = last_mail(row, request, outcome, rest, now) {
        say_goodbye(tx, rules, (row.id, epoch), mail, now).await?;
    }
    Ok(outcome)
}

async fn leave_all(
    tx: &StoreTransaction,
    hash_keys: &HashKeys,
    row: &MemberRow,
    gone: Suppression,
    source: ChangeSource,
    now: DateTime<Utc>,
) -> Result<LeaveOutcome, PostgresFault> {
    let stood = match row.suppressed {
        Some(_) => suppression::of(tx, &row.person.profile.email).await?,
        None => None,
    };
    suppression::insert(tx, hash_keys, &[gone], source, now).await?;
    let epoch = row.epoch + 1;
    let farewell = Farewell::new(epoch, StandingBefore::of_all(stood.as_ref()));
    member::keep_farewell(tx, row.id, &farewell, now).await?;
    Ok(LeaveOutcome::Left { epoch })
}

/// The last mail, where it is wanted; else the law's.
async fn say_goodbye(
    tx: &StoreTransaction,
    rules: ResultRules,
    (reader, epoch): (SubscriberId, u32),
    mail: LastMail,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let about = match mail {
        LastMail::Result(about) => {
            return results::post(tx, rules, (reader, epoch), &about, now).await;
        }
        LastMail::Goodbye(about) => about,
    };
    let kind = ReceiptKind::Goodbye;
    if results::had_enough(tx, rules.realm, reader, kind, now).await? {
        return Ok(());
    }
    let goodbye = QueuedReceipt::to_reader(kind, (reader, epoch), &about);
    queue::post(tx, rules.realm, &goodbye, now).await
}

/// Why somebody left who did.
pub(crate) async fn say_why(
    tx: &StoreTransaction,
    reader: SubscriberId,
    reason: &str,
) -> Result<bool, PostgresFault> {
    let cut = cut_reason(reason);
    let sql = "UPDATE farewells SET reason = $2 WHERE subscriber = $1 AND NOT is_undone";
    let said = tx
        .run(sql, values![reader.0, columns::maybe_text(cut.as_deref())])
        .await?;
    Ok(said > 0)
}

/// Takes the last departure back, while nothing else has happened since.
pub(crate) async fn undo(
    tx: &StoreTransaction,
    rules: ResultRules,
    (reader, epoch): (SubscriberId, u32),
    now: DateTime<Utc>,
) -> Result<UndoOutcome, PostgresFault> {
    let row = member::locked(tx, reader).await?;
    let farewell = member::farewell(tx, reader).await?;
    let (Some(row), Some(farewell)) = (row, farewell) else {
        return Ok(UndoOutcome::Unknown);
    };
    if let Some(refused) = undo_refused(&row, &farewell, epoch) {
        return Ok(refused);
    }
    let standing = row.plain_standing();
    let back = GivenBack::of(&row, &farewell.before);
    give_back(tx, &row, &back, now).await?;
    let sql = "UPDATE farewells SET is_undone = TRUE WHERE subscriber = $1";
    tx.run(sql, values![reader.0]).await?;
    let epoch = member::grow_epoch(tx, reader, now).await?;
    let to = back.standing(standing);
    let (change, source) = (MembershipChange::Returned, ChangeSource::Link);
    let note = HistoryNote::of(change, source, (standing, to), now);
    history::note(tx, reader, note).await?;
    if to.gets_mail() {
        let about = returned_facts(back.editions(&row), now);
        results::post(tx, rules, (reader, epoch), &about, now).await?;
    }
    Ok(UndoOutcome::Returned)
}

async fn give_back(
    tx: &StoreTransaction,
    row: &MemberRow,
    back: &GivenBack,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let stood = match back {
        GivenBack::Editions(person) => return group::rewrite(tx, &[(row.id, person)], now).await,
        GivenBack::Place(stood) => stood,
    };
    let hash_keys = hash_keys::load(tx).await?;
    let email = &row.person.profile.email;
    suppression::lift_quietly(tx, &hash_keys, &email.key()).await?;
    match stood {
        Some(stood) => suppression::put_back(tx, &hash_keys, email, stood, now).await,
        None => Ok(()),
    }
}

/// Why somebody left, as they said.
pub(crate) async fn reason_of(
    tx: &StoreTransaction,
    reader: SubscriberId,
) -> Result<Option<String>, PostgresFault> {
    let sql = "SELECT reason FROM farewells WHERE subscriber = $1";
    let reason: Option<Option<String>> = tx.maybe_value(sql, values![reader.0]).await?;
    Ok(reason.flatten())
}
