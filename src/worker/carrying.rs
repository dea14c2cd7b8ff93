//! The worker's loop: looks what is open, carries a batch at a time, gives each its turn, and lets rest what fails. A
//! failed run leaves its name behind with whatever it held, and the next has another: so others, and itself, find that
//! one dead.

use std::{sync::Arc, time::Duration};

use tokio::task::JoinHandle;

use super::{
    Worker, WorkerEvent,
    composing::{ComposingError, MachineKeys},
};
use crate::{
    clock::{Clock, Stopwatch, random_bytes},
    delivery::{BatchDue, Ending, Progress, Run, RunReport, StopSignal, TURN, run},
    fingerprint::hex,
    publication::WorkerSettings,
    smtp::{ConnectError, Relay, Session},
    source::with_causes,
    store::{Batch, BatchState, SenderId, SharedLedger, StoreError},
    words::phrased,
};

/// How often it looks what is open.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// Batches looked at: more than are ever open.
const RECENT: u32 = 100;

/// Where a worker's ailments are about no issue.
const ALL: &str = "";

/// A batch under way.
struct RunningBatch {
    batch: Batch,
    stop: StopSignal,
    since: Stopwatch,
    task: JoinHandle<Result<RunReport, CarryError>>,
}

/// What a run needs.
struct CarryContext {
    settings: Arc<WorkerSettings>,
    store: Arc<dyn SharedLedger>,
    keys: MachineKeys,
    relay: Relay,
    clock: Clock,
    sender: SenderId,
    stop: StopSignal,
    progress: Arc<Progress>,
}

/// Why a batch was not carried, or not to its end.
#[derive(Debug, thiserror::Error)]
enum CarryError {
    #[error(transparent)]
    Composing(#[from] ComposingError),
    #[error(transparent)]
    Relay(#[from] ConnectError),
    #[error(transparent)]
    State(#[from] StoreError),
}

impl CarryError {
    /// What went wrong, and where a database is the reason, what to do.
    fn told(&self) -> String {
        match self {
            Self::State(error) => with_remedy(error),
            other => with_causes(other),
        }
    }
}

fn with_remedy(error: &StoreError) -> String {
    format!("{}; {}", with_causes(error), error.remedy())
}

impl Worker {
    /// Carries what is open until `stop`; then lets the messages in flight finish.
    pub(crate) async fn run(mut self, stop: StopSignal) {
        (self.ears)(WorkerEvent::Ready);
        let mut sender = self.new_name();
        let mut running: Option<RunningBatch> = None;
        while !stop.is_requested() {
            self.standing.beat();
            if running.is_none() {
                self.hand_in().await;
            }
            let due = self.due().await;
            let next = self.turns.first_of(&due, |batch| &batch.issue).cloned();
            match (&running, next) {
                (None, Some(batch)) => running = Some(self.start(batch, &sender)),
                (Some(running), Some(next)) if self.must_yield(running, &next) => {
                    running.stop.request();
                }
                _ => {}
            }
            tokio::select! {
                done = ended(&mut running) => {
                    if let Some(RunningBatch { batch, .. }) = running.take() && !self.settle(&batch, done) {
                        sender = self.new_name();
                    }
                }
                () = tokio::time::sleep(BETWEEN_LOOKS) => {}
                () = stop.requested() => {}
            }
        }
        self.drain(running).await;
    }

    /// Where the database is another than this worker sent from, it gets what was noted here: also where nothing is due.
    async fn hand_in(&self) {
        if let Err(error) = self.store.hand_in().await {
            // Said once more, and better, by whatever is done next.
            tracing::debug!("what was noted can't be handed in yet: {error}");
        }
    }

    async fn drain(&mut self, mut running: Option<RunningBatch>) {
        let mut is_clean = true;
        if let Some(RunningBatch { stop, batch, .. }) = &running {
            stop.request();
            let batch = batch.clone();
            let done = ended(&mut running).await;
            is_clean = self.settle(&batch, done);
        }
        // What a failed run holds is settled by the next worker here, with its notes.
        if is_clean && let Err(error) = self.place.clear() {
            tracing::warn!("the worker's folder can't be written: {error}");
        }
    }

    /// The open batches of which something is due, but for those that rest.
    async fn due(&mut self) -> Vec<Batch> {
        match self.look().await {
            Ok(due) => {
                self.standing.is_well(ALL);
                due
            }
            Err(error) => {
                let reason = with_remedy(&error);
                if self.standing.ails(ALL, &reason) {
                    (self.ears)(WorkerEvent::Away { reason });
                }
                Vec::new()
            }
        }
    }

    async fn look(&self) -> Result<Vec<Batch>, StoreError> {
        let now = self.clock.now();
        let mut due = Vec::new();
        for batch in self.store.batches(RECENT).await? {
            if batch.state != BatchState::Open || self.rests.holds(&batch.issue) {
                continue;
            }
            let settings = &self.settings.delivery;
            let looked = BatchDue::of(&*self.store, settings, &batch, now).await?;
            if looked.next.is_some_and(|at| at <= now) {
                due.push(batch);
            }
        }
        Ok(due)
    }

    fn start(&mut self, batch: Batch, sender: &SenderId) -> RunningBatch {
        self.turns.take(&batch.issue);
        let stop = StopSignal::default();
        let context = CarryContext {
            settings: Arc::clone(&self.settings),
            store: Arc::clone(&self.store),
            keys: MachineKeys::of(self),
            relay: self.relay.clone(),
            clock: self.clock,
            sender: sender.clone(),
            stop: stop.clone(),
            progress: Arc::clone(&self.standing.progress),
        };
        (self.ears)(WorkerEvent::Carries {
            issue: batch.issue.clone(),
            audience: batch.audience,
        });
        let own = batch.clone();
        RunningBatch {
            stop,
            since: Stopwatch::start(),
            task: tokio::spawn(async move { context.carry(&own).await }),
            batch,
        }
    }

    fn must_yield(&self, running: &RunningBatch, next: &Batch) -> bool {
        let is_other = running.batch.issue != next.issue;
        is_other && (self.turns.is_new(&next.issue) || running.since.elapsed() >= TURN)
    }

    /// Tells of a run that is over. False: something may be held under its name.
    fn settle(&mut self, batch: &Batch, done: Result<RunReport, CarryError>) -> bool {
        let issue = batch.issue.clone();
        match done {
            Ok(RunReport {
                ending: Ending::RelayAway(reason),
                ..
            }) => {
                self.rest(issue, reason);
                true
            }
            Ok(RunReport {
                ending: Ending::LeaseOver,
                ..
            }) => false,
            Ok(report) => {
                self.rests.end(&issue);
                self.standing.is_well(&issue);
                if let Ending::Paused(reason) = &report.ending {
                    let reason = reason.clone();
                    (self.ears)(WorkerEvent::Paused { issue, reason });
                    return true;
                }
                (self.ears)(WorkerEvent::Left {
                    issue,
                    counts: report.counts,
                    is_finished: report.ending == Ending::Finished,
                });
                true
            }
            Err(error) => {
                self.rest(issue, error.told());
                !matches!(error, CarryError::State(_))
            }
        }
    }

    fn rest(&mut self, issue: String, reason: String) {
        self.rests.begin(&issue);
        if self.standing.ails(&issue, &reason) {
            (self.ears)(WorkerEvent::Rests { issue, reason });
        }
    }

    /// A name that no other process has, nor this one had: containers have one and the same number of a process.
    fn new_name(&mut self) -> SenderId {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let sender = SenderId(phrased!(
            "worker on {host}, process {id} ({mark}), since {since}",
            host = host.trim(),
            id = std::process::id(),
            mark = hex(&random_bytes::<3>()),
            since = self.clock.now().format("%Y-%m-%d %H:%M:%SZ")
        ));
        if let Err(error) = self.place.note(&sender) {
            // Without it, what this one leaves when it is killed waits for the end of its lease.
            tracing::warn!("the worker's folder can't be written: {error}");
        }
        sender
    }
}

impl CarryContext {
    /// Carries a batch until nothing of it is due, or it is asked to stop. Before it claims anything it makes sure that it
    /// has the keys, and that the relay lets it in: a worker that is set up wrongly pauses nobody else's batch.
    async fn carry(self, batch: &Batch) -> Result<RunReport, CarryError> {
        let composer = self.keys.composer(&*self.store, batch).await?;
        Session::connect(&self.relay).await?.quit().await;
        let guard = self.store.hold(&self.sender).await?;
        let whole = Run {
            store: self.store,
            guard,
            clock: self.clock,
            composer,
            relay: self.relay,
            smtp: self.settings.smtp.clone(),
            settings: self.settings.delivery.clone(),
            stop: self.stop,
            progress: self.progress,
        };
        Ok(run(batch, whole).await?)
    }
}

/// Waits for the end of a run; for ever where there is none.
async fn ended(running: &mut Option<RunningBatch>) -> Result<RunReport, CarryError> {
    match running {
        Some(running) => match (&mut running.task).await {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        },
        None => std::future::pending().await,
    }
}
