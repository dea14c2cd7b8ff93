//! The list of record on PostgreSQL.

mod fold;
pub(super) mod group;
mod newcomers;
pub(super) mod past_consents;
pub(super) mod person;
pub(super) mod readers;
pub(super) mod relocation;
mod upsert;

use std::{ops::RangeInclusive, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use self::person::{PERSON, subscriber_from};
use super::{
    PostgresStore,
    fault::PostgresFault,
    suppression_list::{hash_keys, suppression},
    transaction::StoreTransaction,
    tries::transaction,
    values::values,
};
use crate::{
    address::Address,
    audience::{
        HashedDeparture, Newcomer, Origin, PastConsent, Profile, Subscriber, SubscriberId,
        SubscriberState, Suppression, membership::ChangeSource,
    },
    source::SourceError,
    store::{
        AudienceSize, FoldLimits, FoldReport, JoinOutcome, KnownAddress, MoveOutcome, StoreError,
        SubscriberList, Upsert, codes,
    },
};

#[async_trait]
impl SubscriberList for PostgresStore {
    async fn fold(
        &self,
        entries: &mut (dyn Iterator<Item = Result<Profile, SourceError>> + Send),
        limits: FoldLimits,
        now: DateTime<Utc>,
    ) -> Result<FoldReport, StoreError> {
        // Begun once: whatever the lines are read from is read once.
        let tx = self.writing().await?;
        let folded = fold::fold(&tx, entries, limits, now).await;
        tx.end(folded).await
    }

    async fn preview(
        &self,
        entries: &mut (dyn Iterator<Item = Result<Profile, SourceError>> + Send),
        limits: FoldLimits,
        edition: &str,
        now: DateTime<Utc>,
    ) -> Result<(FoldReport, AudienceSize), StoreError> {
        let tx = self.writing().await?;
        let folded = async {
            let report = fold::fold(&tx, entries, limits, now).await?;
            Ok((report, readers::size(&tx, self.realm, edition).await?))
        }
        .await;
        tx.undo(folded).await
    }

    async fn upsert(
        &self,
        profiles: Arc<[Profile]>,
        origin: Origin,
        now: DateTime<Utc>,
    ) -> Result<Vec<Upsert>, StoreError> {
        transaction!(self.writing(), |tx| upsert::upsert(
            &tx, &profiles, origin, now
        ))
    }

    async fn try_import(
        &self,
        departures: &[Suppression],
        profiles: Arc<[Profile]>,
        now: DateTime<Utc>,
    ) -> Result<(u64, Vec<Upsert>), StoreError> {
        let tx = self.writing().await?;
        let tried = async {
            let source = ChangeSource::Import;
            let new = suppression::suppress(&tx, departures, source, now).await?;
            let added = upsert::upsert(&tx, &profiles, Origin::Import, now).await?;
            Ok((new, added))
        }
        .await;
        tx.undo(tried).await
    }

    async fn join(
        &self,
        departures: &[HashedDeparture],
        people: &[Newcomer],
        is_trial: bool,
        now: DateTime<Utc>,
    ) -> Result<JoinOutcome, StoreError> {
        if is_trial {
            let tx = self.writing().await?;
            let joined = newcomers::join(&tx, departures, people, now).await;
            return tx.undo(joined).await;
        }
        transaction!(self.writing(), |tx| newcomers::join(
            &tx, departures, people, now
        ))
    }

    async fn past_consents(
        &self,
        people: RangeInclusive<SubscriberId>,
    ) -> Result<Vec<(SubscriberId, PastConsent)>, StoreError> {
        transaction!(self.reading(), |tx| past_consents::of(&tx, people.clone()))
    }

    async fn move_subscriber(
        &self,
        from: &Address,
        to: &Address,
        now: DateTime<Utc>,
    ) -> Result<MoveOutcome, StoreError> {
        transaction!(self.writing(), |tx| relocation::relocate(
            &tx, from, to, now
        ))
    }

    async fn subscriber(&self, email: &Address) -> Result<Option<Subscriber>, StoreError> {
        let sql = format!("SELECT {PERSON}, origin, created_at FROM subscribers WHERE key = $1");
        transaction!(self.reading(), |tx| tx.maybe(
            &sql,
            values![email.key()],
            subscriber_from
        ))
    }

    async fn known(&self, emails: &[Address]) -> Result<Vec<KnownAddress>, StoreError> {
        transaction!(self.reading(), |tx| known(&tx, emails))
    }

    async fn subscribers(
        &self,
        state: Option<SubscriberState>,
        after: SubscriberId,
        limit: u32,
    ) -> Result<Vec<Subscriber>, StoreError> {
        let sql = format!(
            "SELECT {PERSON}, origin, created_at FROM subscribers \
             WHERE id > $1 AND email IS NOT NULL AND ($2 IS NULL OR state = $2) \
             ORDER BY id LIMIT $3"
        );
        let state = state.map(codes::subscriber_state_code);
        transaction!(self.reading(), |tx| tx.all(
            &sql,
            values![after.0, state, i64::from(limit)],
            subscriber_from,
        ))
    }

    async fn audience_size(&self, edition: &str) -> Result<AudienceSize, StoreError> {
        transaction!(self.reading(), |tx| readers::size(&tx, self.realm, edition))
    }

    async fn zones(&self, edition: &str) -> Result<Vec<Option<Tz>>, StoreError> {
        transaction!(self.reading(), |tx| readers::zones(
            &tx, self.realm, edition
        ))
    }
}

async fn known(
    tx: &StoreTransaction,
    emails: &[Address],
) -> Result<Vec<KnownAddress>, PostgresFault> {
    let keys: Vec<String> = emails.iter().map(Address::key).collect();
    let suppressed = suppression::among(tx, &hash_keys::load(tx).await?, &keys).await?;
    let sql = "SELECT key FROM subscribers WHERE key = ANY($1)";
    let listed: Vec<String> = tx.values(sql, values![keys]).await?;
    let known = |key: &String| KnownAddress {
        is_listed: listed.contains(key),
        suppression: suppressed.get(key).copied(),
    };
    Ok(keys.iter().map(known).collect())
}
