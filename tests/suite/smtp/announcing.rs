//! The next message's envelope behind this message's dot: one round trip a message.

use daily_note::smtp::{Announcement, Stage};

use super::{Answer, MESSAGE, deliver, envelope, is_accepted, refusal, session_with};
use crate::scripted::{Dot, Mail, Rcpt, ScriptedServer, close, reply};

const TO: [&str; 4] = [
    "a@example.com",
    "b@example.com",
    "c@example.com",
    "d@example.com",
];

/// Sends to all of `TO`, each announced behind the one before.
async fn deliver_all(session: &mut daily_note::smtp::Session) -> Vec<Answer> {
    let mut answers = Vec::new();
    for (at, to) in TO.iter().enumerate() {
        let next = TO.get(at + 1).map(|to| envelope(to));
        let next = next.as_ref().map(|envelope| Announcement {
            envelope,
            bytes: MESSAGE.len(),
        });
        answers.push(
            session
                .deliver_then(&envelope(to), MESSAGE.into(), next)
                .await
                .unwrap(),
        );
    }
    answers
}

#[tokio::test]
async fn announced_messages_arrive_in_order() {
    for extensions in [&["PIPELINING"][..], &[]] {
        let server = ScriptedServer::new().offering(extensions).start();
        let mut session = session_with(&server).await;
        let answers = deliver_all(&mut session).await;
        assert!(answers.iter().all(is_accepted));
        session.quit().await;
        assert_eq!(server.recipients(), TO);
    }
}

#[tokio::test]
async fn an_announced_recipient_may_be_refused() {
    let server = ScriptedServer::new()
        .on(Rcpt, reply("550 5.1.1 No such user").to("b@"))
        .on(Mail, reply("451 4.3.0 Not now").message(4))
        .start();
    let mut session = session_with(&server).await;
    let answers = deliver_all(&mut session).await;
    assert!(is_accepted(&answers[0]));
    assert_eq!(refusal(answers[1].clone()).0, Stage::Rcpt);
    assert!(is_accepted(&answers[2]));
    assert_eq!(refusal(answers[3].clone()).0, Stage::Mail);
    session.quit().await;
    assert_eq!(server.recipients(), ["a@example.com", "c@example.com"]);
}

#[tokio::test]
async fn a_refused_message_does_not_harm_the_announced_one() {
    let server = ScriptedServer::new()
        .on(Dot, reply("554 5.6.0 Looks like spam").to("a@"))
        .start();
    let mut session = session_with(&server).await;
    let answers = deliver_all(&mut session).await;
    assert_eq!(refusal(answers[0].clone()).0, Stage::Dot);
    assert!(answers[1..].iter().all(is_accepted));
    session.quit().await;
}

#[tokio::test]
async fn an_announced_message_that_never_comes_costs_the_connection_and_nothing_else() {
    let server = ScriptedServer::new().start();
    let mut session = session_with(&server).await;
    let (first, next) = (envelope(TO[0]), envelope(TO[1]));
    let announcement = Announcement {
        envelope: &next,
        bytes: MESSAGE.len(),
    };
    let answer = session
        .deliver_then(&first, MESSAGE.into(), Some(announcement))
        .await
        .unwrap();
    assert!(is_accepted(&answer));
    let lost = deliver(&mut session, TO[2]).await.unwrap_err();
    assert!(!lost.dot_left);
    assert!(!session.is_usable());
    drop(session);
    assert_eq!(server.recipients(), [TO[0]]);
}

#[tokio::test]
async fn quitting_with_a_message_announced_sends_nothing_of_it() {
    let server = ScriptedServer::new().start();
    let mut session = session_with(&server).await;
    let (first, next) = (envelope(TO[0]), envelope(TO[1]));
    let announcement = Announcement {
        envelope: &next,
        bytes: MESSAGE.len(),
    };
    session
        .deliver_then(&first, MESSAGE.into(), Some(announcement))
        .await
        .unwrap();
    session.quit().await;
    assert_eq!(server.recipients(), [TO[0]]);
}

#[tokio::test]
async fn a_connection_lost_after_the_dot_leaves_only_that_message_in_doubt() {
    let server = ScriptedServer::new().on(Dot, close().to("b@")).start();
    let mut session = session_with(&server).await;
    let envelopes = TO.map(envelope);
    let announcement = |at: usize| {
        Some(Announcement {
            envelope: &envelopes[at],
            bytes: MESSAGE.len(),
        })
    };
    let answer = session
        .deliver_then(&envelopes[0], MESSAGE.into(), announcement(1))
        .await;
    assert!(is_accepted(&answer.unwrap()));
    let lost = session
        .deliver_then(&envelopes[1], MESSAGE.into(), announcement(2))
        .await
        .unwrap_err();
    assert!(lost.dot_left);
    let lost = session
        .deliver_then(&envelopes[2], MESSAGE.into(), None)
        .await
        .unwrap_err();
    assert!(!lost.dot_left);
    assert_eq!(server.recipients(), TO[..2]);
}

#[tokio::test]
async fn an_announced_message_too_large_is_left_to_its_own_turn() {
    let server = ScriptedServer::new()
        .offering(&["PIPELINING", "SIZE 1000"])
        .start();
    let mut session = session_with(&server).await;
    let large = b"x\r\n".repeat(1000);
    let (first, next) = (envelope(TO[0]), envelope(TO[1]));
    let announcement = Announcement {
        envelope: &next,
        bytes: large.len(),
    };
    session
        .deliver_then(&first, MESSAGE.into(), Some(announcement))
        .await
        .unwrap();
    let answer = session.deliver(&next, &large).await.unwrap();
    assert_eq!(refusal(answer).0, Stage::Dot);
    session.quit().await;
}
