//! The crash programme: the real binary, killed at random moments, over and over, and what the
//! relay took compared with what the ledger says. `CRASH_ROUNDS` sets how many rounds (`just crash`).
//!
//! `kill -9` leaves the page cache alone, so it never tests an fsync. Here a preloaded shim keeps the
//! bytes that were written and not yet synced; after the kill they are taken back, as a power cut
//! would: what the ledger has then is exactly what fdatasync had promised.

mod publication;
mod relay;
mod shim;

use std::{collections::HashMap, fmt::Write as _, time::Duration};

use publication::{End, Publication};
use relay::Relay;
use shim::{Fault, Shim};

/// A small reproducible source of chance.
#[derive(Debug, Clone)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % below
    }
}

/// How a run is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kill {
    /// `kill -9`: the page cache survives.
    Process,
    /// `kill -9`, and what was not synced is gone.
    Power,
    /// `kill -9`, and the bytes after the last commit in the log are torn.
    Torn,
    /// SIGTERM: drains.
    Terminate,
}

const KILLS: [Kill; 4] = [Kill::Process, Kill::Power, Kill::Torn, Kill::Terminate];
const CONNECTIONS: u64 = 4;

/// What all rounds came to.
#[derive(Debug, Default)]
struct Totals {
    rounds: u64,
    readers: u64,
    kills: HashMap<Kill, u64>,
    unknown: u64,
    lost: u64,
    doubled: u64,
}

#[test]
fn killed_at_any_moment_nobody_is_lost_and_nobody_gets_it_twice() {
    let rounds: u64 = std::env::var("CRASH_ROUNDS")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(6);
    let seed = std::env::var("CRASH_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(1);
    let shim = Shim::build();
    let sizes = [2_000, 1_000, 5_000];
    let publications: Vec<Publication> = sizes
        .iter()
        .take(if rounds > 20 { 3 } else { 1 })
        .map(|it| Publication::new(*it))
        .collect();
    let mut totals = Totals::default();
    for round in 0..rounds {
        let mut dice = Dice(seed * 1_000_003 + round);
        let which = dice.roll(publications.len() as u64) as usize;
        round_of(&publications[which], &shim, &mut dice, &mut totals, round);
    }
    println!("{}", table(&totals));
    assert_eq!((totals.lost, totals.doubled), (0, 0));
}

/// One batch, killed a few times, then left to finish.
fn round_of(
    publication: &Publication,
    shim: &Shim,
    dice: &mut Dice,
    totals: &mut Totals,
    round: u64,
) {
    let state = publication.fresh_state();
    let relay = Relay::start(Duration::from_micros(200 + dice.roll(1_500)));
    let mut hard_kills = 0;
    for _ in 0..=dice.roll(3) {
        let kill = KILLS[dice.roll(KILLS.len() as u64) as usize];
        let shimmed = (kill == Kill::Power).then_some((shim, Fault::None));
        let running = state.send(relay.port(), CONNECTIONS, shimmed);
        // Anywhere from the first moment to the last message, and then anywhere within a message.
        let target = relay.count() as u64 + dice.roll(publication.readers());
        let pause = Duration::from_micros(dice.roll(3_000));
        let is_time = || relay.count() as u64 >= target;
        let end = running.end_when(is_time, pause, kill == Kill::Terminate);
        if let End::Exited(code) = end {
            assert!(
                [0, 5, 6].contains(&code),
                "round {round}: the program ended with {code}"
            );
            continue;
        }
        *totals.kills.entry(kill).or_default() += 1;
        hard_kills += u64::from(kill != Kill::Terminate);
        match kill {
            Kill::Power => shim.take_back_unsynced(state.folder()),
            Kill::Torn => state.tear_the_log(dice.roll(u64::MAX)),
            Kill::Process | Kill::Terminate => {}
        }
    }
    let code = state.send(relay.port(), CONNECTIONS, None).finish();
    assert!(
        [0, 5, 6].contains(&code),
        "round {round}: the last run ended with {code}"
    );

    let status = state.status();
    let taken = relay.finish();
    let taken_times = |email: &str| taken.get(email).copied().unwrap_or_default();
    totals.rounds += 1;
    totals.readers += status.audience;
    assert_eq!(
        status.accepted + status.unknown.len() as u64,
        status.audience,
        "round {round}"
    );
    assert!(
        status.unknown.len() as u64 <= 2 * CONNECTIONS * hard_kills,
        "round {round}: {} unknown after {hard_kills} kills",
        status.unknown.len()
    );
    totals.unknown += status.unknown.len() as u64;
    for email in publication.emails() {
        let times = taken_times(&email);
        let is_unknown = status.unknown.contains(&email);
        totals.doubled += u64::from(times > 1);
        // Accepted, but the relay has nothing: lost. (An unknown may be there or not.)
        totals.lost += u64::from(times == 0 && !is_unknown);
    }
}

fn table(totals: &Totals) -> String {
    let mut table = format!(
        "crash programme: {} rounds, {} deliveries\n",
        totals.rounds, totals.readers
    );
    for kill in KILLS {
        let count = totals.kills.get(&kill).copied().unwrap_or_default();
        let _ = writeln!(table, "  {kill:?}: {count}");
    }
    let _ = write!(
        table,
        "  lost: {}\n  doubled: {}\n  unknown: {}",
        totals.lost, totals.doubled, totals.unknown
    );
    table
}

#[test]
fn after_a_failed_fdatasync_no_more_dots_leave() {
    let shim = Shim::build();
    let publication = Publication::new(1_000);
    for after in [12, 20, 35, 60] {
        let state = publication.fresh_state();
        let relay = Relay::start(Duration::from_micros(300));
        let fault = Fault::SyncFailsAfter(after);
        let code = state
            .send(relay.port(), CONNECTIONS, Some((&shim, fault)))
            .finish();
        assert!(
            ![0, 5, 6].contains(&code),
            "it went on after a failed fsync ({after}): {code}"
        );
        shim.take_back_unsynced(state.folder());
        let before = relay.count();
        assert!(before < 1_000, "the fault came too late to matter");
        accounted_for_and_finished(&publication, &state, relay);
    }
}

#[test]
fn a_full_disk_stops_the_sending_and_loses_nobody() {
    let shim = Shim::build();
    let publication = Publication::new(1_000);
    for kilobytes in [150, 300, 600] {
        let state = publication.fresh_state();
        let relay = Relay::start(Duration::from_micros(300));
        let fault = Fault::DiskFullAfter(kilobytes * 1024);
        let code = state
            .send(relay.port(), CONNECTIONS, Some((&shim, fault)))
            .finish();
        assert!(
            ![0, 5, 6].contains(&code),
            "it went on with a full disk ({kilobytes}): {code}"
        );
        accounted_for_and_finished(&publication, &state, relay);
    }
}

/// After the fault is mended: everything the relay took is accepted or unknown, and the rest is
/// delivered.
fn accounted_for_and_finished(publication: &Publication, state: &publication::State, relay: Relay) {
    let code = state.send(relay.port(), CONNECTIONS, None).finish();
    assert!([0, 5].contains(&code), "{code}");
    let status = state.status();
    let taken = relay.finish();
    assert_eq!(
        status.accepted + status.unknown.len() as u64,
        status.audience
    );
    assert!(
        status.unknown.len() as u64 <= 2 * CONNECTIONS,
        "{} unknown",
        status.unknown.len()
    );
    for email in publication.emails() {
        let times = taken.get(&email).copied().unwrap_or_default();
        assert!(times <= 1, "{email} got it {times} times");
        assert!(
            times == 1 || status.unknown.contains(&email),
            "{email} never got it"
        );
    }
}

#[test]
fn two_senders_on_one_batch_the_second_says_who_holds_it() {
    let publication = Publication::new(1_000);
    let state = publication.fresh_state();
    let relay = Relay::start(Duration::from_millis(4));
    let first = state.send(relay.port(), CONNECTIONS, None);
    while relay.count() == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let second = state
        .send(relay.port(), CONNECTIONS, None)
        .finish_with_words();
    assert_eq!(second.0, 3, "{}", second.1);
    assert!(
        second.1.contains(&format!("process {}", first.id())),
        "{}",
        second.1
    );
    assert_eq!(first.finish(), 0);
    let taken = relay.finish();
    assert_eq!((taken.len(), taken.values().max()), (1_000, Some(&1)));
}
