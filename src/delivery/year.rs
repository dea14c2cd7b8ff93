//! A simulated year: two issues a week to a list of whom 2 % are dead or die, through a relay that throttles,
//! greylists, blocks everybody for an hour, loses a domain for a day and changes its mind. The ledger, the
//! desk, the relay's health and the retries are the real ones; the relay and the time are played.
//!
//! `just year` carries 104 issues to 5,000 readers, `YEAR_SEED` choosing which year it is; a test run carries
//! them to a twentieth of those.

mod carrier;
mod dice;
mod people;
mod relay;

use std::{path::Path, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use tempfile::TempDir;

use self::{
    carrier::BatchCarrier,
    dice::Dice,
    people::{PlayedReader, everybody, number_of},
    relay::PlayedRelay,
};
use super::*;
use crate::{
    audience::Origin,
    clock::{Clock, ClockHand},
    message::{FrozenIssue, sample},
    publication::{Environment, Publication, TlsMode},
    smtp::Relay as Destination,
    store::{DeliveryId, NewBatch, SenderId, Store, sqlite::SqliteStore},
};

/// A person looks after a pause so much later.
const A_PERSON: TimeDelta = TimeDelta::hours(3);
/// A relay that was away is tried again.
const A_WHILE: TimeDelta = TimeDelta::minutes(5);
const CONFIGURATION: &str = "
publication: {name: 데일리 노트, language: ko, timezone: Asia/Seoul, from: hello@note.example.com}
editions:
  monday: {title: 월요일 편, topic: 소프트웨어, day: mon, time: '08:00'}
smtp: {connections: 1, per_domain: {}}
";

/// An issue on its way.
struct PlayedIssue {
    issue: usize,
    batch: Batch,
    /// When somebody carries it on.
    at: DateTime<Utc>,
    is_paused: bool,
}

/// What is counted over the year.
#[derive(Debug, Default)]
struct YearTally {
    runs: usize,
    pauses: usize,
    given_up: usize,
    suppressed: usize,
    /// Of the list of suppressions, what was looked at.
    seen: i64,
}

struct SimulatedYear {
    seed: u64,
    issues: usize,
    _folder: TempDir,
    store: Arc<dyn Store>,
    publication: Publication,
    hand: &'static ClockHand,
    now: DateTime<Utc>,
    people: Vec<PlayedReader>,
    relay: PlayedRelay,
    dice: Dice,
    tally: YearTally,
}

impl SimulatedYear {
    async fn new(readers: usize, issues: usize, seed: u64) -> Self {
        let now: DateTime<Utc> = "2026-01-04T23:00:00Z".parse().unwrap();
        // Every step is an fsync: a year of them on a disk is a night.
        let memory = Path::new("/dev/shm");
        let folder = match memory.is_dir() {
            true => TempDir::new_in(memory).unwrap(),
            false => TempDir::new().unwrap(),
        };
        let publication =
            Publication::from_yaml(folder.path(), CONFIGURATION, &Environment::empty()).unwrap();
        let state = folder.path().join(".daily-note");
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&state).await.unwrap());
        let mut dice = Dice(seed);
        let last = now + TimeDelta::hours(84) * i32::try_from(issues).unwrap();
        let people = everybody(readers, now, last, &mut dice);
        let profiles: Vec<_> = people.iter().map(PlayedReader::profile).collect();
        store
            .upsert(profiles.into(), Origin::Operator, now)
            .await
            .unwrap();
        Self {
            seed,
            issues,
            _folder: folder,
            store,
            publication,
            hand: ClockHand::at(now),
            now,
            people,
            relay: PlayedRelay::new(seed ^ 0x5eed),
            dice,
            tally: YearTally::default(),
        }
    }

    async fn live(&mut self) {
        let mut open: Vec<PlayedIssue> = Vec::new();
        let mut slot = self.now;
        let mut issue = 0;
        loop {
            let next = open
                .iter()
                .enumerate()
                .min_by_key(|(_, it)| (it.at, it.issue));
            let next = next.map(|(place, it)| (place, it.at));
            match next.filter(|(_, at)| issue == self.issues || *at < slot) {
                Some((place, at)) => {
                    self.set_clock(at);
                    if !self.carry_on(&mut open[place]).await {
                        let done = open.swap_remove(place);
                        self.look_back(&done).await;
                    }
                }
                None if issue < self.issues => {
                    self.set_clock(slot);
                    self.relay.turn(slot, &self.people);
                    open.push(self.freeze(issue).await);
                    issue += 1;
                    slot += TimeDelta::hours(if issue % 2 == 0 { 96 } else { 72 });
                }
                None => return,
            }
        }
    }

    fn set_clock(&mut self, at: DateTime<Utc>) {
        self.now = self.now.max(at);
        self.hand.set(self.now);
    }

    async fn freeze(&mut self, issue: usize) -> PlayedIssue {
        for person in self.people.iter_mut().filter(|it| it.found_after.is_none()) {
            person.issues_dead += usize::from(person.is_dead(self.now));
        }
        let name = format!("issue-{issue}");
        let content = sample::frozen(&name).to_bytes().unwrap();
        let new = NewBatch {
            issue: name.clone(),
            edition: "monday".into(),
            slot: self.now,
            date: None,
            readers_hour: None,
            content_hash: FrozenIssue::hash(&content),
            content,
            file: None,
            may_repeat: false,
            is_ad: false,
            term: None,
        };
        self.store.freeze(&new, self.now).await.unwrap();
        PlayedIssue {
            issue,
            batch: self.store.batch(&name).await.unwrap().unwrap(),
            at: self.now,
            is_paused: false,
        }
    }

    /// A run of a batch, as `serve` has it. False: it is finished.
    async fn carry_on(&mut self, open: &mut PlayedIssue) -> bool {
        self.tally.runs += 1;
        if std::mem::take(&mut open.is_paused) {
            let (id, now) = (open.batch.id, self.now);
            let resumed = self.store.set_batch_state(id, &BatchState::Open, now).await;
            resumed.unwrap();
        }
        open.batch = self.store.batch(&open.batch.issue).await.unwrap().unwrap();
        let run = self.a_run(&open.batch).await;
        recover(&open.batch, &run).await.unwrap();
        let carrier = BatchCarrier::new(
            (self.hand, self.now),
            &mut self.relay,
            &self.people,
            open.issue,
            &mut self.dice,
        );
        let (halt, now) = carrier.carry(&open.batch, &run).await.unwrap();
        self.set_clock(now);
        let (ending, _) = conclude(&open.batch, &run, halt).await.unwrap();
        self.look_at_the_suppressed(open).await;
        open.at = match ending {
            Ending::Finished => return false,
            Ending::Waiting(at) => at,
            Ending::RelayAway(_) => self.now + A_WHILE,
            Ending::Paused(_) => {
                self.tally.pauses += 1;
                open.is_paused = true;
                self.now + A_PERSON
            }
            Ending::Missed | Ending::Cancelled | Ending::Stopped | Ending::LeaseOver => {
                panic!("{ending:?}")
            }
        };
        true
    }

    async fn a_run(&self, batch: &Batch) -> Run {
        let sender = SenderId("the year".into());
        let content = self.store.content(&batch.content).await.unwrap().unwrap();
        let frozen = FrozenIssue::from_bytes(&content).unwrap();
        let composer = sample::composer(&frozen, batch.frozen_at);
        Run {
            guard: self.store.hold(&sender).await.unwrap(),
            store: self.store.clone(),
            clock: Clock::Played(self.hand),
            composer: Arc::new(composer),
            relay: Destination::new("relay.example", 25, TlsMode::None),
            smtp: self.publication.smtp.clone(),
            settings: self.publication.delivery.clone(),
            stop: StopSignal::default(),
            progress: Arc::default(),
        }
    }

    /// None of the living is ever suppressed.
    async fn look_at_the_suppressed(&mut self, open: &PlayedIssue) {
        loop {
            let page = self
                .store
                .suppressions(self.tally.seen, 1_000)
                .await
                .unwrap();
            let Some((last, _)) = page.last() else {
                return;
            };
            self.tally.seen = *last;
            for (_, suppression) in page {
                let number = number_of(&suppression.email.unwrap());
                let person = &mut self.people[number];
                let detail = suppression.detail.unwrap_or_default();
                assert!(
                    person.is_dead(self.now),
                    "seed {}, issue {}: {number} at {} lives: {detail}",
                    self.seed,
                    open.issue,
                    person.domain
                );
                person.found_after = Some(person.issues_dead);
                self.tally.suppressed += 1;
            }
        }
    }

    /// Everybody who lives has it, save whom the relay refused for longer than `give_up`.
    async fn look_back(&mut self, done: &PlayedIssue) {
        let (id, since) = (done.batch.id, done.batch.frozen_at);
        let mut after = DeliveryId(0);
        loop {
            let page = self.store.failed(id, after, 1_000).await.unwrap();
            let Some((last, _)) = page.last() else {
                break;
            };
            after = *last;
            for (_, failed) in page {
                let number = number_of(&failed.email.unwrap());
                let person = &self.people[number];
                let words = failed.reply.unwrap_or_default();
                let is_excused =
                    words.contains("gave_up") && self.relay.was_full_for_days(number, since);
                self.tally.given_up += usize::from(is_excused);
                assert!(
                    is_excused || person.is_dead(self.now),
                    "seed {}, issue {}: {number} at {} lives and has not got it: {words}",
                    self.seed,
                    done.issue,
                    person.domain
                );
            }
        }
        for person in self.people.iter_mut().filter(|it| it.dies_at.is_some()) {
            person.had_spell |=
                person.is_dead(self.now) && self.relay.lost(&person.domain, since, self.now);
        }
        if done.issue % 10 == 9 {
            println!(
                "seed {}: issue {} of {}, {:?}",
                self.seed,
                done.issue + 1,
                self.issues,
                self.tally
            );
        }
        let taken = self.store.counts(id).await.unwrap().accepted;
        let has_it = |number: &usize| self.relay.taken.contains(&(done.issue, *number));
        let has_it = (0..self.people.len()).filter(has_it).count();
        assert_eq!(
            taken, has_it as u64,
            "seed {}, issue {}",
            self.seed, done.issue
        );
        self.relay.taken.retain(|(issue, _)| *issue != done.issue);
    }

    /// Whoever died is found; who died too late to be is left out.
    fn judge_the_dead(&self) {
        let dead = self.people.iter().filter(|it| it.issues_dead > 0);
        let dead: Vec<&PlayedReader> = dead.collect();
        let is_late = |within: usize| {
            move |it: &&&PlayedReader| it.found_after.unwrap_or(it.issues_dead + 1) > within
        };
        let is_judged = |within: usize| {
            move |it: &&PlayedReader| it.found_after.is_some() || it.issues_dead >= within
        };
        let quiet = dead.iter().copied().filter(|it| !it.had_spell);
        let quiet: Vec<&PlayedReader> = quiet.filter(is_judged(2)).collect();
        let late = quiet.iter().filter(is_late(2)).count();
        let all: Vec<&PlayedReader> = dead.iter().copied().filter(is_judged(6)).collect();
        let never: Vec<_> = all.iter().filter(is_late(6)).collect();
        println!(
            "a year (seed {}): {} readers, {} issues, {} messages, {:?}; dead: {}, not found within six issues: {}; \
             without a spell: {}, not found within two: {late}",
            self.seed,
            self.people.len(),
            self.issues,
            self.relay.messages,
            self.tally,
            all.len(),
            never.len(),
            quiet.len(),
        );
        let told = |it: &&PlayedReader| {
            let (at, died, after) = (&it.domain, it.dies_at, it.found_after);
            format!(
                "{} at {at}, died {died:?}, found after {after:?} of {}",
                it.number, it.issues_dead
            )
        };
        let never: Vec<String> = never.into_iter().map(told).collect();
        assert!(never.is_empty(), "seed {}: {never:#?}", self.seed);
        let late_ones: Vec<String> = quiet.iter().filter(is_late(2)).map(told).collect();
        assert!(
            late * 20 <= quiet.len(),
            "seed {}: {late_ones:#?}",
            self.seed
        );
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|it| it.parse().unwrap())
}

#[tokio::test]
async fn in_a_year_of_moods_the_living_get_every_issue_and_the_dead_are_found() {
    let readers = number("YEAR_READERS").unwrap_or(250);
    let readers = usize::try_from(readers).unwrap();
    let issues = number("YEAR_ISSUES").unwrap_or(104);
    let issues = usize::try_from(issues).unwrap();
    let seeds = number("YEAR_SEED").map_or(vec![1], |seed| vec![seed]);
    for seed in seeds {
        let mut year = SimulatedYear::new(readers, issues, seed).await;
        year.live().await;
        year.judge_the_dead();
    }
}
