//! Rows that are kept for so long: what goes, what stays, and that nothing is answered otherwise afterwards.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use daily_note::{
    audience::{Origin, SubscriberId, SuppressionReason},
    bounce::{BounceClass, ProofKind},
    store::{
        Batch, BatchState, BounceSelection, DeliveryId, LedgerRetention, NewBatch, PruneCursor,
        ReportEffect, StoreError, UnknownAnswer,
    },
};

use crate::store::{fixture::*, reports::*};

/// Prunes what was over before then, by portions of so many rows; answers how many went.
pub(crate) async fn pruned<S: LedgerRetention + ?Sized>(
    store: &Arc<S>,
    before: DateTime<Utc>,
    portion: u32,
) -> u64 {
    let (mut from, mut rows) = (PruneCursor::default(), 0);
    loop {
        let step = store.prune(before, from, portion, before).await.unwrap();
        assert!(step.rows <= u64::from(portion));
        rows += step.rows;
        match step.next {
            Some(next) => from = next,
            None => return rows,
        }
    }
}

/// How many rows of a batch are there, by where they stand.
async fn rows<S: LedgerStore + ?Sized>(store: &Arc<S>, batch: &Batch) -> BTreeMap<String, usize> {
    let mut rows = BTreeMap::new();
    for state in STATES {
        let page = store.deliveries(batch.id, state, DeliveryId(0), 9_999);
        let page = page.await.unwrap();
        if !page.is_empty() {
            rows.insert(format!("{state:?}"), page.len());
        }
    }
    rows
}

/// An issue to thirty readers: of each three, the first is taken, the second taken as well, the third refused; but the
/// 3rd is dead, the 6th of unknown fate, and the 9th left before it went.
async fn mixed<S: LedgerStore + ?Sized>(store: &Arc<S>, issue: &str) -> Batch {
    let batch = store.frozen(issue).await;
    let left = suppression("reader9@example.com", SuppressionReason::Unsubscribed);
    let by_themself = ChangeSource::OneClick;
    store.suppress(&[left], by_themself, at(0)).await.unwrap();
    let claims = store.claim_at(&batch, 100, at(0)).await;
    for claim in &claims {
        let to = match claim.reader.id.0 {
            3 => rejected(true),
            6 => unknown(),
            n if n % 3 == 0 => rejected(false),
            _ => accepted(),
        };
        for to in [sending(), to] {
            store.step(claim, to).await.unwrap();
        }
    }
    assert_eq!(ended(store, &batch).await, BatchState::Finished);
    batch
}

async fn ended<S: LedgerStore + ?Sized>(store: &Arc<S>, batch: &Batch) -> BatchState {
    let wanted = BatchState::Finished;
    let state = store.set_batch_state(batch.id, &wanted, at(2)).await;
    state.unwrap()
}

pub(crate) async fn rows_of_an_old_issue_go_and_its_numbers_stay(
    place: &impl Place<Store: RetentionStore>,
) {
    let store = place.open().await.with_people(30).await;
    let old = mixed(&store, "monday").await;
    let young = sent(&store, "tuesday", at(100 * DAY)).await;
    ended(&store, &young).await;
    let counts = store.counted(&old).await;
    assert_eq!((counts.accepted, counts.rejected), (20, 8));
    assert_eq!((counts.unknown, counts.skipped), (1, 1));
    let plan = store.prunable(at(50 * DAY)).await.unwrap();
    assert_eq!(plan.len(), 1);
    assert_eq!((plan[0].issue.as_str(), plan[0].rows), ("monday", 28));

    assert_eq!(pruned(&store, at(50 * DAY), 4).await, 28);
    assert_eq!(store.counted(&old).await, counts, "equal to the digit");
    let left = rows(&store, &old).await;
    let stay = [("Rejected".to_owned(), 1), ("Unknown".to_owned(), 1)];
    assert_eq!(left, BTreeMap::from(stay), "the dead one and the unknown");
    let gone = store.pruned(old.id).await.unwrap().unwrap();
    assert_eq!((gone.rows, gone.at), (28, at(50 * DAY)));
    assert_eq!(store.pruned(young.id).await.unwrap(), None);
    assert_eq!(rows(&store, &young).await["Accepted"], 28);
    assert_eq!(store.pruned_up_to().await.unwrap(), Some(old.slot));
    let receipts = store.receipts(SubscriberId(1)).await.unwrap();
    let issues: Vec<&str> = receipts.iter().map(|it| it.issue.as_str()).collect();
    assert_eq!(issues, ["tuesday"]);
    // There is nothing more.
    assert_eq!(pruned(&store, at(50 * DAY), 4).await, 0);
    assert_eq!(store.prunable(at(50 * DAY)).await.unwrap(), []);
}

pub(crate) async fn an_issue_is_never_sent_again_though_its_rows_are_gone(
    place: &impl Place<Store: RetentionStore>,
) {
    let store = place.open().await.with_people(30).await;
    let date = Some("2026-11-23".parse().unwrap());
    let dated = |issue: &str| NewBatch {
        date,
        ..new_batch(issue)
    };
    let frozen = store.freeze(&dated("monday"), at(0)).await.unwrap().batch;
    let old = mixed(&store, "monday").await;
    assert_eq!(old.id, frozen.id);
    pruned(&store, at(50 * DAY), 7).await;
    let newcomer = person("new@example.com");
    store.add(&[newcomer], Origin::Operator).await;

    let again = store.freeze(&dated("monday"), at(60 * DAY)).await.unwrap();
    assert!(!again.is_new);
    assert_eq!(again.batch.audience, 30);
    let renamed = store.freeze(&dated("renamed"), at(60 * DAY)).await;
    assert!(matches!(renamed, Err(StoreError::SlotTaken { .. })));
    let claims = store.claim_at(&old, 100, at(60 * DAY)).await;
    assert!(claims.is_empty());
    assert!(store.content(&old.content).await.unwrap().is_some());
}

pub(crate) async fn a_person_settles_what_nobody_knows_of_a_pruned_issue(
    place: &impl Place<Store: RetentionStore>,
) {
    let store = place.open().await.with_people(30).await;
    let old = mixed(&store, "monday").await;
    pruned(&store, at(50 * DAY), 1_000).await;
    let resend = UnknownAnswer::Resend;
    let resent = store.resolve_unknown(old.id, resend, at(60 * DAY)).await;
    assert_eq!(resent.unwrap(), 1);
    let claims = store.claim_at(&old, 100, at(60 * DAY)).await;
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].reader.id, SubscriberId(6));
    // While it is open again, nothing of it goes.
    assert_eq!(pruned(&store, at(70 * DAY), 1_000).await, 0);
    for to in [sending(), accepted()] {
        let refused = store.steps(&[step(&claims[0], to)], at(60 * DAY)).await;
        assert!(refused.is_empty());
    }
    assert_eq!(ended(&store, &old).await, BatchState::Finished);
    assert_eq!(store.counted(&old).await.accepted, 21);
    // What has changed since stays until it is as old itself.
    assert_eq!(pruned(&store, at(60 * DAY), 1_000).await, 0);
    assert_eq!(pruned(&store, at(61 * DAY), 1_000).await, 1);
    assert_eq!(store.counted(&old).await.accepted, 21);
}

pub(crate) async fn what_is_not_over_is_not_pruned(place: &impl Place<Store: RetentionStore>) {
    let store = place.open().await.with_people(3).await;
    let open = store.frozen("monday").await;
    let claims = store.claim_at(&open, 2, at(0)).await;
    for to in [sending(), accepted()] {
        store.step(&claims[0], to).await.unwrap();
    }
    assert_eq!(pruned(&store, at(900 * DAY), 10).await, 0);
    store
        .set_batch_state(open.id, &paused(), at(1))
        .await
        .unwrap();
    assert_eq!(pruned(&store, at(900 * DAY), 10).await, 0);
    let counts = store.counted(&open).await;
    let cancelled = BatchState::Cancelled;
    store
        .set_batch_state(open.id, &cancelled, at(1))
        .await
        .unwrap();
    // Of a cancelled one all have their end.
    assert_eq!(pruned(&store, at(900 * DAY), 10).await, 3);
    let after = store.counted(&open).await;
    assert_eq!((counts.accepted, after.accepted, after.skipped), (1, 1, 2));
}

pub(crate) async fn waves_have_their_numbers_still(place: &impl Place<Store: RetentionStore>) {
    let store = place.open().await;
    let zones = ["Asia/Seoul", "Europe/Berlin", "America/New_York"];
    let people: Vec<_> = (0..12)
        .map(|n| daily_note::audience::Profile {
            timezone: Some(zones[n % 3].parse().unwrap()),
            ..person(&format!("r{n}@example.com"))
        })
        .collect();
    store.add(&people, Origin::Operator).await;
    let new = NewBatch {
        readers_hour: Some("2026-11-23T08:00:00".parse().unwrap()),
        ..new_batch("monday")
    };
    let batch = store.freeze(&new, at(0)).await.unwrap().batch;
    store
        .waves_come_due(batch.id, at(0), at(DAY))
        .await
        .unwrap();
    for claim in store.claim_at(&batch, 100, at(DAY)).await {
        let to = match claim.reader.id.0 {
            5 => unknown(),
            8 => rejected(false),
            _ => accepted(),
        };
        for to in [sending(), to] {
            let refused = store.steps(&[step(&claim, to)], at(DAY)).await;
            assert!(refused.is_empty());
        }
    }
    ended(&store, &batch).await;
    let waves = store.waves(batch.id).await.unwrap();
    let each: Vec<u64> = waves.iter().map(|it| it.counts.total()).collect();
    assert_eq!(each, [4, 4, 4]);
    assert_eq!(pruned(&store, at(99 * DAY), 5).await, 11);
    assert_eq!(store.waves(batch.id).await.unwrap(), waves);
}

pub(crate) async fn who_got_an_issue_before_is_still_known_to_have(
    place: &impl Place<Store: RetentionStore>,
) {
    let store = readers(place, 60, |_| "big.example.com".to_owned()).await;
    let first = sent(&store, "first", at(0)).await;
    ended(&store, &first).await;
    assert_eq!(pruned(&store, at(50 * DAY), 17).await, 60);
    let second = sent(&store, "second", at(100 * DAY)).await;
    // Of sixty, three at once: of people who never got one, that would be three dead addresses.
    for reader in [7, 8, 9] {
        let report = proved(&second, reader, BounceClass::UserUnknown);
        effect(&store, &report, at(100 * DAY + 60)).await;
    }
    assert!(store.standing("reader8@big.example.com").await.is_none());
    let held = store.report_totals(at(0)).await.unwrap().held;
    assert!(held > 0, "they are held to be a bad hour of the domain's");
}

pub(crate) async fn a_row_of_full_mailboxes_goes_on_over_what_is_pruned(
    place: &impl Place<Store: RetentionStore>,
) {
    let store = place.open().await.with_people(2).await;
    for (n, day) in [0, 4, 7].into_iter().enumerate() {
        let batch = sent(&store, &format!("issue-{n}"), at(day * DAY)).await;
        ended(&store, &batch).await;
        let full = proved(&batch, 1, BounceClass::MailboxFull);
        effect(&store, &full, at(day * DAY + 60)).await;
    }
    // The rows of who is counted stay, and the other's go.
    assert_eq!(pruned(&store, at(9 * DAY), 10).await, 3);
    assert_eq!(store.receipts(SubscriberId(1)).await.unwrap().len(), 3);
    assert_eq!(store.receipts(SubscriberId(2)).await.unwrap().len(), 0);
    let last = sent(&store, "issue-3", at(14 * DAY)).await;
    let full = proved(&last, 1, BounceClass::MailboxFull);
    effect(&store, &full, at(14 * DAY + 60)).await;
    let of = store.reports_of(SubscriberId(1)).await.unwrap();
    assert_eq!(of.soft_failures, 4);
    assert!(of.dormancy.is_some(), "four in a row over two weeks");
}

pub(crate) async fn a_report_about_a_row_that_is_gone_is_kept_as_late(
    place: &impl Place<Store: RetentionStore>,
) {
    let store = place.open().await.with_people(4).await;
    let old = sent(&store, "monday", at(0)).await;
    ended(&store, &old).await;
    let late = proved(&old, 1, BounceClass::UserUnknown);
    let with_its_row = effect(&store, &late, at(95 * DAY)).await;
    assert_eq!(pruned(&store, at(50 * DAY), 10).await, 4);
    let late = proved(&old, 2, BounceClass::UserUnknown);
    assert_eq!(effect(&store, &late, at(95 * DAY)).await, with_its_row);
    assert_eq!(with_its_row, ReportEffect::Late);
    // One that names the reader and no issue.
    let mut nameless = proved(&old, 3, BounceClass::MailboxFull);
    let proof = nameless.proof.as_mut().unwrap();
    (proof.batch, proof.by) = (None, ProofKind::ListUnsubscribe);
    let seen = effect(&store, &nameless, at(95 * DAY)).await;
    assert_eq!(seen, ReportEffect::Late);
    assert_eq!(suppressed(&store).await, 0);
    let of = store.reports_of(SubscriberId(2)).await.unwrap();
    assert_eq!(of.reports.len(), 1, "it is there to be read");
    assert_eq!(of.soft_failures, 0);
    assert_eq!(store.counted(&old).await.accepted, 4);
}

pub(crate) async fn what_keeps_an_address_from_mail_is_found_by_its_issue(
    place: &impl Place<Store: RetentionStore>,
) {
    let store = place.open().await.with_people(30).await;
    let old = mixed(&store, "monday").await;
    let reported = proved(&old, 4, BounceClass::UserUnknown);
    assert_eq!(
        effect(&store, &reported, at(60)).await,
        ReportEffect::Suppressed
    );
    let of_issue = BounceSelection {
        batch: Some(old.id),
        ..BounceSelection::default()
    };
    let bounced = store.bounced(&of_issue).await.unwrap();
    assert_eq!(bounced.len(), 2);
    assert_eq!(pruned(&store, at(50 * DAY), 10).await, 28);
    assert_eq!(store.bounced(&of_issue).await.unwrap(), bounced);
    // Once it is lifted, the answer of then says nothing any more.
    let dead = [address("reader3@example.com")];
    store.lift_suppressions(&dead, at(51 * DAY)).await.unwrap();
    assert_eq!(pruned(&store, at(50 * DAY), 10).await, 1);
}

pub(crate) async fn an_erased_reader_is_in_no_total_but_as_a_number_of_many(
    place: &impl Place<Store: RetentionStore>,
) {
    let store = place.open().await.with_people(30).await;
    let old = mixed(&store, "monday").await;
    let counts = store.counted(&old).await;
    let erase = async |email: &str| {
        let by = ChangeSource::Operator;
        store.erase(&address(email), by, at(DAY)).await.unwrap()
    };
    erase("reader1@example.com").await;
    assert_eq!(pruned(&store, at(50 * DAY), 10).await, 28);
    erase("reader2@example.com").await;
    assert_eq!(store.counted(&old).await, counts);
    assert_eq!(pruned(&store, at(50 * DAY), 10).await, 0);
}

pub(crate) async fn two_who_prune_at_once_count_each_row_once(
    place: &impl Place<Store: RetentionStore>,
) {
    let store = place.open().await.with_people(200).await;
    let mut batches = Vec::new();
    for n in 0..6 {
        let batch = sent(&store, &format!("issue-{n}"), at(n * DAY)).await;
        ended(&store, &batch).await;
        batches.push(batch);
    }
    let other = place.open().await;
    let (one, two, next) = tokio::join!(
        pruned(&store, at(50 * DAY), 11),
        pruned(&other, at(50 * DAY), 7),
        sent(&store, "next", at(60 * DAY)),
    );
    // Whatever one passed by because the other had it in hand goes the next time.
    let rest = pruned(&store, at(50 * DAY), 100).await;
    assert_eq!(one + two + rest, 1_200);
    for batch in &batches {
        assert_eq!(store.pruned(batch.id).await.unwrap().unwrap().rows, 200);
        assert_eq!(store.counted(batch).await.accepted, 200);
        assert!(rows(&store, batch).await.is_empty());
    }
    assert_eq!(store.counted(&next).await.accepted, 200);
}
