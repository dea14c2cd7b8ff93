//! A reader whose address changes: the same person, number, consent and history, under another one.

use chrono::{DateTime, Utc};

use super::group;
use crate::{
    address::Address,
    audience::{
        Origin, SubscriberId, Suppression, SuppressionReason,
        membership::{ChangeSource, MembershipAct, Standing},
    },
    store::{
        MoveOutcome, codes,
        history_note::HistoryNote,
        membership::moving::moved_to,
        merge::Origins,
        postgres::{
            columns, fault::PostgresFault, history, list_lock, suppression_list::suppression,
            transaction::StoreTransaction, values::values,
        },
    },
};

/// The operator says that somebody reads at another address.
pub(crate) async fn relocate(
    tx: &StoreTransaction,
    from: &Address,
    to: &Address,
    now: DateTime<Utc>,
) -> Result<MoveOutcome, PostgresFault> {
    list_lock::be_the_only_one_who_adds(tx).await?;
    let known = tx
        .maybe(
            "SELECT id, state FROM subscribers WHERE key = $1 FOR UPDATE",
            values![from.key()],
            |row| {
                let state = codes::subscriber_state(columns::code(row, "state")?)?;
                Ok((columns::subscriber(row, "id")?, state))
            },
        )
        .await?;
    let Some((reader, state)) = known else {
        return Ok(MoveOutcome::Unknown);
    };
    let left = suppression::of(tx, from).await?.map(|it| it.reason);
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
    if !is_same && let Some(hindrance) = hindrance(tx, to).await? {
        return Ok(hindrance);
    }
    settle(tx, (reader, Origin::Operator), to, now).await?;
    if is_same {
        return Ok(MoveOutcome::Moved);
    }
    let steps = (standing, step.to);
    let note = HistoryNote::of(step.change, ChangeSource::Operator, steps, now);
    history::note(tx, reader, note).await?;
    note_move(tx, reader, from, to, now).await?;
    if left.is_none() {
        leave_behind(tx, from, to, SuppressionReason::Manual, now).await?;
    }
    Ok(MoveOutcome::Moved)
}

/// What keeps anybody from moving to an address.
pub(crate) async fn hindrance(
    tx: &StoreTransaction,
    to: &Address,
) -> Result<Option<MoveOutcome>, PostgresFault> {
    let is_taken: bool = tx
        .value(
            "SELECT EXISTS (SELECT 1 FROM subscribers WHERE key = $1)",
            values![to.key()],
        )
        .await?;
    if is_taken {
        return Ok(Some(MoveOutcome::Taken));
    }
    let there = suppression::of(tx, to).await?;
    Ok(there.map(|it| MoveOutcome::Suppressed(it.reason)))
}

/// Puts a reader under that address, where nothing keeps them from mail; `origin` says so.
pub(crate) async fn settle(
    tx: &StoreTransaction,
    (reader, origin): (SubscriberId, Origin),
    to: &Address,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    group::know_domains(tx, &[to.domain()]).await?;
    // A person says that they are on the list: the file may still name the old address.
    tx.run(
        "UPDATE subscribers SET email = $2, key = $3, \
         domain = (SELECT id FROM domains WHERE name = $4), suppressed = NULL, \
         epoch = epoch + 1, vouched_by = vouched_by | $5, updated_at = $6 WHERE id = $1",
        values![
            reader.0,
            to.as_str(),
            to.key(),
            to.domain(),
            i64::from(Origins::only(origin).0),
            codes::millis(now)
        ],
    )
    .await
    .map(drop)
}

/// Keeps the old address off the list, so that neither a file nor an import makes a second reader of it.
pub(crate) async fn leave_behind(
    tx: &StoreTransaction,
    from: &Address,
    to: &Address,
    reason: SuppressionReason,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let gone = Suppression {
        email: Some(from.clone()),
        reason,
        detail: Some(moved_to(to)),
        at: now,
    };
    suppression::suppress(tx, &[gone], ChangeSource::Operator, now).await?;
    Ok(())
}

async fn note_move(
    tx: &StoreTransaction,
    reader: SubscriberId,
    from: &Address,
    to: &Address,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    tx.run(
        "INSERT INTO moves (subscriber, from_email, to_email, asked_at, moved_at, epoch) \
         VALUES ($1, $2, $3, $4, $4, (SELECT epoch FROM subscribers WHERE id = $1))",
        values![reader.0, from.as_str(), to.as_str(), codes::millis(now)],
    )
    .await
    .map(drop)
}
