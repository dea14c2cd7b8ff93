//! What can happen before the first message: no connection, no greeting, no EHLO, no AUTH.

use std::net::{Ipv4Addr, SocketAddr};

use daily_note::{
    publication::Credentials,
    smtp::{ConnectError, ConnectStep, Relay, Session},
};
use tokio::net::{TcpSocket, TcpStream};

use super::{SHORT, Timeouts, TlsMode, deliver, impatient, is_accepted, relay, session_with};
use crate::scripted::{Auth, Ehlo, Greeting, Helo, Quit, ScriptedServer, close, reply, stall};

async fn failure(relay: &Relay) -> ConnectError {
    let error = Session::connect(relay).await.unwrap_err();
    assert!(!error.hint().to_string().is_empty());
    assert_ne!(error.is_transient(), error.is_senders_fault());
    error
}

#[tokio::test]
async fn a_refused_connection_is_the_relays_trouble() {
    let nobody = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let addr = nobody.local_addr().unwrap();
    drop(nobody);
    let error = failure(&relay(addr)).await;
    assert!(
        matches!(error, ConnectError::Unreachable { .. }),
        "{error:?}"
    );
    assert!(error.is_transient());
}

#[tokio::test]
async fn a_black_hole_is_given_up_on() {
    // A full backlog drops SYNs, as a firewall does.
    let socket = TcpSocket::new_v4().unwrap();
    socket
        .bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
        .unwrap();
    let listener = socket.listen(1).unwrap();
    let addr = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(tcp) = tokio::time::timeout(SHORT, TcpStream::connect(addr)).await {
        waiting.push(tcp.unwrap());
    }
    let error = failure(&relay(addr).with_timeouts(Timeouts::all(SHORT))).await;
    assert!(
        matches!(
            error,
            ConnectError::Timeout {
                step: ConnectStep::Connect,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(error.is_transient());
}

#[tokio::test]
async fn a_name_without_an_address_is_named() {
    let error = failure(&Relay::new("no-such-host.invalid", 25, TlsMode::None)).await;
    assert!(matches!(error, ConnectError::NoAddress { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the relay's name no-such-host.invalid has no address"
    );
}

#[tokio::test]
async fn a_relay_that_never_greets_is_given_up_on() {
    let server = ScriptedServer::new().on(Greeting, stall()).start();
    let error = failure(&impatient(&server)).await;
    assert!(
        matches!(
            error,
            ConnectError::Timeout {
                step: ConnectStep::Greeting,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(error.hint().to_string().contains("smtps://"));
}

#[tokio::test]
async fn a_greeting_that_refuses_is_told_in_the_relays_words() {
    for words in ["554 5.7.1 You are on a list", "421 4.3.2 Come back later"] {
        let server = ScriptedServer::new()
            .on(Greeting, reply(words).then_close())
            .start();
        let error = failure(&server.relay()).await;
        assert_eq!(
            error.to_string(),
            format!("the relay greets with “{words}”")
        );
        assert!(error.is_transient());
    }
}

#[tokio::test]
async fn a_relay_that_hangs_up_instead_of_greeting_is_lost() {
    let server = ScriptedServer::new().on(Greeting, close()).start();
    let error = failure(&server.relay()).await;
    assert!(
        matches!(
            error,
            ConnectError::Lost {
                step: ConnectStep::Greeting,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(error.is_transient());
}

#[tokio::test]
async fn what_is_no_smtp_server_is_told_so() {
    let server = ScriptedServer::new()
        .on(Greeting, reply("SSH-2.0-OpenSSH_9.9").then_close())
        .start();
    let error = failure(&server.relay()).await;
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(
        cause,
        "the relay sent a line without a reply code: “SSH-2.0-OpenSSH_9.9”"
    );
}

#[tokio::test]
async fn a_relay_that_knows_no_ehlo_is_spoken_to_with_helo() {
    let server = ScriptedServer::new()
        .on(Ehlo, reply("502 5.5.1 What?"))
        .start();
    let mut session = session_with(&server).await;
    assert!(!session.capabilities().esmtp);
    assert!(!session.capabilities().pipelining);
    assert!(is_accepted(
        &deliver(&mut session, "minji@example.com").await.unwrap()
    ));
    session.quit().await;
    let said = server.transcript(1);
    assert!(said.contains(&"C: HELO [127.0.0.1]".to_owned()), "{said:?}");
    // No SIZE on MAIL, for nobody offered it.
    assert!(
        said.contains(&"C: MAIL FROM:<hello@example.com>".to_owned()),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_refused_helo_asks_for_another_name() {
    let server = ScriptedServer::new()
        .on(Ehlo, reply("550 5.7.1 Who are you?"))
        .on(Helo, reply("550 5.7.1 Who are you?"))
        .start();
    let error = failure(&server.relay()).await;
    assert!(error.is_senders_fault());
    assert!(error.hint().to_string().contains("smtp.helo_name"));
}

#[tokio::test]
async fn an_ehlo_put_off_is_tried_again_later() {
    let server = ScriptedServer::new()
        .on(Ehlo, reply("451 4.3.0 Not now"))
        .start();
    assert!(failure(&server.relay()).await.is_transient());
}

#[tokio::test]
async fn credentials_are_taken_by_plain_and_by_login() {
    for mechanisms in [&["AUTH PLAIN LOGIN"][..], &["AUTH=LOGIN", "PIPELINING"]] {
        let server = ScriptedServer::new()
            .starttls()
            .credentials("minji@example.com", "비밀 pass")
            .offering(mechanisms)
            .start();
        let relay = server
            .relay()
            .with_credentials(Credentials::with_password("minji@example.com", "비밀 pass"));
        let mut session = Session::connect(&relay).await.unwrap();
        assert!(is_accepted(
            &deliver(&mut session, "jun@example.com").await.unwrap()
        ));
        session.quit().await;
    }
}

#[tokio::test]
async fn a_relay_that_wants_to_ask_for_the_password_is_let() {
    for refusal in ["501 5.5.4 Syntax: AUTH mechanism", "504 5.5.4 Not so"] {
        let server = ScriptedServer::new()
            .starttls()
            .credentials("minji", "비밀")
            .offering(&["AUTH PLAIN"])
            .on(Auth, reply(refusal).times(1))
            .start();
        let relay = server
            .relay()
            .with_credentials(Credentials::with_password("minji", "비밀"));
        Session::connect(&relay).await.unwrap().quit().await;
        assert_eq!(server.heard_times("C: AUTH PLAIN"), 1, "asked for apart");
    }
}

#[tokio::test]
async fn a_wrong_password_is_the_senders_to_mend() {
    let server = ScriptedServer::new()
        .implicit_tls()
        .credentials("minji", "right")
        .start();
    let error = failure(
        &server
            .relay()
            .with_credentials(Credentials::with_password("minji", "s3cret")),
    )
    .await;
    assert!(matches!(error, ConnectError::Auth(_)), "{error:?}");
    assert!(error.is_senders_fault());
    assert!(!format!("{error:?}{error}").contains("s3cret"));
}

#[tokio::test]
async fn a_relay_that_cannot_check_passwords_now_is_tried_again() {
    let server = ScriptedServer::new()
        .implicit_tls()
        .credentials("minji", "right")
        .on(Auth, reply("454 4.7.0 Temporary authentication failure"))
        .start();
    let error = failure(
        &server
            .relay()
            .with_credentials(Credentials::with_password("minji", "right")),
    )
    .await;
    assert!(matches!(error, ConnectError::Auth(_)), "{error:?}");
    assert!(error.is_transient());
}

#[tokio::test]
async fn a_relay_that_asks_for_ever_during_auth_is_left() {
    let server = ScriptedServer::new()
        .implicit_tls()
        .credentials("minji", "right")
        .on(
            Auth,
            reply("334 VXNlcm5hbWU6\r\n334 UGFzc3dvcmQ6\r\n334 TW9yZTo="),
        )
        .forgiving()
        .start();
    let error = failure(
        &server
            .relay()
            .with_credentials(Credentials::with_password("minji", "right")),
    )
    .await;
    assert!(
        matches!(error, ConnectError::AuthNotUnderstood(_)),
        "{error:?}"
    );
    assert!(error.is_senders_fault());
}

#[tokio::test]
async fn credentials_for_a_relay_without_auth_are_a_mistake_to_mend() {
    let server = ScriptedServer::new()
        .implicit_tls()
        .offering(&["AUTH XOAUTH2 GSSAPI"])
        .start();
    let error = failure(
        &server
            .relay()
            .with_credentials(Credentials::with_password("minji", "right")),
    )
    .await;
    insta::assert_snapshot!(error, @"the relay offers no AUTH for a password (PLAIN, LOGIN); it offers XOAUTH2, GSSAPI");
    assert!(error.is_senders_fault());
    assert!(
        error.hint().to_string().contains("smtp.token_command"),
        "{}",
        error.hint()
    );
}

#[tokio::test]
async fn a_password_never_goes_in_clear() {
    let server = ScriptedServer::new().credentials("minji", "right").start();
    let error = failure(
        &server
            .relay()
            .with_credentials(Credentials::with_password("minji", "right")),
    )
    .await;
    assert!(
        matches!(error, ConnectError::AuthInClear { .. }),
        "{error:?}"
    );
    assert!(
        !server
            .transcript(1)
            .iter()
            .any(|line| line.starts_with("C: AUTH"))
    );
}

#[tokio::test]
async fn a_quit_that_fails_harms_nobody() {
    for play in [close(), stall(), reply("500 5.5.1 Stay")] {
        let server = ScriptedServer::new().on(Quit, play).start();
        let mut session = Session::connect(&impatient(&server)).await.unwrap();
        assert!(is_accepted(
            &deliver(&mut session, "minji@example.com").await.unwrap()
        ));
        session.quit().await;
        assert_eq!(server.taken().len(), 1);
    }
}
