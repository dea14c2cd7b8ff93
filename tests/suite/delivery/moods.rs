//! Relays and providers with moods: too fast, not now, a bad hour. Judged by what they say and by how
//! others fare just then; nobody is marked for what is not theirs.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use daily_note::{
    clock::Stopwatch,
    delivery::{Ending, HealthTrouble, troubles},
    store::{BatchState, DeliveryCounts},
};

use super::harness::{AN_HOUR, Harness, readers};
use crate::scripted::{At, At::*, Plan, ScriptedServer, reply};

/// A relay that takes `budget` recipients in each window and says that to all others.
fn throttling(at: At, answer: &str, budget: usize, window: Duration) -> Plan {
    let (mut opened, mut used) = (None::<Stopwatch>, 0);
    ScriptedServer::new().on(
        at,
        reply(answer).when(move |_| {
            if opened.is_none_or(|since| since.elapsed() > window) {
                (opened, used) = (Some(Stopwatch::start()), 0);
            }
            used += 1;
            used > budget
        }),
    )
}

fn all_accepted(readers: u64) -> DeliveryCounts {
    DeliveryCounts {
        accepted: readers,
        ..DeliveryCounts::default()
    }
}

/// How often the relay was asked about anybody.
fn asked(server: &ScriptedServer) -> usize {
    (1..=server.connections())
        .flat_map(|connection| server.transcript(connection))
        .filter(|line| line.starts_with("C: RCPT"))
        .count()
}

#[tokio::test]
async fn a_throttling_relay_takes_everybody_within_twice_its_budgets_time() {
    let window = Duration::from_millis(400);
    for (at, answer, domains) in [
        (
            Rcpt,
            "450 4.7.1 Error: too many recipients from 192.0.2.1",
            3,
        ),
        (
            Rcpt,
            "450 4.7.1 Error: too many recipients from 192.0.2.1",
            1,
        ),
        (
            Dot,
            "454 Throttling failure: Maximum sending rate exceeded.",
            5,
        ),
        (Mail, "451 4.4.5 System congested", 2),
        (Rcpt, "452 4.3.2 System not accepting messages", 200),
        (Dot, "451 4.3.0 Try again later", 4),
        (Rcpt, "550 5.7.1 Daily sending quota exceeded", 2),
    ] {
        let harness = Harness::new(readers(200, domains)).await;
        let server = throttling(at, answer, 20, window).forgiving().start();
        let started = Stopwatch::start();
        let counts = harness.run_until_done(&server).await;
        let took = started.elapsed();
        assert_eq!(counts, all_accepted(200), "{answer}");
        assert_eq!(server.taken().len(), 200, "{answer}");
        assert!(took < 2 * 10 * window + window, "{answer}: {took:?}");
        assert!(asked(&server) < 450, "{answer}: {} tries", asked(&server));
    }
}

#[tokio::test]
async fn six_hundred_of_six_hundred_within_twice_the_time_that_the_budget_allows() {
    let window = Duration::from_millis(400);
    let harness = Harness::new(readers(600, 12)).await;
    let words = "450 4.7.1 Error: too many recipients from 192.0.2.1";
    let server = throttling(Rcpt, words, 20, window).forgiving().start();
    let started = Stopwatch::start();
    let counts = harness.run_until_done(&server).await;
    let took = started.elapsed();
    assert_eq!(counts, all_accepted(600));
    assert_eq!(server.taken().len(), 600);
    assert!(took < 2 * 30 * window, "{took:?}");
}

#[tokio::test]
async fn the_pace_that_was_learned_is_remembered() {
    let harness = Harness::new(readers(60, 1)).await;
    let server = throttling(
        Rcpt,
        "450 4.7.1 Rate limited",
        20,
        Duration::from_millis(400),
    )
    .start();
    assert_eq!(harness.run_until_done(&server).await, all_accepted(60));
    let known = troubles(&*harness.store, harness.clock.now())
        .await
        .unwrap();
    let paced = known.iter().find_map(|trouble| match trouble {
        HealthTrouble::Paced { per_second, .. } => Some(*per_second),
        _ => None,
    });
    let paced = paced.expect("a pace");
    assert!(
        (10.0..120.0).contains(&paced),
        "{paced} a second of 50 borne"
    );
}

#[tokio::test]
async fn rests_count_no_attempt() {
    let harness = Harness::new(readers(30, 3)).await;
    let server = ScriptedServer::new()
        .on(
            Rcpt,
            reply("450 4.7.1 Error: too many recipients")
                .skip(10)
                .times(25),
        )
        .start();
    let report = harness.run(&server).await;
    assert_eq!(report.counts, all_accepted(30));
    assert_eq!(report.ending, Ending::Finished);
}

/// A relay that defers everybody's first try, and each before `patience` is over.
fn greylisting(at: At, answer: &str, patience: Duration) -> Plan {
    let mut first = HashMap::new();
    ScriptedServer::new().on(
        at,
        reply(answer).when(move |recipient| {
            let since = first
                .entry(recipient.to_owned())
                .or_insert_with(Stopwatch::start);
            since.elapsed() < patience
        }),
    )
}

#[tokio::test]
async fn a_relay_that_greylists_every_first_try_takes_everybody_at_the_second() {
    for (at, answer) in [
        (
            Rcpt,
            "450 4.7.1 Greylisted, please try again in 300 seconds",
        ),
        (Rcpt, "451 4.7.1 Please try again later"),
        (Rcpt, "450 4.2.0 Recipient address rejected: come back"),
        (Rcpt, "451 Temporary local problem"),
        (Dot, "451 4.7.1 Gray-listed"),
        (Data, "451 4.3.0 Not yet"),
    ] {
        let mut harness = Harness::new(readers(100, 10)).await;
        harness.settings.backoff_first = Duration::from_millis(600);
        harness.settings.backoff_max = Duration::from_millis(1_200);
        let server = greylisting(at, answer, Duration::from_millis(300))
            .forgiving()
            .start();
        let started = Stopwatch::start();
        let counts = harness.run_until_done(&server).await;
        assert_eq!(counts, all_accepted(100), "{answer}");
        assert!(
            started.elapsed() < Duration::from_secs(8),
            "{answer}: {:?}",
            started.elapsed()
        );
        assert!(asked(&server) <= 320, "{answer}: {} tries", asked(&server));
    }
}

/// A hundred readers of whom so many in a hundred are at one provider, spread as a list is.
fn with_share(percent: usize) -> Vec<String> {
    (0..200)
        .map(|n| match n * percent / 100 == (n + 1) * percent / 100 {
            true => format!("reader{n}@d{}.example.com", n % 7),
            false => format!("reader{n}@big.example.com"),
        })
        .collect()
}

/// A provider that refuses everybody while `is_bad`, once so many were taken.
fn outage(answer: &str, after: usize, is_bad: &Arc<AtomicBool>) -> Plan {
    let is_bad = Arc::clone(is_bad);
    let mut seen = 0;
    ScriptedServer::new().on(
        Rcpt,
        reply(answer).when(move |recipient| {
            seen += 1;
            recipient.contains("@big.") && seen > after && is_bad.load(Ordering::SeqCst)
        }),
    )
}

#[tokio::test]
async fn in_a_providers_bad_hour_nobody_is_suppressed_and_the_others_get_it() {
    for (share, after, answer) in [
        (90, 60, "550 5.1.1 No such user"),
        (50, 60, "550 5.1.1 No such user"),
        (50, 8, "550 5.1.1 No such user"),
        (15, 40, "550 5.1.1 No such user"),
        (15, 0, "550 5.1.1 No such user"),
        (15, 60, "550 5.7.1 Blocked"),
        (5, 20, "550 5.1.1 No such user"),
    ] {
        let list = with_share(share);
        let big: Vec<&String> = list.iter().filter(|it| it.contains("@big.")).collect();
        let harness = Harness::new(&list).await.deferring_for_an_hour();
        let is_bad = Arc::new(AtomicBool::new(true));
        let server = outage(answer, after, &is_bad).forgiving().start();
        let report = harness.run(&server).await;
        let why = format!("{share} % after {after}, {answer}: {report:?}");
        assert!(matches!(report.ending, Ending::Waiting(_)), "{why}");
        assert_eq!(report.counts.rejected, 0, "{why}");
        let others = (list.len() - big.len()) as u64;
        assert!(report.counts.accepted >= others, "{why}");
        for reader in &big {
            assert_eq!(harness.suppression(reader).await, None, "{why}");
        }
        let tries = asked(&server);
        assert!(
            tries <= report.counts.accepted as usize + 12,
            "{why}: {tries} tries"
        );
        let known = troubles(&*harness.store, harness.clock.now())
            .await
            .unwrap();
        let names = |trouble: &HealthTrouble| {
            matches!(trouble, HealthTrouble::Spell { domain, reply, .. }
                if domain == "big.example.com" && reply == answer)
        };
        assert!(known.iter().any(names), "{why}: {known:?}");

        // It lasts: an hour later one is asked, and nobody else.
        let mut harness = harness;
        harness.two_hours_later();
        let report = harness.run(&server).await;
        assert_eq!(report.counts.rejected, 0, "{report:?}");
        assert!(asked(&server) <= tries + 3, "{why}");

        // It is over: everybody gets it.
        is_bad.store(false, Ordering::SeqCst);
        for _ in 0..3 {
            harness.two_hours_later();
            harness.run(&server).await;
        }
        assert_eq!(harness.batch().await.state, BatchState::Finished, "{why}");
        assert_eq!(server.recipients().len(), 200, "{why}");
    }
}

#[tokio::test]
async fn a_small_domain_that_died_is_believed_at_once() {
    let mut list = readers(60, 6);
    list.extend((0..3).map(|n| format!("reader{n}@gone.example.com")));
    let harness = Harness::new(&list).await;
    let server = ScriptedServer::new()
        .on(Rcpt, reply("550 5.1.2 Host unknown").to("@gone."))
        .start();
    let report = harness.run(&server).await;
    assert_eq!((report.counts.accepted, report.counts.rejected), (60, 3));
    assert!(
        harness
            .suppression("reader1@gone.example.com")
            .await
            .is_some()
    );
}

#[tokio::test]
async fn a_spell_that_does_not_end_gives_its_readers_up_and_names_them() {
    let mut list = readers(60, 6);
    list.extend((0..8).map(|n| format!("reader{n}@gone.example.com")));
    let mut harness = Harness::new(&list).await;
    harness.settings.backoff_first = AN_HOUR;
    harness.settings.backoff_max = 4 * AN_HOUR;
    let server = ScriptedServer::new()
        .on(Rcpt, reply("550 5.1.1 No such user").to("@gone."))
        .start();
    let mut runs = 0;
    while harness.run(&server).await.counts.open() > 0 {
        runs += 1;
        assert!(runs < 80, "no end: {:?}", harness.failed().await);
        harness.two_hours_later();
    }
    let failed = harness.failed().await;
    assert_eq!(failed.len(), 8);
    assert!(failed.values().all(|(outcome, words)| {
        outcome == "rejected" && words.contains("550 5.1.1 No such user")
    }));
}

#[tokio::test]
async fn a_clock_that_ran_ahead_strands_nobody_and_gives_nobody_up() {
    for days in [3, 1_000] {
        let mut harness = Harness::new(readers(6, 2)).await.deferring_for_an_hour();
        let right = harness.clock;
        let busy = ScriptedServer::new()
            .on(Rcpt, reply("451 4.7.1 Greylisted").to("reader1@"))
            .start();
        assert_eq!(harness.run(&busy).await.counts.deferred, 1);
        // It runs ahead, and whoever waits is tried, and waits until then.
        harness.clock =
            daily_note::clock::Clock::starting_at(right.now() + Duration::from_secs(days * 86_400));
        assert_eq!(harness.run(&busy).await.counts.deferred, 1, "not given up");
        // It is right again.
        harness.clock = right;
        let report = harness.run(&busy).await;
        let Ending::Waiting(next) = report.ending else {
            panic!("{report:?}")
        };
        assert!(
            next <= harness.clock.now() + 2 * AN_HOUR,
            "{days} days: {next}"
        );
        harness.two_hours_later();
        let well = ScriptedServer::new().start();
        assert_eq!(harness.run(&well).await.counts, all_accepted(6));
    }
}

#[tokio::test]
async fn a_clock_set_back_behind_the_slot_stops_no_batch() {
    let mut harness = Harness::new(readers(6, 2)).await;
    let hours = |hours: i64| chrono::TimeDelta::hours(hours);
    harness.clock = daily_note::clock::Clock::starting_at(harness.clock.now() - hours(30));
    let server = ScriptedServer::new().start();
    assert_eq!(harness.run(&server).await.counts, all_accepted(6));
}
