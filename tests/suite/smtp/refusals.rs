//! What a relay says no to, and that the session lives on.

use daily_note::smtp::{Stage, status::is_hard_bounce};

use super::{Answer, MESSAGE, assert_usable, deliver, envelope, refusal, session_with};
use crate::scripted::{At, Data, Dot, Mail, Plan, Play, Rcpt, ScriptedServer, reply};

/// A server that pipelines and one that does not: the answers must be the same.
fn both(at: At, play: impl Fn() -> Play) -> [Plan; 2] {
    let bare = ScriptedServer::new().offering(&["SIZE 100000"]);
    [ScriptedServer::new(), bare].map(|plan| plan.on(at, play()))
}

#[tokio::test]
async fn every_refusal_is_told_with_its_stage_and_the_next_message_goes() {
    let refusals = [
        (Mail, Stage::Mail, "451 4.3.0 Not now"),
        (Mail, Stage::Mail, "553 5.1.8 No such sender"),
        (Mail, Stage::Mail, "452 4.3.1 Insufficient system storage"),
        (
            Rcpt,
            Stage::Rcpt,
            "450 4.2.0 Greylisted, come back in 300 s",
        ),
        (Rcpt, Stage::Rcpt, "452 4.5.3 Too many recipients"),
        (Rcpt, Stage::Rcpt, "550 5.1.1 No such user"),
        (Rcpt, Stage::Rcpt, "552 5.2.2 Mailbox full"),
        (Rcpt, Stage::Rcpt, "554 5.7.1 Relay access denied"),
        (Rcpt, Stage::Rcpt, "571 Delivery not authorized"),
        (Rcpt, Stage::Rcpt, "550 사용자가 없습니다"),
        (Data, Stage::Data, "451 4.3.0 Not now"),
        (Data, Stage::Data, "554 5.7.1 No"),
        (Dot, Stage::Dot, "451 4.3.0 Try again"),
        (Dot, Stage::Dot, "554 5.6.0 Looks like spam"),
    ];
    for (at, stage, words) in refusals {
        for plan in both(at, || reply(words).times(1)) {
            let server = plan.start();
            let mut session = session_with(&server).await;
            let answer = deliver(&mut session, "minji@example.com").await.unwrap();
            assert_eq!(refusal(answer), (stage, words.to_owned()));
            assert!(server.taken().is_empty(), "{words}");
            assert_usable(session, &server).await;
        }
    }
}

#[tokio::test]
async fn only_the_address_is_condemned_by_a_hard_bounce() {
    let server = ScriptedServer::new()
        .on(Rcpt, reply("550 5.1.1 No such user").to("gone@"))
        .on(Rcpt, reply("554 5.7.1 Relay access denied").to("denied@"))
        .start();
    let mut session = session_with(&server).await;
    let mut verdicts = Vec::new();
    for to in ["gone@example.com", "denied@example.com"] {
        let Answer::Refused { reply, .. } = deliver(&mut session, to).await.unwrap() else {
            panic!("accepted");
        };
        verdicts.push(is_hard_bounce(&reply));
    }
    assert_eq!(verdicts, [true, false]);
    session.quit().await;
}

#[tokio::test]
async fn a_relay_that_refuses_everybody_is_asked_everybody_on_one_connection() {
    let server = ScriptedServer::new()
        .on(Rcpt, reply("554 5.7.1 Relay access denied"))
        .start();
    let mut session = session_with(&server).await;
    for _ in 0..20 {
        let answer = deliver(&mut session, "minji@example.com").await.unwrap();
        assert_eq!(refusal(answer).0, Stage::Rcpt);
    }
    session.quit().await;
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_relay_that_wants_the_message_of_a_refused_recipient_gets_a_lone_dot() {
    let server = ScriptedServer::new()
        .on(Rcpt, reply("550 5.1.1 No such user").times(1))
        .on(Data, reply("354 Go ahead").times(1))
        .start();
    let mut session = session_with(&server).await;
    let answer = deliver(&mut session, "gone@example.com").await.unwrap();
    assert_eq!(refusal(answer).0, Stage::Rcpt);
    assert!(server.transcript(1).contains(&"C: (0 bytes)".to_owned()));
    assert_usable(session, &server).await;
    assert_eq!(server.recipients(), ["after@example.com"]);
}

#[tokio::test]
async fn a_relay_that_refuses_the_sender_and_wants_the_message_is_hung_up_on() {
    let server = ScriptedServer::new()
        .on(Mail, reply("550 5.7.1 Not you"))
        .on(Data, reply("354 Go ahead").then_close())
        .start();
    let mut session = session_with(&server).await;
    // The scripted server answers RCPT with 503 here; a lone dot would be no harm. What matters:
    // no byte of the message left.
    let answer = deliver(&mut session, "minji@example.com").await.unwrap();
    assert_eq!(refusal(answer).0, Stage::Mail);
    assert!(!session.is_usable());
    assert!(server.taken().is_empty());
}

#[tokio::test]
async fn a_message_larger_than_the_announced_size_is_not_even_offered() {
    let server = ScriptedServer::new()
        .offering(&["SIZE 1000", "PIPELINING"])
        .start();
    let mut session = session_with(&server).await;
    let message = b"x\r\n".repeat(400);
    let answer = session
        .deliver(&envelope("minji@example.com"), &message)
        .await
        .unwrap();
    let (stage, words) = refusal(answer);
    assert_eq!(stage, Stage::Dot);
    insta::assert_snapshot!(words, @"552 5.3.4 the message has 1200 bytes and the relay announces SIZE 1000; not sent");
    assert!(
        !server
            .transcript(1)
            .iter()
            .any(|line| line.starts_with("C: MAIL"))
    );
    assert_usable(session, &server).await;
}

#[tokio::test]
async fn the_size_is_said_where_the_relay_wants_to_know() {
    let server = ScriptedServer::new().start();
    let mut session = session_with(&server).await;
    deliver(&mut session, "minji@example.com").await.unwrap();
    session.quit().await;
    let mail = format!("C: MAIL FROM:<hello@example.com> SIZE={}", MESSAGE.len());
    assert!(server.transcript(1).contains(&mail));
}

#[tokio::test]
async fn the_null_sender_is_written_as_one() {
    let server = ScriptedServer::new().offering(&[]).start();
    let mut session = session_with(&server).await;
    let mut to = envelope("minji@example.com");
    to.from = None;
    assert!(super::is_accepted(
        &session.deliver(&to, MESSAGE).await.unwrap()
    ));
    session.quit().await;
    assert!(server.transcript(1).contains(&"C: MAIL FROM:<>".to_owned()));
}
