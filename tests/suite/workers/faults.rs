//! What happens to workers and their database while they send: killed, frozen, cut off, a server that dies. Whatever does,
//! nobody is lost, nobody gets an issue twice, and what nobody can know is named. `WORKER_ROUNDS` sets how many batches
//! of 5,000, each with ten kills and one of every other fault (`just workers`).

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use daily_note::store::{BatchLedger, DeliveryState};

use super::fleet::{CONNECTIONS, Fleet, Worker};
use crate::crash::Dice;

const WORKERS: [&str; 3] = ["one", "two", "three"];

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Fault {
    /// A worker is killed, and started again as a service manager does.
    Killed,
    /// All connections to the database are cut.
    Cut,
    /// The database dies and comes back.
    ServerDies,
    /// A worker is frozen beyond its lease, and goes on.
    Frozen,
}

/// By how many connections rows may have been in the air.
fn connections_hit(fault: Fault) -> u64 {
    match fault {
        Fault::Killed | Fault::Frozen => CONNECTIONS,
        Fault::Cut | Fault::ServerDies => CONNECTIONS * WORKERS.len() as u64,
    }
}

/// How much is played.
struct Size {
    rounds: u64,
    readers: usize,
    /// Kills in each batch, beside one of every other fault.
    kills: usize,
    /// The relay's time for a message: the batch must not end before the faults do.
    delay: Duration,
}

impl Size {
    fn asked() -> Self {
        match number("WORKER_ROUNDS") {
            Some(rounds) => Self {
                rounds,
                readers: 5_000,
                kills: 10,
                delay: Duration::from_millis(30),
            },
            None => Self {
                rounds: 1,
                readers: 1_500,
                kills: 4,
                delay: Duration::from_millis(20),
            },
        }
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// What came of a batch.
#[derive(Default)]
struct Left {
    unknown: u64,
    /// By how many connections rows were in the air as faults struck.
    hit: u64,
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_nobody_is_lost_and_nobody_gets_it_twice() {
    let size = Size::asked();
    let seed = number("WORKER_SEED").unwrap_or(1);
    let mut totals: HashMap<Fault, u64> = HashMap::new();
    let (mut unknown, mut worst) = (0, 0.0_f64);
    for round in 0..size.rounds {
        let mut dice = Dice(seed * 1_000_003 + round);
        let mut faults = vec![Fault::Killed; size.kills];
        faults.extend([Fault::Cut, Fault::ServerDies, Fault::Frozen]);
        for place in (1..faults.len()).rev() {
            faults.swap(place, dice.roll(place as u64 + 1) as usize);
        }
        let Some(left) = play(&faults, &size, &mut dice).await else {
            return;
        };
        unknown += left.unknown;
        worst = worst.max(left.unknown as f64 / left.hit as f64);
        for fault in faults {
            *totals.entry(fault).or_default() += 1;
        }
        let times = |fault| totals.get(&fault).copied().unwrap_or_default();
        println!(
            "{} batches of {}: {} kills, {} stops of the server, {} cuts, {} freezes; {} deliveries, 0 lost, 0 doubled, \
             {unknown} unknown, {worst:.2} a fault and connection in the worst batch",
            round + 1,
            size.readers,
            times(Fault::Killed),
            times(Fault::ServerDies),
            times(Fault::Cut),
            times(Fault::Frozen),
            (round + 1) * size.readers as u64 - unknown,
        );
    }
}

/// A worker that is frozen, and until when.
type Sleeper = Option<(usize, Instant)>;

/// Lets it go on once its lease is long over.
async fn wake(sleeper: &mut Sleeper, workers: &[Worker], must: bool) {
    if let Some((which, until)) = *sleeper
        && (must || Instant::now() >= until)
    {
        tokio::time::sleep(until.saturating_duration_since(Instant::now())).await;
        workers[which].signal("CONT");
        *sleeper = None;
    }
}

/// One batch.
async fn play(faults: &[Fault], size: &Size, dice: &mut Dice) -> Option<Left> {
    let readers = size.readers;
    let mut fleet = Fleet::new(readers, size.delay).await?;
    let batch = fleet.freeze("monday").await;
    let mut workers: Vec<Worker> = WORKERS.iter().map(|name| fleet.worker(name)).collect();
    let (mut hit, mut sleeper) = (0, Sleeper::None);
    for fault in faults {
        tokio::time::sleep(Duration::from_millis(150 + dice.roll(350))).await;
        wake(&mut sleeper, &workers, false).await;
        // One that can't reach its database as it begins says so and ends; a service manager starts it again.
        for (worker, name) in workers.iter_mut().zip(WORKERS) {
            if worker.has_ended() {
                *worker = fleet.worker(name);
            }
        }
        hit += connections_hit(*fault);
        let sleeps = sleeper.map(|(which, _)| which);
        let awake: Vec<usize> = (0..WORKERS.len())
            .filter(|it| Some(*it) != sleeps)
            .collect();
        let which = awake[dice.roll(awake.len() as u64) as usize];
        match fault {
            Fault::Killed => {
                workers.swap_remove(which).kill();
                workers.push(fleet.worker(WORKERS[which]));
                // The order of the names goes with that of the workers.
                let last = workers.len() - 1;
                workers.swap(which, last);
            }
            Fault::Cut => fleet.cluster.says(CUT).await,
            Fault::ServerDies => tokio::task::block_in_place(|| fleet.cluster.die_and_come_back()),
            Fault::Frozen => {
                workers[which].signal("STOP");
                // The others are struck meanwhile.
                sleeper = Some((which, Instant::now() + Duration::from_secs(14)));
            }
        }
    }
    wake(&mut sleeper, &workers, true).await;
    fleet.relay.quicken();
    fleet.finished(&batch, Duration::from_secs(120)).await;
    let counts = fleet.store.counts(batch.id).await.unwrap();
    let rows = fleet.rows(&batch).await;
    for mut worker in workers {
        assert!(
            worker.has_ended() || worker.stop().success(),
            "{}",
            fleet.said()
        );
    }
    let said = fleet.said();
    let taken = fleet.relay.finish();
    let doubled: Vec<&String> = taken
        .iter()
        .filter(|(_, times)| **times > 1)
        .map(|(who, _)| who)
        .collect();
    assert!(doubled.is_empty(), "{faults:?}: {doubled:?}\n{said}");
    for (reader, state) in &rows {
        match state {
            DeliveryState::Accepted => assert!(taken.contains_key(reader), "{reader} is lost"),
            state => assert_eq!(*state, DeliveryState::Unknown, "{reader}"),
        }
    }
    assert_eq!(rows.len(), readers, "every row is named");
    assert_eq!(
        counts.accepted + counts.unknown,
        readers as u64,
        "{counts:?}"
    );
    assert!(
        counts.unknown <= 2 * hit,
        "{} unknown of {}: {faults:?}\n{said}",
        counts.unknown,
        2 * hit
    );
    Some(Left {
        unknown: counts.unknown,
        hit,
    })
}

const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
     WHERE application_name = 'daily-note'";
