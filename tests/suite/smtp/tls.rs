//! TLS: protected or not at all.

use std::net::SocketAddr;

use daily_note::{
    publication::TlsMode,
    smtp::{ConnectError, Relay, Session},
};

use super::{Timeouts, deliver, envelope, is_accepted, session_with};
use crate::scripted::{Body, Dot, Play, ScriptedServer, StartTls, close, raw, reply, stall};

/// Connects in vain, and makes sure that no mail was begun.
async fn failure(server: &ScriptedServer, relay: &Relay) -> ConnectError {
    let error = Session::connect(relay).await.unwrap_err();
    let said = server.transcript(server.connections());
    assert!(
        !said.iter().any(|line| line.starts_with("C: MAIL")),
        "{said:?}"
    );
    error
}

#[tokio::test]
async fn mail_goes_over_starttls_and_over_tls_from_the_start() {
    for plan in [
        ScriptedServer::new().starttls(),
        ScriptedServer::new().implicit_tls(),
    ] {
        let server = plan.start();
        let mut session = session_with(&server).await;
        let tls = session.capabilities().tls.clone().unwrap();
        assert_eq!((tls.version.as_str(), tls.is_verified), ("TLSv1_3", true));
        assert!(
            !session.capabilities().starttls,
            "EHLO is asked again under TLS"
        );
        let line = b"a line of some length that fills TLS records, and a dot\r\n.\r\n";
        let message = line.repeat(5000);
        let to = envelope("minji@example.com");
        assert!(is_accepted(&session.deliver(&to, &message).await.unwrap()));
        assert!(server.taken()[0].bytes == message);
        session.quit().await;
    }
}

#[tokio::test]
async fn a_relay_without_starttls_gets_no_mail() {
    let server = ScriptedServer::new().start();
    let relay = Relay::new("localhost", server.addr().port(), TlsMode::Required);
    let error = failure(&server, &relay).await;
    assert!(
        matches!(error, ConnectError::TlsNotOffered { .. }),
        "{error:?}"
    );
    assert!(error.is_senders_fault());
}

#[tokio::test]
async fn starttls_that_is_offered_and_broken_gets_no_mail() {
    let plays: [fn() -> Play; 4] = [
        || reply("454 4.7.0 TLS not available"),
        || reply("220 Ready").then_close(),
        || reply("501 5.5.4 What?"),
        close,
    ];
    for play in plays {
        let server = ScriptedServer::new()
            .starttls()
            .on(StartTls, play())
            .start();
        let error = failure(&server, &server.relay()).await;
        assert!(
            matches!(
                error,
                ConnectError::StartTls(_)
                    | ConnectError::Handshake { .. }
                    | ConnectError::Lost { .. }
            ),
            "{error:?}"
        );
        assert!(error.is_transient());
    }
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_given_up_on() {
    let server = ScriptedServer::new()
        .starttls()
        .on(StartTls, stall())
        .start();
    let error = failure(&server, &super::impatient(&server)).await;
    assert!(matches!(error, ConnectError::Timeout { .. }), "{error:?}");
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused() {
    for plan in [
        ScriptedServer::new().starttls(),
        ScriptedServer::new().implicit_tls(),
    ] {
        let server = plan.certificate_for("smtp.example.org").start();
        let error = failure(&server, &server.relay()).await;
        assert!(
            matches!(error, ConnectError::Certificate { .. }),
            "{error:?}"
        );
        assert!(error.is_senders_fault());
    }
}

#[tokio::test]
async fn a_certificate_from_nobody_we_know_is_refused() {
    let server = ScriptedServer::new().starttls().start();
    let mut relay = server.relay();
    relay.ca_file = None;
    let error = failure(&server, &relay).await;
    assert!(
        matches!(error, ConnectError::Certificate { .. }),
        "{error:?}"
    );
    assert!(error.hint().to_string().contains("smtp.ca_file"));
}

#[tokio::test]
async fn commands_slipped_in_before_tls_are_noticed() {
    let server = ScriptedServer::new()
        .starttls()
        .on(StartTls, raw(b"220 Ready\r\n250 injected\r\n"))
        .start();
    let error = failure(&server, &server.relay()).await;
    assert!(matches!(error, ConnectError::TlsInjection), "{error:?}");
    assert!(error.is_senders_fault());
}

#[tokio::test]
async fn a_ca_file_that_holds_none_is_named() {
    let server = ScriptedServer::new().starttls().start();
    let file = tempfile::NamedTempFile::new().unwrap();
    let relay = server.relay().with_ca_file(file.path());
    let fresh = Relay::new("localhost", relay.port, relay.tls).with_ca_file(file.path());
    let error = failure(&server, &fresh).await;
    assert!(matches!(error, ConnectError::Trust(_)), "{error:?}");
    assert!(
        error
            .to_string()
            .contains(&file.path().display().to_string())
    );
}

#[tokio::test]
async fn on_loopback_tls_is_used_where_offered_and_its_certificate_not_asked_for() {
    let opportunistic =
        |addr: SocketAddr| Relay::new("127.0.0.1", addr.port(), TlsMode::Opportunistic);
    let offers = ScriptedServer::new()
        .starttls()
        .certificate_for("debian")
        .start();
    let mut session = Session::connect(&opportunistic(offers.addr()))
        .await
        .unwrap();
    assert!(!session.capabilities().tls.as_ref().unwrap().is_verified);
    assert!(is_accepted(
        &deliver(&mut session, "minji@example.com").await.unwrap()
    ));
    session.quit().await;

    let offers_none = ScriptedServer::new().start();
    let mut session = Session::connect(&opportunistic(offers_none.addr()))
        .await
        .unwrap();
    assert!(session.capabilities().tls.is_none());
    assert!(is_accepted(
        &deliver(&mut session, "minji@example.com").await.unwrap()
    ));
    session.quit().await;
}

#[tokio::test]
async fn a_connection_cut_in_the_middle_of_a_message_under_tls_leaves_no_doubt() {
    let server = ScriptedServer::new()
        .implicit_tls()
        .on(Body, close())
        .start();
    let mut session = session_with(&server).await;
    let message = b"x\r\n".repeat(8 << 20);
    let lost = session
        .deliver(&envelope("minji@example.com"), &message)
        .await
        .unwrap_err();
    assert!(!lost.dot_left, "{lost:?}");
}

#[tokio::test]
async fn silence_after_the_dot_under_tls_is_unknown() {
    let server = ScriptedServer::new()
        .implicit_tls()
        .on(Dot, stall())
        .start();
    let relay = server.relay();
    let mut session = Session::connect(&relay.clone().with_timeouts(Timeouts {
        dot: super::SHORT,
        ..relay.timeouts
    }))
    .await
    .unwrap();
    let lost = deliver(&mut session, "minji@example.com")
        .await
        .unwrap_err();
    assert!(lost.dot_left, "{lost:?}");
    assert_eq!(server.taken().len(), 1);
}
