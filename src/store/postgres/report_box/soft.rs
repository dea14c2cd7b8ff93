//! Mailboxes that could not take an issue, on PostgreSQL: counted by issues in a row, passed by, tried again, given up.
//! What they come to is `report_rules`'.

use chrono::{DateTime, Utc};

use super::{dead, doors};
use crate::{
    audience::{SubscriberId, SuppressionReason},
    store::{
        BatchId, DeliveryState, Dormancy, Realm, codes,
        postgres::{
            columns, fault::PostgresFault, history, realm, transaction::StoreTransaction,
            values::values,
        },
        report_codes::AT_ONCE,
        report_rules::{
            DORMANT_FOR,
            soft::{
                AGAIN, SilentIssue, SoftFailure, SoftVerdict, is_any_open, verdict, week_of_arrival,
            },
        },
    },
};

/// An issue that a reader's mailbox could not take; `look_at`: when what follows is looked at.
pub(crate) async fn note(
    tx: &StoreTransaction,
    realm: Realm,
    (batch, reader): (BatchId, SubscriberId),
    reply: &str,
    (at, look_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), PostgresFault> {
    tx.run(
        "INSERT INTO soft_failures (subscriber, batch, realm, at, reply, look_at) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (subscriber, batch) DO UPDATE SET look_at = excluded.look_at",
        values![
            reader.0,
            batch.0,
            realm::code(realm),
            codes::millis(at),
            columns::text(reply),
            codes::millis(look_at)
        ],
    )
    .await
    .map(drop)
}

/// Looks at those whose time has come.
pub(super) async fn look_at_due(
    tx: &StoreTransaction,
    realm: Realm,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let due: Vec<i64> = tx
        .values(
            "SELECT DISTINCT subscriber FROM soft_failures WHERE look_at <= $1 AND realm = $2 \
             ORDER BY subscriber LIMIT $3",
            values![codes::millis(now), realm::code(realm), i64::from(AT_ONCE)],
        )
        .await?;
    for reader in due {
        look_at(tx, realm, SubscriberId(reader), now).await?;
    }
    Ok(())
}

/// What the issues in a row that a reader's mailbox could not take have come to.
pub(super) async fn look_at(
    tx: &StoreTransaction,
    realm: Realm,
    id: SubscriberId,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let Some(reader) = dead::reader(tx, id).await? else {
        return forget(tx, realm, id).await;
    };
    forget_former(tx, realm, id).await?;
    forget_before_arrival(tx, realm, id, now).await?;
    let failures = failures(tx, realm, id).await?;
    let sql = "UPDATE soft_failures SET look_at = $3 WHERE subscriber = $1 AND realm = $2";
    let again = codes::millis(now + AGAIN);
    tx.run(sql, values![id.0, realm::code(realm), again])
        .await?;
    let dormancy = dormancy_row(tx, realm, id).await?.map(|(_, tried)| tried);
    match verdict(&failures, dormancy) {
        SoftVerdict::Patience => Ok(()),
        SoftVerdict::GivenUp(words) => {
            let dead = (SuppressionReason::HardBounce, words);
            dead::suppress(tx, realm, &reader, dead, now).await?;
            forget(tx, realm, id).await
        }
        SoftVerdict::PassedBy => {
            let silent = silent_issues(tx, realm, id).await?;
            match is_any_open(&failures, &silent, now) {
                true => Ok(()),
                false => pass_by(tx, realm, id, now).await,
            }
        }
    }
}

async fn pass_by(
    tx: &StoreTransaction,
    realm: Realm,
    reader: SubscriberId,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let (now, retry_at) = (codes::millis(now), codes::millis(now + DORMANT_FOR));
    tx.run(
        "INSERT INTO dormancies (subscriber, realm, since, retry_at) VALUES ($1, $2, $3, $4)",
        values![reader.0, realm::code(realm), now, retry_at],
    )
    .await
    .map(drop)
}

/// The readers of a batch whose rest was over are tried by it: what becomes of that decides.
pub(crate) async fn note_retried(
    tx: &StoreTransaction,
    realm: Realm,
    batch: BatchId,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let (now, retry_at) = (codes::millis(now), codes::millis(now + DORMANT_FOR));
    tx.run(
        "WITH due AS MATERIALIZED (SELECT $1 AS batch, subscriber FROM dormancies \
           WHERE realm = $2 AND retry_at <= $3), \
         tried AS MATERIALIZED (SELECT u.subscriber FROM due JOIN unclaimed AS u \
           ON u.batch = due.batch AND u.subscriber = due.subscriber WHERE u.batch = $1) \
         UPDATE dormancies AS z SET batch = $1, retry_at = $4 FROM tried \
         WHERE z.realm = $2 AND z.subscriber = tried.subscriber",
        values![batch.0, realm::code(realm), now, retry_at],
    )
    .await
    .map(drop)
}

/// Whether a reader is passed by.
pub(super) async fn dormancy(
    tx: &StoreTransaction,
    realm: Realm,
    reader: SubscriberId,
) -> Result<Option<Dormancy>, PostgresFault> {
    let row = dormancy_row(tx, realm, reader).await?;
    Ok(row.map(|(dormancy, _)| dormancy))
}

/// Forgets all of it: the reader is what they were before.
async fn forget(
    tx: &StoreTransaction,
    realm: Realm,
    reader: SubscriberId,
) -> Result<(), PostgresFault> {
    for table in ["soft_failures", "dormancies"] {
        let sql = format!("DELETE FROM {table} WHERE subscriber = $1 AND realm = $2");
        tx.run(&sql, values![reader.0, realm::code(realm)]).await?;
    }
    Ok(())
}

async fn failures(
    tx: &StoreTransaction,
    realm: Realm,
    reader: SubscriberId,
) -> Result<Vec<SoftFailure>, PostgresFault> {
    tx.all(
        "SELECT f.batch, b.frozen_at, coalesce(f.reply, '') AS reply FROM soft_failures AS f \
         JOIN batches AS b ON b.id = f.batch WHERE f.subscriber = $1 AND f.realm = $2 \
         ORDER BY f.batch",
        values![reader.0, realm::code(realm)],
        |row| {
            Ok(SoftFailure {
                batch: row.try_get("batch")?,
                frozen_at: columns::time(row, "frozen_at")?,
                reply: row.try_get("reply")?,
            })
        },
    )
    .await
}

async fn dormancy_row(
    tx: &StoreTransaction,
    realm: Realm,
    reader: SubscriberId,
) -> Result<Option<(Dormancy, Option<i64>)>, PostgresFault> {
    tx.maybe(
        "SELECT since, retry_at, batch FROM dormancies WHERE subscriber = $1 AND realm = $2",
        values![reader.0, realm::code(realm)],
        |row| {
            let dormancy = Dormancy {
                since: columns::time(row, "since")?,
                retry_at: columns::time(row, "retry_at")?,
            };
            Ok((dormancy, row.try_get("batch")?))
        },
    )
    .await
}

/// Who confirmed, moved or was let in again has another mailbox, or empties it.
async fn forget_former(
    tx: &StoreTransaction,
    realm: Realm,
    reader: SubscriberId,
) -> Result<(), PostgresFault> {
    let Some(since) = history::member_since(tx, reader).await? else {
        return Ok(());
    };
    for (table, moment) in [("soft_failures", "at"), ("dormancies", "since")] {
        let sql =
            format!("DELETE FROM {table} WHERE subscriber = $1 AND realm = $2 AND {moment} < $3");
        let since = codes::millis(since);
        tx.run(&sql, values![reader.0, realm::code(realm), since])
            .await?;
    }
    Ok(())
}

/// An issue that arrived ends the row of those before it: it was accepted, its week is over, somebody listened in
/// that week, and nothing came back.
async fn forget_before_arrival(
    tx: &StoreTransaction,
    realm: Realm,
    reader: SubscriberId,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let silent = silent_issues(tx, realm, reader).await?;
    for (batch, sent_at) in silent.into_iter().rev() {
        let Some(week) = week_of_arrival(sent_at, now) else {
            continue;
        };
        if !doors::was_any_read(tx, realm, week).await? {
            continue;
        }
        let realm = realm::code(realm);
        let key = values![reader.0, realm, batch];
        let sql = "DELETE FROM soft_failures WHERE subscriber = $1 AND realm = $2 AND batch < $3";
        tx.run(sql, key).await?;
        tx.run(
            "DELETE FROM dormancies WHERE subscriber = $1 AND realm = $2 AND (batch <= $3 \
             OR NOT EXISTS (SELECT 1 FROM soft_failures WHERE subscriber = $1 AND realm = $2))",
            key,
        )
        .await?;
        return Ok(());
    }
    Ok(())
}

/// The issues since a reader's first failure that the relay took and nothing came back of, the oldest first.
async fn silent_issues(
    tx: &StoreTransaction,
    realm: Realm,
    reader: SubscriberId,
) -> Result<Vec<SilentIssue>, PostgresFault> {
    tx.all(
        "SELECT b.id, d.updated_at FROM batches AS b \
         JOIN deliveries AS d ON d.batch = b.id AND d.subscriber = $1 \
         WHERE b.realm = $2 AND d.state = $3 AND d.updated_at IS NOT NULL \
         AND b.id > (SELECT min(batch) FROM soft_failures WHERE subscriber = $1 AND realm = $2) \
         AND NOT EXISTS (SELECT 1 FROM soft_failures AS f \
           WHERE f.subscriber = $1 AND f.batch = b.id) \
         AND NOT EXISTS (SELECT 1 FROM reports AS r WHERE r.subscriber = $1 AND r.batch = b.id \
           AND r.kind = 'bounce') ORDER BY b.id",
        values![
            reader.0,
            realm::code(realm),
            codes::state_code(DeliveryState::Accepted)
        ],
        |row| Ok((row.try_get("id")?, columns::time(row, "updated_at")?)),
    )
    .await
}
