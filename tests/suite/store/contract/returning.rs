//! What comes back, and what follows from it: only proof acts, only on the membership it was sent under, and a bad
//! hour that arrives as reports marks nobody who reads.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use daily_note::{
    audience::{Profile, SubscriberId, SuppressionReason},
    bounce::{BounceClass, ProofKind, ProvenReader},
    store::{
        Batch, DeliveryState, NewBatch, NewReport, ReportEffect, ReportFilter, ReportKind,
        ReportNews, ReportSurroundings, ReportWords, Store, TakenReport,
    },
};

use crate::store::fixture::*;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

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
fn unproved(name: &str, class: BounceClass) -> NewReport {
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

async fn taken(store: &Arc<dyn Store>, report: &NewReport, now: DateTime<Utc>) -> TakenReport {
    let reports = std::slice::from_ref(report);
    let around = ReportSurroundings::default();
    let taken = store.take_in_reports(reports, &around, now).await.unwrap();
    taken.into_iter().next().unwrap()
}

async fn effect(store: &Arc<dyn Store>, report: &NewReport, now: DateTime<Utc>) -> ReportEffect {
    taken(store, report, now).await.effect
}

async fn settled(store: &Arc<dyn Store>, now: DateTime<Utc>) -> Vec<ReportNews> {
    let around = ReportSurroundings::default();
    store.settle_reports(&around, now).await.unwrap()
}

/// Freezes an issue then, and the relay takes it for everybody.
async fn sent(store: &Arc<dyn Store>, issue: &str, then: DateTime<Utc>) -> Batch {
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
async fn readers(place: &dyn Place, count: usize, at: impl Fn(usize) -> String) -> Arc<dyn Store> {
    let store = place.open().await;
    let profiles: Vec<Profile> = (1..=count)
        .map(|n| person(&format!("reader{n}@{}", at(n))))
        .collect();
    store
        .add(&profiles, daily_note::audience::Origin::Operator)
        .await;
    store
}

async fn suppressed(store: &Arc<dyn Store>) -> usize {
    store.suppressions(0, 10_000).await.unwrap().len()
}

pub(crate) async fn a_report_counts_once_and_a_dead_address_is_suppressed(place: &dyn Place) {
    let store = place.open().await.with_people(3).await;
    let batch = sent(&store, "monday", at(0)).await;
    let report = proved(&batch, 2, BounceClass::UserUnknown);
    let first = taken(&store, &report, at(60)).await;
    assert!(first.is_new);
    assert_eq!(first.effect, ReportEffect::Suppressed);
    let again = taken(&place.open().await, &report, at(120)).await;
    assert_eq!((again.id, again.is_new), (first.id, false));
    assert_eq!(again.effect, ReportEffect::Suppressed);
    let reason = Some(SuppressionReason::HardBounce);
    assert_eq!(store.standing("reader2@example.com").await, reason);
    let kept = store.suppression(&address("reader2@example.com")).await;
    let detail = kept.unwrap().unwrap().detail;
    assert_eq!(detail.as_deref(), Some("550 5.1.1 no such user"));
    assert_eq!(suppressed(&store).await, 1);
}

pub(crate) async fn what_is_unproven_is_shown_and_changes_nobody(place: &dyn Place) {
    let store = place.open().await.with_people(3).await;
    sent(&store, "monday", at(0)).await;
    let forged: Vec<NewReport> = (0..1_000)
        .map(|n| {
            let kind = match n % 2 {
                0 => ReportKind::Bounce,
                _ => ReportKind::Complaint,
            };
            let mut report = unproved(&format!("forged {n}"), BounceClass::UserUnknown);
            report.kind = kind;
            report.words.recipient = Some(address("reader1@example.com"));
            report
        })
        .collect();
    let around = ReportSurroundings::default();
    let taken = store
        .take_in_reports(&forged, &around, at(9))
        .await
        .unwrap();
    assert!(taken.iter().all(|it| it.effect == ReportEffect::Unproven));
    settled(&store, at(30 * DAY)).await;
    assert_eq!(suppressed(&store).await, 0);
    let about = ReportFilter {
        about: Some(address("reader1@example.com")),
        ..ReportFilter::default()
    };
    assert_eq!(store.reports(&about, None, 9).await.unwrap().len(), 9);
    let of_reader = store.reports_of(SubscriberId(1)).await.unwrap();
    assert!(
        !of_reader.reports.is_empty(),
        "they are shown beside the reader"
    );
    assert!(of_reader.reports.iter().all(|it| it.proof.is_none()));
}

pub(crate) async fn a_report_acts_on_the_membership_it_was_sent_under(place: &dyn Place) {
    let store = place.open().await.with_people(3).await;
    let old = sent(&store, "monday", at(0)).await;
    let dead = proved(&old, 1, BounceClass::UserUnknown);
    assert_eq!(effect(&store, &dead, at(9)).await, ReportEffect::Suppressed);
    let reader = [address("reader1@example.com")];
    store.lift_suppressions(&reader, at(HOUR)).await.unwrap();
    let mut again = proved(&old, 1, BounceClass::HostUnknown);
    assert_eq!(
        effect(&store, &again, at(2 * HOUR)).await,
        ReportEffect::Stale
    );
    again.kind = ReportKind::Complaint;
    again.key[0] ^= 1;
    assert_eq!(
        effect(&store, &again, at(2 * HOUR)).await,
        ReportEffect::Stale
    );
    assert_eq!(suppressed(&store).await, 0);
    let new = sent(&store, "thursday", at(3 * DAY)).await;
    let dead = proved(&new, 1, BounceClass::UserUnknown);
    assert_eq!(
        effect(&store, &dead, at(3 * DAY + 9)).await,
        ReportEffect::Suppressed
    );
    let late = proved(&new, 2, BounceClass::UserUnknown);
    assert_eq!(
        effect(&store, &late, at(34 * DAY)).await,
        ReportEffect::Late
    );
    let nobody = proved(&new, 77, BounceClass::UserUnknown);
    assert_eq!(
        effect(&store, &nobody, at(4 * DAY)).await,
        ReportEffect::Unmatched
    );
}

pub(crate) async fn a_report_settles_a_row_whose_fate_nobody_knew(place: &dyn Place) {
    let store = place.open().await.with_people(2).await;
    let batch = store.frozen("monday").await;
    let claims = store.claim_at(&batch, 2, at(0)).await;
    for claim in &claims {
        store.step(claim, sending()).await.unwrap();
        store.step(claim, unknown()).await.unwrap();
    }
    let full = proved(&batch, 1, BounceClass::MailboxFull);
    assert_eq!(effect(&store, &full, at(HOUR)).await, ReportEffect::Counted);
    let counts = store.counted(&batch).await;
    assert_eq!((counts.accepted, counts.unknown), (1, 1));
    let receipts = store.receipts(SubscriberId(1)).await.unwrap();
    let delivery = &receipts[0].delivery;
    assert_eq!(delivery.state, DeliveryState::Accepted);
    let reply = delivery.reply.as_deref().unwrap();
    assert!(
        reply.contains("proves") && reply.contains("550 5.1.1"),
        "{reply}"
    );
}

pub(crate) async fn a_complaint_leaves_for_good_and_a_mail_unsubscribes(place: &dyn Place) {
    let store = place.open().await.with_people(3).await;
    let batch = sent(&store, "monday", at(0)).await;
    let mut complaint = proved(&batch, 1, BounceClass::Undefined);
    (complaint.kind, complaint.class) = (ReportKind::Complaint, None);
    let heard = taken(&store, &complaint, at(9)).await;
    assert_eq!(heard.effect, ReportEffect::Complained);
    assert!(matches!(&heard.news[..], [ReportNews::Complaint { issue, .. }] if issue == "monday"));
    let reason = Some(SuppressionReason::Complaint);
    assert_eq!(store.standing("reader1@example.com").await, reason);
    let mut leaves = proved(&batch, 2, BounceClass::Undefined);
    (leaves.kind, leaves.class) = (ReportKind::Unsubscribe, None);
    // A token that is not ours is for a person to read.
    assert_eq!(
        effect(&store, &leaves, at(9)).await,
        ReportEffect::ForPerson
    );
    leaves.key[0] ^= 1;
    leaves.proof = leaves.proof.map(|proof| ProvenReader {
        batch: None,
        by: ProofKind::ListUnsubscribe,
        ..proof
    });
    assert_eq!(
        effect(&store, &leaves, at(9)).await,
        ReportEffect::Unsubscribed
    );
    let reason = Some(SuppressionReason::Unsubscribed);
    assert_eq!(store.standing("reader2@example.com").await, reason);
    let history = store.history(SubscriberId(2)).await.unwrap();
    assert_eq!(history.last().unwrap().source, ChangeSource::Mailto);
}

/// So many in a hundred of 200 readers are at one provider, spread as a list is.
fn of_share(percent: usize) -> impl Fn(usize) -> String {
    move |n| match (n - 1) * percent / 100 == n * percent / 100 {
        true => format!("d{}.example.com", n % 7),
        false => "big.example.com".to_owned(),
    }
}

pub(crate) async fn a_bad_hour_that_comes_as_reports_marks_nobody_who_reads(place: &dyn Place) {
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
        let mut page = store
            .deliveries(
                first.id,
                DeliveryState::Accepted,
                daily_note::store::DeliveryId(0),
                9_999,
            )
            .await
            .unwrap();
        page.retain(|(_, row)| {
            let email = row.email.as_ref().unwrap();
            email.domain() == format!("big{turn}.example.com")
        });
        let big: Vec<i64> = page.iter().map(|(id, _)| id.0 & 0xFF_FFFF_FFFF).collect();
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
            .note_door_read("import", at(start + 4 * DAY))
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

pub(crate) async fn who_is_refused_again_after_a_bad_hour_is_dead(place: &dyn Place) {
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
    place: &dyn Place,
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

pub(crate) async fn an_issue_that_arrives_ends_the_row_where_somebody_listened(place: &dyn Place) {
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
                .note_door_read("imap", at(start + 5 * DAY))
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

pub(crate) async fn a_relay_s_own_answers_count_like_reports(place: &dyn Place) {
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
    place: &dyn Place,
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

pub(crate) async fn a_relay_s_own_number_finds_the_row(place: &dyn Place) {
    let store = place.open().await.with_people(3).await;
    sent(&store, "monday", at(0)).await;
    let event = |id: &str| NewReport {
        is_signed: true,
        relay_ids: vec![id.to_owned()],
        ..unproved(id, BounceClass::UserUnknown)
    };
    let found = event("4Xy2Zq.filter001.77");
    assert_eq!(
        effect(&store, &found, at(60)).await,
        ReportEffect::Suppressed
    );
    assert!(store.standing("reader2@example.com").await.is_some());
    let nobody = event("notours99");
    assert_eq!(
        effect(&store, &nobody, at(60)).await,
        ReportEffect::Unproven
    );
    assert_eq!(suppressed(&store).await, 1);
    // Unsigned, a number proves nothing.
    let forged = NewReport {
        is_signed: false,
        ..event("4Xy3Zq")
    };
    assert_eq!(
        effect(&store, &forged, at(60)).await,
        ReportEffect::Unproven
    );
}

pub(crate) async fn an_erasure_takes_the_words_of_reports_and_keeps_what_follows(
    place: &dyn Place,
) {
    let store = place.open().await.with_people(2).await;
    let batch = sent(&store, "monday", at(0)).await;
    let mut report = proved(&batch, 1, BounceClass::MailboxFull);
    report.words.recipient = Some(address("reader1@example.com"));
    report.words.reply = "552 5.2.2 <reader1@example.com> is full".to_owned();
    let id = taken(&store, &report, at(9)).await.id;
    let mut forged = unproved("forged", BounceClass::UserUnknown);
    forged.words.reply = "550 reader1@example.com unknown".to_owned();
    let forged = taken(&store, &forged, at(9)).await.id;
    let reader = address("reader1@example.com");
    store
        .erase(&reader, ChangeSource::Operator, at(10))
        .await
        .unwrap();
    let shown = store.report(id).await.unwrap().unwrap();
    assert_eq!((shown.words, shown.email), (ReportWords::default(), None));
    let shown = store.report(forged).await.unwrap().unwrap();
    assert_eq!(shown.words.reply, "550 [erased] unknown");
    // What comes back of somebody who is forgotten leaves no word.
    let mut late = proved(&batch, 1, BounceClass::UserUnknown);
    late.words.recipient = Some(reader);
    let id = taken(&store, &late, at(99)).await.id;
    let shown = store.report(id).await.unwrap().unwrap();
    assert_eq!(shown.effect, ReportEffect::Unmatched);
    assert_eq!(shown.words, ReportWords::default());
}

pub(crate) async fn what_cannot_be_read_is_kept_as_it_came(place: &dyn Place) {
    let store = place.open().await.with_people(1).await;
    let mut mail = unproved("unreadable", BounceClass::Undefined);
    (mail.kind, mail.class) = (ReportKind::Unreadable, None);
    mail.raw = Some(b"\0\0not a mail".to_vec());
    let kept = taken(&store, &mail, at(1)).await;
    assert_eq!(kept.effect, ReportEffect::KeptAside);
    let raw = place.open().await.mail_kept_aside(kept.id).await.unwrap();
    assert_eq!(raw, mail.raw);
    let totals = store.report_totals(at(0)).await.unwrap();
    assert_eq!(totals.kept_aside, 1);
}
