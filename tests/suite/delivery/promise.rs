//! Everybody once, whatever happens in the middle.

use std::{collections::BTreeSet, time::Duration};

use daily_note::{
    audience::SuppressionReason,
    delivery::Ending,
    store::{BatchState, Counts},
};

use super::harness::{Harness, readers};
use crate::scripted::{At::*, ScriptedServer, close, reply};

const SLOWLY: Duration = Duration::from_secs(2);

#[tokio::test]
async fn every_reader_gets_it_once_and_the_batch_is_finished() {
    let list = readers(300, 5);
    let harness = Harness::new(&list).await;
    let server = ScriptedServer::new().start();
    let report = harness.run(&server).await;
    assert_eq!(report.ending, Ending::Finished);
    assert_eq!(
        report.counts,
        Counts {
            accepted: 300,
            ..Counts::default()
        }
    );
    assert_eq!(harness.batch().await.state, BatchState::Finished);
    let mut taken = server.recipients();
    taken.sort();
    let mut expected = list;
    expected.sort();
    assert_eq!(taken, expected);
}

#[tokio::test]
async fn a_second_run_of_a_finished_batch_sends_nothing() {
    let harness = Harness::new(readers(10, 2)).await;
    let server = ScriptedServer::new().start();
    harness.run(&server).await;
    let again = harness.run(&server).await;
    assert_eq!(again.ending, Ending::Finished);
    assert_eq!(server.taken().len(), 10);
}

#[tokio::test]
async fn the_message_id_is_the_same_at_every_attempt() {
    let harness = Harness::new(["minji@example.com"]).await;
    let server = ScriptedServer::new()
        .on(Dot, reply("451 4.3.0 Try again").times(1))
        .start();
    harness.run_until_done(&server).await;
    let ids: BTreeSet<String> = server.taken().into_iter().map(|it| it.message_id).collect();
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn a_reader_who_leaves_in_the_middle_is_skipped() {
    let harness = Harness::new(["minji@example.com", "jun@example.com"])
        .await
        .one_connection();
    harness.unsubscribe("jun@example.com").await;
    let server = ScriptedServer::new().start();
    let report = harness.run(&server).await;
    assert_eq!(report.ending, Ending::Finished);
    assert_eq!(
        report.counts,
        Counts {
            accepted: 1,
            skipped: 1,
            ..Counts::default()
        }
    );
    assert_eq!(server.recipients(), ["minji@example.com"]);
    assert_eq!(
        harness.suppression("jun@example.com").await,
        Some(SuppressionReason::Unsubscribed)
    );
}

#[tokio::test]
async fn a_reader_who_leaves_while_announced_costs_the_next_one_nothing() {
    let list = readers(4, 1);
    let harness = Harness::new(&list).await.one_connection();
    let server = ScriptedServer::new()
        .on(Dot, reply("250 2.0.0 OK").after(SLOWLY).times(1))
        .start();
    let leaves = async {
        // While the first is on the wire and the second announced, the third is not yet asked for.
        while server.heard_times(&format!("C: RCPT TO:<{}>", list[0])) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        harness.unsubscribe(&list[2]).await;
    };
    let (report, ()) = tokio::join!(harness.run(&server), leaves);
    assert_eq!(report.ending, Ending::Finished);
    assert_eq!(
        report.counts,
        Counts {
            accepted: 3,
            skipped: 1,
            ..Counts::default()
        }
    );
    assert_eq!(server.recipients(), [&*list[0], &list[1], &list[3]]);
    // The fourth was tried once: the connection given up for the third is no loss of the fourth's.
    let tried = format!("C: RCPT TO:<{}>", list[3]);
    let times = server.heard_times(&tried);
    assert_eq!((times, server.connections()), (1, 2));
}

#[tokio::test]
async fn a_stop_finishes_the_messages_in_flight_and_the_next_run_goes_on() {
    let list = readers(400, 3);
    let mut harness = Harness::new(&list).await;
    let server = ScriptedServer::new()
        .on(Dot, reply("250 2.0.0 OK").after(Duration::from_millis(5)))
        .start();
    let stop = harness.stop.clone();
    let asked = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(150)).await;
        stop.request();
    });
    let report = harness.run(&server).await;
    asked.await.unwrap();
    assert_eq!(report.ending, Ending::Stopped);
    assert_eq!(report.counts.accepted, server.taken().len() as u64);
    assert_eq!(
        report.counts.pending + report.counts.accepted,
        400,
        "{:?}",
        report.counts
    );
    assert!(
        report.counts.accepted > 0 && report.counts.pending > 0,
        "{:?}",
        report.counts
    );

    harness.stop = daily_note::delivery::Stop::default();
    let report = harness.run(&server).await;
    assert_eq!(report.ending, Ending::Finished);
    let taken: BTreeSet<String> = server.recipients().into_iter().collect();
    assert_eq!((taken.len(), server.taken().len()), (400, 400));
}

#[tokio::test]
async fn a_message_lost_after_its_dot_is_unknown_and_never_guessed() {
    let harness = Harness::new(readers(5, 1)).await.one_connection();
    let server = ScriptedServer::new()
        .on(Dot, close().connection(1).message(2))
        .start();
    let report = harness.run(&server).await;
    assert_eq!(report.ending, Ending::Finished);
    assert_eq!(
        report.counts,
        Counts {
            accepted: 4,
            unknown: 1,
            ..Counts::default()
        }
    );
    assert_eq!(
        server.taken().len(),
        5,
        "the relay has all five; the ledger can't know of one"
    );
}

#[tokio::test]
async fn an_ungraceful_relay_ends_with_every_reader_accounted_for() {
    let list = readers(1_000, 7);
    let harness = Harness::new(&list).await;
    let server = ScriptedServer::new()
        .on(Rcpt, reply("451 4.7.1 Greylisted").every(100))
        .on(Rcpt, reply("550 5.1.1 No such user").every(97))
        .on(Dot, close().every(501))
        .on(Mail, reply("421 4.3.2 Enough").then_close().message(101))
        .start();
    let counts = harness.run_until_done(&server).await;
    assert_eq!(counts.open(), 0);
    assert_eq!(counts.total(), 1_000);
    let acknowledged = server
        .taken()
        .iter()
        .filter(|it| it.answer.is_some())
        .count();
    assert_eq!(counts.accepted, acknowledged as u64);
    assert_eq!(counts.unknown, (server.taken().len() - acknowledged) as u64);
    let twice = server.taken().len()
        - server
            .recipients()
            .into_iter()
            .collect::<BTreeSet<_>>()
            .len();
    assert_eq!(twice, 0);
}
