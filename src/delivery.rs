//! Claim → send → record: carries a frozen batch to its readers, retries, throttles, and keeps the
//! promise of docs/delivery.md. Freezing and composing belong to `store` and `message`.
//!
//! A run in the order in which a row travels:
//!
//! 1. `feeder` claims due rows as `rate_limiter` and `in_flight` (permits) allow;
//! 2. `compose` turns them into messages, on threads of its own where they are signed;
//! 3. `connection` asks the ledger's leave and hands them to the relay, `circuit_breaker` giving it rest;
//! 4. `outcome_recorder` settles each by its `verdict`, the relay's and its domain's `health`, and the `retry` rules;
//! 5. `journal` makes leave and outcome durable, in groups.

mod circuit_breaker;
mod colleagues;
mod compose;
mod connection;
mod contents;
mod due;
mod feeder;
mod health;
mod in_flight;
mod journal;
mod outcome_recorder;
mod progress;
mod rate_limiter;
mod retry;
mod run;
mod run_control;
mod stop;
mod turns;
mod verdict;
#[cfg(test)]
mod year;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};

use self::{
    circuit_breaker::CircuitBreaker,
    compose::JobSource,
    connection::{Connection, SharedRun},
    outcome_recorder::{HaltReason, OutcomeRecorder},
    run::SEATS_PER_CONNECTION,
    run_control::RunControl,
};
pub(crate) use self::{
    contents::frozen_issue,
    due::BatchDue,
    turns::{BatchTurns, TURN},
    verdict::{Verdict, judge},
};
pub use self::{
    health::{HealthTrouble, end_spells, troubles},
    progress::Progress,
    run::Run,
    stop::StopSignal,
};
use crate::{
    publication::{DeliverySettings, UnknownPolicy},
    store::{Batch, BatchState, DeliveryCounts, RecoveredRows, SenderLease, StoreError},
};

/// How long `send` bears a relay that takes nothing, before it leaves the rest for later.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often a run looks at a batch whose rest others have.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// The memory that composed messages may take while they wait for a connection.
const WAITING_BYTES: usize = 8 << 20;

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Every row of the batch has its end.
    Finished,
    /// Nothing is due now; the next row is at this time.
    Waiting(DateTime<Utc>),
    /// Nothing is due until a person says so: the hour of the readers left was missed.
    Missed,
    /// The batch is paused.
    Paused(String),
    /// The batch was cancelled.
    Cancelled,
    /// A signal asked for it.
    Stopped,
    /// The relay was away for too long; the rest waits.
    RelayAway(String),
    /// The ledger did not hear of this sender for too long: others have its rows.
    LeaseOver,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunReport {
    /// How it ended.
    pub ending: Ending,
    /// Where the batch's rows stand now.
    pub counts: DeliveryCounts,
    /// What it found of a sender that had died.
    pub recovered: RecoveredRows,
}

/// Carries on a batch until nothing is due now.
///
/// # Errors
/// The store's; what was on the wire then is settled by the next run's recovery.
pub async fn run(batch: &Batch, run: Run) -> Result<RunReport, StoreError> {
    let report = run_until_its_end(batch, &run).await;
    run.guard.release().await;
    report
}

async fn run_until_its_end(batch: &Batch, run: &Run) -> Result<RunReport, StoreError> {
    let mut recovered = recover(batch, run).await?;
    loop {
        let halt = match batch.state {
            BatchState::Open => carry(batch, run, &mut recovered).await?,
            _ => None,
        };
        let (mut ending, counts) = conclude(batch, run, halt).await?;
        // What others hold may come back to be carried: a batch ends when its last row does.
        let is_held = run.guard.lease().is_shared() && counts.claimed + counts.sending > 0;
        if is_held && matches!(ending, Ending::Waiting(_) | Ending::Missed) {
            match wait_for_others(batch, run, &mut recovered).await? {
                None => continue,
                Some(asked) => ending = asked,
            }
        }
        return Ok(RunReport {
            ending,
            counts,
            recovered,
        });
    }
}

/// Waits while others hold the rest of a batch; answers why this run ends meanwhile.
async fn wait_for_others(
    batch: &Batch,
    run: &Run,
    recovered: &mut RecoveredRows,
) -> Result<Option<Ending>, StoreError> {
    let lease = run.guard.lease();
    let resend = run.settings.unknown == UnknownPolicy::Resend;
    loop {
        tokio::select! {
            () = tokio::time::sleep(BETWEEN_LOOKS) => {}
            () = run.stop.requested() => return Ok(Some(Ending::Stopped)),
            () = lease.over() => return Ok(Some(Ending::LeaseOver)),
        }
        recovered.add(run.store.reap(batch.id, resend, run.clock.now()).await?);
        let counts = run.store.counts(batch.id).await?;
        let next = run.store.next_due(batch.id).await?;
        let is_due = next.is_some_and(|due_at| due_at <= run.clock.now());
        if is_due || counts.claimed + counts.sending == 0 {
            return Ok(None);
        }
    }
}

/// Settles what a dead sender and a clock that ran ahead left behind.
async fn recover(batch: &Batch, run: &Run) -> Result<RecoveredRows, StoreError> {
    let resend = run.settings.unknown == UnknownPolicy::Resend;
    let recovered = run.store.recover(batch.id, resend, run.clock.now()).await?;
    colleagues::tell(&recovered);
    let latest = latest_retry(&run.settings, run.clock.now());
    run.store.pull_back(batch.id, latest).await?;
    Ok(recovered)
}

/// No row that waits is asked to wait longer: what is due later was put there by a clock that ran
/// ahead.
#[must_use]
pub(crate) fn latest_retry(settings: &DeliverySettings, now: DateTime<Utc>) -> DateTime<Utc> {
    now + settings.backoff_max.max(settings.relay_backoff_max)
}

/// Sets a run up, waits for its end and for the ledger to have everything.
async fn carry(
    batch: &Batch,
    run: &Run,
    recovered: &mut RecoveredRows,
) -> Result<Option<HaltReason>, StoreError> {
    let RunControl {
        recorder,
        feeder,
        claims,
        ledger,
        has_accepted,
    } = RunControl::open(batch, run).await?;
    let connections = run.smtp.connections.max(1);
    let now = run.clock.true_now();
    let (sender, lease) = (run.guard.sender(), run.guard.lease());
    let notes = run.store.note_transfers(batch.id, sender, connections, now);
    let notes = Arc::new(notes.await?);
    let permits = connections * SEATS_PER_CONNECTION;
    let jobs = JobSource::start(
        claims,
        &recorder,
        run.composer.is_signing(),
        waiting(permits, run.composer.own_bytes()),
    );

    let breaker = Arc::new(CircuitBreaker::new(
        run.settings.relay_backoff_first,
        run.settings.relay_backoff_max,
        PATIENCE,
    ));
    if has_accepted {
        breaker.opened();
    }
    let shared = SharedRun {
        relay: Arc::new(run.relay.clone()),
        breaker,
        jobs: jobs.clone(),
        recorder: Arc::clone(&recorder),
        lease: lease.clone(),
        messages_per_connection: run.smtp.messages_per_connection.max(1),
    };
    let mut lines: tokio::task::JoinSet<()> = (0..connections)
        .map(|number| Connection::new(shared.clone(), notes.line(number), run.clock).run())
        .collect();
    drop(shared);

    let watch = tokio::spawn(halt_in_time(run.stop.clone(), lease, Arc::clone(&recorder)));
    let fed = feeder.run().await;
    while lines.join_next().await.is_some() {}
    jobs.put_back_all(&recorder).await;
    watch.abort();
    let halt = ledger.settle(batch, run, &recorder).await;
    if halt.is_ok() {
        notes.end();
    }
    recovered.add(fed?);
    halt
}

/// How many composed messages may wait for a connection: as many as rows are claimed, or fewer large ones.
fn waiting(permits: u32, message_bytes: usize) -> usize {
    let affordable = WAITING_BYTES / message_bytes.max(1);
    affordable.clamp(1, permits as usize)
}

/// Waits until the run is asked to stop, or others take its sender for dead; then halts it and lets it drain.
async fn halt_in_time(stop: StopSignal, lease: SenderLease, recorder: Arc<OutcomeRecorder>) {
    tokio::select! {
        () = stop.requested() => recorder.halt(HaltReason::Asked),
        () = lease.over() => recorder.halt(HaltReason::LeaseOver),
    }
}

/// What the run came to, by the ledger's own account.
async fn conclude(
    batch: &Batch,
    run: &Run,
    halt: Option<HaltReason>,
) -> Result<(Ending, DeliveryCounts), StoreError> {
    let now = run.clock.now();
    if let Some(HaltReason::Pause {
        reason,
        over_refusals,
    }) = &halt
    {
        let state = BatchState::Paused {
            reason: reason.clone(),
            over_refusals: *over_refusals,
        };
        run.store.set_batch_state(batch.id, &state, now).await?;
    }
    let counts = run.store.counts(batch.id).await?;
    let kept = run.store.batch(&batch.issue).await?;
    let ending = match kept.map_or(BatchState::Cancelled, |batch| batch.state) {
        BatchState::Paused { reason, .. } => Ending::Paused(reason),
        BatchState::Cancelled => Ending::Cancelled,
        BatchState::Open | BatchState::Finished if counts.open() == 0 => {
            let finished = BatchState::Finished;
            run.store.set_batch_state(batch.id, &finished, now).await?;
            Ending::Finished
        }
        BatchState::Open | BatchState::Finished => match halt {
            Some(HaltReason::RelayAway(reason)) => Ending::RelayAway(reason),
            Some(HaltReason::LeaseOver) => Ending::LeaseOver,
            Some(_) => Ending::Stopped,
            None => {
                let next = run.store.next_due(batch.id).await?;
                next.map_or(Ending::Missed, Ending::Waiting)
            }
        },
    };
    Ok((ending, counts))
}
