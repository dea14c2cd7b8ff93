//! The outbox of notices. A notice that was told keeps its key, so that it isn't told again, and
//! loses its content.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, Row, params};

use super::{Fault, codes, realm, statement::Statements};
use crate::store::{
    Realm,
    notices::{DueNotice, NewNotice, NoticeId, TELLING, Told},
};

/// Long after this nothing is told twice: keys name their dates.
const KEPT: TimeDelta = TimeDelta::days(400);

pub(super) fn post(
    tx: &Connection,
    realm: Realm,
    notices: &[NewNotice],
    now: DateTime<Utc>,
) -> Result<u64, Fault> {
    tx.run(
        "DELETE FROM notices WHERE due_at IS NULL AND created_at < ?1",
        params![codes::millis(now - KEPT)],
    )?;
    let mut new = 0;
    for notice in notices {
        let done = tx.run(
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
        new += done;
    }
    Ok(new)
}

/// What is played never keeps what happens from being told.
fn key_in(realm: Realm, key: &str) -> Cow<'_, str> {
    match realm {
        Realm::Real => Cow::Borrowed(key),
        Realm::Rehearsal => Cow::Owned(format!("rehearsal {key}")),
    }
}

pub(super) fn take_due(
    tx: &Connection,
    realm: Realm,
    limit: u32,
    now: DateTime<Utc>,
) -> Result<Vec<DueNotice>, Fault> {
    let mut due = tx.all(
        "UPDATE notices SET due_at = ?2 WHERE id IN \
         (SELECT id FROM notices WHERE due_at <= ?1 AND realm = ?4 ORDER BY id LIMIT ?3) \
         RETURNING id, key, target, content, attempts, created_at",
        params![
            codes::millis(now),
            codes::millis(now + TELLING),
            limit,
            realm::code(realm)
        ],
        notice_from,
    )?;
    due.sort_by_key(|notice| notice.id);
    Ok(due)
}

fn notice_from(row: &Row<'_>) -> Result<DueNotice, Fault> {
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

pub(super) fn settle(
    tx: &Connection,
    notice: NoticeId,
    told: Told,
    reply: &str,
) -> Result<(), Fault> {
    let due_at = match told {
        Told::Again(at) => Some(codes::millis(at)),
        Told::Done | Told::GivenUp => None,
    };
    let is_try_failed = told != Told::Done;
    tx.run(
        "UPDATE notices SET due_at = ?2, attempts = attempts + ?3, reply = ?4, \
         content = CASE WHEN ?2 IS NULL THEN NULL ELSE content END WHERE id = ?1",
        params![notice.0, due_at, i64::from(is_try_failed), reply],
    )?;
    Ok(())
}

pub(super) fn next_due(tx: &Connection, realm: Realm) -> Result<Option<DateTime<Utc>>, Fault> {
    let millis: Option<i64> = tx.value(
        "SELECT min(due_at) FROM notices WHERE due_at IS NOT NULL AND realm = ?1",
        params![realm::code(realm)],
    )?;
    millis.map(codes::time).transpose()
}
