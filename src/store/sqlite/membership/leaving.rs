//! Readers leave, say why, and take it back. A departure is a suppression like any other; what it took away is kept
//! beside it, so that the way back leads to where they stood.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

use super::member::{self, ChosenBefore, Farewell, MemberRow, StandingBefore, SuppressionBefore};
use crate::{
    audience::{
        SubscriberId, Suppression, SuppressionReason,
        membership::{ChangeSource, MembershipAct, MembershipChange, Standing},
    },
    store::{
        ConsentDeed, DepartureScope, LeaveOutcome, LeaveRequest, ReceiptFacts, ReceiptKind,
        UndoOutcome,
        merge::SetBy,
        sqlite::{
            fault::SqliteFault,
            history::{self, HistoryNote},
            receipt_outbox::{
                queue::{self, QueuedReceipt},
                results::{ResultRules, had_enough},
            },
            statement::Statements,
            subscriber_list::group,
            suppression_list::{hash_keys::HashKeys, suppression},
        },
    },
    words::phrase,
};

/// Longer reasons are cut: what is asked for is a word or two.
const MAX_REASON_CHARS: usize = 500;

/// Readers leave; answers in their order.
pub(crate) fn leave(
    tx: &Connection,
    results: ResultRules,
    departures: &[LeaveRequest],
    now: DateTime<Utc>,
) -> Result<Vec<LeaveOutcome>, SqliteFault> {
    let hash_keys = HashKeys::load(tx)?;
    let leave_one = |request: &LeaveRequest| {
        let Some(row) = MemberRow::of(tx, request.reader)? else {
            return Ok(LeaveOutcome::Unknown);
        };
        let outcome = match &request.scope {
            DepartureScope::All => leave_all(tx, &hash_keys, &row, request.source, now)?,
            DepartureScope::Edition { edition, of } => {
                let leaves = (edition.as_str(), of);
                leave_edition(tx, &hash_keys, row.clone(), leaves, request.source, now)?
            }
        };
        say_goodbye(tx, results, &row, request, outcome, now)?;
        Ok(outcome)
    };
    departures.iter().map(leave_one).collect()
}

fn leave_all(
    tx: &Connection,
    hash_keys: &HashKeys,
    row: &MemberRow,
    source: ChangeSource,
    now: DateTime<Utc>,
) -> Result<LeaveOutcome, SqliteFault> {
    let left = SuppressionReason::Unsubscribed;
    let standing = row.plain_standing();
    if standing.after(MembershipAct::Suppress(left)).is_none() {
        return Ok(LeaveOutcome::Already { epoch: row.epoch });
    }
    let email = &row.person.profile.email;
    let stood = match standing.suppression {
        Some(_) => suppression::of(tx, email)?,
        None => None,
    };
    let departure = Suppression {
        email: Some(email.clone()),
        reason: left,
        detail: way_out(source).map(str::to_owned),
        at: now,
    };
    suppression::insert(tx, hash_keys, &[departure], source, now)?;
    let epoch = row.epoch + 1;
    let before = StandingBefore {
        edition: None,
        suppression: stood.as_ref().map(SuppressionBefore::new),
    };
    keep_farewell(tx, row.id, epoch, before, now)?;
    Ok(LeaveOutcome::Left { epoch })
}

fn leave_edition(
    tx: &Connection,
    hash_keys: &HashKeys,
    mut row: MemberRow,
    (edition, of): (&str, &BTreeSet<String>),
    source: ChangeSource,
    now: DateTime<Utc>,
) -> Result<LeaveOutcome, SqliteFault> {
    if row.plain_standing().suppression.is_some() {
        return Ok(LeaveOutcome::Already { epoch: row.epoch });
    }
    let chosen = row.person.profile.editions.clone();
    let mut rest = chosen.clone().unwrap_or_else(|| of.clone());
    if !rest.remove(edition) {
        return Ok(LeaveOutcome::Already { epoch: row.epoch });
    }
    // An edition that is gone meanwhile is nothing to read on.
    if !rest.iter().any(|it| of.contains(it)) {
        return leave_all(tx, hash_keys, &row, source, now);
    }
    let before = StandingBefore {
        edition: Some(ChosenBefore {
            editions: chosen,
            set_by: row.person.set_by.0,
        }),
        suppression: None,
    };
    row.person.choose_editions(Some(rest));
    group::rewrite(tx, row.id, &row.person, now)?;
    let epoch = member::grow_epoch(tx, row.id, now)?;
    let note = HistoryNote::quiet(MembershipChange::LeftEdition, source, now);
    history::note(tx, row.id, note)?;
    keep_farewell(tx, row.id, epoch, before, now)?;
    Ok(LeaveOutcome::LeftEdition { epoch })
}

fn keep_farewell(
    tx: &Connection,
    reader: SubscriberId,
    epoch: u32,
    before: StandingBefore,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let farewell = Farewell {
        epoch,
        before,
        is_undone: false,
    };
    farewell.keep(tx, reader, now)
}

/// How they left, for whoever looks at the suppression.
fn way_out(source: ChangeSource) -> Option<&'static str> {
    match source {
        ChangeSource::OneClick => Some(phrase!("one click")),
        ChangeSource::Link | ChangeSource::Form => Some(phrase!("the page")),
        ChangeSource::Mailto => Some(phrase!("a mail")),
        _ => None,
    }
}

/// The last mail, where it is wanted; else the law's.
fn say_goodbye(
    tx: &Connection,
    results: ResultRules,
    row: &MemberRow,
    request: &LeaveRequest,
    outcome: LeaveOutcome,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    // Who only asked, or reads at an address that is dead, is written to no more.
    if !row.plain_standing().gets_mail() {
        return Ok(());
    }
    let (epoch, edition) = match (outcome, &request.scope) {
        (LeaveOutcome::Left { epoch }, _) => (epoch, None),
        (LeaveOutcome::LeftEdition { epoch }, DepartureScope::Edition { edition, .. }) => {
            (epoch, Some(edition.clone()))
        }
        _ => return Ok(()),
    };
    let about = ReceiptFacts {
        source: Some(request.source),
        editions: row.person.profile.editions.clone(),
        edition,
        ..ReceiptFacts::at(now)
    };
    if !request.wants_goodbye {
        let (deed, rest) = match &about.edition {
            Some(_) => (ConsentDeed::Chose, MemberRow::of(tx, row.id)?),
            None => (ConsentDeed::Withdrew, None),
        };
        let about = ReceiptFacts {
            editions: rest.and_then(|row| row.person.profile.editions),
            deed: Some(deed),
            ..about
        };
        return results.post(tx, (row.id, epoch), &about, now);
    }
    if had_enough(tx, results.realm, row.id, ReceiptKind::Goodbye, now)? {
        return Ok(());
    }
    let goodbye = QueuedReceipt {
        kind: ReceiptKind::Goodbye,
        reader: row.id,
        epoch,
        to: None,
        about: &about,
        is_held: false,
    };
    queue::post(tx, results.realm, &goodbye, now)
}

/// Why somebody left who did.
pub(crate) fn say_why(
    tx: &Connection,
    reader: SubscriberId,
    reason: &str,
) -> Result<bool, SqliteFault> {
    let cut: String = reason.trim().chars().take(MAX_REASON_CHARS).collect();
    let said = tx.run(
        "UPDATE farewells SET reason = ?2 WHERE subscriber = ?1 AND NOT is_undone",
        params![reader.0, (!cut.is_empty()).then_some(cut)],
    )?;
    Ok(said > 0)
}

/// Takes the last departure back, while nothing else has happened since.
pub(crate) fn undo(
    tx: &Connection,
    results: ResultRules,
    (reader, epoch): (SubscriberId, u32),
    now: DateTime<Utc>,
) -> Result<UndoOutcome, SqliteFault> {
    let Some(row) = MemberRow::of(tx, reader)? else {
        return Ok(UndoOutcome::Unknown);
    };
    let Some(farewell) = Farewell::of(tx, reader)? else {
        return Ok(UndoOutcome::Unknown);
    };
    if farewell.epoch == epoch && farewell.is_undone {
        return Ok(match row.plain_standing().gets_mail() {
            true => UndoOutcome::Already,
            false => UndoOutcome::Stale,
        });
    }
    if farewell.epoch != epoch || row.epoch != epoch {
        return Ok(UndoOutcome::Stale);
    }
    let standing = row.plain_standing();
    let to = restore(tx, row, standing, &farewell.before, now)?;
    tx.run(
        "UPDATE farewells SET is_undone = 1 WHERE subscriber = ?1",
        params![reader.0],
    )?;
    let epoch = member::grow_epoch(tx, reader, now)?;
    let note = HistoryNote::of(
        MembershipChange::Returned,
        ChangeSource::Link,
        (standing, to),
        now,
    );
    history::note(tx, reader, note)?;
    if to.gets_mail() {
        let about = ReceiptFacts {
            source: Some(ChangeSource::Link),
            editions: MemberRow::of(tx, reader)?.and_then(|row| row.person.profile.editions),
            ..ReceiptFacts::at(now)
        };
        results.post(tx, (reader, epoch), &about, now)?;
    }
    Ok(UndoOutcome::Returned)
}

fn restore(
    tx: &Connection,
    mut row: MemberRow,
    standing: Standing,
    before: &StandingBefore,
    now: DateTime<Utc>,
) -> Result<Standing, SqliteFault> {
    if let Some(chosen) = &before.edition {
        row.person.profile.editions.clone_from(&chosen.editions);
        row.person.set_by = SetBy(chosen.set_by);
        group::rewrite(tx, row.id, &row.person, now)?;
        return Ok(standing);
    }
    let hash_keys = HashKeys::load(tx)?;
    let email = row.person.profile.email;
    suppression::lift_key(tx, &hash_keys, &email.key())?;
    let mut to = Standing {
        suppression: None,
        ..standing
    };
    if let Some(stood) = &before.suppression {
        let stood = stood.suppression(email.clone());
        to.suppression = Some(stood.reason);
        suppression::put_back(tx, &hash_keys, &email, &stood, now)?;
    }
    Ok(to)
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
