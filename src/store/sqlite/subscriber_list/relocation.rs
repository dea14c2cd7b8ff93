//! A reader whose address changes: the same person, number, consent and history, under another one.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::group;
use crate::{
    address::Address,
    audience::{
        Origin, SubscriberId, Suppression, SuppressionReason,
        membership::{ChangeSource, MembershipAct, Standing},
    },
    store::{
        MoveOutcome,
        membership::moving::moved_to,
        merge::Origins,
        sqlite::{
            codes,
            fault::SqliteFault,
            history::{self, HistoryNote},
            statement::Statements,
            suppression_list::suppression,
        },
    },
};

/// The operator says that somebody reads at another address.
pub(crate) fn relocate(
    tx: &Connection,
    from: &Address,
    to: &Address,
    now: DateTime<Utc>,
) -> Result<MoveOutcome, SqliteFault> {
    let known = tx.maybe(
        "SELECT id, state FROM subscribers WHERE email = ?1",
        params![from.as_str()],
        |row| {
            let state = codes::subscriber_state(row.get(1)?)?;
            Ok((SubscriberId(row.get(0)?), state))
        },
    )?;
    let Some((reader, state)) = known else {
        return Ok(MoveOutcome::Unknown);
    };
    let left = suppression::of(tx, from)?.map(|it| it.reason);
    let standing = Standing {
        state: Some(state),
        suppression: left,
    };
    let Some(step) = standing.after(MembershipAct::Move) else {
        return Ok(MoveOutcome::Left(left.unwrap_or(SuppressionReason::Manual)));
    };
    let is_same = from.key() == to.key();
    if is_same && let Some(reason) = left {
        return Ok(MoveOutcome::Left(reason));
    }
    if !is_same && let Some(hindrance) = hindrance(tx, to)? {
        return Ok(hindrance);
    }
    let mover = Mover {
        reader,
        origin: Origin::Operator,
    };
    mover.settle(tx, to, now)?;
    if is_same {
        return Ok(MoveOutcome::Moved);
    }
    let note = HistoryNote::of(
        step.change,
        ChangeSource::Operator,
        (standing, step.to),
        now,
    );
    history::note(tx, reader, note)?;
    note_move(tx, reader, from, to, now)?;
    if left.is_none() {
        leave_behind(tx, from, to, SuppressionReason::Manual, now)?;
    }
    Ok(MoveOutcome::Moved)
}

/// What keeps anybody from moving to an address.
pub(crate) fn hindrance(tx: &Connection, to: &Address) -> Result<Option<MoveOutcome>, SqliteFault> {
    let is_taken: bool = tx.value(
        "SELECT EXISTS (SELECT 1 FROM subscribers WHERE email = ?1)",
        params![to.as_str()],
    )?;
    if is_taken {
        return Ok(Some(MoveOutcome::Taken));
    }
    let there = suppression::of(tx, to)?;
    Ok(there.map(|it| MoveOutcome::Suppressed(it.reason)))
}

/// A reader on their way to another address, and who says so.
pub(crate) struct Mover {
    pub(crate) reader: SubscriberId,
    pub(crate) origin: Origin,
}

impl Mover {
    /// Puts them under that address, where nothing keeps them from mail.
    pub(crate) fn settle(
        &self,
        tx: &Connection,
        to: &Address,
        now: DateTime<Utc>,
    ) -> Result<(), SqliteFault> {
        let domain = group::domain_id(tx, to.domain())?;
        // A person says that they are on the list: the file may still name the old address.
        tx.run(
            "UPDATE subscribers SET email = ?2, domain = ?3, suppressed = NULL, epoch = epoch + 1, \
             vouched_by = vouched_by | ?4, updated_at = ?5 WHERE id = ?1",
            params![
                self.reader.0,
                to.as_str(),
                domain,
                Origins::only(self.origin).0,
                codes::millis(now)
            ],
        )?;
        Ok(())
    }
}

/// Keeps the old address off the list, so that neither a file nor an import makes a second reader of it.
pub(crate) fn leave_behind(
    tx: &Connection,
    from: &Address,
    to: &Address,
    reason: SuppressionReason,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let gone = Suppression {
        email: Some(from.clone()),
        reason,
        detail: Some(moved_to(to)),
        at: now,
    };
    suppression::suppress(tx, &[gone], ChangeSource::Operator, now)?;
    Ok(())
}

fn note_move(
    tx: &Connection,
    reader: SubscriberId,
    from: &Address,
    to: &Address,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    tx.run(
        "INSERT INTO moves (subscriber, from_email, to_email, asked_at, moved_at, epoch) \
         VALUES (?1, ?2, ?3, ?4, ?4, (SELECT epoch FROM subscribers WHERE id = ?1))",
        params![reader.0, from.as_str(), to.as_str(), codes::millis(now)],
    )?;
    Ok(())
}
