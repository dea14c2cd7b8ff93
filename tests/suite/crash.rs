//! The crash programme: the real binary, killed at random moments, over and over, and what the
//! relay took compared with what the ledger says. `CRASH_ROUNDS` sets how many rounds (`just crash`).
//!
//! `kill -9` leaves the page cache alone, so it never tests an fsync. Here a preloaded shim keeps the
//! bytes that were written and not yet synced; after the kill they are taken back, as a power cut
//! would: what the ledger has then is exactly what fdatasync had promised.

mod machine;
mod moments;
mod publication;
pub(crate) mod relay;
mod restarts;
pub(crate) mod shim;
pub(crate) mod torn;

use std::{
    collections::HashMap,
    fmt::{Debug, Write as _},
    hash::Hash,
    time::Duration,
};

use publication::{End, Publication, Run, State};
use relay::Relay;
use shim::{Fault, Shim};

/// A small reproducible source of chance.
#[derive(Debug, Clone)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, below: u64) -> u64 {
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

/// What else happens while a run is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Event {
    /// Nothing.
    Quiet,
    /// The relay dies with every connection cut, and comes back.
    RelayDies,
    /// A few readers leave.
    ReadersLeave,
    /// The run's clock shows another day than the last one's.
    ClockJumps,
}

const EVENTS: [Event; 4] = [
    Event::Quiet,
    Event::RelayDies,
    Event::ReadersLeave,
    Event::ClockJumps,
];
const CONNECTIONS: u64 = 4;

/// What all rounds came to.
#[derive(Debug, Default)]
struct Totals {
    rounds: u64,
    deliveries: u64,
    kills: HashMap<Kill, u64>,
    events: HashMap<Event, u64>,
    skipped: u64,
    unknown: u64,
    /// The most that one round left, a kill and connection.
    unknown_each: f64,
    lost: u64,
    doubled: u64,
    /// Skipped, and sent all the same.
    sent_to_leavers: u64,
}

#[test]
fn killed_at_any_moment_nobody_is_lost_and_nobody_gets_it_twice() {
    let rounds: u64 = std::env::var("CRASH_ROUNDS")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(8);
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
        Round {
            number: round,
            publication: &publications[which],
            shim: &shim,
            state: publications[which].fresh_state(),
            relay: Relay::start(Duration::from_micros(200 + dice.roll(1_500))),
            dice,
            bound: 0,
        }
        .play(&mut totals);
    }
    println!("{}", table(&totals));
    assert_eq!(
        (totals.lost, totals.doubled, totals.sent_to_leavers),
        (0, 0, 0)
    );
}

/// One batch, killed a few times, then left to finish.
struct Round<'a> {
    number: u64,
    publication: &'a Publication,
    shim: &'a Shim,
    state: State,
    relay: Relay,
    dice: Dice,
    /// How many unknown the faults so far may leave.
    bound: u64,
}

impl Round<'_> {
    fn play(mut self, totals: &mut Totals) {
        // Few rounds are to meet every kill and every event, so they take turns.
        for turn in 0..=self.dice.roll(3) {
            let kill = KILLS[((self.number + turn) % 4) as usize];
            let event = EVENTS[((self.number / 4 + self.number + turn) % 4) as usize];
            self.run_into(kill, event, totals);
        }
        let last = Run {
            day: self.state.latest_day(),
            ..Run::of(self.relay.port())
        };
        let code = self.state.send(last).finish();
        assert!(
            [0, 5, 6].contains(&code),
            "round {}: the last run ended with {code}",
            self.number
        );
        self.settle_accounts(totals);
    }

    /// Starts the program and ends it somewhere in the middle.
    fn run_into(&mut self, kill: Kill, event: Event, totals: &mut Totals) {
        let dice = &mut self.dice;
        let jump = u64::from(event == Event::ClockJumps) * dice.roll(30);
        let running = self.state.send(Run {
            shim: (kill == Kill::Power).then_some((self.shim, Fault::None)),
            day: jump,
            ..Run::of(self.relay.port())
        });
        // Anywhere from the first moment to the last message, and then anywhere within a message.
        let start = self.relay.count() as u64;
        let target = start + dice.roll(self.publication.readers());
        let half_way = start + (target - start) / 2;
        let pause = Duration::from_micros(dice.roll(3_000));
        let leaver = dice.roll(self.publication.readers());
        let mut happens = Some(event);
        let (relay, state) = (&self.relay, &self.state);
        let is_time = || {
            let count = relay.count() as u64;
            if count >= half_way
                && let Some(event) = happens.take()
            {
                match event {
                    Event::RelayDies => relay.die_for(Duration::from_millis(30)),
                    Event::ReadersLeave => state.unsubscribe(leaver, 5),
                    Event::Quiet | Event::ClockJumps => {}
                }
            }
            count >= target
        };
        let end = running.end_when(is_time, pause, kill == Kill::Terminate);
        *totals.events.entry(event).or_default() += 1;
        // A message a connection was on the wire when the relay died.
        self.bound += u64::from(event == Event::RelayDies) * CONNECTIONS;
        if let End::Exited(code) = end {
            assert!(
                [0, 5, 6].contains(&code),
                "round {}: the program ended with {code}",
                self.number
            );
            let was_asked = kill == Kill::Terminate && code == 5;
            *totals.kills.entry(kill).or_default() += u64::from(was_asked);
            return;
        }
        *totals.kills.entry(kill).or_default() += 1;
        self.bound += u64::from(kill != Kill::Terminate) * 2 * CONNECTIONS;
        match kill {
            Kill::Power => self.shim.take_back_unsynced(self.state.folder()),
            Kill::Torn => self.state.tear_the_log(self.dice.roll(u64::MAX)),
            Kill::Process | Kill::Terminate => {}
        }
    }

    /// Compares what the relay took with what the ledger says.
    fn settle_accounts(self, totals: &mut Totals) {
        let status = self.state.status();
        let taken = self.relay.finish();
        let (unknown, skipped) = (status.unknown.len() as u64, status.skipped.len() as u64);
        let round = self.number;
        assert_eq!(
            status.accepted + unknown + skipped,
            status.audience,
            "round {round}"
        );
        assert!(
            unknown <= self.bound,
            "round {round}: {unknown} unknown, {} at the most",
            self.bound
        );
        totals.rounds += 1;
        totals.deliveries += status.audience;
        totals.unknown += unknown;
        totals.skipped += skipped;
        let faults = (self.bound / CONNECTIONS).max(1) as f64 / 2.0;
        let each = unknown as f64 / faults / CONNECTIONS as f64;
        totals.unknown_each = totals.unknown_each.max(each);
        for email in self.publication.emails() {
            let times = taken.get(&email).copied().unwrap_or_default();
            let is_skipped = status.skipped.contains(&email);
            totals.doubled += u64::from(times > 1);
            totals.sent_to_leavers += u64::from(is_skipped && times > 0);
            // Accepted, but the relay has nothing: lost. (An unknown may be there or not.)
            let may_have_none = is_skipped || status.unknown.contains(&email);
            totals.lost += u64::from(times == 0 && !may_have_none);
        }
    }
}

fn table(totals: &Totals) -> String {
    let mut table = format!(
        "crash programme: {} rounds, {} deliveries\n",
        totals.rounds, totals.deliveries
    );
    tell(&mut table, "ended by", KILLS, &totals.kills);
    tell(&mut table, "meanwhile", EVENTS, &totals.events);
    for (what, count) in [
        ("lost", totals.lost),
        ("doubled", totals.doubled),
        ("skipped, for they had left", totals.skipped),
        ("skipped and sent all the same", totals.sent_to_leavers),
        ("unknown", totals.unknown),
    ] {
        let _ = writeln!(table, "  {what}: {count}");
    }
    let _ = write!(
        table,
        "  unknown, the most a fault and connection: {:.2}",
        totals.unknown_each
    );
    table
}

fn tell<It: Debug + Eq + Hash>(
    table: &mut String,
    what: &str,
    all: impl IntoIterator<Item = It>,
    counts: &HashMap<It, u64>,
) {
    for it in all {
        let count = counts.get(&it).copied().unwrap_or_default();
        let _ = writeln!(table, "  {what} {it:?}: {count}");
    }
}

/// After the fault is fixed: everything the relay took is accepted or unknown, and the rest is
/// delivered. Answers how many are unknown.
fn accounted_for_and_finished(publication: &Publication, state: &State, relay: Relay) -> u64 {
    let code = state.send(Run::of(relay.port())).finish();
    assert!([0, 5, 6].contains(&code), "{code}");
    let status = state.status();
    let taken = relay.finish();
    let unknown = status.unknown.len() as u64;
    assert_eq!(status.accepted + unknown, status.audience);
    for email in publication.emails() {
        let times = taken.get(&email).copied().unwrap_or_default();
        assert!(times <= 1, "{email} got it {times} times");
        assert!(
            times == 1 || status.unknown.contains(&email),
            "{email} never got it"
        );
    }
    unknown
}
