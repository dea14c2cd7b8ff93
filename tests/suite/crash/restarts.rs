//! Starting again: by whom, how often, from what, and how a run is asked to end.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{
    CONNECTIONS, accounted_for_and_finished,
    publication::{End, Publication, Run},
    relay::Relay,
};

/// Far longer than a run takes to end, and far shorter than SMTP's deadlines.
const SOON: Duration = Duration::from_secs(60);

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < SOON, "{what}");
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn two_senders_on_one_batch_the_second_says_who_holds_it() {
    let publication = Publication::new(1_000);
    let state = publication.fresh_state();
    let relay = Relay::start(Duration::from_millis(4));
    let first = state.send(Run::of(relay.port()));
    wait_until("nothing was sent", || relay.count() > 0);
    let second = state.send(Run::of(relay.port())).finish_with_words();
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

#[test]
fn a_restart_loop_gets_on_and_sends_to_nobody_twice() {
    let publication = Publication::new(1_000);
    let state = publication.fresh_state();
    let relay = Relay::start(Duration::from_millis(4));
    let mut kills = 0;
    for turn in 0..25 {
        let running = state.send(Run::of(relay.port()));
        // From before the first message to a hundred messages on.
        let target = relay.count() + turn % 5 * 25;
        let end = running.end_when(
            || relay.count() >= target,
            Duration::from_micros(turn as u64 * 777 % 3_000),
            false,
        );
        kills += u64::from(end == End::Killed);
    }
    assert!(kills > 10, "{kills} kills prove little");
    let unknown = accounted_for_and_finished(&publication, &state, relay);
    assert!(unknown <= 2 * CONNECTIONS * kills, "{unknown} unknown");
}

#[test]
fn a_restored_snapshot_doubles_nobody_and_names_who_may_have_it() {
    let publication = Publication::new(1_000);
    let state = publication.fresh_state();
    let relay = Relay::start(Duration::from_micros(500));
    let until = |count| {
        let run = state.send(Run::of(relay.port()));
        run.end_when(|| relay.count() >= count, Duration::ZERO, false);
    };
    until(300);
    let snapshot = state.snapshot();
    until(600);
    state.restore(&snapshot);

    assert_eq!(state.send(Run::of(relay.port())).finish(), 5);
    let status = state.status();
    assert!(status.of_an_older_copy >= 300, "{status:?}");
    assert_eq!(
        status.accepted + status.unknown.len() as u64,
        status.audience
    );
    assert!(status.accepted <= 300 + 2 * CONNECTIONS);
    let taken = relay.finish();
    for email in publication.emails() {
        let times = taken.get(&email).copied().unwrap_or_default();
        assert!(times <= 1, "{email} got it {times} times");
        assert!(times == 1 || status.unknown.contains(&email), "{email}");
    }
}

#[test]
fn a_clock_set_back_or_on_stops_nobody() {
    let publication = Publication::new(1_000);
    let state = publication.fresh_state();
    let relay = Relay::start(Duration::from_millis(20));
    for (day, count) in [(20, 50), (1, 100), (300, 150), (2, 200)] {
        let run = Run {
            day,
            ..Run::of(relay.port())
        };
        let end = state
            .send(run)
            .end_when(|| relay.count() >= count, Duration::ZERO, true);
        assert_eq!(end, End::Exited(5), "day {day}");
        assert!(relay.count() >= count, "day {day}");
    }
    relay.quicken();
    assert_eq!(accounted_for_and_finished(&publication, &state, relay), 0);
}

#[test]
fn sigterm_finishes_what_is_on_the_wire_and_begins_nothing() {
    let publication = Publication::new(1_000);
    let state = publication.fresh_state();
    // Slow enough that nothing is announced behind a dot.
    let relay = Relay::start(Duration::from_secs(4));
    let running = state.send(Run::of(relay.port()));
    wait_until("nothing was sent", || relay.count() > 0);
    let end = running.end_when(|| true, Duration::ZERO, true);
    assert_eq!(end, End::Exited(5));
    let taken = relay.count() as u64;
    assert!(taken <= CONNECTIONS, "{taken} were taken after all");
    let status = state.status();
    assert_eq!((status.accepted, status.unknown.len()), (taken, 0));
    relay.quicken();
    assert_eq!(accounted_for_and_finished(&publication, &state, relay), 0);
}

#[test]
fn a_terminal_that_closes_finishes_what_is_on_the_wire_and_leaves_no_doubt() {
    let publication = Publication::new(1_000);
    let state = publication.fresh_state();
    let relay = Relay::start(Duration::from_secs(4));
    let running = state.send(Run::of(relay.port()));
    wait_until("nothing was sent", || relay.count() > 0);
    running.signal("-HUP");
    assert_eq!(running.finish(), 5);
    let taken = relay.count() as u64;
    let status = state.status();
    assert_eq!((status.accepted, status.unknown.len()), (taken, 0));
    relay.quicken();
    assert_eq!(accounted_for_and_finished(&publication, &state, relay), 0);
}

#[test]
fn sigterm_does_not_wait_for_a_relay_that_never_greets() {
    let publication = Publication::new(1_000);
    let state = publication.fresh_state();
    let relay = Relay::start(Duration::from_millis(1));
    let running = state.send(Run::of(relay.port()));
    wait_until("nothing was sent", || relay.count() > 100);
    relay.fall_silent();
    let started = Instant::now();
    // Every connection is dialling again, and the greeting's deadline is five minutes.
    wait_until("nobody dials", || relay.waiting() >= CONNECTIONS as usize);
    assert_eq!(
        running.end_when(|| true, Duration::ZERO, true),
        End::Exited(5)
    );
    assert!(started.elapsed() < 2 * SOON, "{:?}", started.elapsed());
    relay.come_back();
    let unknown = accounted_for_and_finished(&publication, &state, relay);
    assert!(unknown <= CONNECTIONS, "{unknown} unknown");
}

#[test]
fn a_second_sigterm_ends_it_at_once_and_loses_nobody() {
    let publication = Publication::new(1_000);
    let state = publication.fresh_state();
    let relay = Relay::start(Duration::from_secs(30));
    let running = state.send(Run::of(relay.port()));
    wait_until("nothing was sent", || relay.count() >= CONNECTIONS as usize);
    let started = Instant::now();
    running.terminate();
    // Two signals at once would be one.
    thread::sleep(Duration::from_secs(3));
    assert_eq!(
        running.end_when(|| true, Duration::ZERO, true),
        End::Exited(130)
    );
    assert!(started.elapsed() < Duration::from_secs(25), "it waited");
    relay.quicken();
    let unknown = accounted_for_and_finished(&publication, &state, relay);
    assert!(unknown <= 2 * CONNECTIONS, "{unknown} unknown");
}
