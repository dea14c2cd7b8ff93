//! Replies of every shape, over a real connection.

use daily_note::smtp::{LostCause, Session, Stage};

use super::{assert_usable, deliver, impatient, is_accepted, refusal, session_with};
use crate::scripted::{Data, Dot, Ehlo, Greeting, Mail, Rcpt, ScriptedServer, raw, reply};

#[tokio::test]
async fn replies_of_many_lines_are_one_answer() {
    let server = ScriptedServer::new()
        .on(Greeting, raw(b"220-scripted.example.com\r\n220-be kind\r\n220 please\r\n"))
        .on(Mail, raw(b"250-2.1.0 Fine\r\n250 2.1.0 Really\r\n"))
        .on(Rcpt, raw(b"550-5.1.1 The account does not exist. Check for\r\n550-5.1.1 typos or\r\n550 5.1.1 spaces\r\n").times(1))
        .start();
    let mut session = session_with(&server).await;
    let answer = deliver(&mut session, "gone@example.com").await.unwrap();
    assert_eq!(
        refusal(answer).1,
        "550 5.1.1 The account does not exist. Check for typos or spaces"
    );
    assert_usable(session, &server).await;
}

#[tokio::test]
async fn replies_split_over_packets_are_put_together() {
    let server = ScriptedServer::new()
        .on(Greeting, reply("220-hello\r\n220 there").in_pieces())
        .on(Mail, reply("250-2.1.0 one\r\n250 2.1.0 two").in_pieces())
        .on(Data, reply("354 go").in_pieces())
        .on(Dot, reply("250 2.0.0 taken").in_pieces())
        .start();
    let mut session = session_with(&server).await;
    assert!(is_accepted(
        &deliver(&mut session, "minji@example.com").await.unwrap()
    ));
    assert_usable(session, &server).await;
}

#[tokio::test]
async fn bare_line_feeds_and_bare_codes_are_understood() {
    let server = ScriptedServer::new()
        .on(Mail, raw(b"250\r\n"))
        .on(Rcpt, raw(b"250 ok\n"))
        .on(Data, raw(b"354\n"))
        .start();
    let mut session = session_with(&server).await;
    assert!(is_accepted(
        &deliver(&mut session, "minji@example.com").await.unwrap()
    ));
    session.quit().await;
}

#[tokio::test]
async fn a_reply_in_another_encoding_is_kept_readable_and_harmless() {
    let server = ScriptedServer::new()
        .on(
            Rcpt,
            raw(b"550 5.1.1 \xbe\xf8\xc0\xbd \x1b[31mred\x07\r\n").times(1),
        )
        .on(Dot, raw("250 2.0.0 받았습니다\r\n".as_bytes()))
        .start();
    let mut session = session_with(&server).await;
    let answer = deliver(&mut session, "gone@example.com").await.unwrap();
    assert_eq!(
        refusal(answer).1,
        "550 5.1.1 \u{fffd}\u{fffd}\u{fffd}\u{fffd} [31mred"
    );
    assert_usable(session, &server).await;
}

#[tokio::test]
async fn a_reply_without_end_is_not_swallowed() {
    let server = ScriptedServer::new()
        .on(
            Rcpt,
            raw(&b"250-and so on\r\n".repeat(100_000)).then_close(),
        )
        .start();
    let mut session = session_with(&server).await;
    let lost = deliver(&mut session, "minji@example.com")
        .await
        .unwrap_err();
    assert_eq!((lost.dot_left, lost.stage), (false, Stage::Rcpt));
    assert!(matches!(lost.cause, LostCause::Protocol(_)), "{lost:?}");
}

#[tokio::test]
async fn a_reply_that_drips_for_ever_is_given_up_on() {
    let server = ScriptedServer::new()
        .on(Rcpt, raw(&b"250-\r\n".repeat(1000)).in_pieces())
        .forgiving()
        .start();
    let mut session = Session::connect(&impatient(&server)).await.unwrap();
    let lost = deliver(&mut session, "minji@example.com")
        .await
        .unwrap_err();
    assert!(matches!(lost.cause, LostCause::Timeout(_)), "{lost:?}");
}

#[tokio::test]
async fn a_long_but_finite_reply_is_cut_for_the_ledger() {
    let server = ScriptedServer::new()
        .on(Dot, reply(&format!("250 2.0.0 {}", "가".repeat(20_000))))
        .start();
    let mut session = session_with(&server).await;
    assert!(is_accepted(
        &deliver(&mut session, "minji@example.com").await.unwrap()
    ));
    session.quit().await;
}

#[tokio::test]
async fn a_relay_that_offers_nothing_is_served_step_by_step() {
    let server = ScriptedServer::new()
        .on(Ehlo, reply("250 plain.example.com"))
        .offering(&[])
        .start();
    let mut session = session_with(&server).await;
    let capabilities = session.capabilities().clone();
    assert!(capabilities.esmtp);
    assert!(!(capabilities.pipelining || capabilities.eight_bit_mime || capabilities.smtputf8));
    // The scripted server minds every command sent before the last one's answer.
    for to in ["minji@example.com", "jun@example.com"] {
        assert!(is_accepted(&deliver(&mut session, to).await.unwrap()));
    }
    session.quit().await;
    assert_eq!(
        server.recipients(),
        ["minji@example.com", "jun@example.com"]
    );
}
