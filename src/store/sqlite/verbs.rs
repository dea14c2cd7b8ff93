//! The store's verbs, each handed over to the database's thread as one transaction. What a verb does
//! is the room's of its name.

use std::ops::RangeInclusive;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{
    SqliteStore, batch, claim, departures, erasure, fold, freeze, hold, instance, intake::intake,
    kept, lease, moods, newcomers, notices, open, past_consents, people, realm, record, recover,
    refusals, relocation, retry, rows, suppression, waves,
};
use crate::{
    address::Address,
    audience::{
        HashedDeparture, Newcomer, Origin, PastConsent, Profile, Subscriber, SubscriberId,
        SubscriberState, Suppression,
    },
    publication::Rate,
    source::SourceError,
    store::{
        AdoptionOutcome, AudienceSize, Batch, BatchId, BatchState, BounceSelection, Claim,
        ClaimQuotas, DeliveryCounts, DeliveryId, DeliveryRow, DeliveryState, DeliveryStep,
        DomainRecord, DueNotice, Erasure, FailedDelivery, FoldLimits, FoldReport, Freeze,
        HeldRelease, JoinOutcome, KnownAddress, LeaseAnswer, MoveOutcome, NewBatch, NewNotice,
        NoticeId, NotifyOutcome, Receipt, RecoveredRows, RefusedStep, RetryOutcome, RetrySelection,
        SenderGuard, SenderId, Store, StoreError, StoredMood, Transition, UnknownAnswer,
        UnreachedTarget, Upsert, ZoneCohort,
    },
};

#[async_trait]
impl Store for SqliteStore {
    async fn fold(
        &self,
        entries: &mut (dyn Iterator<Item = Result<Profile, SourceError>> + Send),
        limits: FoldLimits,
        now: DateTime<Utc>,
    ) -> Result<FoldReport, StoreError> {
        let (feed, intake) = intake();
        let folding = self.write(move |tx, _| fold::fold(tx, intake, limits, now));
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
        let folding =
            self.try_out(move |tx, _| fold::preview(tx, intake, limits, (realm, &edition), now));
        let (read, folded) = tokio::join!(fold::feed(entries, feed), folding);
        read?;
        folded
    }

    async fn upsert(
        &self,
        profiles: &[Profile],
        origin: Origin,
        now: DateTime<Utc>,
    ) -> Result<Vec<Upsert>, StoreError> {
        let (feed, intake) = intake();
        let count = profiles.len();
        let adding = self.write(move |tx, _| people::upsert(tx, count, intake, origin, now));
        let ((), added) = tokio::join!(people::feed(profiles, feed), adding);
        added
    }

    async fn try_import(
        &self,
        departures: &[Suppression],
        profiles: &[Profile],
        now: DateTime<Utc>,
    ) -> Result<(u64, Vec<Upsert>), StoreError> {
        let (feed, intake) = intake();
        let (departures, count) = (departures.to_vec(), profiles.len());
        let trying = self.try_out(move |tx, _| {
            let new = suppression::suppress(tx, &departures, now)?;
            let origin = Origin::Import;
            let added = people::upsert(tx, count, intake, origin, now)?;
            Ok((new, added))
        });
        let ((), tried) = tokio::join!(people::feed(profiles, feed), trying);
        tried
    }

    async fn join(
        &self,
        erasures: &[HashedDeparture],
        people: &[Newcomer],
        is_trial: bool,
        now: DateTime<Utc>,
    ) -> Result<JoinOutcome, StoreError> {
        let (erasures, people) = (erasures.to_vec(), people.to_vec());
        let join = move |tx: &rusqlite::Connection| newcomers::join(tx, &erasures, &people, now);
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

    async fn hashed_departures(&self) -> Result<Vec<HashedDeparture>, StoreError> {
        self.read(|tx, _| erasure::all(tx)).await
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
        self.read(move |tx, _| people::subscriber(tx, &email)).await
    }

    async fn known(&self, emails: &[Address]) -> Result<Vec<KnownAddress>, StoreError> {
        let emails = emails.to_vec();
        self.read(move |tx, _| people::known(tx, &emails)).await
    }

    async fn subscribers(
        &self,
        state: Option<SubscriberState>,
        after: SubscriberId,
        limit: u32,
    ) -> Result<Vec<Subscriber>, StoreError> {
        self.read(move |tx, _| people::page(tx, state, after, limit))
            .await
    }

    async fn suppress(
        &self,
        suppressions: &[Suppression],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let suppressions = suppressions.to_vec();
        self.write(move |tx, _| suppression::suppress(tx, &suppressions, now))
            .await
    }

    async fn erase(&self, email: &Address, now: DateTime<Utc>) -> Result<Erasure, StoreError> {
        let email = email.clone();
        let was_known = self
            .write(move |tx, _| suppression::erase(tx, &email, now))
            .await?;
        let owner = &self.owner;
        let overwritten = owner.database.maintain(&owner.place, erasure::overwrite);
        Ok(Erasure {
            was_known,
            is_overwritten: self.told(overwritten.await)?,
        })
    }

    async fn lift_suppression(&self, email: &Address) -> Result<Option<Suppression>, StoreError> {
        let email = email.clone();
        self.write(move |tx, _| suppression::lift(tx, &email)).await
    }

    async fn bounced(&self, wanted: &BounceSelection) -> Result<Vec<Suppression>, StoreError> {
        let wanted = wanted.clone();
        self.read(move |tx, _| retry::bounced(tx, &wanted)).await
    }

    async fn lift_suppressions(&self, emails: &[Address]) -> Result<u64, StoreError> {
        let emails = emails.to_vec();
        self.write(move |tx, _| retry::lift(tx, &emails)).await
    }

    async fn suppression(&self, email: &Address) -> Result<Option<Suppression>, StoreError> {
        let email = email.clone();
        self.read(move |tx, _| suppression::of(tx, &email)).await
    }

    async fn suppressions(
        &self,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, Suppression)>, StoreError> {
        self.read(move |tx, _| suppression::page(tx, after, limit))
            .await
    }

    async fn audience_size(&self, edition: &str) -> Result<AudienceSize, StoreError> {
        let (realm, edition) = (self.realm, edition.to_owned());
        self.read(move |tx, _| freeze::size(tx, realm, &edition))
            .await
    }

    async fn freeze(&self, batch: &NewBatch, now: DateTime<Utc>) -> Result<Freeze, StoreError> {
        self.look_at_place()?;
        open::refuse_full_disk(&self.state_dir)?;
        let (realm, new) = (self.realm, batch.clone());
        let frozen = self
            .write(move |tx, place| freeze::freeze(tx, place, realm, &new, now))
            .await?;
        if frozen.is_new {
            self.told(self.owner.place.note_steps(realm, &batch.issue, 0))?;
        }
        Ok(frozen)
    }

    async fn batch(&self, issue: &str) -> Result<Option<Batch>, StoreError> {
        let (realm, issue) = (self.realm, issue.to_owned());
        self.read(move |tx, _| batch::by_issue(tx, realm, &issue))
            .await
    }

    async fn drop_rehearsals(&self) -> Result<u64, StoreError> {
        let issues = self.write(|tx, _| realm::drop_rehearsals(tx)).await?;
        for issue in &issues {
            self.told(self.owner.place.forget_rehearsal(issue))?;
        }
        Ok(issues.len() as u64)
    }

    async fn batches(&self, limit: u32) -> Result<Vec<Batch>, StoreError> {
        let realm = self.realm;
        self.read(move |tx, _| batch::newest(tx, realm, limit))
            .await
    }

    async fn content(&self, hash: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let hash = hash.to_owned();
        self.read(move |tx, _| batch::content(tx, &hash)).await
    }

    async fn hold(&self, sender: &SenderId) -> Result<SenderGuard, StoreError> {
        let held = self.told(hold::sending(&self.state_dir, sender))?;
        self.begin_run().await?;
        Ok(held)
    }

    async fn hold_schedule(&self, keeper: &SenderId) -> Result<SenderGuard, StoreError> {
        let held = self.told(hold::schedule(&self.state_dir, self.realm, keeper))?;
        self.begin_run().await?;
        Ok(held)
    }

    fn writes(&self) -> u64 {
        self.owner.database.writes()
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.look_at_place()?;
        open::refuse_full_disk(&self.state_dir)?;
        self.write(|tx, _| kept::touch(tx)).await
    }

    async fn keep_calendar(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        let realm = self.realm;
        self.write(move |tx, _| kept::keep(tx, realm, now)).await
    }

    async fn kept_since(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let realm = self.realm;
        self.read(move |tx, _| kept::since(tx, realm)).await
    }

    async fn put_on_hold(&self, hold: &HeldRelease) -> Result<bool, StoreError> {
        let hold = hold.clone();
        self.write(move |tx, _| kept::hold(tx, &hold)).await
    }

    async fn release_hold(&self, name: &str) -> Result<Option<HeldRelease>, StoreError> {
        let name = name.to_owned();
        self.write(move |tx, _| kept::release(tx, &name)).await
    }

    async fn holds(&self) -> Result<Vec<HeldRelease>, StoreError> {
        self.read(|tx, _| kept::all(tx)).await
    }

    async fn adopt(
        &self,
        lost: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<AdoptionOutcome, StoreError> {
        let (lost, outside) = (lost.map(str::to_owned), self.outside.clone());
        self.note_run(move |tx, place| {
            departures::seed(tx)?;
            let mut departed = None;
            if let Some(outside) = &outside {
                departed = departures::take_up(tx, outside, lost.as_deref())?;
                let own = instance::list(tx)?;
                place.read_witnesses_again(Some((outside, &own)));
                // What the lost list had sent is sent again by a person's word alone.
                if let Some(lost) = &lost {
                    place.learn_steps(outside, lost);
                }
            }
            let (paused, run) = instance::adopt(tx, &place.state_dir, now)?;
            let departed = departed.unwrap_or(0);
            Ok((AdoptionOutcome { paused, departed }, run))
        })
        .await
    }

    async fn is_witnessed(&self, issue: &str) -> Result<bool, StoreError> {
        let (realm, issue) = (self.realm, issue.to_owned());
        self.read(move |tx, place| {
            let is_known = batch::by_issue(tx, realm, &issue)?.is_some();
            Ok(!is_known && place.steps(realm, &issue)? > Some(0))
        })
        .await
    }

    async fn mark(&self) -> Result<String, StoreError> {
        self.read(|tx, _| instance::list(tx)).await
    }

    async fn adopted_at(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.read(|tx, _| instance::adopted_at(tx)).await
    }

    async fn zones(&self, edition: &str) -> Result<Vec<Option<Tz>>, StoreError> {
        let (realm, edition) = (self.realm, edition.to_owned());
        self.read(move |tx, _| waves::zones(tx, realm, &edition))
            .await
    }

    async fn waves(&self, batch: BatchId) -> Result<Vec<ZoneCohort>, StoreError> {
        self.read(move |tx, _| waves::of(tx, batch)).await
    }

    async fn waves_come_due(
        &self,
        batch: BatchId,
        earliest: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        // The one that writes is not to be troubled for nothing.
        let due = self.read(move |tx, _| waves::due(tx, batch, now)).await?;
        if due.is_empty() {
            return Ok(0);
        }
        self.write(move |tx, _| waves::come_due(tx, batch, earliest, now))
            .await
    }

    async fn release_waves(&self, batch: BatchId, now: DateTime<Utc>) -> Result<u64, StoreError> {
        self.write(move |tx, _| waves::release(tx, batch, now))
            .await
    }

    async fn recover(
        &self,
        batch: BatchId,
        resend: bool,
        now: DateTime<Utc>,
    ) -> Result<RecoveredRows, StoreError> {
        let realm = self.realm;
        self.write(move |tx, place| recover::recover(tx, place, realm, batch, resend, now))
            .await
    }

    async fn claim(
        &self,
        batch: BatchId,
        sender: &SenderId,
        quotas: &ClaimQuotas,
        now: DateTime<Utc>,
    ) -> Result<Vec<Claim>, StoreError> {
        self.look_at_place()?;
        open::refuse_full_disk(&self.state_dir)?;
        let (realm, sender, quotas) = (self.realm, sender.clone(), quotas.clone());
        self.write_patiently(move |tx, _| claim::claim(tx, realm, batch, &sender, &quotas, now))
            .await
    }

    async fn lease(
        &self,
        key: &str,
        rate: Rate,
        want: u32,
        now: DateTime<Utc>,
    ) -> Result<LeaseAnswer, StoreError> {
        let (realm, key) = (self.realm, key.to_owned());
        self.write_patiently(move |tx, _| lease::lease(tx, realm, &key, rate, want, now))
            .await
    }

    async fn record(
        &self,
        transitions: &[Transition],
        now: DateTime<Utc>,
    ) -> Result<Vec<RefusedStep>, StoreError> {
        let realm = self.realm;
        let leaves =
            |transition: &&Transition| matches!(transition.to, DeliveryStep::Sending { .. });
        let in_place = self.look_at_place();
        // What came of mail that left is kept, wherever the folder is now; nothing more leaves.
        let transitions: Vec<Transition> = match in_place {
            Ok(()) => transitions.to_vec(),
            Err(_) => transitions
                .iter()
                .filter(|step| !leaves(step))
                .cloned()
                .collect(),
        };
        let recorded =
            self.write_patiently(move |tx, _| record::record(tx, realm, &transitions, now));
        let (refusals, steps) = recorded.await?;
        // Before the caller hears of it, and so before anything leaves.
        for (realm, issue, steps) in steps {
            self.told(self.owner.place.note_steps(realm, &issue, steps))?;
        }
        in_place?;
        Ok(refusals)
    }

    async fn set_batch_state(
        &self,
        batch: BatchId,
        state: &BatchState,
        now: DateTime<Utc>,
    ) -> Result<BatchState, StoreError> {
        let state = state.clone();
        self.write(move |tx, _| batch::set_state(tx, batch, &state, now))
            .await
    }

    async fn resolve_unknown(
        &self,
        batch: BatchId,
        answer: UnknownAnswer,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let realm = self.realm;
        self.write(move |tx, _| recover::resolve_unknown(tx, realm, batch, answer, now))
            .await
    }

    async fn retry(
        &self,
        batch: BatchId,
        wanted: &RetrySelection,
        now: DateTime<Utc>,
    ) -> Result<RetryOutcome, StoreError> {
        let (realm, wanted) = (self.realm, wanted.clone());
        self.write(move |tx, _| retry::retry(tx, realm, batch, &wanted, now))
            .await
    }

    async fn fared(
        &self,
        batch: BatchId,
        domains: &[String],
    ) -> Result<Vec<DomainRecord>, StoreError> {
        let domains = domains.to_vec();
        self.read(move |tx, _| refusals::fared(tx, batch, &domains))
            .await
    }

    async fn fared_before(
        &self,
        batch: BatchId,
        domains: &[String],
        since: DateTime<Utc>,
    ) -> Result<Vec<DomainRecord>, StoreError> {
        let (domains, realm) = (domains.to_vec(), self.realm);
        self.read(move |tx, _| refusals::fared_before(tx, realm, batch, &domains, since))
            .await
    }

    async fn postpone(
        &self,
        batch: BatchId,
        domain: &str,
        until: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let domain = domain.to_owned();
        self.write(move |tx, _| moods::postpone(tx, batch, &domain, until))
            .await
    }

    async fn pull_back(&self, batch: BatchId, latest: DateTime<Utc>) -> Result<u64, StoreError> {
        self.write(move |tx, _| moods::pull_back(tx, batch, latest))
            .await
    }

    async fn moods(&self) -> Result<Vec<StoredMood>, StoreError> {
        let realm = self.realm;
        self.read(move |tx, _| moods::all(tx, realm)).await
    }

    async fn keep_moods(&self, moods: &[StoredMood]) -> Result<(), StoreError> {
        let (realm, moods) = (self.realm, moods.to_vec());
        self.write(move |tx, _| moods::keep(tx, realm, &moods))
            .await
    }

    async fn refreeze(
        &self,
        batch: BatchId,
        content_hash: &str,
        content: &[u8],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let (hash, content) = (content_hash.to_owned(), content.to_vec());
        self.write(move |tx, _| freeze::refreeze(tx, batch, &hash, &content, now))
            .await
    }

    async fn counts(&self, batch: BatchId) -> Result<DeliveryCounts, StoreError> {
        self.read(move |tx, _| batch::counts(tx, batch)).await
    }

    async fn next_due(&self, batch: BatchId) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.read(move |tx, _| batch::next_due(tx, batch)).await
    }

    async fn awaits_first_try(&self, batch: BatchId) -> Result<bool, StoreError> {
        self.read(move |tx, _| batch::awaits_first_try(tx, batch))
            .await
    }

    async fn failed(
        &self,
        batch: BatchId,
        after: DeliveryId,
        limit: u32,
    ) -> Result<Vec<(DeliveryId, FailedDelivery)>, StoreError> {
        self.read(move |tx, _| batch::failed(tx, batch, after, limit))
            .await
    }

    async fn deliveries(
        &self,
        batch: BatchId,
        state: DeliveryState,
        after: DeliveryId,
        limit: u32,
    ) -> Result<Vec<(DeliveryId, DeliveryRow)>, StoreError> {
        self.read(move |tx, _| rows::in_state(tx, batch, state, after, limit))
            .await
    }

    async fn receipts(&self, subscriber: SubscriberId) -> Result<Vec<Receipt>, StoreError> {
        let realm = self.realm;
        self.read(move |tx, _| rows::of_subscriber(tx, realm, subscriber))
            .await
    }

    async fn post_notices(
        &self,
        notices: &[NewNotice],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let (realm, notices) = (self.realm, notices.to_vec());
        self.write(move |tx, _| notices::post(tx, realm, &notices, now))
            .await
    }

    async fn take_due_notices(
        &self,
        busy: &[String],
        now: DateTime<Utc>,
    ) -> Result<Vec<DueNotice>, StoreError> {
        let (realm, busy) = (self.realm, busy.to_vec());
        self.write(move |tx, _| notices::take_due(tx, realm, &busy, now))
            .await
    }

    async fn settle_notice(
        &self,
        notice: NoticeId,
        told: NotifyOutcome,
        reply: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let reply = reply.to_owned();
        self.write(move |tx, _| notices::settle(tx, notice, told, &reply, now))
            .await
    }

    async fn next_notice(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let realm = self.realm;
        self.read(move |tx, _| notices::next_due(tx, realm)).await
    }

    async fn unreached(&self, since: DateTime<Utc>) -> Result<Vec<UnreachedTarget>, StoreError> {
        let realm = self.realm;
        self.read(move |tx, _| notices::unreached(tx, realm, since))
            .await
    }
}
