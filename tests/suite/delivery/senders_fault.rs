//! Faults that a person must fix: the batch pauses with a reason, nobody is marked, and after the
//! fix everybody gets it.

use daily_note::{
    delivery::Ending,
    publication::Credentials,
    store::{BatchState, DeliveryCounts},
};

use super::harness::{Harness, readers};
use crate::scripted::{At, At::*, Plan, ScriptedServer, reply};

/// Runs into a fault, expects the pause and its words, and that all arrive after the fix.
async fn pauses_and_reaches_all_after_the_mend(broken: Plan, words: &str) {
    let harness = Harness::new(readers(60, 3)).await;
    // A pause may come while the next message is announced: only hanging up takes that back.
    let server = broken.forgiving().start();
    let report = harness.run(&server).await;
    let Ending::Paused(reason) = &report.ending else {
        panic!("{report:?}")
    };
    assert!(reason.contains(words), "{reason}");
    assert_eq!(
        report.counts,
        DeliveryCounts {
            pending: 60,
            ..DeliveryCounts::default()
        }
    );
    assert!(matches!(
        harness.batch().await.state,
        BatchState::Paused { .. }
    ));
    assert!(
        server
            .taken()
            .iter()
            .all(|it| it.answer.as_deref() != Some("250")),
        "somebody has it"
    );

    harness.resume().await;
    let well = ScriptedServer::new().start();
    let report = harness.run(&well).await;
    assert_eq!(
        report.counts,
        DeliveryCounts {
            accepted: 60,
            ..DeliveryCounts::default()
        }
    );
    assert_eq!(well.taken().len(), 60);
}

fn on(at: At, answer: &str) -> Plan {
    ScriptedServer::new().on(at, reply(answer))
}

#[tokio::test]
async fn a_refused_sender_address_pauses() {
    let answer = "550 5.7.1 Sender address rejected";
    pauses_and_reaches_all_after_the_mend(on(Mail, answer), answer).await;
}

#[tokio::test]
async fn a_refused_content_pauses() {
    let answer = "554 5.7.1 Message looks like spam";
    pauses_and_reaches_all_after_the_mend(on(Dot, answer), answer).await;
}

#[tokio::test]
async fn a_relay_that_denies_everybody_pauses_within_twenty_and_suppresses_nobody() {
    let harness = Harness::new(readers(500, 3)).await;
    let denied = on(Rcpt, "554 5.7.1 Relay access denied").start();
    let report = harness.run(&denied).await;
    assert!(
        matches!(&report.ending, Ending::Paused(reason) if reason.contains("Relay access denied"))
    );
    assert_eq!(
        report.counts,
        DeliveryCounts {
            pending: 500,
            ..DeliveryCounts::default()
        }
    );
    let asked: usize = (1..=denied.connections())
        .flat_map(|connection| denied.transcript(connection))
        .filter(|line| line.starts_with("C: RCPT"))
        .count();
    assert!(asked <= 20, "{asked} recipients were tried");

    harness.resume().await;
    let well = ScriptedServer::new().start();
    assert_eq!(harness.run(&well).await.counts.accepted, 500);
}

#[tokio::test]
async fn even_no_such_user_to_everybody_empties_no_list() {
    let harness = Harness::new(readers(500, 1)).await;
    let denied = on(Rcpt, "550 5.1.1 User unknown").start();
    let report = harness.run(&denied).await;
    assert!(matches!(&report.ending, Ending::Paused(_)), "{report:?}");
    assert_eq!(report.counts.pending, 500);
    assert_eq!(harness.suppression("reader1@d0.example.com").await, None);
}

#[tokio::test]
async fn after_a_pause_for_another_reason_a_relay_that_denies_everybody_is_not_believed() {
    let harness = Harness::new(readers(60, 3)).await;
    harness.pause().await;
    harness.resume().await;
    let denied = on(Rcpt, "554 5.7.1 Relay access denied").start();
    let report = harness.run(&denied).await;
    assert!(matches!(&report.ending, Ending::Paused(_)), "{report:?}");
    assert_eq!(report.counts.pending, 60);
}

#[tokio::test]
async fn a_message_larger_than_the_relay_takes_pauses_and_is_not_sent() {
    let small = ScriptedServer::new().offering(&["PIPELINING", "SIZE 1000"]);
    pauses_and_reaches_all_after_the_mend(small, "announces SIZE 1000").await;
}

#[tokio::test]
async fn after_a_resume_refusals_count() {
    let harness = Harness::new(readers(30, 3)).await;
    let denied = on(Rcpt, "550 5.1.1 User unknown").start();
    harness.run(&denied).await;
    harness.resume().await;
    let report = harness.run(&denied).await;
    assert_eq!(report.ending, Ending::Finished);
    assert_eq!(
        report.counts,
        DeliveryCounts {
            rejected: 30,
            ..DeliveryCounts::default()
        }
    );
}

#[tokio::test]
async fn a_wrong_password_pauses_and_a_password_server_that_is_down_does_not() {
    let with_password = |answer: &str| {
        ScriptedServer::new()
            .implicit_tls()
            .credentials("user", "right")
            .on(Auth, reply(answer).times(1))
    };
    let harness = Harness::new(readers(5, 1)).await.one_connection();
    let wrong = with_password("535 5.7.8 Authentication failed").start();
    let mut relay = wrong.relay();
    relay.credentials = Some(Credentials::with_password("user", "right"));
    let report = harness.run_to(relay).await;
    assert!(
        matches!(&report.ending, Ending::Paused(reason) if reason.contains("535")),
        "{report:?}"
    );
    assert_eq!(report.counts.pending, 5);

    harness.resume().await;
    let down = with_password("454 4.7.0 Temporary authentication failure").start();
    let mut relay = down.relay();
    relay.credentials = Some(Credentials::with_password("user", "right"));
    let report = harness.run_to(relay).await;
    assert_eq!(report.counts.accepted, 5, "{report:?}");
}

#[tokio::test]
async fn a_password_that_was_right_a_moment_ago_is_tried_again() {
    let mut harness = Harness::new(readers(20, 2)).await.one_connection();
    harness.smtp.messages_per_connection = 5;
    let server = ScriptedServer::new()
        .implicit_tls()
        .credentials("user", "right")
        .on(
            Auth,
            reply("535 5.7.8 Authentication failed").skip(1).times(2),
        )
        .start();
    let mut relay = server.relay();
    relay.credentials = Some(Credentials::with_password("user", "right"));
    let report = harness.run_to(relay).await;
    assert_eq!(report.ending, Ending::Finished, "{report:?}");
    assert_eq!(report.counts.accepted, 20, "{report:?}");
}

#[tokio::test]
async fn a_wrong_certificate_pauses_and_nothing_is_said_in_clear() {
    let harness = Harness::new(readers(5, 1)).await.one_connection();
    let server = ScriptedServer::new()
        .starttls()
        .certificate_for("elsewhere.example.com")
        .start();
    let report = harness.run(&server).await;
    assert!(matches!(&report.ending, Ending::Paused(_)), "{report:?}");
    assert_eq!(report.counts.pending, 5);
    assert!(server.taken().is_empty());
}
