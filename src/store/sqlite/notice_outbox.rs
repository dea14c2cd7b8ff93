//! The outbox of notices on SQLite. A notice that was told keeps its key, so that it isn't told again, and
//! loses its content.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::{SqliteStore, codes, fault::SqliteFault, realm, statement::Statements};
use crate::store::{
    DueNotice, NewNotice, NoticeId, NoticeOutbox, NotifyOutcome, Realm, StoreError, TELLING,
    UnreachedTarget,
    notice_outbox::{KEPT, key_in},
};

#[async_trait]
impl NoticeOutbox for SqliteStore {
    async fn post_notices(
        &self,
        notices: &[NewNotice],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let (realm, notices) = (self.realm, notices.to_vec());
        self.write(move |tx, _| post(tx, realm, &notices, now))
            .await
    }

    async fn take_due_notices(
        &self,
        busy: &[String],
        now: DateTime<Utc>,
    ) -> Result<Vec<DueNotice>, StoreError> {
        let (realm, busy) = (realm::code(self.realm), codes::rows(busy));
        let busy = self.told(busy)?;
        self.write(move |tx, _| {
            let mut due = tx.all(
                "UPDATE notices SET due_at = ?2 WHERE id IN \
                 (SELECT min(id) FROM notices WHERE due_at <= ?1 AND realm = ?4 \
                  AND target NOT IN (SELECT value FROM json_each(?3)) GROUP BY target) \
                 RETURNING id, key, target, content, attempts, created_at",
                params![
                    codes::millis(now),
                    codes::millis(now + TELLING),
                    busy,
                    realm
                ],
                notice_from,
            )?;
            due.sort_by_key(|notice| notice.id);
            Ok(due)
        })
        .await
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
        let is_try_failed = told != NotifyOutcome::Done;
        let reply = reply.to_owned();
        self.write(move |tx, _| {
            tx.run(
                "UPDATE notices SET due_at = ?2, attempts = attempts + ?3, reply = ?4, \
                 content = CASE WHEN ?2 IS NULL THEN NULL ELSE content END, \
                 settled_at = CASE WHEN ?2 IS NULL THEN ?5 END, is_given_up = ?6 WHERE id = ?1",
                params![
                    notice.0,
                    due_at,
                    i64::from(is_try_failed),
                    reply,
                    codes::millis(now),
                    told == NotifyOutcome::GivenUp
                ],
            )?;
            Ok(())
        })
        .await
    }

    async fn next_notice(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let realm = realm::code(self.realm);
        self.read(move |tx, _| {
            let millis: Option<i64> = tx.value(
                "SELECT min(due_at) FROM notices WHERE due_at IS NOT NULL AND realm = ?1",
                params![realm],
            )?;
            millis.map(codes::time).transpose()
        })
        .await
    }

    async fn unreached(&self, since: DateTime<Utc>) -> Result<Vec<UnreachedTarget>, StoreError> {
        let realm = realm::code(self.realm);
        self.read(move |tx, _| {
            // Of several columns beside max() SQLite takes those of the row that has it.
            tx.all(
                "SELECT target, count(*) AS given_up, max(settled_at) AS at, reply \
                 FROM notices AS lost \
                 WHERE is_given_up AND realm = ?1 AND settled_at >= ?2 AND NOT EXISTS \
                 (SELECT 1 FROM notices AS told WHERE told.target = lost.target \
                  AND told.realm = ?1 AND NOT told.is_given_up \
                  AND told.settled_at >= lost.settled_at) \
                 GROUP BY target ORDER BY target",
                params![realm, codes::millis(since)],
                unreached_from,
            )
        })
        .await
    }
}

/// Puts notices into the outbox; answers how many are new.
pub(super) fn post(
    tx: &Connection,
    realm: Realm,
    notices: &[NewNotice],
    now: DateTime<Utc>,
) -> Result<u64, SqliteFault> {
    tx.run(
        "DELETE FROM notices WHERE due_at IS NULL AND created_at < ?1",
        params![codes::millis(now - KEPT)],
    )?;
    let mut new = 0;
    for notice in notices {
        new += tx.run(
            "INSERT INTO notices (key, target, content, created_at, due_at, realm) \
             VALUES (?1, ?2, ?3, ?4, ?4, ?5) ON CONFLICT (key, target) DO NOTHING",
            params![
                key_in(realm, &notice.key),
                &notice.target,
                &notice.content,
                codes::millis(now),
                realm::code(realm)
            ],
        )?;
    }
    Ok(new)
}

fn notice_from(row: &Row<'_>) -> Result<DueNotice, SqliteFault> {
    let content: Option<Vec<u8>> = row.get("content")?;
    Ok(DueNotice {
        id: NoticeId(row.get("id")?),
        key: row.get("key")?,
        target: row.get("target")?,
        content: content.unwrap_or_default(),
        attempts: row.get("attempts")?,
        at: codes::time_at(row, "created_at")?,
    })
}

fn unreached_from(row: &Row<'_>) -> Result<UnreachedTarget, SqliteFault> {
    let reply: Option<String> = row.get("reply")?;
    Ok(UnreachedTarget {
        target: row.get("target")?,
        given_up: codes::count(row, "given_up")?,
        at: codes::time_at(row, "at")?,
        reply: reply.unwrap_or_default(),
    })
}
