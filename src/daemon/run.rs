//! The daemon's loop: one job at a time beside the beat, a graceful stop, a turn for everybody.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use tokio::{sync::Notify, task::JoinHandle};

use super::{HealthReason, Server, job::JobOutcome, upkeep::is_quiet};
use crate::{
    app::AppError,
    clock::Stopwatch,
    delivery::{Progress, StopSignal, TURN},
    schedule::{BeatPlan, DueJob, Event},
    store::{SenderGuard, SenderLease, StoreError},
};

/// How often a server that waits for another's end looks whether it has come.
const STAND_BY: Duration = Duration::from_secs(1);

/// A job under way.
struct RunningJob {
    job: DueJob,
    stop: StopSignal,
    since: Stopwatch,
    task: JoinHandle<Result<JobOutcome, AppError>>,
}

impl Server {
    /// Keeps the calendar until `stop` is requested; then lets messages in flight finish. Waits
    /// first where another process keeps it. A notice of `reload` reads everything again.
    pub(crate) async fn serve(mut self, stop: StopSignal, reload: Arc<Notify>) {
        while let Some(right) = self.stand_by(&stop).await {
            self.keep(&right.lease(), &stop, &reload).await;
            self.is_keeper = false;
            right.release().await;
            if stop.is_requested() {
                return;
            }
            // Another may keep it by now: everything is looked at anew, and what is told is told again.
            self.told.clear();
        }
    }

    /// Keeps it as long as it has the right to.
    async fn keep(&mut self, lease: &SenderLease, stop: &StopSignal, reload: &Notify) {
        let snapshot = self.live.look().await;
        let next = snapshot.publication.next_slot_after(self.clock.now());
        self.tell(Event::Keeping { next }).await;
        let mut running: Option<RunningJob> = None;
        while !stop.is_requested() && !lease.is_over() {
            // An error was told, and the next look may go better.
            let looked = self.look().await;
            self.watch_pages().await;
            self.clocks.look(self.clock, &*self.store).await;
            let ailments = self.ailments(looked.is_ok());
            self.heartbeat.has_written(self.store.writes());
            self.heartbeat.beat(self.clock.now(), true, ailments);
            if let (Ok(plan), None) = (&looked, &running) {
                self.tidy(plan).await;
            }
            let plan = looked.unwrap_or_default();
            match (&running, self.first_of(&plan.jobs).cloned()) {
                (None, Some(job)) => running = Some(self.start(job)),
                (Some(running), Some(next)) if self.must_yield(running, &next) => {
                    running.stop.request();
                }
                _ => {}
            }
            let sleep = self.sleep(&plan);
            tokio::select! {
                done = ended(&mut running) => {
                    if let Some(RunningJob { job, .. }) = running.take() {
                        self.settle(&job, done).await;
                    }
                }
                () = tokio::time::sleep(sleep) => {}
                () = reload.notified() => {
                    self.live.forget().await;
                    self.backoffs.end_all();
                }
                () = lease.over() => {}
                () = stop.requested() => {}
            }
        }
        if let Some(RunningJob { job, stop, .. }) = &running {
            stop.request();
            let job = job.clone();
            let done = ended(&mut running).await;
            self.settle(&job, done).await;
        }
    }

    /// Goes on with what is tidied once a day, where nothing is on its way.
    async fn tidy(&mut self, plan: &BeatPlan) {
        if !self.is_any_open && is_quiet(plan, self.clock.now()) {
            let keep = self.reading.snapshot.publication.ledger.keep;
            self.upkeep.go_on(&self.store, keep, self.clock).await;
        }
    }

    /// Waits for the right to keep the calendar; None: stopped before it came. Whatever keeps it from
    /// that is told, and waited for: whoever fixes it has nothing to start again.
    async fn stand_by(&mut self, stop: &StopSignal) -> Option<SenderGuard> {
        loop {
            // Those who ask meanwhile are answered by what the files say now.
            self.live.look().await;
            let ailment = match self.take_schedule("serve").await {
                Ok(right) => return Some(right),
                Err(error) => self.keep_off(error).await,
            };
            let ailments = ailment.into_iter().collect();
            self.heartbeat.beat(self.clock.now(), false, ailments);
            tokio::select! {
                () = tokio::time::sleep(STAND_BY) => {}
                () = stop.requested() => return None,
            }
        }
    }

    /// Tells why it does not keep the calendar; None: another process does.
    async fn keep_off(&mut self, error: AppError) -> Option<HealthReason> {
        let problems = error.problems();
        let (event, ailment) = match error {
            AppError::State(StoreError::Kept { holder }) => (Event::Waiting { holder }, None),
            AppError::Configuration(_) => (
                Event::ConfigurationRefused { problems },
                Some(HealthReason::Configuration),
            ),
            error => {
                let reason = problems.join("\n");
                let ailment = match error {
                    AppError::Doubt(_) => HealthReason::Doubt,
                    _ => HealthReason::State,
                };
                (Event::StateRefused { reason }, Some(ailment))
            }
        };
        self.tell(event).await;
        ailment
    }

    fn start(&mut self, job: DueJob) -> RunningJob {
        let stop = StopSignal::default();
        let work = self.work(job.clone(), stop.clone(), Arc::new(Progress::default()));
        RunningJob {
            job,
            stop,
            since: Stopwatch::start(),
            task: tokio::spawn(work.execute()),
        }
    }

    /// A slot's hour is a promise: what never had a turn gets it at once, and of several batches that
    /// take long none waits for another's end.
    fn must_yield(&self, running: &RunningJob, next: &DueJob) -> bool {
        let is_other = running.job.issue() != next.issue();
        let is_new = self.turns.is_new(next.issue());
        is_other && (is_new || running.since.elapsed() >= TURN)
    }

    /// Until the plan changes, and never longer than a glance: a clock that jumps tells nobody.
    fn sleep(&self, plan: &BeatPlan) -> Duration {
        let until = |at: DateTime<Utc>| (at - self.clock.now()).to_std().unwrap_or_default();
        let wake = plan.wake_at.map_or(self.pace.glance, until);
        let wake = self.again.map_or(wake, |again| wake.min(again));
        wake.clamp(Duration::from_millis(5), self.pace.glance)
    }
}

/// Waits for the end of a job; for ever where there is none.
async fn ended(running: &mut Option<RunningJob>) -> Result<JobOutcome, AppError> {
    match running {
        Some(running) => match (&mut running.task).await {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        },
        None => std::future::pending().await,
    }
}
