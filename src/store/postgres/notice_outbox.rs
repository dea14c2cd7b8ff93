//! The outbox of notices on PostgreSQL. A notice that was told keeps its key, so that it isn't told again, and
//! loses its content.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::{
    PostgresStore, columns, fault::PostgresFault, realm, transaction::StoreTransaction,
    tries::transaction, values::values,
};
use crate::store::{
    DueNotice, NewNotice, NoticeId, NoticeOutbox, NotifyOutcome, Realm, StoreError, TELLING,
    UnreachedTarget, codes,
    notice_outbox::{KEPT, key_in},
};

#[async_trait]
impl NoticeOutbox for PostgresStore {
    async fn post_notices(
        &self,
        notices: &[NewNotice],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        transaction!(self.writing(), |tx| post(&tx, self.realm, notices, now))
    }

    async fn take_due_notices(
        &self,
        busy: &[String],
        now: DateTime<Utc>,
    ) -> Result<Vec<DueNotice>, StoreError> {
        // Asked twice whether it is due: who waited for another's taking finds it taken.
        let due = transaction!(self.writing(), |tx| tx.all(
            "UPDATE notices SET due_at = $2 WHERE due_at <= $1 AND id IN \
                 (SELECT min(id) FROM notices WHERE due_at <= $1 AND realm = $4 \
                  AND target <> ALL($3) GROUP BY target) \
                 RETURNING id, key, target, content, attempts::int8, created_at",
            values![
                codes::millis(now),
                codes::millis(now + TELLING),
                busy,
                realm::code(self.realm)
            ],
            notice_from,
        ));
        let mut due = due?;
        due.sort_by_key(|notice| notice.id);
        Ok(due)
    }

    async fn settle_notice(
        &self,
        notice: NoticeId,
        told: NotifyOutcome,
        reply: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let due_at = match told {
            NotifyOutcome::Again(at) => Some(codes::millis(at)),
            NotifyOutcome::Done | NotifyOutcome::GivenUp => None,
        };
        let settled = transaction!(self.writing(), |tx| tx.run(
            "UPDATE notices SET due_at = $2, attempts = attempts + $3, reply = $4, \
                 content = CASE WHEN $2 IS NULL THEN NULL ELSE content END, \
                 settled_at = CASE WHEN $2 IS NULL THEN $5 END, is_given_up = $6 WHERE id = $1",
            values![
                notice.0,
                due_at,
                i64::from(told != NotifyOutcome::Done),
                columns::text(reply),
                codes::millis(now),
                told == NotifyOutcome::GivenUp
            ],
        ));
        settled.map(drop)
    }

    async fn next_notice(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let sql = "SELECT min(due_at) AS next FROM notices WHERE due_at IS NOT NULL AND realm = $1";
        transaction!(self.reading(), |tx| tx.one(
            sql,
            values![realm::code(self.realm)],
            |row| { columns::maybe_time(row, "next") }
        ))
    }

    async fn unreached(&self, since: DateTime<Utc>) -> Result<Vec<UnreachedTarget>, StoreError> {
        transaction!(self.reading(), |tx| tx.all(
            "SELECT DISTINCT ON (target) target, settled_at, reply, \
                 count(*) OVER (PARTITION BY target) AS given_up FROM notices AS lost \
                 WHERE is_given_up AND realm = $1 AND settled_at >= $2 AND NOT EXISTS \
                 (SELECT 1 FROM notices AS told WHERE told.target = lost.target \
                  AND told.realm = $1 AND NOT told.is_given_up \
                  AND told.settled_at >= lost.settled_at) \
                 ORDER BY target, settled_at DESC, id DESC",
            values![realm::code(self.realm), codes::millis(since)],
            unreached_from,
        ))
    }
}

/// Puts notices into the outbox; answers how many are new.
pub(super) async fn post(
    tx: &StoreTransaction,
    realm: Realm,
    notices: &[NewNotice],
    now: DateTime<Utc>,
) -> Result<u64, PostgresFault> {
    let sql = "DELETE FROM notices WHERE due_at IS NULL AND created_at < $1";
    tx.run(sql, values![codes::millis(now - KEPT)]).await?;
    let mut new = 0;
    for notice in notices {
        new += tx
            .run(
                "INSERT INTO notices (key, target, content, created_at, due_at, realm) \
                 VALUES ($1, $2, $3, $4, $4, $5) ON CONFLICT (key, target) DO NOTHING",
                values![
                    columns::text(&key_in(realm, &notice.key)),
                    columns::text(&notice.target),
                    notice.content.as_slice(),
                    codes::millis(now),
                    realm::code(realm)
                ],
            )
            .await?;
    }
    Ok(new)
}

fn notice_from(row: &Row) -> Result<DueNotice, PostgresFault> {
    let content: Option<Vec<u8>> = row.try_get("content")?;
    let attempts = columns::count(row, "attempts")?;
    Ok(DueNotice {
        id: NoticeId(row.try_get("id")?),
        key: row.try_get("key")?,
        target: row.try_get("target")?,
        content: content.unwrap_or_default(),
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        at: columns::time(row, "created_at")?,
    })
}

fn unreached_from(row: &Row) -> Result<UnreachedTarget, PostgresFault> {
    let reply: Option<String> = row.try_get("reply")?;
    Ok(UnreachedTarget {
        target: row.try_get("target")?,
        given_up: columns::count(row, "given_up")?,
        at: columns::time(row, "settled_at")?,
        reply: reply.unwrap_or_default(),
    })
}
