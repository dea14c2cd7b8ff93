//! The list of record on SQLite.

mod bulk_insert;
mod fold;
pub(super) mod group;
mod intake;
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
use rusqlite::{Connection, params};

use self::{
    intake::intake,
    person::{PERSON, subscriber_from},
};
use super::{
    SqliteStore, codes,
    database::page_room,
    statement::Statements,
    suppression_list::{hash_keys::HashKeys, suppression},
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
        SubscriberList, Upsert,
    },
};

#[async_trait]
impl SubscriberList for SqliteStore {
    async fn fold(
        &self,
        entries: &mut (dyn Iterator<Item = Result<Profile, SourceError>> + Send),
        limits: FoldLimits,
        now: DateTime<Utc>,
    ) -> Result<FoldReport, StoreError> {
        let (feed, intake) = intake();
        let folding = self.write(move |tx, _| {
            page_room::of_many_people(tx, || fold::fold(tx, intake, limits, now))
        });
        let (read, folded) = tokio::join!(fold::feed(entries, feed), folding);
        // Why the entries ended is the first cause.
        read?;
        folded
    }

    async fn preview(
        &self,
        entries: &mut (dyn Iterator<Item = Result<Profile, SourceError>> + Send),
        limits: FoldLimits,
        edition: &str,
        now: DateTime<Utc>,
    ) -> Result<(FoldReport, AudienceSize), StoreError> {
        let (feed, intake) = intake();
        let (realm, edition) = (self.realm, edition.to_owned());
        let folding = self.try_out(move |tx, _| {
            let fold = || fold::fold(tx, intake, limits, now);
            let report = page_room::of_many_people(tx, fold)?;
            Ok((report, readers::size(tx, realm, &edition)?))
        });
        let (read, folded) = tokio::join!(fold::feed(entries, feed), folding);
        read?;
        folded
    }

    async fn upsert(
        &self,
        profiles: Arc<[Profile]>,
        origin: Origin,
        now: DateTime<Utc>,
    ) -> Result<Vec<Upsert>, StoreError> {
        self.write(move |tx, _| {
            page_room::of_many_people(tx, || upsert::upsert(tx, &profiles, origin, now))
        })
        .await
    }

    async fn try_import(
        &self,
        departures: &[Suppression],
        profiles: Arc<[Profile]>,
        now: DateTime<Utc>,
    ) -> Result<(u64, Vec<Upsert>), StoreError> {
        let departures = departures.to_vec();
        self.try_out(move |tx, _| {
            let new = suppression::suppress(tx, &departures, ChangeSource::Import, now)?;
            let upsert = || upsert::upsert(tx, &profiles, Origin::Import, now);
            let added = page_room::of_many_people(tx, upsert)?;
            Ok((new, added))
        })
        .await
    }

    async fn join(
        &self,
        departures: &[HashedDeparture],
        people: &[Newcomer],
        is_trial: bool,
        now: DateTime<Utc>,
    ) -> Result<JoinOutcome, StoreError> {
        let (departures, people) = (departures.to_vec(), people.to_vec());
        let join = move |tx: &Connection| {
            page_room::of_many_people(tx, || newcomers::join(tx, &departures, &people, now))
        };
        if is_trial {
            return self.try_out(move |tx, _| join(tx)).await;
        }
        self.write(move |tx, _| join(tx)).await
    }

    async fn past_consents(
        &self,
        people: RangeInclusive<SubscriberId>,
    ) -> Result<Vec<(SubscriberId, PastConsent)>, StoreError> {
        self.read(move |tx, _| past_consents::of(tx, people)).await
    }

    async fn move_subscriber(
        &self,
        from: &Address,
        to: &Address,
        now: DateTime<Utc>,
    ) -> Result<MoveOutcome, StoreError> {
        let (from, to) = (from.clone(), to.clone());
        self.write(move |tx, _| relocation::relocate(tx, &from, &to, now))
            .await
    }

    async fn subscriber(&self, email: &Address) -> Result<Option<Subscriber>, StoreError> {
        let email = email.clone();
        self.read(move |tx, _| {
            tx.maybe(
                &format!("SELECT {PERSON}, origin, created_at FROM subscribers WHERE email = ?1"),
                params![email.as_str()],
                subscriber_from,
            )
        })
        .await
    }

    async fn known(&self, emails: &[Address]) -> Result<Vec<KnownAddress>, StoreError> {
        let keys: Vec<String> = emails.iter().map(Address::key).collect();
        self.read(move |tx, _| {
            let suppressed = suppression::among(tx, &HashKeys::load(tx)?, &keys)?;
            let known = |key: &String| {
                Ok(KnownAddress {
                    is_listed: tx.value(
                        "SELECT EXISTS (SELECT 1 FROM subscribers WHERE email = ?1)",
                        params![key],
                    )?,
                    suppression: suppressed.get(key).copied(),
                })
            };
            keys.iter().map(known).collect()
        })
        .await
    }

    async fn subscribers(
        &self,
        state: Option<SubscriberState>,
        after: SubscriberId,
        limit: u32,
    ) -> Result<Vec<Subscriber>, StoreError> {
        self.read(move |tx, _| {
            tx.all(
                &format!(
                    "SELECT {PERSON}, origin, created_at FROM subscribers \
                     WHERE id > ?1 AND email IS NOT NULL AND (?2 IS NULL OR state = ?2) \
                     ORDER BY id LIMIT ?3"
                ),
                params![after.0, state.map(codes::subscriber_state_code), limit],
                subscriber_from,
            )
        })
        .await
    }

    async fn audience_size(&self, edition: &str) -> Result<AudienceSize, StoreError> {
        let (realm, edition) = (self.realm, edition.to_owned());
        self.read(move |tx, _| readers::size(tx, realm, &edition))
            .await
    }

    async fn zones(&self, edition: &str) -> Result<Vec<Option<Tz>>, StoreError> {
        let (realm, edition) = (self.realm, edition.to_owned());
        self.read(move |tx, _| readers::zones(tx, realm, &edition))
            .await
    }
}
