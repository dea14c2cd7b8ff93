//! One test a fault that a session can meet: what it says of the message, and whether the
//! connection may be used again.

use daily_note::smtp::{Answer, Session, Stage};

use super::{envelope, is_accepted};
use crate::scripted::{Dot, Rcpt, ScriptedServer, close, reply};

const MESSAGE: &[u8] = b"Message-ID: <1@example.com>\r\nSubject: x\r\n\r\n.dot\r\n";

#[tokio::test]
async fn a_refused_recipient_leaves_the_session_usable() {
    let server = ScriptedServer::new()
        .on(Rcpt, reply("550 5.1.1 No such user").to("gone@"))
        .start();
    let mut session = Session::connect(&server.relay()).await.unwrap();
    let answer = session
        .deliver(&envelope("gone@example.com"), MESSAGE)
        .await
        .unwrap();
    let Answer::Refused { stage, reply } = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(
        (stage, reply.to_string().as_str()),
        (Stage::Rcpt, "550 5.1.1 No such user")
    );
    let answer = session
        .deliver(&envelope("minji@example.com"), MESSAGE)
        .await
        .unwrap();
    assert!(is_accepted(&answer));
    assert_eq!(server.taken()[0].bytes, MESSAGE);
    session.quit().await;
}

#[tokio::test]
async fn a_relay_that_hangs_up_after_the_dot_leaves_the_message_unknown() {
    let server = ScriptedServer::new().on(Dot, close()).start();
    let mut session = Session::connect(&server.relay()).await.unwrap();
    let lost = session
        .deliver(&envelope("minji@example.com"), MESSAGE)
        .await
        .unwrap_err();
    assert!(lost.dot_left);
    assert!(!session.is_usable());
}
