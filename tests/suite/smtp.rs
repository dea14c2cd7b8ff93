//! Sessions against servers of every temper, and the embedded inbox.

mod faults;
mod inbox;

use daily_note::{
    address::Address,
    message::Envelope,
    publication::TlsMode,
    smtp::{Answer, Relay, Session, Timeouts},
};
use std::{net::SocketAddr, time::Duration};

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

async fn session(addr: SocketAddr) -> Session {
    Session::connect(&relay(addr)).await.unwrap()
}

fn is_accepted(answer: &Answer) -> bool {
    matches!(answer, Answer::Accepted(_))
}
