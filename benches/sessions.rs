//! Messages a second that sessions hand to Postfix's `smtp-sink`, beside what Postfix's own
//! `smtp-source` hands to the same sink in the same run. Read the ratios: machines are noisy.
//!
//!     cargo bench --bench sessions -- [--messages N]

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

#[path = "support/postfix.rs"]
mod postfix;

use std::{process::Command, sync::Arc, time::Instant};

use daily_note::{
    address::Address,
    message::Envelope,
    publication::TlsMode,
    smtp::{Announcement, Answer, Relay, Session},
};

use postfix::{Sink, source_arguments, tool};

const MESSAGE_BYTES: usize = 30 * 1024;
const ROUNDS: usize = 3;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let messages = arguments
        .iter()
        .position(|argument| argument == "--messages")
        .and_then(|at| arguments.get(at + 1))
        .and_then(|count| count.parse().ok())
        .unwrap_or(20_000);
    let (Some(sink), Some(source)) = (tool("smtp-sink"), tool("smtp-source")) else {
        assert!(
            std::env::var_os("CI").is_none(),
            "Postfix's smtp-sink is missing"
        );
        println!("left out: Postfix's smtp-sink and smtp-source are not installed");
        return;
    };
    println!("{messages} messages of {MESSAGE_BYTES} bytes, best of {ROUNDS}");
    for connections in [1, 8, 20] {
        let peer = best(|| run_peer(&source, &sink, connections, messages));
        let plain = best(|| run_ours(&sink, connections, messages, false));
        let announced = best(|| run_ours(&sink, connections, messages, true));
        println!(
            "{connections:3} connections: smtp-source -d {peer:6.0}/s · sessions {plain:6.0}/s ({:.2}) · \
             announcing the next {announced:6.0}/s ({:.2})",
            plain / peer,
            announced / peer,
        );
    }
}

fn best(run: impl Fn() -> f64) -> f64 {
    (0..ROUNDS).map(|_| run()).fold(0.0, f64::max)
}

fn run_peer(source: &str, sink: &str, connections: usize, messages: usize) -> f64 {
    let sink = Sink::start(sink);
    let start = Instant::now();
    let arguments = source_arguments(connections, messages, MESSAGE_BYTES, sink.addr);
    let status = Command::new(source)
        .args(arguments)
        .status()
        .expect("smtp-source");
    assert!(status.success());
    messages as f64 / start.elapsed().as_secs_f64()
}

fn run_ours(sink: &str, connections: usize, messages: usize, announce: bool) -> f64 {
    let sink = Sink::start(sink);
    let relay = Relay::new("127.0.0.1", sink.addr.port(), TlsMode::None);
    let message: Arc<Vec<u8>> = Arc::new(
        b"Subject: bench\r\n\r\n"
            .iter()
            .copied()
            .chain(std::iter::repeat_n(*b"a line of seventy-six characters, as base64 and quoted-printable make them\r\n", MESSAGE_BYTES / 76).flatten())
            .collect(),
    );
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let start = Instant::now();
    runtime.block_on(async {
        let senders: Vec<_> = (0..connections)
            .map(|_| {
                let (relay, message) = (relay.clone(), Arc::clone(&message));
                tokio::spawn(send(relay, message, messages / connections, announce))
            })
            .collect();
        for sender in senders {
            sender.await.expect("a sender");
        }
    });
    messages as f64 / start.elapsed().as_secs_f64()
}

async fn send(relay: Relay, message: Arc<Vec<u8>>, messages: usize, announce: bool) {
    let envelope = Envelope {
        from: Address::parse("hello@example.com").ok(),
        to: Address::parse("minji@example.com").expect("an address"),
    };
    let mut session = Session::connect(&relay).await.expect("a session");
    for number in 1..=messages {
        let next = (announce && number < messages).then_some(Announcement {
            envelope: &envelope,
            bytes: message.len(),
        });
        let answer = session
            .deliver_then(&envelope, message.as_slice().into(), next)
            .await;
        assert!(matches!(answer, Ok(Answer::Accepted(_))), "{answer:?}");
    }
    session.quit().await;
}
