//! Reports about a batch's mail, as return-paths prove them, and lists that hear of them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use daily_note::{
    audience::{Profile, SubscriberId},
    bounce::{BounceClass, ProofKind, ProvenReader},
    store::{
        Batch, NewBatch, NewReport, ReportEffect, ReportKind, ReportNews, ReportSurroundings,
        ReportWords, TakenReport,
    },
};

use super::fixture::*;

pub(crate) const HOUR: i64 = 3_600;
pub(crate) const DAY: i64 = 24 * HOUR;

/// A report of that class about a reader's mail of a batch, as that reader's own return-path proves it.
pub(crate) fn proved(batch: &Batch, reader: i64, class: BounceClass) -> NewReport {
    let proof = ProvenReader {
        reader: SubscriberId(reader),
        batch: Some(batch.id.0),
        by: ProofKind::Verp,
    };
    NewReport {
        proof: Some(proof),
        ..unproved(
            &format!("{} {reader} {}", batch.issue, class.as_str()),
            class,
        )
    }
}

/// The same without a proof.
pub(crate) fn unproved(name: &str, class: BounceClass) -> NewReport {
    let mut key = [0; 32];
    for (at, byte) in name.bytes().enumerate() {
        key[at % 32] ^= byte.rotate_left(u32::try_from(at / 32).unwrap() + 1);
    }
    NewReport {
        key,
        door: "import".to_owned(),
        kind: ReportKind::Bounce,
        class: Some(class),
        moment: None,
        proof: None,
        is_signed: false,
        relay_ids: Vec::new(),
        opinion: None,
        words: ReportWords {
            reply: "550 5.1.1 no such user".to_owned(),
            ..ReportWords::default()
        },
        raw: None,
    }
}

pub(crate) async fn taken<S: ReportStore + ?Sized>(
    store: &Arc<S>,
    report: &NewReport,
    now: DateTime<Utc>,
) -> TakenReport {
    let reports = std::slice::from_ref(report);
    let around = ReportSurroundings::default();
    let taken = store.take_in_reports(reports, &around, now).await.unwrap();
    taken.into_iter().next().unwrap()
}

pub(crate) async fn effect<S: ReportStore + ?Sized>(
    store: &Arc<S>,
    report: &NewReport,
    now: DateTime<Utc>,
) -> ReportEffect {
    taken(store, report, now).await.effect
}

pub(crate) async fn settled<S: ReportStore + ?Sized>(
    store: &Arc<S>,
    now: DateTime<Utc>,
) -> Vec<ReportNews> {
    let around = ReportSurroundings::default();
    store.settle_reports(&around, now).await.unwrap()
}

/// Freezes an issue then, and the relay takes it for everybody.
pub(crate) async fn sent<S: LedgerStore + ?Sized>(
    store: &Arc<S>,
    issue: &str,
    then: DateTime<Utc>,
) -> Batch {
    let new = NewBatch {
        slot: then,
        ..new_batch(issue)
    };
    let batch = store.freeze(&new, then).await.unwrap().batch;
    let claims = store.claim_at(&batch, 10_000, then).await;
    let steps = |to: fn(i64) -> daily_note::store::DeliveryStep| -> Vec<_> {
        let claims = claims.iter();
        claims
            .map(|claim| step(claim, to(claim.reader.id.0)))
            .collect()
    };
    store.steps(&steps(|_| sending()), then).await;
    let answer = |reader| daily_note::store::DeliveryStep::Accepted {
        reply: format!("250 2.0.0 Ok: queued as 4Xy{reader}Zq"),
    };
    store.steps(&steps(answer), then).await;
    batch
}

/// So many readers, each at the domain that `at` names for their number.
pub(crate) async fn readers<P: Place<Store: PeopleStore>>(
    place: &P,
    count: usize,
    at: impl Fn(usize) -> String,
) -> Arc<P::Store> {
    let store = place.open().await;
    let profiles: Vec<Profile> = (1..=count)
        .map(|n| person(&format!("reader{n}@{}", at(n))))
        .collect();
    store
        .add(&profiles, daily_note::audience::Origin::Operator)
        .await;
    store
}

pub(crate) async fn suppressed<S: PeopleStore + ?Sized>(store: &Arc<S>) -> usize {
    store.suppressions(0, 10_000).await.unwrap().len()
}
