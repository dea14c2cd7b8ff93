//! Opinions on SQLite.

mod row;
pub(super) mod telling;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use self::row::opinion_from;
use super::{
    SqliteStore, codes,
    fault::SqliteFault,
    history::{self, HistoryNote},
    membership::member::MemberRow,
    notice_outbox, realm,
    receipt_outbox::queue,
    signup_counts::SignupCounts,
    statement::Statements,
    suppression_list::hash_keys::HashKeys,
};
use crate::{
    audience::{
        SubscriberId,
        membership::{ChangeSource, MembershipChange},
    },
    store::{
        LimitReached, NewNotice, NewOpinion, Opinion, OpinionBox, OpinionFilter, OpinionLimits,
        OpinionOutcome, PublicOpinion, Realm, ReceiptFacts, ReceiptKind, StoreError, UntoldOpinion,
        receipt_outbox::queued::QueuedReceipt,
        signup_counts::{CountKind, EVERYBODY},
    },
};

#[async_trait]
impl OpinionBox for SqliteStore {
    async fn opine(
        &self,
        opinion: &NewOpinion,
        limits: &OpinionLimits,
        now: DateTime<Utc>,
    ) -> Result<OpinionOutcome, StoreError> {
        let (realm, opinion, limits) = (self.realm, opinion.clone(), *limits);
        self.write(move |tx, _| opine(tx, realm, &opinion, &limits, now))
            .await
    }

    async fn opinions(
        &self,
        filter: &OpinionFilter,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Opinion>, StoreError> {
        let (realm, filter) = (realm::code(self.realm), filter.clone());
        self.read(move |tx, _| {
            tx.all(
                "SELECT * FROM opinions WHERE id > ?1 AND realm = ?2 \
                 AND (?3 IS NULL OR issue = ?3) AND (?4 IS NULL OR is_published = ?4) \
                 AND (?5 IS NULL OR at >= ?5) ORDER BY id LIMIT ?6",
                params![
                    after,
                    realm,
                    filter.issue,
                    filter.is_published,
                    filter.since.map(codes::millis),
                    limit
                ],
                opinion_from,
            )
        })
        .await
    }

    async fn opinion(&self, id: i64) -> Result<Option<Opinion>, StoreError> {
        let realm = realm::code(self.realm);
        self.read(move |tx, _| {
            tx.maybe(
                "SELECT * FROM opinions WHERE id = ?1 AND realm = ?2",
                params![id, realm],
                opinion_from,
            )
        })
        .await
    }

    async fn publish_opinion(&self, id: i64, is_published: bool) -> Result<bool, StoreError> {
        let realm = realm::code(self.realm);
        self.write(move |tx, _| {
            let changed = tx.run(
                "UPDATE opinions SET is_published = ?2 \
                 WHERE id = ?1 AND realm = ?3 AND (may_publish OR NOT ?2)",
                params![id, is_published, realm],
            )?;
            Ok(changed > 0)
        })
        .await
    }

    async fn untold_opinions(&self, limit: u32) -> Result<Vec<UntoldOpinion>, StoreError> {
        let realm = self.realm;
        self.read(move |tx, _| telling::untold(tx, realm, limit))
            .await
    }

    async fn tell_opinions(
        &self,
        opinions: &[Opinion],
        key: &str,
        notices: &[NewNotice],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (realm, opinions) = (self.realm, opinions.to_vec());
        let (key, notices) = (key.to_owned(), notices.to_vec());
        self.write(move |tx, _| {
            notice_outbox::post(tx, realm, &notices, now)?;
            telling::note(tx, realm, &opinions, &key)
        })
        .await
    }

    async fn published_opinions(
        &self,
        issue: Option<&str>,
    ) -> Result<Vec<PublicOpinion>, StoreError> {
        let (realm, issue) = (realm::code(self.realm), issue.map(str::to_owned));
        self.read(move |tx, _| {
            tx.all(
                "SELECT * FROM opinions WHERE issue = ifnull(?1, issue) AND realm = ?2 \
                 AND is_published AND may_publish ORDER BY id",
                params![issue, realm],
                |row| Ok(opinion_from(row)?.into()),
            )
        })
        .await
    }
}

fn opine(
    tx: &Connection,
    realm: Realm,
    opinion: &NewOpinion,
    limits: &OpinionLimits,
    now: DateTime<Utc>,
) -> Result<OpinionOutcome, SqliteFault> {
    let writer = match opinion.reader {
        Some(reader) => match MemberRow::of(tx, reader)? {
            Some(row) => Some(row),
            None => return Ok(OpinionOutcome::Unknown),
        },
        None => None,
    };
    let counts = SignupCounts {
        tx,
        realm,
        hash_keys: &HashKeys::load(tx)?,
        now,
    };
    if counts.in_an_hour(CountKind::OpinionPrefix, &opinion.prefix)? >= limits.per_prefix_hour {
        return Ok(OpinionOutcome::Limited(LimitReached::Prefix));
    }
    counts.add(CountKind::OpinionPrefix, &opinion.prefix)?;
    let Some(writer) = writer else {
        if counts.in_an_hour(CountKind::NamelessOpinion, EVERYBODY)? >= limits.nameless_an_hour {
            return Ok(OpinionOutcome::Limited(LimitReached::Publication));
        }
        counts.add(CountKind::NamelessOpinion, EVERYBODY)?;
        let (id, is_first) = keep(tx, realm, opinion, ChangeSource::Link, now)?;
        return Ok(OpinionOutcome::Kept { id, is_first });
    };
    let (id, is_first) = keep(tx, realm, opinion, ChangeSource::Link, now)?;
    if is_first && writer.plain_standing().gets_mail() {
        let about = ReceiptFacts {
            issue: Some(opinion.issue.clone()),
            ..ReceiptFacts::at(now)
        };
        let who = (writer.id, writer.epoch);
        let receipt = QueuedReceipt::to_reader(ReceiptKind::OpinionReceived, who, &about);
        queue::post(tx, realm, &receipt, now)?;
    }
    Ok(OpinionOutcome::Kept { id, is_first })
}

/// Keeps an opinion in the place of the one that its reader gave before; answers its number, and whether it is the
/// first. Nobody is written to.
pub(super) fn keep(
    tx: &Connection,
    realm: Realm,
    opinion: &NewOpinion,
    source: ChangeSource,
    now: DateTime<Utc>,
) -> Result<(i64, bool), SqliteFault> {
    let Some(reader) = opinion.reader else {
        return Ok((insert(tx, realm, opinion, now)?, true));
    };
    if let Some(id) = replace(tx, realm, reader, opinion, now)? {
        return Ok((id, false));
    }
    let id = insert(tx, realm, opinion, now)?;
    let note = HistoryNote::quiet(MembershipChange::Opined, source, now);
    history::note(tx, reader, note)?;
    Ok((id, true))
}

fn insert(
    tx: &Connection,
    realm: Realm,
    opinion: &NewOpinion,
    now: DateTime<Utc>,
) -> Result<i64, SqliteFault> {
    tx.value(
        "INSERT INTO opinions (realm, subscriber, issue, choice, text, may_publish, name, \
         may_reply, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id",
        params![
            realm::code(realm),
            opinion.reader.map(|reader| reader.0),
            opinion.issue,
            opinion.choice,
            opinion.text,
            opinion.may_publish,
            opinion.name,
            opinion.may_reply,
            codes::millis(now)
        ],
    )
}

/// Puts the last opinion in the place of the one before; None: there was none. What was published stays so only while
/// it says the same, and so long the writer has heard of it.
fn replace(
    tx: &Connection,
    realm: Realm,
    reader: SubscriberId,
    opinion: &NewOpinion,
    now: DateTime<Utc>,
) -> Result<Option<i64>, SqliteFault> {
    tx.maybe_value(
        "UPDATE opinions SET is_published = is_published AND ?6 \
           AND text IS ?5 AND choice IS ?4 AND name IS ?7, \
         told = CASE WHEN text IS ?5 AND choice IS ?4 AND name IS ?7 THEN told END, \
         choice = ?4, text = ?5, may_publish = ?6, name = ?7, may_reply = ?8, at = ?9 \
         WHERE subscriber = ?2 AND issue = ?3 AND realm = ?1 RETURNING id",
        params![
            realm::code(realm),
            reader.0,
            opinion.issue,
            opinion.choice,
            opinion.text,
            opinion.may_publish,
            opinion.name,
            opinion.may_reply,
            codes::millis(now)
        ],
    )
}

/// What somebody said of an issue.
pub(super) fn of_reader_on(
    tx: &Connection,
    realm: Realm,
    reader: SubscriberId,
    issue: &str,
) -> Result<Option<Opinion>, SqliteFault> {
    tx.maybe(
        "SELECT * FROM opinions WHERE subscriber = ?1 AND issue = ?2 AND realm = ?3",
        params![reader.0, issue, realm::code(realm)],
        opinion_from,
    )
}

/// All that somebody said, in either realm, the first of it first.
pub(super) fn of(tx: &Connection, reader: SubscriberId) -> Result<Vec<Opinion>, SqliteFault> {
    tx.all(
        "SELECT * FROM opinions WHERE subscriber = ?1 ORDER BY id",
        params![reader.0],
        opinion_from,
    )
}
