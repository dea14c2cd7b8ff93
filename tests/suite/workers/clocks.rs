//! Machines whose clocks are five minutes apart, on one database: leases end by the database's clock, a slot begins by the
//! clock of whoever keeps the calendar, once, and a clock that differs is told.

use std::{fs, process::Command, thread, time::Duration};

use daily_note::store::BatchLedger;

use super::fleet::{CONNECTIONS, Fleet, SECRET, Worker};
use crate::{
    crash::{relay::Relay, shim::SHIM},
    identity::harness::Desk,
    operating::Daemon,
    schedule::{
        harness::{Serve, publication},
        wait_until,
    },
    store::postgres::place::Schema,
    support::TestPublication,
};

/// Five minutes ahead, and behind.
const CLOCKS: [&str; 2] = ["300", "-300"];

fn askew<'a>(command: &'a mut Command, seconds: &str) -> &'a mut Command {
    command
        .env("LD_PRELOAD", SHIM.library())
        .env("CLOCK_AHEAD", seconds)
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_whose_clocks_are_ten_minutes_apart_lose_nobody_and_send_nothing_twice() {
    let readers = 500;
    let Some(fleet) = Fleet::new(readers, Duration::from_millis(10)).await else {
        return;
    };
    let batch = fleet.freeze("monday").await;
    let start = |number: usize| {
        let name = format!("of{}", CLOCKS[number]);
        let mut command = fleet.command(&name);
        askew(&mut command, CLOCKS[number]);
        Worker::start(command, fleet.state(&name))
    };
    let mut workers = vec![start(0), start(1)];
    wait_until(|| fleet.relay.count() > 60, "the first messages");
    workers.remove(0).kill();
    workers.push(start(0));
    // One is frozen for half of its lease, and lives.
    workers[0].signal("STOP");
    tokio::time::sleep(Duration::from_secs(5)).await;
    workers[0].signal("CONT");
    fleet.relay.quicken();
    fleet.finished(&batch, Duration::from_secs(60)).await;
    let counts = fleet.store.counts(batch.id).await.unwrap();
    for worker in workers {
        assert!(worker.stop().success(), "{}", fleet.said());
    }
    let said = fleet.said();
    assert!(
        !said.contains("the right to act from this state is over"),
        "{said}"
    );
    let taken = fleet.relay.finish();
    assert!(taken.values().all(|times| *times == 1), "{said}");
    assert!(
        counts.unknown <= 2 * CONNECTIONS,
        "one was killed: {counts:?}\n{said}"
    );
    assert_eq!(
        counts.accepted + counts.unknown,
        readers as u64,
        "{counts:?}"
    );
    assert!(taken.len() as u64 >= counts.accepted, "{counts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_begins_by_its_keeper_s_clock_and_not_again_by_the_next_one_s() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let played = tokio::task::spawn_blocking(move || {
        let relay = Relay::start(Duration::from_millis(5));
        let machine = |seconds: &str| -> TestPublication {
            let port = schema.cluster.port;
            let storage = format!("postgres://{}@127.0.0.1:{port}/postgres", schema.role);
            let url = format!("smtp://127.0.0.1:{}?tls=none", relay.port());
            publication()
                .subscribers(20)
                .variable("DAILY_NOTE_STORAGE", &storage)
                .variable("DAILY_NOTE_WEB__SECRET", SECRET)
                .variable("DAILY_NOTE_SMTP__URL", &url)
                .variable("LD_PRELOAD", SHIM.library().to_str().unwrap())
                .variable("CLOCK_AHEAD", seconds)
        };
        let places = CLOCKS.map(machine);
        // What they take for the hour lies a little apart as well, so that both come to it.
        let ahead = Serve::start(&places[0], "2026-11-29T22:59:55Z");
        ahead.wait_for("keeping");
        let behind = Serve::start(&places[1], "2026-11-29T22:59:45Z");
        behind.wait_for("waiting");
        wait_until(|| relay.count() == 20, "everybody to have it");
        assert_eq!(ahead.stop(), Some(0));
        behind.wait_for("keeping");
        thread::sleep(Duration::from_secs(15));
        let status = places[1].run(["status", "--json", "--at", "2026-11-29T23:01:00Z"]);
        assert_eq!(status.json().as_array().unwrap().len(), 1, "{status:?}");
        assert_eq!(behind.stop(), Some(0));
        let taken = relay.finish();
        assert_eq!(taken.len(), 20);
        assert!(taken.values().all(|times| *times == 1), "{taken:?}");
    });
    played.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_tells_that_its_clock_and_the_database_s_differ() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let told = tokio::task::spawn_blocking(move || {
        let desk = Desk::of(3, Duration::ZERO);
        let issue = format!("issues/{}-the-issue.md", desk.due_at.date_naive());
        fs::remove_file(desk.path(&issue)).unwrap();
        let desk = desk.change(|publication| {
            publication
                .variable("DAILY_NOTE_STORAGE", &schema.address())
                .variable("DAILY_NOTE_WEB__SECRET", SECRET)
        });
        let serve = ["serve", "--listen", "127.0.0.1:0"];
        let right = Daemon::spawn(&mut desk.publication.command(serve));
        right.wait_for("/readyz", |status, _| status == 200);
        drop(right);
        let wrong = Daemon::spawn(askew(&mut desk.publication.command(serve), "-300"));
        wrong.wait_for("/readyz", |status, page| {
            status == 503 && page.contains("this machine's clock and the database server's differ")
        })
    });
    assert!(told.await.unwrap().contains("slots begin early or late"));
}
