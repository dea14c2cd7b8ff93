//! Three `serve`s at one calendar on a database: one keeps it, and when that is killed, frozen or cut off, another takes
//! over and sends the slot, once. `CALENDAR_ROUNDS` sets how many slots (`just calendars`).

use std::{
    thread,
    time::{Duration, Instant},
};

use super::harness::{Serve, publication, wait_until};
use crate::{
    crash::{Dice, relay::Relay},
    store::postgres::place::Schema,
    support::{Line, TestPublication},
};

const READERS: usize = 20;
const SERVERS: usize = 3;
const CONNECTIONS: usize = 2;
const SECRET: &str = "the secret of the calendar's tests, long enough";
/// Twelve seconds of a lease, a second between two looks; and what a busy machine takes.
const TAKEN_OVER: Duration = Duration::from_secs(15 + 10);

/// What happens to the leader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Fault {
    Killed,
    Frozen,
    CutOff,
}

const FAULTS: [Fault; 3] = [Fault::Killed, Fault::Frozen, Fault::CutOff];

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_goes_out_once_whoever_keeps_the_calendar() {
    let rounds = std::env::var("CALENDAR_ROUNDS").ok();
    let rounds: u64 = rounds.and_then(|it| it.parse().ok()).unwrap_or(5);
    // As many at once as a machine bears; each has tables of its own.
    let mut left = 0..rounds;
    let mut slowest = Duration::ZERO;
    loop {
        let mut playing = Vec::new();
        for round in left.by_ref().take(5) {
            let Some(schema) = Schema::new().await else {
                return;
            };
            playing.push(tokio::task::spawn_blocking(move || play(round, &schema)));
        }
        if playing.is_empty() {
            break;
        }
        for played in playing {
            slowest = slowest.max(played.await.unwrap());
        }
    }
    println!("{rounds} slots, each sent once; the longest until another took over: {slowest:?}");
}

/// One slot; answers how long the calendar was nobody's.
fn play(round: u64, schema: &Schema) -> Duration {
    let fault = FAULTS[(round % 3) as usize];
    let mut dice = Dice(round);
    let relay = Relay::start(Duration::from_millis(5));
    let database = Line::to(schema.cluster.port);
    let places: Vec<TestPublication> = (0..SERVERS)
        .map(|number| {
            let port = match number {
                0 => database.port,
                _ => schema.cluster.port,
            };
            let address = format!("postgres://{}@127.0.0.1:{port}/postgres", schema.role);
            let url = format!("smtp://127.0.0.1:{}?tls=none", relay.port());
            publication()
                .subscribers(READERS)
                .variable("DAILY_NOTE_STORAGE", &address)
                .variable("DAILY_NOTE_WEB__SECRET", SECRET)
                .variable("DAILY_NOTE_SMTP__URL", &url)
                .variable("DAILY_NOTE_SMTP__CONNECTIONS", &CONNECTIONS.to_string())
        })
        .collect();
    let begun = Instant::now();
    let leader = Serve::start(&places[0], "2026-11-29T22:59:52Z");
    leader.wait_for("keeping");
    // The others' clocks go on as the leader's does.
    let since = begun.elapsed().as_secs();
    let standby = |place: &TestPublication| {
        Serve::start(place, &format!("2026-11-29T22:59:{}Z", 52 + since.min(7)))
    };
    let standbys: Vec<Serve> = places[1..].iter().map(standby).collect();
    for standby in &standbys {
        standby.wait_for("waiting");
    }
    // Around the hour, so that it is struck before, at and after the freeze.
    let hour = Duration::from_secs(8).saturating_sub(begun.elapsed());
    thread::sleep(
        (hour + Duration::from_millis(dice.roll(900))).saturating_sub(Duration::from_millis(450)),
    );
    let struck = Instant::now();
    let leader = strike(fault, leader, &database);
    wait_until(
        || standbys.iter().any(|it| it.has_told("keeping")),
        "somebody to take over",
    );
    let nobodys = struck.elapsed();
    assert!(
        nobodys <= TAKEN_OVER,
        "round {round}, {fault:?}: {nobodys:?}"
    );
    wait_until(|| is_finished(&places[1]), "the slot's end");
    if let Some(leader) = leader {
        let waiting = |leader: &Serve| {
            leader
                .told()
                .iter()
                .filter(|it| it["event"] == "waiting")
                .count()
        };
        if fault == Fault::Frozen {
            leader.signal("-CONT");
        }
        database.mend();
        wait_until(
            || waiting(&leader) > 0,
            "the one that slept to see that it keeps nothing",
        );
        leader.stop();
    }
    let keepers = standbys.iter().filter(|it| it.has_told("keeping")).count();
    assert_eq!(keepers, 1, "round {round}, {fault:?}");
    for standby in standbys {
        assert_eq!(standby.stop(), Some(0));
    }
    let status = places[1]
        .run(["status", "--json", "--at", "2026-11-29T23:01:00Z"])
        .json();
    let batches = status.as_array().unwrap();
    assert_eq!(batches.len(), 1, "round {round}, {fault:?}: {status}");
    let unknown = batches[0]["counts"]["unknown"].as_u64().unwrap() as usize;
    assert!(
        unknown <= 2 * CONNECTIONS,
        "round {round}, {fault:?}: {status}"
    );
    let taken = relay.finish();
    assert!(
        taken.values().all(|times| *times == 1),
        "round {round}, {fault:?}: {taken:?}"
    );
    assert!(
        taken.len() + unknown >= READERS,
        "round {round}, {fault:?}: {taken:?}"
    );
    nobodys
}

/// Answers the leader, where it still lives.
fn strike(fault: Fault, leader: Serve, database: &Line) -> Option<Serve> {
    match fault {
        Fault::Killed => {
            leader.kill();
            None
        }
        Fault::Frozen => {
            leader.signal("-STOP");
            Some(leader)
        }
        Fault::CutOff => {
            database.cut();
            Some(leader)
        }
    }
}

fn is_finished(publication: &TestPublication) -> bool {
    let status = publication
        .run(["status", "--json", "--at", "2026-11-29T23:01:00Z"])
        .json();
    let batches = status.as_array().unwrap();
    batches.iter().any(|batch| batch["state"] == "finished")
}
