//! Opinions on PostgreSQL.

mod row;
pub(super) mod telling;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use self::row::{OPINION, opinion_from};
use super::{
    PostgresStore, columns, fault::PostgresFault, history, list_lock, membership::member,
    notice_outbox, realm, receipt_outbox::queue, signup_counts::SharedCounts,
    suppression_list::hash_keys, transaction::StoreTransaction, tries::transaction, values::values,
};
use crate::{
    audience::{
        SubscriberId,
        membership::{ChangeSource, MembershipChange},
    },
    store::{
        LimitReached, NewNotice, NewOpinion, Opinion, OpinionBox, OpinionFilter, OpinionLimits,
        OpinionOutcome, PublicOpinion, Realm, ReceiptFacts, ReceiptKind, StoreError, UntoldOpinion,
        codes,
        history_note::HistoryNote,
        receipt_outbox::queued::QueuedReceipt,
        signup_counts::{CountKind, EVERYBODY},
    },
};

#[async_trait]
impl OpinionBox for PostgresStore {
    async fn opine(
        &self,
        opinion: &NewOpinion,
        limits: &OpinionLimits,
        now: DateTime<Utc>,
    ) -> Result<OpinionOutcome, StoreError> {
        transaction!(self.writing(), |tx| opine(
            &tx, self.realm, opinion, limits, now
        ))
    }

    async fn opinions(
        &self,
        filter: &OpinionFilter,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Opinion>, StoreError> {
        transaction!(self.reading(), |tx| page(
            &tx, self.realm, filter, after, limit
        ))
    }

    async fn opinion(&self, id: i64) -> Result<Option<Opinion>, StoreError> {
        let sql = format!("SELECT {OPINION} FROM opinions WHERE id = $1 AND realm = $2");
        transaction!(self.reading(), |tx| async {
            let realm = realm::code(self.realm);
            tx.maybe(&sql, values![id, realm], opinion_from).await
        })
    }

    async fn publish_opinion(&self, id: i64, is_published: bool) -> Result<bool, StoreError> {
        let sql = "UPDATE opinions SET is_published = $2 \
                   WHERE id = $1 AND realm = $3 AND (may_publish OR NOT $2)";
        let changed = transaction!(self.writing(), |tx| async {
            let realm = realm::code(self.realm);
            tx.run(sql, values![id, is_published, realm]).await
        });
        Ok(changed? > 0)
    }

    async fn untold_opinions(&self, limit: u32) -> Result<Vec<UntoldOpinion>, StoreError> {
        transaction!(self.reading(), |tx| telling::untold(&tx, self.realm, limit))
    }

    async fn tell_opinions(
        &self,
        opinions: &[Opinion],
        key: &str,
        notices: &[NewNotice],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        transaction!(self.writing(), |tx| async {
            notice_outbox::post(&tx, self.realm, notices, now).await?;
            telling::note(&tx, self.realm, opinions, key).await
        })
    }

    async fn published_opinions(
        &self,
        issue: Option<&str>,
    ) -> Result<Vec<PublicOpinion>, StoreError> {
        transaction!(self.reading(), |tx| published(&tx, self.realm, issue))
    }
}

async fn page(
    tx: &StoreTransaction,
    realm: Realm,
    filter: &OpinionFilter,
    after: i64,
    limit: u32,
) -> Result<Vec<Opinion>, PostgresFault> {
    let sql = format!(
        "SELECT {OPINION} FROM opinions WHERE id > $1 AND realm = $2 \
         AND ($3 IS NULL OR issue = $3) AND ($4 IS NULL OR is_published = $4) \
         AND ($5 IS NULL OR at >= $5) ORDER BY id LIMIT $6"
    );
    tx.all(
        &sql,
        values![
            after,
            realm::code(realm),
            filter.issue.as_deref(),
            filter.is_published,
            filter.since.map(codes::millis),
            i64::from(limit)
        ],
        opinion_from,
    )
    .await
}

async fn published(
    tx: &StoreTransaction,
    realm: Realm,
    issue: Option<&str>,
) -> Result<Vec<PublicOpinion>, PostgresFault> {
    let sql = format!(
        "SELECT {OPINION} FROM opinions WHERE ($1 IS NULL OR issue = $1) AND realm = $2 \
         AND is_published AND may_publish ORDER BY id"
    );
    tx.all(&sql, values![issue, realm::code(realm)], |row| {
        Ok(opinion_from(row)?.into())
    })
    .await
}

async fn opine(
    tx: &StoreTransaction,
    realm: Realm,
    opinion: &NewOpinion,
    limits: &OpinionLimits,
    now: DateTime<Utc>,
) -> Result<OpinionOutcome, PostgresFault> {
    let writer = match opinion.reader {
        Some(reader) => match member::locked(tx, reader).await? {
            Some(row) => Some(row),
            None => return Ok(OpinionOutcome::Unknown),
        },
        None => None,
    };
    list_lock::be_the_only_one_who_counts(tx).await?;
    let counts = SharedCounts {
        tx,
        realm,
        hash_keys: &hash_keys::load(tx).await?,
        now,
    };
    let kind = CountKind::OpinionPrefix;
    if counts.in_an_hour(kind, &opinion.prefix).await? >= limits.per_prefix_hour {
        return Ok(OpinionOutcome::Limited(LimitReached::Prefix));
    }
    counts.add(kind, &opinion.prefix).await?;
    if writer.is_none() {
        let kind = CountKind::NamelessOpinion;
        if counts.in_an_hour(kind, EVERYBODY).await? >= limits.nameless_an_hour {
            return Ok(OpinionOutcome::Limited(LimitReached::Publication));
        }
        counts.add(kind, EVERYBODY).await?;
    }
    let (id, is_first) = keep(tx, realm, opinion, ChangeSource::Link, now).await?;
    if let Some(writer) = writer
        && is_first
        && writer.plain_standing().gets_mail()
    {
        let about = ReceiptFacts {
            issue: Some(opinion.issue.clone()),
            ..ReceiptFacts::at(now)
        };
        let who = (writer.id, writer.epoch);
        let receipt = QueuedReceipt::to_reader(ReceiptKind::OpinionReceived, who, &about);
        queue::post(tx, realm, &receipt, now).await?;
    }
    Ok(OpinionOutcome::Kept { id, is_first })
}

/// Keeps an opinion in the place of the one that its reader, whom the caller has locked, gave before; answers its
/// number, and whether it is the first. Nobody is written to.
pub(super) async fn keep(
    tx: &StoreTransaction,
    realm: Realm,
    opinion: &NewOpinion,
    source: ChangeSource,
    now: DateTime<Utc>,
) -> Result<(i64, bool), PostgresFault> {
    let Some(reader) = opinion.reader else {
        return Ok((insert(tx, realm, opinion, now).await?, true));
    };
    if let Some(id) = replace(tx, realm, reader, opinion, now).await? {
        return Ok((id, false));
    }
    let id = insert(tx, realm, opinion, now).await?;
    let note = HistoryNote::quiet(MembershipChange::Opined, source, now);
    history::note(tx, reader, note).await?;
    Ok((id, true))
}

async fn insert(
    tx: &StoreTransaction,
    realm: Realm,
    opinion: &NewOpinion,
    now: DateTime<Utc>,
) -> Result<i64, PostgresFault> {
    tx.value(
        "INSERT INTO opinions (realm, subscriber, issue, choice, text, may_publish, name, \
         may_reply, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
        values![
            realm::code(realm),
            opinion.reader.map(|reader| reader.0),
            columns::text(&opinion.issue),
            columns::maybe_text(opinion.choice.as_deref()),
            columns::maybe_text(opinion.text.as_deref()),
            opinion.may_publish,
            columns::maybe_text(opinion.name.as_deref()),
            opinion.may_reply,
            codes::millis(now)
        ],
    )
    .await
}

/// Puts the last opinion in the place of the one before; None: there was none. What was published stays so only while
/// it says the same, and so long the writer has heard of it.
async fn replace(
    tx: &StoreTransaction,
    realm: Realm,
    reader: SubscriberId,
    opinion: &NewOpinion,
    now: DateTime<Utc>,
) -> Result<Option<i64>, PostgresFault> {
    let is_same = "text IS NOT DISTINCT FROM $5 AND choice IS NOT DISTINCT FROM $4 \
                   AND name IS NOT DISTINCT FROM $7";
    let sql = format!(
        "UPDATE opinions SET is_published = is_published AND $6 AND {is_same}, \
         told = CASE WHEN {is_same} THEN told END, \
         choice = $4, text = $5, may_publish = $6, name = $7, may_reply = $8, at = $9 \
         WHERE subscriber = $2 AND issue = $3 AND realm = $1 RETURNING id"
    );
    tx.maybe_value(
        &sql,
        values![
            realm::code(realm),
            reader.0,
            columns::text(&opinion.issue),
            columns::maybe_text(opinion.choice.as_deref()),
            columns::maybe_text(opinion.text.as_deref()),
            opinion.may_publish,
            columns::maybe_text(opinion.name.as_deref()),
            opinion.may_reply,
            codes::millis(now)
        ],
    )
    .await
}

/// What somebody said of an issue.
pub(super) async fn of_reader_on(
    tx: &StoreTransaction,
    realm: Realm,
    reader: SubscriberId,
    issue: &str,
) -> Result<Option<Opinion>, PostgresFault> {
    let sql = format!(
        "SELECT {OPINION} FROM opinions WHERE subscriber = $1 AND issue = $2 AND realm = $3"
    );
    let realm = realm::code(realm);
    tx.maybe(&sql, values![reader.0, issue, realm], opinion_from)
        .await
}

/// All that somebody said, in either realm, the first of it first.
pub(super) async fn of(
    tx: &StoreTransaction,
    reader: SubscriberId,
) -> Result<Vec<Opinion>, PostgresFault> {
    let sql = format!("SELECT {OPINION} FROM opinions WHERE subscriber = $1 ORDER BY id");
    tx.all(&sql, values![reader.0], opinion_from).await
}
