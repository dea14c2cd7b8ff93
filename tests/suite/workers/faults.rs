//! What happens to workers and their database while they send: killed, frozen, cut off, a server that dies. Whatever does,
//! nobody is lost, nobody gets an issue twice, and what nobody can know is named. `WORKER_ROUNDS` sets how many rounds
//! (`just workers`).

use std::{collections::HashMap, time::Duration};

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

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_nobody_is_lost_and_nobody_gets_it_twice() {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let rounds = number("WORKER_ROUNDS").unwrap_or(1);
    let seed = number("WORKER_SEED").unwrap_or(1);
    let mut totals: HashMap<Fault, u64> = HashMap::new();
    let mut unknown = 0;
    for round in 0..rounds {
        let mut dice = Dice(seed * 1_000_003 + round);
        // Every round has kills; the dearer faults take turns, and the first round has all.
        let mut faults = vec![Fault::Killed; 4];
        let others = [Fault::Cut, Fault::ServerDies, Fault::Frozen];
        match round {
            0 => faults.extend(others),
            _ => faults.push(others[dice.roll(3) as usize]),
        }
        for place in (1..faults.len()).rev() {
            faults.swap(place, dice.roll(place as u64 + 1) as usize);
        }
        let Some(left) = play(&faults, &mut dice).await else {
            return;
        };
        unknown += left;
        for fault in faults {
            *totals.entry(fault).or_default() += 1;
        }
    }
    println!("{rounds} rounds, {totals:?}: 0 lost, 0 doubled, {unknown} unknown");
}

/// One batch; answers how many are unknown.
async fn play(faults: &[Fault], dice: &mut Dice) -> Option<u64> {
    let readers = 1_500;
    let mut fleet = Fleet::new(readers, Duration::from_millis(20)).await?;
    let batch = fleet.freeze("monday").await;
    let mut workers: Vec<Worker> = WORKERS.iter().map(|name| fleet.worker(name)).collect();
    let mut bound = 0;
    for fault in faults {
        tokio::time::sleep(Duration::from_millis(150 + dice.roll(350))).await;
        // One that can't reach its database as it begins says so and ends; a service manager starts it again.
        for (worker, name) in workers.iter_mut().zip(WORKERS) {
            if worker.has_ended() {
                *worker = fleet.worker(name);
            }
        }
        let which = dice.roll(WORKERS.len() as u64) as usize;
        bound += 2 * connections_hit(*fault);
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
                tokio::time::sleep(Duration::from_secs(14)).await;
                workers[which].signal("CONT");
            }
        }
    }
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
        counts.unknown <= bound,
        "{} unknown of {bound}: {faults:?}\n{said}",
        counts.unknown
    );
    Some(counts.unknown)
}

const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
     WHERE application_name = 'daily-note'";
