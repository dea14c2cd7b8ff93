//! The pace that somebody bears, learned from what they take and when they say that it is too much:
//! rest until they take one again, go on at what they took meanwhile, then a little faster with each
//! message (additive increase), and slower where that was too much again. Pure: the time is passed in.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::rest::{ProbedRest, RestLengths};

/// The least that is left of a pace that was too much.
const DECREASE: f64 = 0.5;
/// How much faster it goes with each message, as a share of where it began.
const INCREASE: f64 = 0.01;
/// The same, close to where it was too much last.
const CAREFUL_INCREASE: f64 = 0.001;
/// How close is close.
const CLOSE: f64 = 0.9;
/// A moment that a connection may wait for its turn.
const SOON: TimeDelta = TimeDelta::milliseconds(250);
/// No pace is slower: one message in five minutes.
const SLOWEST: f64 = 1.0 / 300.0;
/// Nor kept: who bears this bears what comes.
const FASTEST: f64 = 100_000.0;

/// The learned pace of a relay, or of a domain behind it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct LearnedRate {
    /// Messages a second; None: it never was too much.
    per_second: Option<f64>,
    /// Where the present climb began.
    base: f64,
    /// At which pace it was too much last.
    ceiling: Option<f64>,
    rest: Option<ProbedRest>,
    /// Since when `taken` are counted; of this run alone.
    #[serde(skip)]
    since: Option<DateTime<Utc>>,
    #[serde(skip)]
    taken: u32,
    /// When the next message may leave.
    #[serde(skip)]
    next_at: Option<DateTime<Utc>>,
}

impl LearnedRate {
    /// It was too much.
    pub(crate) fn throttled(&mut self, now: DateTime<Utc>, lengths: RestLengths) {
        match &mut self.rest {
            Some(rest) => rest.go_on(now, lengths),
            None => {
                self.ceiling = self.per_second;
                self.since.get_or_insert(now);
                self.rest = Some(ProbedRest::begin(now, lengths));
            }
        }
    }

    /// A message was taken. True where that ended a rest.
    pub(crate) fn taken(&mut self, now: DateTime<Utc>) -> bool {
        let since = *self.since.get_or_insert(now);
        match self.rest {
            // It was on the way when the rest began.
            Some(rest) if rest.holds(now) => self.taken += 1,
            Some(_) => {
                let elapsed = (now - since).as_seconds_f64().max(0.001);
                let borne = f64::from(self.taken.max(1)) / elapsed;
                let least = self.per_second.map_or(SLOWEST, |pace| pace * DECREASE);
                let most = self.per_second.unwrap_or(FASTEST);
                let pace = borne.min(most).max(least).max(SLOWEST);
                self.per_second = Some(pace);
                self.base = pace;
                self.rest = None;
                self.since = Some(now);
                self.taken = 1;
                self.next_at = now.checked_add_signed(interval(pace));
                return true;
            }
            None => {
                self.taken += 1;
                if let Some(pace) = &mut self.per_second {
                    let is_close = self
                        .ceiling
                        .is_some_and(|last| (CLOSE * last..last / CLOSE).contains(pace));
                    *pace += self.base * if is_close { CAREFUL_INCREASE } else { INCREASE };
                    *pace = pace.min(FASTEST);
                }
            }
        }
        false
    }

    /// One message leaves.
    pub(crate) fn started(&mut self, now: DateTime<Utc>) {
        if let Some(pace) = self.per_second {
            // What was not used within a second is lost.
            let from = self.next_at.unwrap_or(now).max(now - TimeDelta::seconds(1));
            self.next_at = from.checked_add_signed(interval(pace));
        }
    }

    /// How many may leave now, `on_the_way` being those without an answer yet; None: any number.
    pub(crate) fn room(&self, now: DateTime<Utc>, on_the_way: usize) -> Option<u32> {
        if let Some(rest) = &self.rest {
            return Some(u32::from(!rest.holds(now) && on_the_way == 0));
        }
        let pace = self.per_second?;
        let ahead = (now - self.next_at.unwrap_or(now)).as_seconds_f64();
        // A clock that was set back makes no wait longer.
        if ahead < 0.0 && -ahead <= 2.0 / pace {
            return Some(0);
        }
        let burst = pace.max(1.0);
        // Saturates, and is never negative.
        Some((ahead.clamp(0.0, 1.0) * pace + 1.0).min(burst) as u32)
    }

    /// As [`LearnedRate::room`], with what comes in the next moment: what is claimed now leaves then.
    pub(crate) fn room_soon(&self, now: DateTime<Utc>, on_the_way: usize) -> Option<u32> {
        let soon = now
            + if self.rest.is_some() {
                TimeDelta::zero()
            } else {
                SOON
            };
        self.room(soon, on_the_way)
    }

    /// The rest that it has, over or not: until a message is taken again it is not ended.
    pub(crate) fn rest(&self) -> Option<&ProbedRest> {
        self.rest.as_ref()
    }

    /// When it has room again, where it has none now.
    pub(crate) fn again_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match &self.rest {
            Some(rest) => rest.holds(now).then_some(rest.until),
            None => self.per_second.and(self.next_at).filter(|at| *at > now),
        }
    }

    /// Messages a second, where a pace was learned.
    pub(crate) fn per_second(&self) -> Option<f64> {
        self.per_second
    }

    /// What was taken for a pace was none.
    pub(crate) fn unlearn(&mut self) {
        *self = Self::default();
    }

    /// Another who sends learned that; what this run counts goes on.
    pub(crate) fn overhear(&mut self, theirs: &Self) {
        *self = Self {
            since: self.since,
            taken: self.taken,
            next_at: self.next_at,
            ..theirs.clone()
        };
    }

    /// The rest was another's: it was never too much here.
    pub(crate) fn forgive(&mut self) {
        if self.rest.take().is_some() {
            self.ceiling = None;
        }
    }
}

fn interval(per_second: f64) -> TimeDelta {
    // Saturates.
    TimeDelta::microseconds((1e6 / per_second) as i64)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const LENGTHS: RestLengths = RestLengths {
        first: Duration::from_secs(1),
        max: Duration::from_secs(300),
    };

    fn start() -> DateTime<Utc> {
        "2026-11-23T08:00:00Z".parse().unwrap()
    }

    /// Sends `readers` messages, 200 a second if left alone, to a relay that takes `budget` in each
    /// window; answers the seconds and how many were refused.
    fn seconds_for(tempo: &mut LearnedRate, readers: u32, budget: u32, window: f64) -> (f64, u32) {
        let (mut elapsed, mut taken, mut refused) = (0.0_f64, 0, 0);
        let (mut opened, mut used) = (f64::MIN, 0);
        while taken < readers {
            let now = start() + TimeDelta::microseconds((elapsed * 1e6) as i64);
            if tempo.room(now, 0) == Some(0) {
                let until = tempo.again_at(now).unwrap_or(now) - start();
                elapsed = until.as_seconds_f64().max(elapsed + 0.005);
                continue;
            }
            tempo.started(now);
            if elapsed - opened > window {
                (opened, used) = (elapsed, 0);
            }
            if used < budget {
                used += 1;
                taken += 1;
                tempo.taken(now);
            } else {
                refused += 1;
                tempo.throttled(now, LENGTHS);
            }
            elapsed += 0.005;
        }
        (elapsed, refused)
    }

    #[test]
    fn every_budget_is_used_by_half_at_least_and_nobody_is_hammered() {
        for (readers, budget, window) in [
            (600, 20, 1.0),
            (600, 20, 10.0),
            (600, 20, 60.0),
            (600, 1, 2.0),
            (600, 100, 60.0),
            (2_000, 7, 3.0),
            (5_000, 500, 3_600.0),
        ] {
            let allowed = f64::from(readers) / f64::from(budget) * window;
            let mut tempo = LearnedRate::default();
            let (took, refused) = seconds_for(&mut tempo, readers, budget, window);
            assert!(
                took < 2.0 * allowed + window,
                "{budget} in {window} s: {took} of {allowed}"
            );
            assert!(
                refused < readers / 2,
                "{budget} in {window} s: {refused} refused"
            );
            // The next issue begins where this one left off.
            let mut next: LearnedRate =
                serde_json::from_str(&serde_json::to_string(&tempo).unwrap()).unwrap();
            let (took, _) = seconds_for(&mut next, readers, budget, window);
            assert!(took < 2.0 * allowed + window, "again: {took} of {allowed}");
        }
    }

    #[test]
    fn a_relay_that_never_complains_is_never_slowed() {
        let mut tempo = LearnedRate::default();
        (0..1_000).for_each(|_| {
            tempo.taken(start());
        });
        assert_eq!(tempo.room(start(), 1_000), None);
    }

    #[test]
    fn a_clock_set_back_ends_a_rest_rather_than_making_it_longer() {
        let now = start();
        let mut tempo = LearnedRate::default();
        tempo.throttled(now, LENGTHS);
        assert_eq!(tempo.room(now, 0), Some(0));
        assert_eq!(tempo.room(now - TimeDelta::days(1), 0), Some(1));
    }

    #[test]
    fn after_a_rest_one_message_alone_tries() {
        let now = start();
        let mut tempo = LearnedRate::default();
        tempo.throttled(now, LENGTHS);
        let later = now + TimeDelta::seconds(2);
        assert_eq!(tempo.room(later, 0), Some(1));
        assert_eq!(tempo.room(later, 1), Some(0));
        tempo.throttled(later, LENGTHS);
        assert_eq!(tempo.room(later + TimeDelta::seconds(1), 0), Some(0));
        assert!(tempo.taken(later + TimeDelta::seconds(3)));
    }
}
