//! Sessions against servers of every temper, and the embedded inbox. One test a fault of
//! delivery's list that a session can meet.

mod announcing;
mod connecting;
mod deadlines;
mod inbox;
mod losses;
mod postfix;

mod refusals;
mod replies;
mod tls;
mod tokens;

use std::{net::SocketAddr, time::Duration};

use daily_note::{
    address::Address,
    message::Envelope,
    publication::TlsMode,
    smtp::{Answer, LostAnswer, Relay, Session, Stage, Timeouts},
};

use crate::scripted::ScriptedServer;

/// A message with a line that begins with a dot.
const MESSAGE: &[u8] = b"Message-ID: <1@example.com>\r\nSubject: x\r\n\r\n.dot\r\n";

/// The shortest wait that a loaded machine can be trusted with.
const SHORT: Duration = Duration::from_millis(300);

/// From the newsletter to one reader.
fn envelope(to: &str) -> Envelope {
    Envelope {
        from: Some(Address::parse("hello@example.com").unwrap()),
        to: Address::parse(to).unwrap(),
    }
}

/// A relay without TLS at that address, with timeouts that a test can wait for.
fn relay(addr: SocketAddr) -> Relay {
    Relay::new(addr.ip().to_string(), addr.port(), TlsMode::None)
        .with_timeouts(Timeouts::all(Duration::from_secs(20)))
}

/// A relay that is given up on soon.
fn impatient(server: &ScriptedServer) -> Relay {
    server.relay().with_timeouts(Timeouts::all(SHORT))
}

async fn session(addr: SocketAddr) -> Session {
    Session::connect(&relay(addr)).await.unwrap()
}

async fn session_with(server: &ScriptedServer) -> Session {
    Session::connect(&server.relay()).await.unwrap()
}

async fn deliver(session: &mut Session, to: &str) -> Result<Answer, LostAnswer> {
    session.deliver(&envelope(to), MESSAGE).await
}

fn is_accepted(answer: &Answer) -> bool {
    matches!(answer, Answer::Accepted(_))
}

/// Delivers once more and says goodbye: the session is as good as new.
async fn assert_usable(mut session: Session, server: &ScriptedServer) {
    assert!(session.is_usable());
    let answer = deliver(&mut session, "after@example.com").await.unwrap();
    assert!(is_accepted(&answer), "{answer:?}");
    assert_eq!(server.taken().last().unwrap().bytes, MESSAGE);
    session.quit().await;
}

/// `RCPT: 550 5.1.1 No such user`.
fn refusal(answer: Answer) -> (Stage, String) {
    match answer {
        Answer::Refused { stage, reply } => (stage, reply.to_string()),
        Answer::Accepted(reply) => panic!("accepted: {reply}"),
    }
}
