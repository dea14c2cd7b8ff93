//! Claims rows as permits and limits allow, and hands them to the composing threads, until nothing
//! is due now.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    colleagues::{Colleagues, LookAround},
    compose::ClaimedRow,
    contents::ComposerCache,
    in_flight::InFlightLimit,
    outcome_recorder::{HaltReason, OutcomeRecorder},
    rate_limiter::RateLimiter,
};
use crate::{
    clock::Clock,
    store::{BatchId, BatchState, DeliveryLedger, RecoveredRows, SenderId, StoreError},
    words::phrased,
};

/// How long to wait at the most before limits are looked at again.
const TICK: Duration = Duration::from_millis(250);

/// How long a rest is borne while nothing else is to be done: longer than the hour in which many
/// relays count.
const PATIENCE: TimeDelta = TimeDelta::minutes(65);

/// Feeds a run.
pub(crate) struct Feeder {
    pub(crate) store: Arc<dyn DeliveryLedger>,
    pub(crate) clock: Clock,
    pub(crate) batch: BatchId,
    pub(crate) issue: String,
    pub(crate) sender: SenderId,
    pub(crate) pace: RateLimiter,
    pub(crate) colleagues: Colleagues,
    pub(crate) contents: ComposerCache,
    pub(crate) room: Arc<InFlightLimit>,
    pub(crate) claims: async_channel::Sender<ClaimedRow>,
    pub(crate) recorder: Arc<OutcomeRecorder>,
}

/// What there is to do after a look at the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NextStep {
    /// Nothing is due now, and nobody is on the way: the run is over.
    Done,
    /// Look again at once.
    Again,
    /// Look again when a permit was given back, or after that time at the latest.
    Wait(Duration),
}

impl Feeder {
    /// Runs until nothing is due or the run halts; answers what others left who died meanwhile.
    pub(crate) async fn run(mut self) -> Result<RecoveredRows, StoreError> {
        let halted = self.recorder.halted().clone();
        while !halted.is_requested() {
            match self.look().await? {
                NextStep::Done => break,
                NextStep::Again => {}
                NextStep::Wait(wait) => tokio::select! {
                    () = self.room.freed() => {}
                    () = tokio::time::sleep(wait) => {}
                    () = halted.requested() => {}
                },
            }
        }
        Ok(self.colleagues.recovered)
    }

    /// Claims what may go now and answers what comes next.
    pub(crate) async fn look(&mut self) -> Result<NextStep, StoreError> {
        self.look_around().await?;
        let claimed = self.claim().await?;
        self.keep_moods().await?;
        if claimed == Some(0) && self.room.taken() == 0 {
            // Who gave a seat back may have handed in a row that is due again: the ledger knows of it a moment later.
            self.recorder.written().await;
            if !self.is_anything_due().await? {
                return Ok(NextStep::Done);
            }
            self.look_at_the_batch().await?;
            if self.bear_or_leave().await? {
                return Ok(NextStep::Again);
            }
        }
        // With room left and rows due, only a limit can be what is in the way.
        let has_more = claimed.is_some_and(|rows| rows > 0) && self.room.free().is_some();
        let wait = self.wait();
        Ok(match has_more || wait.is_zero() {
            true => NextStep::Again,
            false => NextStep::Wait(wait),
        })
    }

    /// What others do, and what they learned, bounds what this run may do.
    async fn look_around(&mut self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let Some(LookAround { share, moods }) = self.colleagues.look(now).await? else {
            return Ok(());
        };
        self.pace.divide(share);
        self.recorder.health().overhear(&moods, now);
        Ok(())
    }

    /// How many rows were claimed; None: there was no room for any.
    async fn claim(&mut self) -> Result<Option<usize>, StoreError> {
        let Some(free) = self.room.free() else {
            return Ok(None);
        };
        let now = self.clock.now();
        let quotas = self.pace.quotas(free, now).await?;
        if quotas.total == 0 {
            return Ok(Some(0));
        }
        let claims = self
            .store
            .claim(self.batch, &self.sender, &quotas, now)
            .await?;
        let count = claims.len();
        for claim in claims {
            let domain = claim.reader.email.domain();
            self.pace.used(domain);
            let permit = self.room.enter(domain);
            let composer = self.contents.of(&claim).await?;
            let seated = ClaimedRow {
                claim,
                composer,
                permit,
            };
            // The threads outlive the feeder.
            let _ = self.claims.send(seated).await;
        }
        Ok(Some(count))
    }

    async fn is_anything_due(&self) -> Result<bool, StoreError> {
        let next = self.store.next_due(self.batch).await?;
        Ok(next.is_some_and(|due_at: DateTime<Utc>| due_at <= self.clock.now()))
    }

    /// Rows are due and nobody holds them: a limit is in the way, or somebody stopped the batch.
    async fn look_at_the_batch(&self) -> Result<(), StoreError> {
        let batch = self.store.batch(&self.issue).await?;
        if batch.is_none_or(|batch| batch.state != BatchState::Open) {
            self.recorder.halt(HaltReason::StoppedElsewhere);
        }
        Ok(())
    }

    /// Rows are due, and whoever they are for may rest. A rest is borne for a while: then the domain's
    /// readers wait until it is over, and the relay's all do.
    /// Answers whether anybody's do now.
    async fn bear_or_leave(&self) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let mut has_left = 0;
        let resting = self.recorder.health().resting(now);
        for rest in resting {
            let is_borne = !rest.is_spell && now - rest.since <= PATIENCE;
            match rest.domain {
                _ if is_borne => {}
                Some(domain) => {
                    let until = rest.until;
                    has_left += self.store.postpone(self.batch, &domain, until).await?;
                }
                None => self.recorder.halt(HaltReason::RelayAway(phrased!(
                    "it takes no more for now: {reply}",
                    reply = rest.reply
                ))),
            }
        }
        Ok(has_left > 0)
    }

    /// What was learned of the relay outlasts a crash.
    async fn keep_moods(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let moods = self.recorder.health().take_changes(now);
        if moods.is_empty() {
            return Ok(());
        }
        self.store.keep_moods(&moods).await
    }

    fn wait(&self) -> Duration {
        let now = self.clock.now();
        let until = self.pace.again_at(now).map(|at| at - now);
        until
            .and_then(|wait| wait.to_std().ok())
            .map_or(TICK, |wait| wait.clamp(Duration::from_millis(5), TICK))
    }
}
