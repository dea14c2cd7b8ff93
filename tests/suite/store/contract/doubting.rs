//! What is believed of what comes back: a bad hour that arrives as reports marks nobody who reads, a mailbox is passed by
//! after issues in a row, and what is of the sender is held against no reader.

use chrono::TimeDelta;
use daily_note::{
    audience::{Profile, SubscriberId, SuppressionReason},
    bounce::BounceClass,
    store::{Batch, DeliveryId, DeliveryState, NewBatch, NewReport, ReportEffect, ReportNews},
};

use crate::store::{fixture::*, reports::*};

/// So many in a hundred of 200 readers are at one provider, spread as a list is.
fn of_share(percent: usize) -> impl Fn(usize) -> String {
    move |n| match (n - 1) * percent / 100 == n * percent / 100 {
        true => format!("d{}.example.com", n % 7),
        false => "big.example.com".to_owned(),
    }
}

pub(crate) async fn a_bad_hour_that_comes_as_reports_marks_nobody_who_reads(
    place: &impl Place<Store: ReportStore>,
) {
    for (turn, (share, well)) in [(90, 60), (50, 8), (15, 0), (5, 2)].into_iter().enumerate() {
        let domain = |n: usize| match of_share(share)(n).starts_with("big") {
            true => format!("big{turn}.example.com"),
            false => format!("d{}-{turn}.example.com", n % 7),
        };
        let store = place.open().await;
        let profiles: Vec<Profile> = (1..=200)
            .map(|n| person(&format!("r{n}@{}", domain(n))))
            .collect();
        store
            .add(&profiles, daily_note::audience::Origin::Operator)
            .await;
        let start = turn as i64 * 60 * DAY;
        let first = sent(&store, &format!("first-{turn}"), at(start)).await;
        let mut big = Vec::new();
        let accepted = DeliveryState::Accepted;
        let page = store.deliveries(first.id, accepted, DeliveryId(0), 9_999);
        for (_, row) in page.await.unwrap() {
            let email = row.email.unwrap();
            if email.domain() == format!("big{turn}.example.com") {
                big.push(store.subscriber(&email).await.unwrap().unwrap().id.0);
            }
        }
        // One by one, over twenty minutes: nobody knows yet what it will be.
        for (n, reader) in big.iter().skip(well).enumerate() {
            let then = at(start + 60 + n as i64 * 6);
            let report = proved(&first, *reader, BounceClass::UserUnknown);
            effect(&store, &report, then).await;
        }
        let held = store.report_totals(at(0)).await.unwrap().held;
        assert_eq!(held, (big.len() - well) as u64, "{share} %");
        for hours in [1, 2, 12, 24, 48] {
            settled(&store, at(start + hours * HOUR)).await;
            assert_eq!(suppressed(&store).await, 0, "{share} %, after {hours} h");
        }
        store
            .note_door_read("import", None, at(start + 4 * DAY))
            .await
            .unwrap();
        // Everybody gets the next one, and the last: nobody was dead.
        sent(&store, &format!("second-{turn}"), at(start + 3 * DAY)).await;
        settled(&store, at(start + 6 * DAY)).await;
        assert_eq!(suppressed(&store).await, 0, "{share} %");
        let held = store.report_totals(at(0)).await.unwrap().held;
        assert_eq!(held, 0, "{share} %: decided by the issue that arrived");
    }
}

pub(crate) async fn who_is_refused_again_after_a_bad_hour_is_dead(
    place: &impl Place<Store: ReportStore>,
) {
    let store = readers(place, 60, |_| "big.example.com".to_owned()).await;
    let first = sent(&store, "first", at(0)).await;
    for reader in 1..=60 {
        let report = proved(&first, reader, BounceClass::UserUnknown);
        effect(&store, &report, at(60)).await;
    }
    settled(&store, at(2 * HOUR)).await;
    assert_eq!(suppressed(&store).await, 0);
    let second = sent(&store, "second", at(3 * DAY)).await;
    for reader in [7, 8] {
        let report = proved(&second, reader, BounceClass::UserUnknown);
        effect(&store, &report, at(3 * DAY + 60)).await;
    }
    settled(&store, at(3 * DAY + 2 * HOUR)).await;
    assert_eq!(suppressed(&store).await, 2, "both were refused twice");
    assert!(store.standing("reader7@big.example.com").await.is_some());
}

pub(crate) async fn a_mailbox_that_is_full_for_weeks_is_passed_by_tried_and_given_up(
    place: &impl Place<Store: ReportStore>,
) {
    let store = place.open().await.with_people(2).await;
    let full = |batch: &Batch| proved(batch, 1, BounceClass::MailboxFull);
    for (n, day) in [0, 4, 7, 14].into_iter().enumerate() {
        let issue = format!("issue-{n}");
        let batch = sent(&store, &issue, at(day * DAY)).await;
        let report = full(&batch);
        assert_eq!(
            effect(&store, &report, at(day * DAY + 60)).await,
            ReportEffect::Counted
        );
        // The same issue reported twice is one issue.
        let mut again = full(&batch);
        again.key[0] ^= 1;
        effect(&store, &again, at(day * DAY + 120)).await;
        let of = store.reports_of(SubscriberId(1)).await.unwrap();
        assert_eq!(of.soft_failures, n as u64 + 1);
        assert_eq!(of.dormancy.is_some(), n == 3, "issue {n}");
    }
    assert_eq!(suppressed(&store).await, 0);
    let passed = sent(&store, "passed", at(18 * DAY)).await;
    let counts = store.counted(&passed).await;
    assert_eq!((counts.accepted, counts.skipped), (1, 1));
    let receipts = store.receipts(SubscriberId(1)).await.unwrap();
    assert_eq!(receipts[0].delivery.reply.as_deref(), Some("dormant"));
    // A month later it is tried again; what it says then counts.
    let tried = sent(&store, "tried", at(45 * DAY)).await;
    assert_eq!(store.counted(&tried).await.accepted, 2);
    let report = full(&tried);
    effect(&store, &report, at(45 * DAY + 60)).await;
    let reason = Some(SuppressionReason::HardBounce);
    assert_eq!(store.standing("reader1@example.com").await, reason);
}

pub(crate) async fn an_issue_that_arrives_ends_the_row_where_somebody_listened(
    place: &impl Place<Store: ReportStore>,
) {
    for listens in [true, false] {
        let store = place.open().await;
        let email = format!("reader-{listens}@example.com");
        store
            .add(&[person(&email)], daily_note::audience::Origin::Operator)
            .await;
        let reader = store
            .subscriber(&address(&email))
            .await
            .unwrap()
            .unwrap()
            .id;
        let start = i64::from(!listens) * 100 * DAY;
        let batch = sent(&store, &format!("full-{listens}"), at(start)).await;
        let report = proved(&batch, reader.0, BounceClass::MailboxFull);
        assert_eq!(
            effect(&store, &report, at(start + 9)).await,
            ReportEffect::Counted
        );
        sent(&store, &format!("silent-{listens}"), at(start + 3 * DAY)).await;
        if listens {
            store
                .note_door_read("imap", None, at(start + 5 * DAY))
                .await
                .unwrap();
        }
        let failures = async |day: i64| {
            settled(&store, at(start + day * DAY)).await;
            store.reports_of(reader).await.unwrap().soft_failures
        };
        assert_eq!(failures(9).await, 1, "its seven days are not over");
        assert_eq!(failures(11).await, u64::from(!listens));
    }
}

pub(crate) async fn a_relay_s_own_answers_count_like_reports(
    place: &impl Place<Store: ReportStore>,
) {
    let store = place.open().await.with_people(1).await;
    for (n, day) in [0, 4, 7, 14].into_iter().enumerate() {
        let then = at(day * DAY);
        let new = NewBatch {
            slot: then,
            ..new_batch(&format!("issue-{n}"))
        };
        let batch = store.freeze(&new, then).await.unwrap().batch;
        let claims = store.claim_at(&batch, 9, then).await;
        let full = daily_note::store::DeliveryStep::Rejected {
            reply: "552 5.2.2 Mailbox full".to_owned(),
            suppress: false,
        };
        store.steps(&[step(&claims[0], full)], then).await;
    }
    settled(&store, at(14 * DAY + 60)).await;
    let of = store.reports_of(SubscriberId(1)).await.unwrap();
    assert!(of.dormancy.is_some(), "{of:?}");
    // Whoever is let in again is passed by no longer.
    let reader = [address("reader1@example.com")];
    store
        .lift_suppressions(&reader, at(15 * DAY))
        .await
        .unwrap();
    let of = store.reports_of(SubscriberId(1)).await.unwrap();
    assert_eq!((of.dormancy, of.soft_failures), (None, 0));
}

pub(crate) async fn what_is_held_against_the_sender_rests_a_domain_and_marks_nobody(
    place: &impl Place<Store: ReportStore>,
) {
    let store = readers(place, 40, |n| format!("d{}.example.com", n % 2)).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 20, at(0)).await;
    for claim in &claims {
        store.step(claim, sending()).await.unwrap();
        store.step(claim, accepted()).await.unwrap();
    }
    let mut told = Vec::new();
    for claim in claims
        .iter()
        .filter(|it| it.reader.email.domain() == "d1.example.com")
    {
        let report = proved(&batch, claim.reader.id.0, BounceClass::Spam);
        let heard = taken(&store, &report, at(60)).await;
        assert_eq!(heard.effect, ReportEffect::AgainstSender);
        told.extend(heard.news);
    }
    let [ReportNews::DomainRefuses { domain, .. }] = &told[..] else {
        panic!("told once: {told:?}");
    };
    assert_eq!(domain, "d1.example.com");
    assert_eq!(suppressed(&store).await, 0);
    let pauses = store.domain_pauses(batch.id, at(60)).await.unwrap();
    assert_eq!(pauses.len(), 1);
    assert!(pauses[0].reason.contains("550"), "{pauses:?}");
    // The others of that domain wait; everybody else goes on.
    let next = store.claim_at(&batch, 40, at(120)).await;
    assert!(!next.is_empty());
    assert!(
        next.iter()
            .all(|it| it.reader.email.domain() == "d0.example.com")
    );
    let later = store
        .claim_at(&batch, 40, pauses[0].until + TimeDelta::seconds(1))
        .await;
    assert!(!later.is_empty());
}

pub(crate) async fn a_person_ends_a_domain_s_rest_and_new_reports_begin_another(
    place: &impl Place<Store: ReportStore>,
) {
    let store = readers(place, 12, |_| "d.example.com".to_owned()).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 8, at(0)).await;
    for claim in &claims {
        store.step(claim, sending()).await.unwrap();
        store.step(claim, accepted()).await.unwrap();
    }
    let sent_back = async |claim: usize, then: i64| {
        let report = NewReport {
            moment: Some(at(then)),
            ..proved(&batch, claims[claim].reader.id.0, BounceClass::Blocked)
        };
        taken(&store, &report, at(then)).await.news.len()
    };
    assert_eq!((sent_back(0, 60).await, sent_back(1, 61).await), (0, 1));
    assert!(store.claim_at(&batch, 9, at(70)).await.is_empty());
    let ended = store.end_domain_pause(batch.id, "d.example.com", at(80));
    assert_eq!(ended.await.unwrap(), Some(4), "so many waited");
    for (domain, then) in [("d.example.com", 81), ("other.example.com", 81)] {
        let again = store.end_domain_pause(batch.id, domain, at(then)).await;
        assert_eq!(again.unwrap(), None, "{domain} does not rest");
    }
    assert!(
        store
            .domain_pauses(batch.id, at(81))
            .await
            .unwrap()
            .is_empty()
    );
    // What came before their word is no reason any more; two new ones are.
    assert_eq!((sent_back(2, 90).await, sent_back(3, 91).await), (0, 1));
    let pauses = store.domain_pauses(batch.id, at(92)).await.unwrap();
    assert_eq!(pauses.len(), 1);
    store
        .end_domain_pause(batch.id, "d.example.com", at(93))
        .await
        .unwrap();
    assert_eq!(store.claim_at(&batch, 9, at(94)).await.len(), 4);
}
