//! Connections that die: whether the relay may have the message must be exact.

use std::time::Duration;

use daily_note::smtp::{LostCause, Session, Stage, Timeouts};

use super::{
    LostAnswer, MESSAGE, SHORT, deliver, envelope, impatient, is_accepted, refusal, session_with,
};
use crate::scripted::{
    At, Body, Data, Dot, Mail, Plan, Play, Rcpt, ScriptedServer, close, reply, stall,
};

fn both(at: At, play: impl Fn() -> Play) -> [Plan; 2] {
    let bare = ScriptedServer::new().offering(&[]);
    [ScriptedServer::new(), bare].map(|plan| plan.on(at, play()))
}

/// Loses one message, and with it the session.
async fn loss(server: &ScriptedServer, session: &mut Session, message: &[u8]) -> LostAnswer {
    let lost = session
        .deliver(&envelope("minji@example.com"), message)
        .await
        .unwrap_err();
    assert!(!session.is_usable());
    let again = deliver(session, "jun@example.com").await.unwrap_err();
    assert!(!again.dot_left, "a dead session sends nothing");
    assert!(
        server
            .taken()
            .iter()
            .all(|taken| taken.recipient != "jun@example.com")
    );
    lost
}

#[tokio::test]
async fn a_connection_lost_before_the_dot_leaves_no_doubt() {
    for (at, stage) in [
        (Mail, Stage::Mail),
        (Rcpt, Stage::Rcpt),
        (Data, Stage::Data),
    ] {
        for plan in both(at, close) {
            let server = plan.start();
            let mut session = session_with(&server).await;
            let lost = loss(&server, &mut session, MESSAGE).await;
            assert_eq!((lost.dot_left, lost.stage), (false, stage), "{lost:?}");
            assert!(matches!(lost.cause, LostCause::Closed), "{lost:?}");
        }
    }
}

#[tokio::test]
async fn silence_before_the_dot_leaves_no_doubt() {
    for (at, stage) in [
        (Mail, Stage::Mail),
        (Rcpt, Stage::Rcpt),
        (Data, Stage::Data),
    ] {
        for plan in both(at, stall) {
            let server = plan.start();
            let mut session = Session::connect(&impatient(&server)).await.unwrap();
            let lost = loss(&server, &mut session, MESSAGE).await;
            assert_eq!((lost.dot_left, lost.stage), (false, stage), "{lost:?}");
            assert!(matches!(lost.cause, LostCause::Timeout(_)), "{lost:?}");
        }
    }
}

#[tokio::test]
async fn a_connection_lost_in_the_middle_of_a_long_message_leaves_no_doubt() {
    let server = ScriptedServer::new().on(Body, close()).start();
    let mut session = session_with(&server).await;
    let lost = loss(&server, &mut session, &b"x\r\n".repeat(8 << 20)).await;
    assert!(!lost.dot_left, "{lost:?}");
    assert_eq!(lost.stage, Stage::Dot);
}

#[tokio::test]
async fn a_connection_lost_in_the_middle_of_a_short_message_is_unknown_for_its_dot_has_left() {
    let server = ScriptedServer::new().on(Body, close()).start();
    let mut session = session_with(&server).await;
    let lost = loss(&server, &mut session, &b"x\r\n".repeat(3000)).await;
    assert!(lost.dot_left, "{lost:?}");
}

#[tokio::test]
async fn a_relay_that_reads_no_more_is_given_up_on_and_leaves_no_doubt() {
    let server = ScriptedServer::new().on(Body, stall()).start();
    let mut session = Session::connect(&impatient(&server)).await.unwrap();
    let lost = loss(&server, &mut session, &b"x\r\n".repeat(8 << 20)).await;
    assert!(!lost.dot_left, "{lost:?}");
    assert!(matches!(lost.cause, LostCause::Timeout(_)), "{lost:?}");
}

#[tokio::test]
async fn a_relay_that_hangs_up_after_the_dot_leaves_the_message_unknown() {
    for play in [
        close,
        || reply("250").then_close(),
        || reply("hello?").then_close(),
    ] {
        for plan in both(Dot, play) {
            let server = plan.start();
            let mut session = session_with(&server).await;
            let result = deliver(&mut session, "minji@example.com").await;
            match result {
                // A bare 250 is an answer.
                Ok(answer) => assert!(is_accepted(&answer)),
                Err(lost) => assert!(lost.dot_left, "{lost:?}"),
            }
            assert_eq!(server.taken().len(), 1);
        }
    }
}

#[tokio::test]
async fn half_an_answer_to_the_dot_is_none() {
    for half in [
        &b"25"[..],
        b"250 2.0.0 Ok: queued as",
        b"250-2.0.0 Ok\r\n",
        b"250-2.0.0 Ok\r\n25",
    ] {
        let server = ScriptedServer::new()
            .on(Dot, crate::scripted::raw(half).then_close())
            .start();
        let mut session = session_with(&server).await;
        let lost = loss(&server, &mut session, MESSAGE).await;
        assert!(lost.dot_left, "{lost:?}");
    }
}

#[tokio::test]
async fn an_answer_to_the_dot_that_makes_no_sense_is_unknown() {
    for words in ["354 Go ahead", "what?", "999 x"] {
        let server = ScriptedServer::new()
            .on(Dot, reply(words))
            .forgiving()
            .start();
        let mut session = session_with(&server).await;
        let lost = loss(&server, &mut session, MESSAGE).await;
        assert!(lost.dot_left, "{lost:?}");
        assert!(matches!(lost.cause, LostCause::Protocol(_)), "{lost:?}");
    }
}

#[tokio::test]
async fn a_slow_answer_to_the_dot_is_waited_for() {
    let server = ScriptedServer::new()
        .on(Dot, reply("250 2.0.0 At last").after(SHORT * 4))
        .start();
    let relay = impatient(&server);
    let timeouts = Timeouts {
        dot: Duration::from_secs(20),
        ..relay.timeouts
    };
    let mut session = Session::connect(&relay.with_timeouts(timeouts))
        .await
        .unwrap();
    assert!(is_accepted(
        &deliver(&mut session, "minji@example.com").await.unwrap()
    ));
    session.quit().await;
}

#[tokio::test]
async fn a_goodbye_is_no_answer_about_the_message_and_leaves_no_doubt() {
    for (at, stage) in [
        (Mail, Stage::Mail),
        (Rcpt, Stage::Rcpt),
        (Data, Stage::Data),
        (Dot, Stage::Dot),
    ] {
        for plan in both(at, || reply("421 4.3.2 Shutting down").then_close()) {
            let server = plan.start();
            let mut session = session_with(&server).await;
            let lost = loss(&server, &mut session, MESSAGE).await;
            assert_eq!((lost.dot_left, lost.stage), (false, stage), "{lost:?}");
            assert_eq!(
                lost.cause.to_string(),
                "the relay said “421 4.3.2 Shutting down”"
            );
            assert!(server.taken().is_empty());
        }
    }
}

#[tokio::test]
async fn a_goodbye_between_two_messages_is_heard() {
    let server = ScriptedServer::new()
        .on(
            Dot,
            reply("250 2.0.0 Ok\r\n421 4.4.2 Idle too long").then_close(),
        )
        .start();
    let mut session = session_with(&server).await;
    assert!(is_accepted(
        &deliver(&mut session, "minji@example.com").await.unwrap()
    ));
    if session.is_usable() {
        // The goodbye came in a packet of its own.
        let lost = deliver(&mut session, "jun@example.com").await.unwrap_err();
        assert!(!lost.dot_left, "{lost:?}");
    }
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn a_relay_that_takes_a_hundred_messages_a_connection_is_dialled_again() {
    let server = ScriptedServer::new()
        .on(
            Mail,
            reply("421 4.7.0 Enough for one connection")
                .then_close()
                .message(4),
        )
        .start();
    let mut sent = 0;
    while sent < 10 {
        let mut session = session_with(&server).await;
        loop {
            match deliver(&mut session, "minji@example.com").await {
                Ok(answer) => assert!(is_accepted(&answer)),
                Err(lost) => {
                    assert!(!lost.dot_left);
                    break;
                }
            }
        }
        assert_eq!(session.messages_sent(), 3);
        sent += session.messages_sent();
    }
    assert_eq!(server.taken().len(), 12);
}

#[tokio::test]
async fn a_refusal_in_the_middle_of_the_message_is_heard() {
    for size in [1000, 8 << 20] {
        let server = ScriptedServer::new()
            .on(Body, reply("552 5.3.4 Too much mail data").then_close())
            .start();
        let mut session = session_with(&server).await;
        let message = b"x\r\n".repeat(size);
        let answer = session
            .deliver(&envelope("minji@example.com"), &message)
            .await;
        let (stage, words) = refusal(answer.unwrap());
        assert_eq!(
            (stage, words.as_str()),
            (Stage::Dot, "552 5.3.4 Too much mail data")
        );
        assert!(server.taken().is_empty());
    }
}

#[tokio::test]
async fn one_answer_too_many_is_never_taken_for_the_next_ones() {
    // A relay that answers RCPT twice: its second 250 must not pass for DATA's or the dot's.
    let server = ScriptedServer::new()
        .on(Rcpt, reply("250 2.1.5 Ok\r\n250 2.1.5 Ok"))
        .forgiving()
        .start();
    let mut session = session_with(&server).await;
    let lost = loss(&server, &mut session, MESSAGE).await;
    assert!(!lost.dot_left, "{lost:?}");
    assert!(server.taken().is_empty());

    // The same behind the 354, where it could pass for the dot's.
    let server = ScriptedServer::new()
        .on(Data, reply("354 Go ahead\r\n250 2.0.0 Ok"))
        .forgiving()
        .start();
    let mut session = session_with(&server).await;
    let lost = loss(&server, &mut session, MESSAGE).await;
    assert!(!lost.dot_left, "{lost:?}");
    assert!(server.taken().is_empty());
}

#[tokio::test]
async fn a_delivery_dropped_half_way_ends_the_session() {
    let server = ScriptedServer::new().on(Dot, stall()).start();
    let mut session = session_with(&server).await;
    let dropped = tokio::time::timeout(SHORT, deliver(&mut session, "minji@example.com")).await;
    assert!(dropped.is_err());
    assert!(!session.is_usable());
    assert!(deliver(&mut session, "jun@example.com").await.is_err());
    session.quit().await;
    assert_eq!(server.recipients(), ["minji@example.com"]);
}
