//! Everybody once, whatever happens in the middle.

use std::{collections::BTreeSet, sync::mpsc, time::Duration};

use daily_note::{
    audience::SuppressionReason,
    delivery::{Ending, StopSignal},
    smtp::Timeouts,
    store::{BatchState, DeliveryCounts, UnknownAnswer},
};

use super::harness::{AN_HOUR, Harness, readers};
use crate::{
    message::fixture::monday,
    scripted::{At::*, ScriptedServer, close, reply},
};

const SLOWLY: Duration = Duration::from_secs(2);
/// What a refreeze puts in place of the readers' names.
const NEW_TEXT: &str = "고친 글";

#[tokio::test]
async fn every_reader_gets_it_once_and_the_batch_is_finished() {
    let list = readers(300, 5);
    let harness = Harness::new(&list).await;
    let server = ScriptedServer::new().start();
    let report = harness.run(&server).await;
    assert_eq!(report.ending, Ending::Finished);
    assert_eq!(
        report.counts,
        DeliveryCounts {
            accepted: 300,
            ..DeliveryCounts::default()
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
async fn every_attempt_sends_the_same_bytes_message_id_and_date_among_them() {
    let mut harness = Harness::new(["minji@example.com"]).await.one_connection();
    // It takes both and answers only to the second.
    let server = ScriptedServer::new().on(Dot, close().times(1)).start();
    assert_eq!(harness.run(&server).await.counts.unknown, 1);
    harness.two_hours_later();
    let batch = harness.batch().await;
    let (again, now) = (UnknownAnswer::Resend, harness.clock.now());
    harness
        .store
        .resolve_unknown(batch.id, again, now)
        .await
        .unwrap();
    assert_eq!(harness.run(&server).await.counts.accepted, 1);
    let taken = server.taken();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0].bytes, taken[1].bytes);
    let text = String::from_utf8_lossy(&taken[0].bytes);
    assert!(
        text.contains(&format!(
            "Date: {}",
            monday().format("%a, %d %b %Y %H:%M:%S")
        )),
        "{text}"
    );
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
        DeliveryCounts {
            accepted: 1,
            skipped: 1,
            ..DeliveryCounts::default()
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
    let list = readers(5, 1);
    let harness = Harness::new(&list).await.one_connection();
    let (left, has_left) = mpsc::channel::<()>();
    // The first stays on the wire until the fourth has left, however long that write takes.
    let until_left = move |_: &str| has_left.recv().is_err();
    let server = ScriptedServer::new()
        .on(Dot, reply("250 2.0.0 OK").when(until_left).times(1))
        .start();
    let leaves = async {
        // While the first is on the wire, whichever was composed first, nobody has asked for the fourth's leave yet.
        let hears_of = |reader: &String| server.heard_times(&format!("C: RCPT TO:<{reader}>")) > 0;
        while !list.iter().any(hears_of) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        harness.unsubscribe(&list[3]).await;
        drop(left);
    };
    // Nobody loses patience with a disk that takes its time.
    let relay = server.relay().with_timeouts(Timeouts::all(AN_HOUR));
    let (report, ()) = tokio::join!(harness.run_to(relay), leaves);
    assert_eq!(report.ending, Ending::Finished);
    assert_eq!(
        report.counts,
        DeliveryCounts {
            accepted: 4,
            skipped: 1,
            ..DeliveryCounts::default()
        }
    );
    // Each was tried once: a connection given up for the fourth is nobody else's loss.
    for (at, reader) in list.iter().enumerate().filter(|(at, _)| *at != 3) {
        let tried = server.heard_times(&format!("C: RCPT TO:<{reader}>"));
        assert_eq!(tried, 1, "reader {}", at + 1);
    }
    assert!(!server.recipients().contains(&list[3]));
}

#[tokio::test]
async fn a_stop_finishes_the_messages_in_flight_and_the_next_run_goes_on() {
    let list = readers(400, 3);
    let mut harness = Harness::new(&list).await;
    let server = ScriptedServer::new()
        .on(Dot, reply("250 2.0.0 OK").after(Duration::from_millis(5)))
        .start();
    let stop = harness.stop.clone();
    let asked = async {
        while server.taken().len() < 20 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.request();
    };
    let (report, ()) = tokio::join!(harness.run(&server), asked);
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

    harness.stop = StopSignal::default();
    let report = harness.run(&server).await;
    assert_eq!(report.ending, Ending::Finished);
    let taken: BTreeSet<String> = server.recipients().into_iter().collect();
    assert_eq!((taken.len(), server.taken().len()), (400, 400));
}

#[tokio::test]
async fn a_stop_ends_with_the_message_on_the_wire() {
    let harness = Harness::new(readers(60, 1)).await.one_connection();
    let server = ScriptedServer::new()
        .on(Dot, reply("250 2.0.0 OK").after(SLOWLY))
        .start();
    let stop = harness.stop.clone();
    let on_the_wire = async {
        while server.taken().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.request();
    };
    let (report, ()) = tokio::join!(harness.run(&server), on_the_wire);
    assert_eq!(report.ending, Ending::Stopped);
    // Nothing is announced behind the dot of a relay that may be slow, and nothing new is begun.
    assert_eq!(server.taken().len(), 1);
    assert_eq!((report.counts.accepted, report.counts.pending), (1, 59));
}

#[tokio::test]
async fn a_stop_finishes_at_most_what_the_relay_has_heard_of() {
    let harness = Harness::new(readers(400, 1)).await.one_connection();
    let server = ScriptedServer::new()
        .on(Dot, reply("250 2.0.0 OK").after(Duration::from_millis(20)))
        .start();
    let stop = harness.stop.clone();
    let taken_when_asked = async {
        while server.taken().len() < 10 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        stop.request();
        server.taken().len()
    };
    let (report, before) = tokio::join!(harness.run(&server), taken_when_asked);
    assert_eq!(report.ending, Ending::Stopped);
    let after = server.taken().len();
    // The one on the wire is counted before or after; one more was announced behind its dot.
    assert!(
        after <= before + 2,
        "{before} when asked, {after} at the end"
    );
    assert_eq!(report.counts.accepted, after as u64);
    assert_eq!(report.counts.pending, 400 - after as u64);
}

/// Whether the message that a reader got is the refrozen one.
fn got_the_new_text(server: &ScriptedServer, to: &str) -> bool {
    let taken = server.taken();
    let message = taken.iter().find(|it| it.recipient == to).unwrap();
    let parsed = mail_parser::MessageParser::new().parse(&message.bytes);
    parsed.unwrap().body_text(0).unwrap().contains(NEW_TEXT)
}

#[tokio::test]
async fn after_a_refreeze_who_was_tried_gets_the_same_again_and_the_others_the_new() {
    let tried = readers(3, 1);
    let later: Vec<String> = (4..7)
        .map(|n| format!("reader{n}@late.example.com"))
        .collect();
    let mut harness = Harness::new(tried.iter().chain(&later))
        .await
        .one_connection()
        .deferring_for_an_hour();
    let nobody = daily_note::publication::DomainLimit {
        rate: None,
        connections: Some(0),
    };
    harness
        .smtp
        .per_domain
        .insert("late.example.com".into(), nobody);
    let server = ScriptedServer::new()
        .on(Rcpt, reply("451 4.7.1 Greylisted").to("reader1@"))
        .on(Dot, reply("452 4.3.1 Queue full").to("reader2@"))
        .on(Dot, close().to("reader3@"))
        .start();
    let stop = harness.stop.clone();
    let all_tried = async {
        loop {
            let counts = harness
                .store
                .counts(harness.batch().await.id)
                .await
                .unwrap();
            if (counts.deferred, counts.unknown) == (2, 1) {
                return stop.request();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let (report, ()) = tokio::join!(harness.run(&server), all_tried);
    assert_eq!(report.counts.pending, 3, "{report:?}");

    harness.pause().await;
    assert_eq!(harness.refreeze(NEW_TEXT).await, 3);
    let batch = harness.batch().await;
    let (again, now) = (UnknownAnswer::Resend, harness.clock.now());
    harness
        .store
        .resolve_unknown(batch.id, again, now)
        .await
        .unwrap();
    harness.resume().await;
    harness.stop = StopSignal::default();
    harness.smtp.per_domain.clear();
    harness.two_hours_later();
    let well = ScriptedServer::new().start();
    assert_eq!(harness.run_until_done(&well).await.accepted, 6);
    for reader in &tried {
        assert!(!got_the_new_text(&well, reader), "{reader}");
    }
    for reader in &later {
        assert!(got_the_new_text(&well, reader), "{reader}");
    }
}

#[tokio::test]
async fn content_that_was_refused_is_fixed_by_a_refreeze() {
    let list = readers(6, 1);
    let harness = Harness::new(&list).await;
    let refusing = ScriptedServer::new()
        .on(Dot, reply("554 5.6.0 Bad content"))
        .forgiving()
        .start();
    let report = harness.run(&refusing).await;
    assert!(matches!(report.ending, Ending::Paused(_)), "{report:?}");
    // Who drew the refusal too: the old text would draw it again for ever.
    assert_eq!(harness.refreeze(NEW_TEXT).await, 6);
    harness.resume().await;
    let well = ScriptedServer::new().start();
    assert_eq!(harness.run(&well).await.counts.accepted, 6);
    assert!(list.iter().all(|reader| got_the_new_text(&well, reader)));
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
        DeliveryCounts {
            accepted: 4,
            unknown: 1,
            ..DeliveryCounts::default()
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
    let list = readers(5_200, 7);
    let mut harness = Harness::new(&list).await;
    // The relay has had enough before we have: fifty connections and more.
    harness.smtp.messages_per_connection = 1_000;
    let server = ScriptedServer::new()
        .on(Rcpt, reply("451 4.7.1 Greylisted").every(100))
        .on(Rcpt, reply("550 5.1.1 No such user").every(100).skip(50))
        .on(Dot, close().connection(50).times(1))
        .on(Mail, reply("421 4.3.2 Enough").then_close().message(101))
        .start();
    let counts = harness.run_until_done(&server).await;
    assert!(server.connections() > 50, "{}", server.connections());
    assert_eq!((counts.open(), counts.unknown), (0, 1), "{counts:?}");
    assert!(counts.rejected > 30, "{counts:?}");
    assert_eq!(counts.total(), 5_200);
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
