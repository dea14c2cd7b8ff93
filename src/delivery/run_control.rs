//! A run's desk: everything of it that decides, claims and records, from the queue to the ledger. Threads
//! that compose and connections to the relay take from it what is to be done, and bring back what came of it.

use std::sync::Arc;

use chrono::TimeDelta;

use super::{
    colleagues::Colleagues,
    compose::ClaimedRow,
    contents::ComposerCache,
    feeder::Feeder,
    health::Health,
    in_flight::InFlightLimit,
    journal::Journal,
    outcome_recorder::{HaltReason, OutcomeRecorder},
    rate_limiter::RateLimiter,
    run::{Run, SEATS_PER_CONNECTION},
};
use crate::{
    publication::UnknownPolicy,
    store::{Batch, RecoveredRows, StoreError},
    words::phrase,
};

/// A domain that took nobody of the issues of so many days has no bad hour: it is gone.
const LATELY: TimeDelta = TimeDelta::days(30);

/// What decides, claims and records during a run.
pub(crate) struct RunControl {
    pub(crate) recorder: Arc<OutcomeRecorder>,
    /// Fills `claims`.
    pub(crate) feeder: Feeder,
    /// Rows that are to be composed and sent.
    pub(crate) claims: async_channel::Receiver<ClaimedRow>,
    pub(crate) ledger: LedgerWriter,
    /// The relay took this batch's content for somebody before.
    pub(crate) has_accepted: bool,
}

/// The writer of the ledger, which ends with its run.
pub(crate) struct LedgerWriter(tokio::task::JoinHandle<Result<(), StoreError>>);

impl RunControl {
    /// Takes up what is known of the batch, the relay and its domains.
    pub(crate) async fn open(batch: &Batch, run: &Run) -> Result<Self, StoreError> {
        let (journal, written) = Journal::start(run.store.clone(), run.clock, run.smtp.connections);
        let has_accepted = run.store.counts(batch.id).await?.accepted > 0;
        let mut health = Health::new((&run.settings).into(), batch.trusts_refusals, has_accepted);
        if batch.trusts_refusals {
            health.note_taken(&run.store.fared(batch.id, &[]).await?);
            let since = run.clock.now() - LATELY;
            health.note_taken(&run.store.fared_before(batch.id, &[], since).await?);
        }
        health.recall(&run.store.moods().await?, run.clock.now());
        let recorder = Arc::new(OutcomeRecorder::new(
            journal,
            run.settings.clone(),
            run.clock,
            health,
            Arc::clone(&run.progress),
        ));
        let permits = run.smtp.connections.max(1) * SEATS_PER_CONNECTION;
        let (jobs, claims) = async_channel::bounded(permits as usize);
        let limited = run.smtp.per_domain.keys().cloned();
        let room = Arc::new(InFlightLimit::new(permits, limited));
        let feeder = Feeder {
            store: run.store.clone(),
            clock: run.clock,
            batch: batch.id,
            issue: batch.issue.clone(),
            sender: run.guard.sender().clone(),
            pace: RateLimiter::new(
                run.store.clone(),
                Arc::clone(&room),
                Arc::clone(&recorder),
                run.smtp.rate,
                &run.smtp.per_domain,
            ),
            colleagues: Colleagues {
                store: run.store.clone(),
                batch: batch.id,
                sender: run.guard.sender().clone(),
                is_shared: run.guard.lease().is_shared(),
                resends_unknown: run.settings.unknown == UnknownPolicy::Resend,
                looked_at: None,
                recovered: RecoveredRows::default(),
            },
            contents: ComposerCache::new(run.store.clone(), Arc::clone(&run.composer)),
            room,
            claims: jobs,
            recorder: Arc::clone(&recorder),
        };
        Ok(Self {
            recorder,
            feeder,
            claims,
            ledger: LedgerWriter(written),
            has_accepted,
        })
    }
}

impl LedgerWriter {
    /// Nothing is on the way any more: what is held is judged if the run came to its natural end, and
    /// goes back to wait if it was cut short. The moods are kept, and everything is durable on return.
    pub(crate) async fn settle(
        self,
        batch: &Batch,
        run: &Run,
        recorder: &OutcomeRecorder,
    ) -> Result<Option<HaltReason>, StoreError> {
        let halt = settle_held(batch, run, recorder).await;
        recorder.close();
        self.0.await.map_err(|error| StoreError::Unusable {
            place: phrase!("the ledger").to_owned(),
            source: Box::new(error),
        })??;
        halt
    }
}

async fn settle_held(
    batch: &Batch,
    run: &Run,
    recorder: &OutcomeRecorder,
) -> Result<Option<HaltReason>, StoreError> {
    let domains = recorder.health().held_domains();
    if !recorder.halted().is_requested() && !domains.is_empty() {
        // What the ledger has not heard of yet counts too.
        recorder.written().await;
        let fared = run.store.fared(batch.id, &domains).await?;
        let unproven = recorder.health().unproven_domains(&fared);
        let before = match unproven.is_empty() {
            true => Vec::new(),
            false => {
                let since = run.clock.now() - LATELY;
                run.store.fared_before(batch.id, &unproven, since).await?
            }
        };
        recorder.conclude(&fared, &before);
    }
    recorder.release();
    let moods = recorder.health().take_changes(run.clock.now());
    if !moods.is_empty() {
        run.store.keep_moods(&moods).await?;
    }
    Ok(recorder.take_halt())
}
