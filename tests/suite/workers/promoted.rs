//! A standby that followed without being waited for is promoted while workers send: it does not know of the last of what
//! left. Nothing leaves before a person says so, nobody gets an issue twice, and who may have got it is named, by what the
//! workers noted. `PROMOTION_ROUNDS` sets how many (`just promotions`).

use std::{fs, time::Duration};

use daily_note::store::{Batch, BatchLedger, BatchState, DeliveryState, StateInstance, StoreError};

use super::fleet::{CONNECTIONS, Fleet, Worker, address_at, now};
use crate::{
    schedule::{harness::publication, wait_until},
    store::postgres::place::opened,
    support::Line,
};

const READERS: usize = 900;
const WORKERS: [&str; 2] = ["one", "two"];
/// Two rows a connection may have had leave, of which nobody knows whether they left.
const IN_DOUBT: u64 = 2 * CONNECTIONS * WORKERS.len() as u64;

/// What is left of the workers' notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notes {
    /// All of them.
    Whole,
    /// One worker's folder was emptied.
    Emptied,
    /// One worker's file of this issue is gone.
    Deleted,
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_promoted_standby_does_not_know_of_is_known_by_the_workers_notes() {
    let rounds = std::env::var("PROMOTION_ROUNDS").ok();
    let rounds: u64 = rounds.and_then(|it| it.parse().ok()).unwrap_or(1);
    for _ in 0..rounds {
        let Some(account) = play(Notes::Whole).await else {
            return;
        };
        println!("{account}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_worker_s_notes_are_gone_all_that_the_standby_has_open_is_in_doubt() {
    for notes in [Notes::Emptied, Notes::Deleted] {
        let Some(account) = play(notes).await else {
            return;
        };
        println!("{notes:?}: {account}");
    }
}

/// A batch in the middle of which the primary dies, and its standby has not all of it.
struct Promotion {
    fleet: Fleet,
    workers: Vec<Worker>,
    line: Line,
    /// Rows that the standby knows to have their end.
    known: u64,
}

impl Promotion {
    /// The workers find the promoted standby where the primary was.
    async fn play() -> Option<Self> {
        let mut fleet = Fleet::new(READERS, Duration::from_millis(10)).await?;
        let following = Line::to(fleet.cluster.port);
        let standby = tokio::task::block_in_place(|| fleet.cluster.standby(following.port));
        let line = Line::to(fleet.cluster.port);
        fleet.freeze("monday").await;
        let start = |name: &str| {
            let command = fleet.command_to(name, &address_at(line.port));
            Worker::start(command, fleet.state(name))
        };
        let workers = WORKERS.map(start).into();
        wait_until(|| fleet.relay.count() > 100, "the first messages");
        let accepted = "SELECT coalesce(sum(accepted), 0)::int8 FROM tallies";
        while standby.number(accepted).await < 50 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        following.cut();
        let before = fleet.relay.count();
        wait_until(
            || fleet.relay.count() > before + 150,
            "what it will not know",
        );
        let primary = std::mem::replace(&mut fleet.cluster, standby);
        tokio::task::block_in_place(|| drop(primary.stop()));
        fleet.cluster.says("SELECT pg_promote()").await;
        let known = fleet.cluster.number(accepted).await;
        line.lead_to(fleet.cluster.port);
        fleet.store = opened(&address_at(fleet.cluster.port))
            .await
            .unwrap()
            .into();
        Some(Self {
            fleet,
            workers,
            line,
            known: known.unsigned_abs(),
        })
    }

    /// One of the workers is no more, and of what it noted there is only that left.
    fn lose(&mut self, notes: Notes) {
        let name = WORKERS[1];
        let state = self.fleet.state(name);
        self.workers.remove(1).kill();
        match notes {
            Notes::Whole => {}
            Notes::Emptied => fs::remove_dir_all(&state).unwrap(),
            Notes::Deleted => fs::remove_file(state.join("steps-1")).unwrap(),
        }
        let command = self.fleet.command_to(name, &address_at(self.line.port));
        self.workers.push(Worker::start(command, state));
    }

    /// Nothing leaves for longer than a lease lasts, but what was on the wire.
    async fn nothing_leaves(&self) -> usize {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let before = self.fleet.relay.count();
        tokio::time::sleep(Duration::from_secs(4)).await;
        assert_eq!(self.fleet.relay.count(), before, "{}", self.fleet.said());
        before
    }

    /// A person's word, which waits for the workers' notes.
    async fn adopt(&self) -> Vec<String> {
        for _ in 0..150 {
            match self.fleet.store.adopt(None, &[], now()).await {
                Ok(adopted) => return adopted.heard,
                Err(StoreError::NotesAwaited { .. }) => {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                Err(error) => panic!("{error}\n{}", self.fleet.said()),
            }
        }
        panic!("nobody hands in\n{}", self.fleet.said());
    }

    /// Nobody has it twice, and who does not have it is named; answers how many are unknown.
    async fn account(self, batch: &Batch) -> usize {
        let Self { fleet, workers, .. } = self;
        let rows = fleet.rows(batch).await;
        for worker in workers {
            assert!(worker.stop().success(), "{}", fleet.said());
        }
        let taken = fleet.relay.finish();
        let doubled = taken.iter().filter(|(_, times)| **times > 1);
        assert_eq!(doubled.count(), 0);
        for (reader, state) in &rows {
            let is_known = taken.contains_key(reader) || *state == DeliveryState::Unknown;
            assert!(is_known, "{reader}, {state:?}, is lost");
        }
        assert_eq!(rows.len(), READERS, "every row is named");
        let unknown = rows.values().filter(|it| **it == DeliveryState::Unknown);
        unknown.count()
    }
}

/// Answers what came of it, in words.
async fn play(notes: Notes) -> Option<String> {
    let mut promotion = Promotion::play().await?;
    if notes != Notes::Whole {
        promotion.lose(notes);
    }
    let left = promotion.nothing_leaves().await as u64;
    let heard = promotion.adopt().await;
    let fleet = &promotion.fleet;
    let batch = fleet.store.batch("monday").await.unwrap().unwrap();
    assert!(
        matches!(batch.state, BatchState::Paused { .. }),
        "{batch:?}"
    );
    let counts = fleet.store.counts(batch.id).await.unwrap();
    assert_eq!(counts.total(), READERS as u64);
    let missed = left - promotion.known;
    assert!(missed >= 100, "the standby lagged by {missed}");
    if notes == Notes::Whole {
        assert_eq!(heard.len(), WORKERS.len(), "{heard:?}");
        let bound = missed..=missed + IN_DOUBT;
        let said = fleet.said();
        assert!(
            bound.contains(&counts.unknown),
            "{counts:?}: {bound:?}\n{said}"
        );
    } else {
        assert_eq!(heard.len(), WORKERS.len() - 1, "{heard:?}");
        assert_eq!(counts.open(), 0, "{counts:?}");
        assert_eq!(counts.accepted, promotion.known, "{counts:?}");
    }
    fleet.relay.quicken();
    let open = BatchState::Open;
    let opened = fleet.store.set_batch_state(batch.id, &open, now()).await;
    opened.unwrap();
    if notes == Notes::Whole {
        fleet.finished(&batch, Duration::from_secs(60)).await;
    } else {
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    let unknown = promotion.account(&batch).await;
    Some(format!(
        "{left} had left, {missed} of them unknown to the standby; {unknown} unknown, 0 lost, 0 doubled"
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn adopt_names_the_machines_whose_notes_are_not_in_and_goes_on_without_them() {
    let Some(mut promotion) = Promotion::play().await else {
        return;
    };
    // One machine is away.
    promotion.workers.remove(1).kill();
    let said = tokio::task::block_in_place(|| {
        let publication = publication()
            .variable("DAILY_NOTE_STORAGE", &address_at(promotion.line.port))
            .variable("DAILY_NOTE_WEB__SECRET", super::fleet::SECRET);
        let refused = publication.run(["adopt", "--yes"]);
        assert_eq!(refused.code, Some(3), "{refused:?}");
        let place = promotion.fleet.state(WORKERS[1]).canonicalize().unwrap();
        let name = refused
            .stderr
            .split_whitespace()
            .find(|word| word.ends_with(place.to_str().unwrap()));
        let name = name.unwrap_or_else(|| panic!("{}", refused.stderr));
        assert!(
            refused.stderr.contains("adopt --without NAME"),
            "{}",
            refused.stderr
        );
        publication
            .run(["adopt", "--yes", "--without", name])
            .stdout
    });
    assert!(said.contains("noted since it was made is in"), "{said}");
    let store = &promotion.fleet.store;
    let batch = store.batch("monday").await.unwrap().unwrap();
    let counts = store.counts(batch.id).await.unwrap();
    assert_eq!(counts.open(), 0, "{counts:?}");
    let reason = "SELECT count(*) FROM deliveries WHERE state = 6 AND reply LIKE '%noted since it was made is gone%'";
    assert!(promotion.fleet.cluster.number(reason).await > 500);
}
