//! People, moments and batches for the store's tests.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use daily_note::{
    address::Address,
    audience::{Origin, Profile, Suppression, SuppressionReason},
    source::SourceError,
    store::{
        Batch, BatchState, Claim, ClaimQuotas, DeliveryCounts, DeliveryId, DeliveryLedger,
        DeliveryState, DeliveryStep, FoldLimits, FoldReport, NewBatch, RefusalReason, RefusedStep,
        SenderId, StoreError, Transition, Upsert,
    },
};
pub(crate) use daily_note::{
    audience::membership::ChangeSource,
    store::{
        BatchLedger, ConsentRecord, DeliveryQueue, DeliveryRecords, DomainHistory, LedgerRetention,
        Membership, NoticeOutbox, OpinionBox, ReceiptOutbox, ReportBox, StateInstance,
        SubscriberList, SuppressionList,
    },
};

/// A place where a store can be opened, again and again.
#[async_trait]
pub(crate) trait Place: Send + Sync {
    /// What stands there: a whole store, or one that has some concerns.
    type Store: ?Sized;

    /// Opens what is there. Opening again while the first is in use is another process's view.
    async fn open(&self) -> Arc<Self::Store>;

    /// Lets so much time pass on the clock that is the store's own, where it has one: leases go by it.
    async fn pass(&self, _time: TimeDelta) {}
}

/// Who is on the list, and who gets no mail.
pub(crate) trait PeopleStore: SubscriberList + SuppressionList {}
impl<S: SubscriberList + SuppressionList + ?Sized> PeopleStore for S {}

/// People, and what is sent to them.
pub(crate) trait LedgerStore: PeopleStore + DeliveryLedger {}
impl<S: PeopleStore + DeliveryLedger + ?Sized> LedgerStore for S {}

/// People by their own acts.
pub(crate) trait LivesStore:
    LedgerStore + Membership + ReceiptOutbox + ConsentRecord
{
}
impl<S: LedgerStore + Membership + ReceiptOutbox + ConsentRecord + ?Sized> LivesStore for S {}

/// What people say, and who hears of it.
pub(crate) trait VoicesStore: LivesStore + OpinionBox + NoticeOutbox {}
impl<S: LivesStore + OpinionBox + NoticeOutbox + ?Sized> VoicesStore for S {}

/// People, what is sent to them, and what comes back.
pub(crate) trait ReportStore: LedgerStore + ReportBox {}
impl<S: LedgerStore + ReportBox + ?Sized> ReportStore for S {}

/// The same, of which rows go once they are old.
pub(crate) trait RetentionStore: ReportStore + LedgerRetention {}
impl<S: ReportStore + LedgerRetention + ?Sized> RetentionStore for S {}

/// One state among its processes.
pub(crate) trait InstanceStore: StateInstance {}
impl<S: StateInstance + ?Sized> InstanceStore for S {}

/// What a fold may do, where a test says nothing else.
pub(crate) const LIMITS: FoldLimits = FoldLimits {
    max_removal: 0.2,
    is_end_in_doubt: false,
};

/// Wherever a row can stand.
pub(crate) const STATES: [DeliveryState; 8] = [
    DeliveryState::Pending,
    DeliveryState::Claimed,
    DeliveryState::Sending,
    DeliveryState::Accepted,
    DeliveryState::Deferred,
    DeliveryState::Rejected,
    DeliveryState::Unknown,
    DeliveryState::Skipped,
];

/// Monday 2026-11-23, 08:00 in Seoul, and so many seconds.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_388_400, 0).unwrap() + TimeDelta::seconds(seconds)
}

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

pub(crate) fn person(email: &str) -> Profile {
    Profile {
        email: address(email),
        name: None,
        editions: None,
        tags: BTreeSet::new(),
        timezone: None,
        language: None,
        consent: None,
    }
}

pub(crate) fn named(email: &str, name: &str) -> Profile {
    Profile {
        name: Some(name.to_owned()),
        ..person(email)
    }
}

pub(crate) fn of_edition(email: &str, edition: &str) -> Profile {
    Profile {
        editions: Some(BTreeSet::from([edition.to_owned()])),
        ..person(email)
    }
}

/// `reader1@example.com`, `reader2@example.com`, …
pub(crate) fn people(count: usize) -> Vec<Profile> {
    (1..=count)
        .map(|n| person(&format!("reader{n}@example.com")))
        .collect()
}

pub(crate) fn suppression(email: &str, reason: SuppressionReason) -> Suppression {
    Suppression {
        email: Some(address(email)),
        reason,
        detail: None,
        at: at(0),
    }
}

pub(crate) fn new_batch(issue: &str) -> NewBatch {
    NewBatch {
        issue: issue.to_owned(),
        edition: "monday".to_owned(),
        slot: at(0),
        date: None,
        readers_hour: None,
        content_hash: format!("hash of {issue}"),
        content: issue.as_bytes().to_vec(),
        file: None,
        may_repeat: false,
        is_ad: false,
        term: None,
    }
}

pub(crate) fn sender() -> SenderId {
    SenderId("send".to_owned())
}

pub(crate) fn any(rest: u32) -> ClaimQuotas {
    ClaimQuotas {
        total: rest,
        rest,
        domains: Vec::new(),
    }
}

pub(crate) fn paused() -> BatchState {
    BatchState::Paused {
        reason: "the relay wants a password".to_owned(),
        over_refusals: false,
    }
}

pub(crate) fn sending() -> DeliveryStep {
    DeliveryStep::Sending {
        content: "hash of monday".to_owned(),
    }
}

pub(crate) fn accepted() -> DeliveryStep {
    DeliveryStep::Accepted {
        reply: "250 2.0.0 Ok".to_owned(),
    }
}

pub(crate) fn deferred(due_at: DateTime<Utc>) -> DeliveryStep {
    DeliveryStep::Deferred {
        due_at,
        reply: "451 4.7.1 greylisted".to_owned(),
        waited: Duration::ZERO,
        doubted: None,
    }
}

pub(crate) fn rejected(suppress: bool) -> DeliveryStep {
    DeliveryStep::Rejected {
        reply: "550 5.1.1 no such user".to_owned(),
        suppress,
    }
}

pub(crate) fn unknown() -> DeliveryStep {
    DeliveryStep::Unknown {
        reply: "connection closed after the dot".to_owned(),
    }
}

pub(crate) fn held() -> DeliveryStep {
    DeliveryStep::Held {
        reply: "554 5.7.1 Relay access denied".to_owned(),
    }
}

pub(crate) fn step(claim: &Claim, to: DeliveryStep) -> Transition {
    Transition {
        delivery: claim.delivery,
        fence: claim.fence,
        to,
    }
}

/// What most tests do with people, in one line.
#[async_trait]
pub(crate) trait PeopleShorthand {
    async fn with_people(self, count: usize) -> Self;
    async fn add(&self, profiles: &[Profile], origin: Origin) -> Vec<Upsert>;
    async fn fold_all(&self, entries: &[Profile]) -> Result<FoldReport, StoreError>;
    async fn standing(&self, email: &str) -> Option<SuppressionReason>;
}

#[async_trait]
impl<S: PeopleStore + ?Sized> PeopleShorthand for Arc<S> {
    async fn with_people(self, count: usize) -> Self {
        self.add(&people(count), Origin::Operator).await;
        self
    }

    async fn add(&self, profiles: &[Profile], origin: Origin) -> Vec<Upsert> {
        self.upsert(profiles.into(), origin, at(0)).await.unwrap()
    }

    async fn fold_all(&self, entries: &[Profile]) -> Result<FoldReport, StoreError> {
        let mut entries = entries.iter().cloned().map(Ok::<_, SourceError>);
        self.fold(&mut entries, LIMITS, at(0)).await
    }

    async fn standing(&self, email: &str) -> Option<SuppressionReason> {
        let suppression = self.suppression(&address(email)).await.unwrap()?;
        Some(suppression.reason)
    }
}

/// What most tests do with batches, in one line.
#[async_trait]
pub(crate) trait LedgerShorthand {
    async fn frozen(&self, issue: &str) -> Batch;
    async fn claim_at(&self, batch: &Batch, rest: u32, now: DateTime<Utc>) -> Vec<Claim>;
    async fn step(&self, claim: &Claim, to: DeliveryStep) -> Result<(), RefusalReason>;
    async fn steps(&self, transitions: &[Transition], now: DateTime<Utc>) -> Vec<RefusedStep>;
    async fn counted(&self, batch: &Batch) -> DeliveryCounts;
    async fn bad_rows(&self, batch: &Batch) -> Vec<(Option<String>, String, String)>;
}

#[async_trait]
impl<S: DeliveryLedger + ?Sized> LedgerShorthand for Arc<S> {
    async fn frozen(&self, issue: &str) -> Batch {
        self.freeze(&new_batch(issue), at(0)).await.unwrap().batch
    }

    async fn claim_at(&self, batch: &Batch, rest: u32, now: DateTime<Utc>) -> Vec<Claim> {
        self.claim(batch.id, &sender(), &any(rest), now)
            .await
            .unwrap()
    }

    async fn step(&self, claim: &Claim, to: DeliveryStep) -> Result<(), RefusalReason> {
        match self.steps(&[step(claim, to)], at(1)).await.as_slice() {
            [] => Ok(()),
            [refusal] => {
                assert_eq!(refusal.delivery, claim.delivery);
                Err(refusal.reason)
            }
            more => panic!("one transition, refused more than once: {more:?}"),
        }
    }

    async fn steps(&self, transitions: &[Transition], now: DateTime<Utc>) -> Vec<RefusedStep> {
        self.record(transitions, now).await.unwrap()
    }

    async fn counted(&self, batch: &Batch) -> DeliveryCounts {
        let counts = self.counts(batch.id).await.unwrap();
        assert_eq!(counts.total(), batch.audience, "{counts:?}");
        counts
    }

    async fn bad_rows(&self, batch: &Batch) -> Vec<(Option<String>, String, String)> {
        let page = self.failed(batch.id, DeliveryId(0), 1_000).await.unwrap();
        page.into_iter()
            .map(|(_, failed)| {
                let email = failed.email.map(|email| email.to_string());
                (email, failed.outcome, failed.reply.unwrap_or_default())
            })
            .collect()
    }
}
