//! What a reader chooses: editions, name, language, zone. Brings back nobody who left.

use chrono::{DateTime, Utc};

use super::member;
use crate::{
    audience::{
        SubscriberId,
        membership::{ChangeSource, MembershipChange},
    },
    store::{
        PreferOutcome, ReaderPreferences, codes,
        history_note::HistoryNote,
        membership::choosing::choose,
        postgres::{
            fault::PostgresFault, history, receipt_outbox::results, subscriber_list::group,
            transaction::StoreTransaction, values::values,
        },
        receipt_outbox::results::ResultRules,
    },
};

/// Chosen anew by the reader, all of it.
pub(crate) async fn prefer(
    tx: &StoreTransaction,
    rules: ResultRules,
    reader: SubscriberId,
    choice: &ReaderPreferences,
    now: DateTime<Utc>,
) -> Result<PreferOutcome, PostgresFault> {
    let Some(mut row) = member::locked(tx, reader).await? else {
        return Ok(PreferOutcome::Unknown);
    };
    let (outcome, about) = choose(&mut row, choice, now);
    if outcome != PreferOutcome::Changed {
        return Ok(outcome);
    }
    group::rewrite(tx, &[(reader, &row.person)], now).await?;
    let note = HistoryNote::quiet(MembershipChange::Preferred, ChangeSource::Link, now);
    history::note(tx, reader, note).await?;
    if let Some(about) = about {
        results::post(tx, rules, (reader, row.epoch), &about, now).await?;
    }
    Ok(outcome)
}

/// Uses up the fresh link that was good until then.
pub(crate) async fn spend_link(
    tx: &StoreTransaction,
    reader: SubscriberId,
    epoch: u32,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, PostgresFault> {
    let row = member::locked(tx, reader).await?;
    if until <= now || row.is_none_or(|row| row.epoch != epoch) {
        return Ok(false);
    }
    // What somebody else takes away just now is none of ours to wait for.
    tx.run(
        "DELETE FROM spent_links WHERE ctid = ANY(ARRAY(SELECT ctid FROM spent_links \
         WHERE until < $1 LIMIT 1000 FOR UPDATE SKIP LOCKED))",
        values![codes::millis(now)],
    )
    .await?;
    let spent = tx
        .run(
            "INSERT INTO spent_links (subscriber, epoch, until) VALUES ($1, $2, $3) \
             ON CONFLICT (subscriber, epoch, until) DO NOTHING",
            values![reader.0, i64::from(epoch), codes::millis(until)],
        )
        .await?;
    Ok(spent > 0)
}
