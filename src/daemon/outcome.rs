//! What a job came to: who hears of it, and when it is tried again.

use std::sync::Arc;

use super::{
    CarriedBatches, Server,
    job::{JobContext, JobOutcome, is_fixed_by_a_file},
};
use crate::{
    app::AppError,
    delivery::{Ending, Progress, RunReport, StopSignal},
    schedule::{CarriedBatch, DueJob, Event, codes},
    store::{Batch, BatchState, DeliveryCounts, StoreError},
};

impl Server {
    /// A job with everything it needs. It is this batch's turn.
    pub(super) fn work(
        &mut self,
        job: DueJob,
        stop: StopSignal,
        progress: Arc<Progress>,
    ) -> JobContext {
        // What was wrong before may be wrong again, and is told again then.
        self.told
            .retain(|key| !key.is_about(codes::BATCH_PAUSED, job.issue()));
        self.refused_by_state.remove(job.issue());
        self.turns.take(job.issue());
        JobContext {
            live: Arc::clone(&self.live),
            clock: self.clock,
            app: self.reading.app(self.clock),
            store: Arc::clone(&self.store),
            teller: Arc::clone(&self.teller),
            files: self.reading.snapshot.issue_files(job.issue()),
            is_alike_enough: self.alike.contains(job.issue()),
            stop,
            progress,
            term: self.term,
            job,
        }
    }

    /// Tells of a job that is over, and lets it rest where it failed.
    pub(super) async fn settle(
        &mut self,
        job: &DueJob,
        done: Result<JobOutcome, AppError>,
    ) -> Option<CarriedBatches> {
        let issue = job.issue().to_owned();
        if !matches!(done, Ok(JobOutcome::Disturbed)) {
            self.settling.end(&issue);
        }
        if done.is_ok() {
            self.doubts.remove(&issue);
        }
        match done {
            Ok(JobOutcome::Carried(sent)) => {
                let (batch, report) = &*sent;
                self.carried(batch, report).await;
                return Some(*sent);
            }
            Ok(JobOutcome::Shelved(reason)) => {
                self.tell(Event::BatchPaused { issue, reason }).await
            }
            Ok(JobOutcome::Outdated | JobOutcome::Disturbed) => {
                self.backoffs.look_again(&issue, self.clock.now());
            }
            Err(error) => self.failed(job, &error).await,
        }
        None
    }

    /// What others carried to its end is told of, too.
    pub(super) async fn tell_of_ends(
        &mut self,
        batches: &[CarriedBatch],
    ) -> Result<(), StoreError> {
        for CarriedBatch { batch, .. } in batches {
            match batch.state {
                BatchState::Open => {
                    self.under_way.insert(batch.issue.clone());
                }
                BatchState::Finished if self.under_way.remove(&batch.issue) => {
                    let counts = self.store.counts(batch.id).await?;
                    self.ended(batch, counts).await;
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn ended(&mut self, batch: &Batch, counts: DeliveryCounts) {
        let event = Event::BatchEnded {
            issue: batch.issue.clone(),
            edition: batch.edition.clone(),
            slot: batch.slot,
            audience: batch.audience,
            counts,
        };
        self.tell(event).await;
    }

    async fn carried(&mut self, batch: &Batch, report: &RunReport) {
        let issue = batch.issue.clone();
        if !matches!(report.ending, Ending::RelayAway(_)) {
            self.backoffs.end(&issue);
            self.told.retain(|key| {
                !key.is_about(codes::RELAY_AWAY, &issue) && !key.is_about(codes::PAGES_AWAY, &issue)
            });
        }
        match &report.ending {
            Ending::Finished => self.ended(batch, report.counts).await,
            Ending::Paused(reason) => {
                let reason = reason.clone();
                self.tell(Event::BatchPaused { issue, reason }).await;
            }
            Ending::RelayAway(reason) => {
                self.backoffs
                    .back_off(&issue, self.reading.snapshot.files, self.clock.now());
                let reason = reason.clone();
                self.tell(Event::RelayAway { issue, reason }).await;
            }
            Ending::Waiting(_)
            | Ending::Missed
            | Ending::Cancelled
            | Ending::Stopped
            | Ending::LeaseOver => {}
        }
    }

    async fn failed(&mut self, job: &DueJob, error: &AppError) {
        self.has_failed = true;
        let (issue, now) = (job.issue().to_owned(), self.clock.now());
        let problems = error.problems();
        let is_doubt = matches!(error, AppError::Doubt(_));
        if is_doubt {
            self.has_doubt = true;
            self.doubts.insert(issue.clone());
        }
        match (job, error) {
            (_, AppError::State(StoreError::Held { .. } | StoreError::TermOver)) => {
                tracing::info!(issue, "{}", problems.join(": "));
                self.backoffs.a_moment(&issue, now);
            }
            (DueJob::Begin { slot, until, .. }, error)
                if is_doubt_of_issue(error) || is_fixed_by_a_file(error) =>
            {
                self.has_refused |= !is_doubt;
                self.backoffs
                    .until_files_change(&issue, self.reading.snapshot.files, now);
                let event = Event::IssueRefused {
                    slot: slot.clone(),
                    issue,
                    problems,
                    until: *until,
                };
                self.tell(event).await;
            }
            (_, AppError::State(_) | AppError::Doubt(_)) => {
                if !is_doubt {
                    self.refused_by_state.insert(issue.clone());
                }
                self.backoffs.a_while(&issue, now);
                let reason = problems.join("\n");
                self.tell(Event::StateRefused { reason }).await;
            }
            _ => {
                self.backoffs
                    .back_off(&issue, self.reading.snapshot.files, now);
                let reason = problems.join("\n");
                self.tell(match error {
                    AppError::PagesAway { .. } => Event::PagesAway { issue, reason },
                    _ => Event::RelayAway { issue, reason },
                })
                .await;
            }
        }
    }
}

/// Whether a person is asked about that issue's text, and nothing else waits for the answer.
fn is_doubt_of_issue(error: &AppError) -> bool {
    matches!(error, AppError::Doubt(doubt) if doubt.is_of_issue())
}
