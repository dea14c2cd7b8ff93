//! Whole batches into a real Postfix that refuses, defers, dies: what a script plays, played by the
//! relay that most people have.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use daily_note::{
    audience::SuppressionReason,
    delivery::Ending,
    publication::TlsMode,
    smtp::Relay,
    store::{BatchState, DeliveryCounts},
};

use super::harness::Harness;
use crate::postfix::Postfix;

fn relay(postfix: &Postfix) -> Relay {
    Relay::new("127.0.0.1", postfix.addr().port(), TlsMode::None)
}

/// `reader1@example.com` …, whom Postfix knows.
fn locals(count: usize) -> Vec<String> {
    (1..=count)
        .map(|n| format!("reader{n}@example.com"))
        .collect()
}

/// How often each address was handed over to the relay: by the numbers that its queue gave. One that dies
/// between a delivery and its note of it delivers what it has once more by itself.
fn delivered(postfix: &Postfix) -> BTreeMap<String, usize> {
    let after = |message: &str, what: &str| {
        let value = message.split(what).nth(1).unwrap();
        value.split_whitespace().next().unwrap().to_owned()
    };
    let mut queued: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for message in postfix.mail() {
        let to = after(&message, "Delivered-To: ");
        let number = after(&message, "(Postfix) with ESMTP id ");
        queued.entry(to).or_default().insert(number);
    }
    let times = queued.into_iter().map(|(to, numbers)| (to, numbers.len()));
    times.collect()
}

#[tokio::test]
async fn who_is_gone_is_suppressed_and_everybody_else_has_it_once() {
    let Some(postfix) = Postfix::start(&[]) else {
        return;
    };
    let mut list = locals(120);
    // Not last: of a domain with readers enough, a refusal is believed where another is taken after it.
    list.insert(60, "gone@example.com".into());
    let harness = Harness::new(&list).await;
    let report = harness.run_to(relay(&postfix)).await;
    assert_eq!(report.ending, Ending::Finished);
    assert_eq!((report.counts.accepted, report.counts.rejected), (120, 1));
    let suppression = harness.suppression("gone@example.com").await;
    assert_eq!(suppression, Some(SuppressionReason::HardBounce));
    assert_eq!(postfix.wait_for_mail(120), 120);
    assert!(delivered(&postfix).values().all(|times| *times == 1));
}

#[tokio::test]
async fn a_postfix_that_denies_us_as_a_relay_pauses_the_batch_and_marks_nobody() {
    let Some(denying) = Postfix::start(&[
        "mynetworks = 192.0.2.1/32",
        "virtual_mailbox_domains = elsewhere.example.net",
        "smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination",
    ]) else {
        return;
    };
    let list: Vec<String> = locals(60)
        .into_iter()
        .chain((0..60).map(|n| format!("reader{n}@example.org")))
        .collect();
    let harness = Harness::new(&list).await;
    let report = harness.run_to(relay(&denying)).await;
    assert!(
        matches!(&report.ending, Ending::Paused(reason) if reason.contains("Relay access denied")),
        "{report:?}"
    );
    assert_eq!(report.counts.pending, 120);
    let asked = denying.log().matches("Relay access denied").count();
    assert!((10..=20).contains(&asked), "{asked} were asked about");
    assert_eq!(harness.suppression("reader1@example.com").await, None);
    drop(denying);

    let fixed = Postfix::start(&["virtual_mailbox_domains = example.com, example.org"]).unwrap();
    harness.resume().await;
    let report = harness.run_to(relay(&fixed)).await;
    assert_eq!(
        report.counts,
        DeliveryCounts {
            accepted: 120,
            ..DeliveryCounts::default()
        }
    );
    assert_eq!(fixed.wait_for_mail(120), 120);
}

#[tokio::test]
async fn a_greylisting_postfix_defers_one_reader_and_nobody_else() {
    let greylist = "smtpd_recipient_restrictions = check_recipient_access \
                    inline:{{reader3@example.com = 450 4.7.1 Greylisted}}";
    let Some(postfix) = Postfix::start(&[greylist]) else {
        return;
    };
    let mut harness = Harness::new(locals(10)).await.deferring_for_an_hour();
    let report = harness.run_to(relay(&postfix)).await;
    assert!(matches!(report.ending, Ending::Waiting(_)), "{report:?}");
    assert_eq!((report.counts.accepted, report.counts.deferred), (9, 1));
    let (outcome, words) = harness
        .failed()
        .await
        .remove("reader3@example.com")
        .unwrap();
    assert_eq!(outcome, "deferred");
    assert!(words.contains("Greylisted"), "{words}");
    drop(postfix);

    let Some(postfix) = Postfix::start(&[]) else {
        return;
    };
    harness.two_hours_later();
    assert_eq!(harness.run_to(relay(&postfix)).await.counts.accepted, 10);
    assert_eq!(postfix.wait_for_mail(1), 1);
}

#[tokio::test]
async fn a_postfix_with_too_small_a_limit_pauses_the_batch() {
    let Some(postfix) = Postfix::start(&["message_size_limit = 600"]) else {
        return;
    };
    let harness = Harness::new(locals(10)).await;
    let report = harness.run_to(relay(&postfix)).await;
    assert!(
        matches!(&report.ending, Ending::Paused(reason) if reason.contains("SIZE 600")),
        "{report:?}"
    );
    assert_eq!(report.counts.pending, 10);
    assert!(postfix.mail().is_empty());
}

#[tokio::test]
async fn a_postfix_that_dies_and_comes_back_gets_the_rest() {
    let Some(postfix) = Postfix::start(&[]) else {
        return;
    };
    let list = locals(400);
    let mut harness = Harness::new(&list).await;
    // Slow enough that it dies in the middle.
    harness.smtp.rate = Some(daily_note::publication::Rate {
        messages: 200,
        per: Duration::from_secs(1),
    });
    let killer = async {
        let id = harness.batch().await.id;
        while harness.store.counts(id).await.unwrap().accepted < 60 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        postfix.stop();
        tokio::time::sleep(Duration::from_millis(300)).await;
        postfix.start_again();
    };
    let (report, ()) = tokio::join!(harness.run_to(relay(&postfix)), killer);
    let DeliveryCounts {
        accepted, unknown, ..
    } = report.counts;
    assert_eq!(
        (report.counts.open(), accepted + unknown),
        (0, 400),
        "{report:?}"
    );
    assert_eq!(harness.batch().await.state, BatchState::Finished);
    assert!(unknown <= 2, "{report:?}");
    // What it delivers once more counts as mail, too.
    let deadline = Instant::now() + Duration::from_secs(30);
    while delivered(&postfix).len() < accepted as usize && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let delivered = delivered(&postfix);
    assert!(
        (accepted as usize..=400).contains(&delivered.len()),
        "{} delivered, {report:?}",
        delivered.len()
    );
    assert!(delivered.values().all(|times| *times == 1));
}
