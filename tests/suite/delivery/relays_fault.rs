//! Faults of the relay or the network: the row is pending again, the relay gets a rest, nobody is
//! marked.

use std::time::Duration;

use daily_note::{
    delivery::Ending,
    publication::{Credentials, TlsMode, TokenSource},
    smtp::{Relay, Timeouts},
    store::DeliveryCounts,
};

use super::harness::{Harness, readers};
use crate::scripted::{At, At::*, Play, ScriptedServer, close, raw, reply, stall};

/// Twenty readers through a server that plays a fault once, or a few times, and is well then.
async fn all_arrive_after(at: At, play: Play) {
    let harness = Harness::new(readers(20, 2)).await.one_connection();
    let server = ScriptedServer::new().on(at, play).start();
    let counts = harness.run_until_done(&server).await;
    assert_eq!(
        counts,
        DeliveryCounts {
            accepted: 20,
            ..DeliveryCounts::default()
        }
    );
    assert_eq!(
        server
            .taken()
            .iter()
            .filter(|it| it.answer.is_some())
            .count(),
        20
    );
}

#[tokio::test]
async fn a_relay_that_goes_away_before_its_greeting_is_tried_again() {
    all_arrive_after(Greeting, close().times(2)).await;
}

#[tokio::test]
async fn a_greeting_of_421_or_554_is_tried_again() {
    all_arrive_after(Greeting, reply("421 4.3.2 Not now").then_close().times(1)).await;
    all_arrive_after(
        Greeting,
        reply("554 5.3.2 No service").then_close().times(1),
    )
    .await;
}

#[tokio::test]
async fn a_4xx_to_mail_rests_the_relay_and_marks_nobody() {
    all_arrive_after(Mail, reply("451 4.3.0 Busy").times(2)).await;
    all_arrive_after(Mail, reply("452 4.3.1 Insufficient storage").times(2)).await;
}

#[tokio::test]
async fn a_421_in_the_middle_of_a_session_loses_nobody() {
    for at in [Mail, Rcpt, Data, Dot] {
        all_arrive_after(at, reply("421 4.3.2 Bye").then_close().skip(3).times(1)).await;
    }
}

#[tokio::test]
async fn a_connection_cut_before_the_dot_loses_nobody() {
    for at in [Mail, Rcpt, Data] {
        all_arrive_after(at, close().skip(3).times(1)).await;
    }
}

#[tokio::test]
async fn a_connection_cut_in_the_body_is_unknown_only_if_the_dot_was_written() {
    let harness = Harness::new(readers(20, 2)).await.one_connection();
    let server = ScriptedServer::new()
        .on(Body, close().skip(3).times(1))
        .start();
    let counts = harness.run_until_done(&server).await;
    // A short message is one write, dot included: whether the relay read it nobody here can know.
    assert_eq!(
        counts,
        DeliveryCounts {
            accepted: 19,
            unknown: 1,
            ..DeliveryCounts::default()
        }
    );
}

#[tokio::test]
async fn a_relay_that_closes_after_so_many_messages_is_met_again() {
    all_arrive_after(Mail, reply("421 4.7.0 Enough").then_close().message(8)).await;
}

#[tokio::test]
async fn a_third_loss_makes_the_row_wait() {
    let mut harness = Harness::new(["minji@example.com"]).await.one_connection();
    harness.settings.backoff_first = Duration::from_secs(600);
    let server = ScriptedServer::new().on(Rcpt, close().times(3)).start();
    let report = harness.run(&server).await;
    assert!(
        matches!(report.ending, Ending::Waiting(_)),
        "{:?}",
        report.ending
    );
    assert_eq!(
        report.counts,
        DeliveryCounts {
            deferred: 1,
            ..DeliveryCounts::default()
        }
    );
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn a_relay_that_falls_silent_is_left_at_the_deadline() {
    let harness = Harness::new(readers(3, 1)).await.one_connection();
    let server = ScriptedServer::new().on(Rcpt, stall().times(1)).start();
    let relay = server
        .relay()
        .with_timeouts(Timeouts::all(Duration::from_millis(300)));
    let report = harness.run_to(relay).await;
    assert_eq!(
        report.counts,
        DeliveryCounts {
            accepted: 3,
            ..DeliveryCounts::default()
        }
    );
}

#[tokio::test]
async fn a_relay_that_dies_and_comes_back_gets_the_rest() {
    let harness = Harness::new(readers(300, 3)).await;
    let mut server = ScriptedServer::new()
        .on(Dot, reply("250 2.0.0 OK").after(Duration::from_millis(4)))
        .start();
    let (addr, relay) = (server.addr(), server.relay());
    let killer = tokio::task::spawn_blocking(move || {
        std::thread::sleep(Duration::from_millis(150));
        server.die();
        std::thread::sleep(Duration::from_millis(100));
        (ScriptedServer::new().listen(addr).start(), server)
    });
    let report = harness.run_to(relay).await;
    let (second, first) = killer.await.unwrap();
    assert_eq!(report.counts.open(), 0, "{report:?}");
    let acknowledged = [&first, &second]
        .iter()
        .flat_map(|server| server.taken())
        .filter(|taken| taken.answer.is_some())
        .count();
    // An answer that the dying machine wrote may never have been read: that row is unknown.
    assert!(report.counts.unknown <= 2, "{report:?}");
    assert!(report.counts.accepted <= acknowledged as u64);
    assert!(report.counts.accepted + report.counts.unknown >= acknowledged as u64);
    assert_eq!(report.counts.accepted + report.counts.unknown, 300);
}

#[tokio::test]
async fn a_refused_connection_leaves_every_row_pending() {
    let mut harness = Harness::new(readers(5, 1)).await;
    harness.settings.relay_backoff_max = Duration::from_millis(20);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let stop = harness.stop.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        stop.request();
    });
    let report = harness
        .run_to(Relay::new("127.0.0.1", port, TlsMode::None))
        .await;
    assert_eq!(report.ending, Ending::Stopped);
    assert_eq!(
        report.counts,
        DeliveryCounts {
            pending: 5,
            ..DeliveryCounts::default()
        }
    );
}

#[tokio::test]
async fn a_machine_without_tls_among_good_ones_stops_nobody_and_gets_nothing() {
    let mut harness = Harness::new(readers(20, 2)).await.one_connection();
    harness.smtp.messages_per_connection = 5;
    // The second connection, and the third, are with a machine that offers no STARTTLS.
    let bare = || raw(b"250-scripted.example.com\r\n250 SIZE 104857600\r\n");
    let server = ScriptedServer::new()
        .starttls()
        .on(Ehlo, bare().connection(2))
        .on(Ehlo, bare().connection(3))
        .forgiving()
        .start();
    let report = harness.run(&server).await;
    assert_eq!(report.ending, Ending::Finished, "{report:?}");
    assert_eq!(report.counts.accepted, 20);
    for connection in [2, 3] {
        let said = server.transcript(connection);
        assert!(
            !said.iter().any(|line| line.starts_with("C: MAIL")),
            "{said:?}"
        );
    }
}

#[tokio::test]
async fn a_relay_that_never_had_tls_still_pauses() {
    let harness = Harness::new(readers(5, 1)).await.one_connection();
    let server = ScriptedServer::new()
        .starttls()
        .on(
            Ehlo,
            raw(b"250-scripted.example.com\r\n250 SIZE 104857600\r\n"),
        )
        .forgiving()
        .start();
    let report = harness.run(&server).await;
    assert!(matches!(report.ending, Ending::Paused(_)), "{report:?}");
    assert_eq!(report.counts.pending, 5);
}

#[tokio::test]
async fn a_machine_with_a_wrong_certificate_among_good_ones_stops_nobody_and_gets_nothing() {
    for plan in [
        ScriptedServer::new().starttls(),
        ScriptedServer::new().implicit_tls(),
    ] {
        let mut harness = Harness::new(readers(20, 2)).await.one_connection();
        harness.smtp.messages_per_connection = 5;
        let server = plan.impostor_on([2, 4]).forgiving().start();
        let report = harness.run(&server).await;
        assert_eq!(report.ending, Ending::Finished, "{report:?}");
        assert_eq!(report.counts.accepted, 20);
        for connection in [2, 4] {
            let said = server.transcript(connection);
            assert!(
                !said.iter().any(|line| line.starts_with("C: MAIL")),
                "{said:?}"
            );
        }
    }
}

/// A relay of two machines, of which the first is so.
async fn all_go_by_the_second(first: &ScriptedServer) {
    let harness = Harness::new(readers(20, 2)).await.one_connection();
    let second = ScriptedServer::new().starttls().start();
    let relay = second.relay().at_addresses([first.addr(), second.addr()]);
    let report = harness.run_to(relay).await;
    assert_eq!(report.counts.accepted, 20, "{report:?}");
    assert_eq!(report.ending, Ending::Finished);
    assert_eq!((first.taken().len(), second.taken().len()), (0, 20));
}

#[tokio::test]
async fn of_two_machines_behind_a_name_the_one_that_is_well_is_used() {
    let starttls = || ScriptedServer::new().starttls().forgiving();
    let bare = raw(b"250-scripted.example.com\r\n250 SIZE 104857600\r\n");
    for first in [
        starttls().certificate_for("elsewhere.example.com"),
        starttls().on(Ehlo, bare),
        starttls().on(Greeting, reply("421 4.3.2 Not now").then_close()),
        starttls().on(Greeting, reply("554 5.7.1 Not you").then_close()),
        starttls().on(Greeting, close()),
        starttls().on(Ehlo, reply("451 4.3.0 Not now")),
        starttls().on(Ehlo, close()),
        starttls().on(StartTls, reply("454 4.7.0 TLS not available")),
        starttls().on(StartTls, close()),
    ] {
        all_go_by_the_second(&first.start()).await;
    }
    let mut gone = starttls().start();
    gone.die();
    all_go_by_the_second(&gone).await;
}

#[tokio::test]
async fn where_no_machine_is_well_the_first_that_a_person_must_mend_is_told() {
    let harness = Harness::new(readers(5, 1)).await.one_connection();
    let wrong = ScriptedServer::new()
        .starttls()
        .certificate_for("elsewhere.example.com")
        .forgiving()
        .start();
    let mut gone = ScriptedServer::new().start();
    gone.die();
    for addresses in [[wrong.addr(), gone.addr()], [gone.addr(), wrong.addr()]] {
        let relay = wrong.relay().at_addresses(addresses);
        let report = harness.run_to(relay).await;
        assert!(
            matches!(&report.ending, Ending::Paused(reason) if reason.contains("certificate")),
            "{report:?}"
        );
        harness.resume().await;
    }
    assert!(wrong.taken().is_empty());
}

#[tokio::test]
async fn a_token_that_runs_out_in_the_middle_is_waited_for() {
    let mut harness = Harness::new(readers(20, 2)).await.one_connection();
    harness.smtp.messages_per_connection = 5;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "first").unwrap();
    let valid = std::sync::Arc::new(std::sync::Mutex::new("first".to_owned()));
    let server = ScriptedServer::new()
        .starttls()
        .tokens("news@example.com", "XOAUTH2", &valid)
        .on(Dot, reply("250 2.0.0 OK").after(Duration::from_millis(40)))
        .start();
    let token = TokenSource::File(file.clone());
    let relay = server
        .relay()
        .with_credentials(Credentials::with_token("news@example.com", token));
    // The old one runs out once somebody was taken; the next is there after it was refused.
    let until = async |is_so: &dyn Fn() -> bool| {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let renewal = async {
        until(&|| !server.taken().is_empty()).await;
        *valid.lock().unwrap() = "second".to_owned();
        let before = server.connections();
        until(&|| server.connections() > before + 1).await;
        std::fs::write(&file, "second").unwrap();
    };
    let (report, ()) = tokio::join!(harness.run_to(relay), renewal);
    assert_eq!(report.ending, Ending::Finished, "{report:?}");
    assert_eq!(report.counts.accepted, 20);
    assert!(server.connections() > 4, "the old one was refused");
}
