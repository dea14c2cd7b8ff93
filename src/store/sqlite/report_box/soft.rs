//! Mailboxes that could not take an issue: counted by issues in a row, passed by, tried again, given up. What they come to
//! is `report_rules`'.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{dead::suppress_dead, doors};
use crate::{
    audience::SubscriberId,
    store::{
        BatchId, DeliveryId, DeliveryState, Dormancy, Realm,
        history_note::beginning_codes,
        report_codes::AT_ONCE,
        report_rules::{
            DORMANT_FOR,
            soft::{
                AGAIN, SilentIssue, SoftFailure, SoftVerdict, is_any_open, verdict, week_of_arrival,
            },
        },
        sqlite::{
            codes, fault::SqliteFault, history, membership::member::MemberRow, realm,
            statement::Statements,
        },
    },
};

/// SQL: whether the subscriber `s` is passed by in that realm at that moment, unless they confirmed, moved or were let
/// in again since.
pub(crate) fn is_passed_by(realm: &str, now: &str) -> String {
    let beginnings = beginning_codes().map(|code| code.to_string()).join(", ");
    format!(
        "EXISTS (SELECT 1 FROM dormancies AS z \
         WHERE z.subscriber = s.id AND z.realm = {realm} AND z.retry_at > {now} \
         AND NOT EXISTS (SELECT 1 FROM history AS h WHERE h.subscriber = s.id AND h.at > z.since \
           AND h.change IN ({beginnings})))"
    )
}

/// An issue that a reader's mailbox could not take; `look_at`: when what follows is looked at.
pub(crate) fn note(
    tx: &Connection,
    realm: Realm,
    delivery: DeliveryId,
    reply: &str,
    (at, look_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), SqliteFault> {
    tx.run(
        "INSERT INTO soft_failures (subscriber, batch, realm, at, reply, look_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET look_at = excluded.look_at",
        params![
            codes::subscriber_of(delivery).0,
            codes::batch_of(delivery).0,
            realm::code(realm),
            codes::millis(at),
            reply,
            codes::millis(look_at)
        ],
    )?;
    Ok(())
}

/// Looks at those whose time has come.
pub(super) fn look_at_due(
    tx: &Connection,
    realm: Realm,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let due: Vec<i64> = tx.values(
        "SELECT DISTINCT subscriber FROM soft_failures WHERE look_at <= ?1 AND realm = ?2 LIMIT ?3",
        params![codes::millis(now), realm::code(realm), AT_ONCE],
    )?;
    for reader in due {
        look_at(tx, realm, SubscriberId(reader), now)?;
    }
    Ok(())
}

/// What the issues in a row that a reader's mailbox could not take have come to.
pub(super) fn look_at(
    tx: &Connection,
    realm: Realm,
    reader: SubscriberId,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let Some(member) = MemberRow::of(tx, reader)? else {
        return forget(tx, realm, reader);
    };
    forget_former(tx, realm, reader)?;
    forget_before_arrival(tx, realm, reader, now)?;
    let failures = failures(tx, realm, reader)?;
    tx.run(
        "UPDATE soft_failures SET look_at = ?3 WHERE subscriber = ?1 AND realm = ?2",
        params![reader.0, realm::code(realm), codes::millis(now + AGAIN)],
    )?;
    let dormancy = dormancy_row(tx, realm, reader)?.map(|(_, tried)| tried);
    match verdict(&failures, dormancy) {
        SoftVerdict::Patience => Ok(()),
        SoftVerdict::GivenUp(words) => {
            let email = &member.person.profile.email;
            suppress_dead(tx, realm, (email, reader), words, now)?;
            forget(tx, realm, reader)
        }
        SoftVerdict::PassedBy => {
            let silent = silent_issues(tx, realm, reader)?;
            match is_any_open(&failures, &silent, now) {
                true => Ok(()),
                false => pass_by(tx, realm, reader, now),
            }
        }
    }
}

fn pass_by(
    tx: &Connection,
    realm: Realm,
    reader: SubscriberId,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    tx.run(
        "INSERT INTO dormancies (subscriber, realm, since, retry_at) VALUES (?1, ?2, ?3, ?4)",
        params![
            reader.0,
            realm::code(realm),
            codes::millis(now),
            codes::millis(now + DORMANT_FOR)
        ],
    )?;
    Ok(())
}

/// The readers of a batch whose rest was over are tried by it: what becomes of that decides.
pub(crate) fn note_retried(
    tx: &Connection,
    realm: Realm,
    batch: BatchId,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    tx.run(
        "UPDATE dormancies SET batch = ?1, retry_at = ?4 WHERE realm = ?2 AND retry_at <= ?3 \
         AND EXISTS (SELECT 1 FROM deliveries AS d WHERE d.id = (?1 << 40) | subscriber)",
        params![
            batch.0,
            realm::code(realm),
            codes::millis(now),
            codes::millis(now + DORMANT_FOR)
        ],
    )?;
    Ok(())
}

/// Whether a reader is passed by.
pub(super) fn dormancy(
    tx: &Connection,
    realm: Realm,
    reader: SubscriberId,
) -> Result<Option<Dormancy>, SqliteFault> {
    Ok(dormancy_row(tx, realm, reader)?.map(|(dormancy, _)| dormancy))
}

/// Forgets all of it: the reader is what they were before.
pub(crate) fn forget(
    tx: &Connection,
    realm: Realm,
    reader: SubscriberId,
) -> Result<(), SqliteFault> {
    for table in ["soft_failures", "dormancies"] {
        tx.run(
            &format!("DELETE FROM {table} WHERE subscriber = ?1 AND realm = ?2"),
            params![reader.0, realm::code(realm)],
        )?;
    }
    Ok(())
}

fn failures(
    tx: &Connection,
    realm: Realm,
    reader: SubscriberId,
) -> Result<Vec<SoftFailure>, SqliteFault> {
    tx.all(
        "SELECT f.batch, b.frozen_at, coalesce(f.reply, '') AS reply FROM soft_failures AS f \
         JOIN batches AS b ON b.id = f.batch WHERE f.subscriber = ?1 AND f.realm = ?2 \
         ORDER BY f.batch",
        params![reader.0, realm::code(realm)],
        |row| {
            Ok(SoftFailure {
                batch: row.get("batch")?,
                frozen_at: codes::time_at(row, "frozen_at")?,
                reply: row.get("reply")?,
            })
        },
    )
}

fn dormancy_row(
    tx: &Connection,
    realm: Realm,
    reader: SubscriberId,
) -> Result<Option<(Dormancy, Option<i64>)>, SqliteFault> {
    tx.maybe(
        "SELECT since, retry_at, batch FROM dormancies WHERE subscriber = ?1 AND realm = ?2",
        params![reader.0, realm::code(realm)],
        |row| {
            let dormancy = Dormancy {
                since: codes::time_at(row, "since")?,
                retry_at: codes::time_at(row, "retry_at")?,
            };
            Ok((dormancy, row.get("batch")?))
        },
    )
}

/// Who confirmed, moved or was let in again has another mailbox, or empties it.
fn forget_former(tx: &Connection, realm: Realm, reader: SubscriberId) -> Result<(), SqliteFault> {
    let Some(since) = history::member_since(tx, reader)? else {
        return Ok(());
    };
    let since = codes::millis(since);
    tx.run(
        "DELETE FROM soft_failures WHERE subscriber = ?1 AND realm = ?2 AND at < ?3",
        params![reader.0, realm::code(realm), since],
    )?;
    tx.run(
        "DELETE FROM dormancies WHERE subscriber = ?1 AND realm = ?2 AND since < ?3",
        params![reader.0, realm::code(realm), since],
    )?;
    Ok(())
}

/// An issue that arrived ends the row of those before it: it was accepted, its week is over, somebody listened in
/// that week, and nothing came back.
fn forget_before_arrival(
    tx: &Connection,
    realm: Realm,
    reader: SubscriberId,
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let silent = silent_issues(tx, realm, reader)?;
    for (batch, sent_at) in silent.into_iter().rev() {
        let Some(week) = week_of_arrival(sent_at, now) else {
            continue;
        };
        if !doors::was_any_read(tx, realm, week)? {
            continue;
        }
        tx.run(
            "DELETE FROM soft_failures WHERE subscriber = ?1 AND realm = ?2 AND batch < ?3",
            params![reader.0, realm::code(realm), batch],
        )?;
        tx.run(
            "DELETE FROM dormancies WHERE subscriber = ?1 AND realm = ?2 AND (batch <= ?3 \
             OR NOT EXISTS (SELECT 1 FROM soft_failures WHERE subscriber = ?1 AND realm = ?2))",
            params![reader.0, realm::code(realm), batch],
        )?;
        return Ok(());
    }
    Ok(())
}

/// The issues since a reader's first failure that the relay took and nothing came back of, the oldest first.
fn silent_issues(
    tx: &Connection,
    realm: Realm,
    reader: SubscriberId,
) -> Result<Vec<SilentIssue>, SqliteFault> {
    tx.all(
        "SELECT b.id, d.updated_at FROM batches AS b \
         CROSS JOIN deliveries AS d ON d.id = (b.id << 40) | ?1 \
         WHERE b.realm IN (?2, ?3) AND d.state = ?4 AND d.updated_at IS NOT NULL \
         AND b.id > (SELECT min(batch) FROM soft_failures WHERE subscriber = ?1 AND realm = ?2) \
         AND NOT EXISTS (SELECT 1 FROM soft_failures AS f \
           WHERE f.subscriber = ?1 AND f.batch = b.id) \
         AND NOT EXISTS (SELECT 1 FROM reports AS r WHERE r.subscriber = ?1 AND r.batch = b.id \
           AND r.kind = 'bounce') ORDER BY b.id",
        params![
            reader.0,
            realm::code(realm),
            realm::UNTOLD,
            codes::state_code(DeliveryState::Accepted)
        ],
        |row| Ok((row.get(0)?, codes::time(row.get(1)?)?)),
    )
}
