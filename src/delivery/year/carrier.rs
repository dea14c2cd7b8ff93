//! A run of the year: the real desk of a sender, with lines to a played relay in the place of connections,
//! and a clock that is set on to the next moment at which anything happens.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    dice::Dice,
    people::{PlayedReader, number_of},
    relay::{PlayedAnswer, PlayedRelay},
};
use crate::{
    clock::ClockHand,
    delivery::{
        Run,
        compose::ClaimedRow,
        feeder::NextStep,
        health::Start,
        outcome_recorder::{HaltReason, OutcomeRecorder},
        run_control::RunControl,
    },
    smtp::{Answer, LostAnswer, LostCause, Reply, Stage},
    store::{Batch, Claim, StoreError},
};

/// So many messages are on the way at once.
const LINES: usize = 4;
/// As `delivery` bears a relay that takes nothing.
const PATIENCE: TimeDelta = TimeDelta::seconds(120);

/// A connection to the relay.
enum RelayLine {
    Idle,
    /// The ledger gave its leave.
    Ready(ClaimedRow),
    OnTheWire {
        until: DateTime<Utc>,
        row: ClaimedRow,
        said: PlayedAnswer,
    },
}

/// Carries one batch until nothing is due now.
pub(super) struct BatchCarrier<'a> {
    pub(super) hand: &'static ClockHand,
    pub(super) now: DateTime<Utc>,
    pub(super) relay: &'a mut PlayedRelay,
    pub(super) people: &'a [PlayedReader],
    pub(super) issue: usize,
    pub(super) dice: &'a mut Dice,
    lines: Vec<RelayLine>,
    queue: VecDeque<ClaimedRow>,
    /// When a line may try again.
    again_at: Option<DateTime<Utc>>,
    /// Since when the relay takes nothing, and how often it was tried.
    away_since: Option<DateTime<Utc>>,
    failures: u32,
}

impl<'a> BatchCarrier<'a> {
    pub(super) fn new(
        (hand, now): (&'static ClockHand, DateTime<Utc>),
        relay: &'a mut PlayedRelay,
        people: &'a [PlayedReader],
        issue: usize,
        dice: &'a mut Dice,
    ) -> Self {
        Self {
            hand,
            now,
            relay,
            people,
            issue,
            dice,
            lines: (0..LINES).map(|_| RelayLine::Idle).collect(),
            queue: VecDeque::new(),
            again_at: None,
            away_since: None,
            failures: 0,
        }
    }

    /// Answers why the run was cut short, and when it ended.
    pub(super) async fn carry(
        mut self,
        batch: &Batch,
        run: &Run,
    ) -> Result<(Option<HaltReason>, DateTime<Utc>), StoreError> {
        let mut desk = RunControl::open(batch, run).await?;
        let recorder = desk.recorder.clone();
        let mut look_at = self.now;
        loop {
            self.hear(&recorder);
            if recorder.halted().is_requested() {
                if self
                    .lines
                    .iter()
                    .all(|it| !matches!(it, RelayLine::OnTheWire { .. }))
                {
                    break;
                }
            } else {
                if look_at <= self.now {
                    recorder.written().await;
                    match desk.feeder.look().await? {
                        NextStep::Done => break,
                        NextStep::Again => {}
                        NextStep::Wait(wait) => {
                            look_at = self.now + TimeDelta::from_std(wait).unwrap();
                        }
                    }
                    while let Ok(seated) = desk.claims.try_recv() {
                        self.queue.push_back(seated);
                    }
                }
                self.fill(&recorder).await;
            }
            let has_room = self.queue.len() < LINES;
            let next_look = self.next_look(&desk, look_at).await?;
            self.wait(next_look.filter(|_| !recorder.halted().is_requested()));
            if has_room && look_at > self.now {
                // A permit was given back.
                look_at = look_at.min(self.now);
            }
        }
        for seated in self.put_down() {
            recorder.put_back(&seated.claim);
        }
        let halt = desk.ledger.settle(batch, run, &recorder).await?;
        Ok((halt, self.now))
    }

    /// The answers that are there by now.
    fn hear(&mut self, recorder: &OutcomeRecorder) {
        for at in 0..self.lines.len() {
            let now = self.now;
            if !matches!(&self.lines[at], RelayLine::OnTheWire { until, .. } if *until <= now) {
                continue;
            }
            let line = std::mem::replace(&mut self.lines[at], RelayLine::Idle);
            let RelayLine::OnTheWire { row, said, .. } = line else {
                continue;
            };
            let is_well = match said {
                PlayedAnswer::Answer(stage, words) => {
                    recorder.answered(row.claim, answer(stage, words))
                }
                PlayedAnswer::Unreachable => {
                    recorder.lost(row.claim, &lost());
                    false
                }
            };
            match is_well {
                true => (self.away_since, self.failures) = (None, 0),
                false => self.rest(recorder),
            }
        }
    }

    /// Whoever is idle takes the next row; who has leave begins.
    async fn fill(&mut self, recorder: &OutcomeRecorder) {
        if self.again_at.take_if(|at| *at <= self.now).is_none() && self.again_at.is_some() {
            return;
        }
        let mut asked = Vec::new();
        for at in 0..self.lines.len() {
            while matches!(self.lines[at], RelayLine::Idle) && !self.queue.is_empty() {
                if self.relay.is_unreachable(self.now) {
                    self.rest(recorder);
                    return;
                }
                let Some(row) = self.queue.pop_front() else {
                    break;
                };
                if !recorder.is_open_for(&row.claim) {
                    recorder.put_back(&row.claim);
                    continue;
                }
                let leave = recorder.ask_leave(&row.claim, row.composer.content_hash());
                asked.push((at, leave.unwrap()));
                self.lines[at] = RelayLine::Ready(row);
            }
        }
        for (at, leave) in asked {
            if !recorder.has_leave(leave.await.unwrap()) {
                self.lines[at] = RelayLine::Idle;
            }
        }
        for at in 0..self.lines.len() {
            self.begin(at, recorder);
        }
    }

    fn begin(&mut self, at: usize, recorder: &OutcomeRecorder) {
        let line = std::mem::replace(&mut self.lines[at], RelayLine::Idle);
        let RelayLine::Ready(row) = line else {
            self.lines[at] = line;
            return;
        };
        let start = recorder
            .health()
            .may_start(row.claim.reader.email.domain(), self.now);
        match start {
            Start::Go => {
                let person = &self.people[self.number(&row.claim)];
                let said = self.relay.hears(self.issue, person, self.now);
                // Answers that come together are recorded together.
                let takes = TimeDelta::milliseconds(20 * (1 + self.dice.below(4)));
                let until = self.now + takes;
                self.lines[at] = RelayLine::OnTheWire { until, row, said };
            }
            Start::PutBack => recorder.put_back(&row.claim),
            Start::Wait | Start::Until(_) => {
                if let Start::Until(until) = start {
                    self.again_at = Some(self.again_at.map_or(until, |at| at.min(until)));
                }
                self.lines[at] = RelayLine::Ready(row);
            }
        }
    }

    fn number(&self, claim: &Claim) -> usize {
        number_of(&claim.reader.email)
    }

    /// As `delivery` rests a relay that takes nothing.
    fn rest(&mut self, recorder: &OutcomeRecorder) {
        let since = *self.away_since.get_or_insert(self.now);
        let wait = TimeDelta::seconds(1 << self.failures.min(8)).min(TimeDelta::minutes(5));
        self.failures += 1;
        self.again_at = Some(self.now + wait);
        if self.now - since > PATIENCE {
            recorder.halt(HaltReason::RelayAway("it takes nothing".to_owned()));
        }
    }

    /// When the queue is worth a look. Where nobody is on the way it is not asked every moment what
    /// can't change before then.
    async fn next_look(
        &self,
        desk: &RunControl,
        look_at: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let is_busy = self.lines.iter().any(|it| !matches!(it, RelayLine::Idle));
        if is_busy || !self.queue.is_empty() {
            return Ok(Some(look_at));
        }
        let again_at = desk.feeder.pace.again_at(self.now);
        let due_at = desk.feeder.store.next_due(desk.feeder.batch).await?;
        let due_at = due_at.filter(|at| *at > self.now);
        Ok(again_at
            .into_iter()
            .chain(due_at)
            .min()
            .map(|at| at.max(look_at))
            .or(Some(look_at)))
    }

    /// Sets the clock on to the next moment at which anything happens.
    fn wait(&mut self, look_at: Option<DateTime<Utc>>) {
        let answers = self.lines.iter().filter_map(|line| match line {
            RelayLine::OnTheWire { until, .. } => Some(*until),
            _ => None,
        });
        let next = answers.chain(self.again_at).chain(look_at).min();
        self.now = next
            .unwrap_or(self.now)
            .max(self.now + TimeDelta::microseconds(1));
        self.hand.set(self.now);
    }

    fn put_down(&mut self) -> Vec<ClaimedRow> {
        let ready = self.lines.drain(..).filter_map(|line| match line {
            RelayLine::Ready(row) => Some(row),
            _ => None,
        });
        ready.chain(self.queue.drain(..)).collect()
    }
}

fn answer(stage: Stage, words: &str) -> Answer {
    let reply = Reply::parse(words).unwrap();
    match reply.is_positive() {
        true => Answer::Accepted(reply),
        false => Answer::Refused { stage, reply },
    }
}

fn lost() -> LostAnswer {
    LostAnswer {
        dot_left: false,
        stage: Stage::Mail,
        cause: LostCause::Closed,
    }
}
