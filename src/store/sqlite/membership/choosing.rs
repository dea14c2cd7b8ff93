//! What a reader chooses: editions, name, language, zone. Brings back nobody who left.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::member::MemberRow;
use crate::{
    audience::{
        SubscriberId,
        membership::{ChangeSource, MembershipChange},
    },
    store::{
        PreferOutcome, ReaderPreferences,
        membership::choosing::choose,
        receipt_outbox::results::ResultRules,
        sqlite::{
            codes,
            fault::SqliteFault,
            history::{self, HistoryNote},
            receipt_outbox::results,
            statement::Statements,
            subscriber_list::group,
        },
    },
};

/// Chosen anew by the reader, all of it.
pub(crate) fn prefer(
    tx: &Connection,
    rules: ResultRules,
    reader: SubscriberId,
    choice: &ReaderPreferences,
    now: DateTime<Utc>,
) -> Result<PreferOutcome, SqliteFault> {
    let Some(mut row) = MemberRow::of(tx, reader)? else {
        return Ok(PreferOutcome::Unknown);
    };
    let (outcome, about) = choose(&mut row, choice, now);
    if outcome != PreferOutcome::Changed {
        return Ok(outcome);
    }
    group::rewrite(tx, reader, &row.person, now)?;
    let note = HistoryNote::quiet(MembershipChange::Preferred, ChangeSource::Link, now);
    history::note(tx, reader, note)?;
    if let Some(about) = about {
        results::post(tx, rules, (reader, row.epoch), &about, now)?;
    }
    Ok(outcome)
}

/// Uses up the fresh link that was good until then.
pub(crate) fn spend_link(
    tx: &Connection,
    reader: SubscriberId,
    epoch: u32,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, SqliteFault> {
    let row = MemberRow::of(tx, reader)?;
    if until <= now || row.is_none_or(|row| row.epoch != epoch) {
        return Ok(false);
    }
    tx.run(
        "DELETE FROM spent_links WHERE until < ?1",
        params![codes::millis(now)],
    )?;
    let spent = tx.run(
        "INSERT OR IGNORE INTO spent_links (subscriber, epoch, until) VALUES (?1, ?2, ?3)",
        params![reader.0, epoch, codes::millis(until)],
    )?;
    Ok(spent > 0)
}
