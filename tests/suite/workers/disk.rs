//! The database's disk is full for a while: its tables', which it answers with an error, or its log's, of which it dies
//! until there is room and somebody starts it again. Workers say so meanwhile, and go on.

use std::{ffi::OsString, fs, time::Duration};

use daily_note::store::BatchLedger;

use super::fleet::{CONNECTIONS, Fleet, Worker};
use crate::{crash::shim::SHIM, schedule::wait_until, support::postgres::Cluster};

const READERS: usize = 500;
const WORKERS: [&str; 2] = ["one", "two"];

/// What has no room left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Full {
    Tables,
    Log,
}

impl Full {
    /// In whose path is what has none.
    fn below(self) -> &'static str {
        match self {
            Self::Tables => "/base/",
            Self::Log => "/pg_wal/",
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_wait_for_room_in_the_database_and_go_on_by_themselves() {
    for full in [Full::Tables, Full::Log] {
        let Some(unknown) = play(full).await else {
            return;
        };
        println!("{full:?}: {unknown} unknown, 0 lost, 0 doubled");
    }
}

/// Answers how many are unknown.
async fn play(full: Full) -> Option<u64> {
    let room = tempfile::tempdir().unwrap();
    // The server is another user.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    fs::set_permissions(room.path(), open).unwrap();
    let sign = room.path().join("fails");
    let environment = vec![
        ("LD_PRELOAD", SHIM.library().into()),
        ("FAILS_BELOW", full.below().into()),
        ("DISK_FAILS_WHILE", OsString::from(&sign)),
    ];
    let cluster = tokio::task::block_in_place(|| Cluster::start_in(&[], environment))?;
    let mut fleet = Fleet::on(cluster, READERS, Duration::from_millis(10)).await;
    // Pages without room for another version of a row: every step wants another page.
    fleet
        .cluster
        .says("ALTER TABLE deliveries SET (fillfactor = 100)")
        .await;
    let batch = fleet.freeze("monday").await;
    let workers: Vec<Worker> = WORKERS.iter().map(|name| fleet.worker(name)).collect();
    wait_until(|| fleet.relay.count() > 60, "the first messages");
    fs::write(&sign, "f").unwrap();
    let words = match full {
        Full::Tables => "the server's disk is full; make room",
        Full::Log => "the server can't be reached",
    };
    wait_until(|| fleet.said().contains(words), words);
    // What they have claimed may still find room for its steps on the pages that are there; what they have not, none.
    let stands_at = loop {
        let before = fleet.relay.count();
        tokio::time::sleep(Duration::from_secs(2)).await;
        if fleet.relay.count() == before {
            break before;
        }
    };
    assert!(
        stands_at < READERS,
        "{full:?}: it went on without its ledger"
    );
    fs::remove_file(&sign).unwrap();
    if full == Full::Log {
        // What watches over the server starts it again.
        tokio::task::block_in_place(|| fleet.cluster.die_and_come_back());
    }
    fleet.relay.quicken();
    fleet.finished(&batch, Duration::from_secs(90)).await;
    let counts = fleet.store.counts(batch.id).await.unwrap();
    for worker in workers {
        assert!(worker.stop().success(), "{}", fleet.said());
    }
    let said = fleet.said();
    let taken = fleet.relay.finish();
    assert!(taken.values().all(|times| *times == 1), "{full:?}: {said}");
    let in_doubt = 2 * CONNECTIONS * WORKERS.len() as u64;
    assert!(counts.unknown <= in_doubt, "{full:?}: {counts:?}\n{said}");
    assert_eq!(
        counts.accepted + counts.unknown,
        READERS as u64,
        "{full:?}: {counts:?}"
    );
    assert!(
        taken.len() as u64 >= counts.accepted,
        "{full:?}: {counts:?}"
    );
    Some(counts.unknown)
}
