//! Answers about one reader: this delivery waits or ends, the batch goes on.

use std::time::Duration;

use daily_note::{audience::SuppressionReason, delivery::Ending, store::DeliveryCounts};

use super::harness::{Harness, readers};
use crate::scripted::{At::*, ScriptedServer, reply};

/// 120 readers, of whom one is answered so at RCPT; enough others are taken to believe it.
async fn one_refused(answer: &str) -> (Harness, daily_note::delivery::RunReport) {
    let mut list = readers(120, 4);
    // Not last: of a domain with readers enough, a refusal is believed where another is taken after it.
    list.insert(60, "gone@example.com".into());
    let harness = Harness::new(list).await;
    let server = ScriptedServer::new()
        .on(Rcpt, reply(answer).to("gone@example.com"))
        .start();
    let report = harness.run(&server).await;
    (harness, report)
}

#[tokio::test]
async fn an_address_that_does_not_exist_is_rejected_and_suppressed() {
    for code in ["5.1.1", "5.1.2", "5.1.6", "5.1.10"] {
        let (harness, report) = one_refused(&format!("550 {code} Gone")).await;
        assert_eq!(report.ending, Ending::Finished);
        assert_eq!(
            report.counts,
            DeliveryCounts {
                accepted: 120,
                rejected: 1,
                ..DeliveryCounts::default()
            }
        );
        let (outcome, words) = harness.failed().await.remove("gone@example.com").unwrap();
        assert_eq!(
            (outcome.as_str(), words.as_str()),
            ("rejected", &*format!("550 {code} Gone"))
        );
        let suppression = harness.suppression("gone@example.com").await;
        assert_eq!(suppression, Some(SuppressionReason::HardBounce), "{code}");
    }
}

#[tokio::test]
async fn a_full_mailbox_or_a_policy_is_rejected_and_never_suppressed() {
    for answer in [
        "552 5.2.2 Full",
        "550 5.7.1 Policy",
        "553 5.1.7 Bad sender",
        "550 No thanks",
    ] {
        let (harness, report) = one_refused(answer).await;
        assert_eq!(
            report.counts,
            DeliveryCounts {
                accepted: 120,
                rejected: 1,
                ..DeliveryCounts::default()
            }
        );
        assert_eq!(
            harness.suppression("gone@example.com").await,
            None,
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_greylisted_reader_waits_and_gets_it_later() {
    for answer in ["451 4.7.1 Greylisted", "452 4.2.2 Over quota"] {
        let mut harness = Harness::new(["minji@example.com", "jun@example.com"])
            .await
            .deferring_for_an_hour();
        let server = ScriptedServer::new()
            .on(Rcpt, reply(answer).to("minji@").times(1))
            .start();
        let report = harness.run(&server).await;
        assert!(
            matches!(report.ending, Ending::Waiting(_)),
            "{:?}",
            report.ending
        );
        assert_eq!(
            report.counts,
            DeliveryCounts {
                accepted: 1,
                deferred: 1,
                ..DeliveryCounts::default()
            }
        );
        let (outcome, words) = harness.failed().await.remove("minji@example.com").unwrap();
        assert_eq!((outcome.as_str(), words.as_str()), ("deferred", answer));
        harness.two_hours_later();
        let counts = harness.run_until_done(&server).await;
        assert_eq!(
            counts,
            DeliveryCounts {
                accepted: 2,
                ..DeliveryCounts::default()
            }
        );
        assert_eq!(server.taken().len(), 2);
    }
}

#[tokio::test]
async fn a_4xx_to_the_dot_defers_that_message_alone() {
    let mut harness = Harness::new(readers(3, 1))
        .await
        .one_connection()
        .deferring_for_an_hour();
    let server = ScriptedServer::new()
        .on(Dot, reply("452 4.3.1 Queue full").times(1))
        .start();
    let report = harness.run(&server).await;
    assert_eq!(
        report.counts,
        DeliveryCounts {
            accepted: 2,
            deferred: 1,
            ..DeliveryCounts::default()
        }
    );
    assert_eq!(server.connections(), 1);
    harness.two_hours_later();
    assert_eq!(harness.run_until_done(&server).await.accepted, 3);
}

#[tokio::test]
async fn a_reader_who_never_can_be_reached_is_given_up() {
    let mut harness = Harness::new(["minji@example.com"]).await;
    harness.settings.give_up = Duration::from_millis(300);
    let server = ScriptedServer::new()
        .on(Rcpt, reply("451 4.7.1 Later"))
        .start();
    let counts = harness.run_until_done(&server).await;
    assert_eq!(
        counts,
        DeliveryCounts {
            rejected: 1,
            ..DeliveryCounts::default()
        }
    );
    let (_, words) = harness.failed().await.remove("minji@example.com").unwrap();
    assert_eq!(words, "gave_up: 451 4.7.1 Later");
    assert_eq!(harness.suppression("minji@example.com").await, None);
}

#[tokio::test]
async fn a_refused_recipient_whose_data_was_taken_while_pipelining_gets_no_message() {
    let list: Vec<String> = readers(30, 3)
        .into_iter()
        .chain(["gone@example.com".to_owned()])
        .collect();
    let harness = Harness::new(&list).await.one_connection();
    // It wants a message for whoever it has just refused.
    let server = ScriptedServer::new()
        .on(Rcpt, reply("550 5.1.1 No such user").to("gone@"))
        .on(Data, reply("354 Go ahead"))
        .start();
    let report = harness.run(&server).await;
    assert_eq!((report.counts.accepted, report.counts.rejected), (30, 1));
    assert!(!server.recipients().contains(&"gone@example.com".to_owned()));
    // A lone dot is all it got, and the connection went on.
    assert_eq!(server.heard_times("C: (0 bytes)"), 1);
    assert_eq!(server.connections(), 1);
}

/// 60 readers over three domains, of whom one is answered so at the dot.
async fn one_refused_at_the_dot(answer: &str) -> (Harness, daily_note::delivery::RunReport) {
    let mut list = readers(59, 3);
    list.push("poison@example.com".into());
    let harness = Harness::new(list).await;
    let server = ScriptedServer::new()
        .on(Dot, reply(answer).to("poison@example.com"))
        .start();
    let report = harness.run(&server).await;
    (harness, report)
}

#[tokio::test]
async fn one_reader_refused_at_the_dot_stops_nobody_and_is_named() {
    for (answer, suppressed) in [
        ("552 5.2.2 Mailbox full", None),
        ("550 5.2.1 Mailbox disabled", None),
        (
            "550 5.1.1 User unknown",
            Some(SuppressionReason::HardBounce),
        ),
        (
            "550 5.1.10 Recipient domain takes no mail",
            Some(SuppressionReason::HardBounce),
        ),
        ("554 Message rejected: Email address is not verified", None),
        ("550 5.7.1 Your message was refused by this recipient", None),
        ("554 5.6.0 Content refused", None),
    ] {
        let (harness, report) = one_refused_at_the_dot(answer).await;
        assert_eq!(report.ending, Ending::Finished, "{answer}");
        assert_eq!(
            report.counts,
            DeliveryCounts {
                accepted: 59,
                rejected: 1,
                ..DeliveryCounts::default()
            },
            "{answer}"
        );
        let (outcome, words) = harness.failed().await.remove("poison@example.com").unwrap();
        assert_eq!((outcome.as_str(), words.as_str()), ("rejected", answer));
        assert_eq!(
            harness.suppression("poison@example.com").await,
            suppressed,
            "{answer}"
        );
    }
}
