//! The real `serve` and `send --due`, killed around their slot's moment, over and over, and started again:
//! what the relay took is held against the ledger. `SCHEDULE_ROUNDS` sets how many rounds (`just crash-schedule`).

use std::{
    collections::{BTreeSet, HashMap},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use super::harness::{Serve, publication};
use crate::{crash::relay::Relay, support::TestPublication};

const READERS: usize = 150;
const CONNECTIONS: usize = 3;

#[test]
fn killed_at_the_slot_s_moment_it_sends_the_slot_once() {
    let rounds: u64 = std::env::var("SCHEDULE_ROUNDS")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(4);
    let mut stages = HashMap::new();
    let mut unknown = 0;
    for round in 0..rounds {
        let (stage, lost) = round_of(round);
        *stages.entry(stage).or_insert(0) += 1;
        unknown += lost;
    }
    println!("{rounds} rounds, killed {stages:?}; {unknown} unknown; no reader lost, none doubled");
}

/// Where the kill found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Stage {
    BeforeTheFirst,
    InTheMiddle,
    AfterTheLast,
}

fn round_of(round: u64) -> (Stage, usize) {
    let relay = Relay::start(Duration::from_millis(2));
    let publication = publication().subscribers(READERS);
    // Every fourth round cron's call is the one that dies.
    let first = match round % 4 {
        3 => send_due(&publication, &relay),
        _ => {
            let first = serve(&publication, &relay, "2026-11-29T22:59:59Z");
            first.wait_for("keeping");
            first
        }
    };
    let listening = Instant::now();
    // Every second round at a moment around the hour, to the millisecond; the others at a message.
    let moment = Duration::from_millis(950 + (round * 137) % 700);
    let message = (round * 31) as usize % READERS;
    let is_time = || match round % 2 {
        0 => listening.elapsed() >= moment,
        _ => relay.count() > message,
    };
    while !is_time() {
        assert!(
            listening.elapsed() < Duration::from_secs(60),
            "round {round}"
        );
        thread::sleep(Duration::from_micros(200));
    }
    first.kill();
    let stage = match relay.count() {
        0 => Stage::BeforeTheFirst,
        READERS => Stage::AfterTheLast,
        _ => Stage::InTheMiddle,
    };

    let second = serve(&publication, &relay, "2026-11-29T23:00:05Z");
    if is_finished(&publication) {
        // It has the slot behind it, and leaves it there.
        second.wait_for("keeping");
        thread::sleep(Duration::from_millis(1_500));
        assert!(!second.has_told("batch_began"), "round {round}");
    } else {
        second.wait_for("batch_ended");
    }
    assert_eq!(second.stop(), Some(0));

    let unknown = unknown(&publication);
    let taken = relay.finish();
    for reader in 1..=READERS {
        let email = format!("reader{reader}@example.com");
        let times = taken.get(&email).copied().unwrap_or_default();
        assert!(times <= 1, "round {round}: {email} got it {times} times");
        assert!(
            times == 1 || unknown.contains(&email),
            "round {round}: {email} never got it"
        );
    }
    assert!(
        unknown.len() <= 2 * CONNECTIONS,
        "round {round}: {unknown:?}"
    );
    (stage, unknown.len())
}

fn serve(publication: &TestPublication, relay: &Relay, at: &str) -> Serve {
    Serve::spawn(with(
        &mut publication.command(["serve", "--json", "--at", at]),
        relay,
    ))
}

fn send_due(publication: &TestPublication, relay: &Relay) -> Serve {
    let arguments = ["send", "--due", "--json", "--at", "2026-11-29T23:00:00Z"];
    Serve::spawn(with(&mut publication.command(arguments), relay))
}

fn with<'a>(command: &'a mut Command, relay: &Relay) -> &'a mut Command {
    let url = format!("smtp://127.0.0.1:{}?tls=none", relay.port());
    command
        .env("DAILY_NOTE_SMTP__URL", url)
        .env("DAILY_NOTE_SMTP__CONNECTIONS", CONNECTIONS.to_string())
}

fn is_finished(publication: &TestPublication) -> bool {
    let status = publication.run(["status", "--json"]).json();
    let batches = status.as_array().unwrap();
    assert!(batches.len() <= 1, "{status}");
    batches.iter().any(|batch| batch["state"] == "finished")
}

fn unknown(publication: &TestPublication) -> BTreeSet<String> {
    let status = publication
        .run(["status", "monday-2026-11-30", "--failed", "--json"])
        .json();
    assert_eq!(status["audience"], READERS as u64);
    assert_eq!(status["state"], "finished");
    status["failed"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["outcome"] == "unknown")
        .map(|row| row["email"].as_str().unwrap().to_owned())
        .collect()
}
