//! One job of the calendar, done: an issue begun, a batch taken up, a batch put aside. What it came
//! to is judged by `outcome`.

use std::{convert::Infallible, path::PathBuf, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};

use super::{alarms::BatchAlarms, parts::PartsFingerprint};
use crate::{
    app::{App, AppError, MailTransport, RefusalKind, held_back_hint},
    clock::Clock,
    delivery::{Progress, RunReport, StopSignal},
    live::{IssueFiles, LivePublication, off_thread},
    schedule::{DueJob, Event, EventSink},
    source::with_causes,
    store::{Batch, BatchState, LeaseTerm, SenderGuard, Store, StoreError},
    words::phrased,
};

/// How often the hours of waves are looked at while a batch is carried.
const BETWEEN_LOOKS: Duration = Duration::from_secs(30);

/// How often files that change are read again for one job.
const READINGS: usize = 3;

/// What became of a batch that was carried.
pub(crate) type CarriedBatches = (Batch, RunReport);

/// Everything that a job needs; it runs beside the beat.
pub(super) struct JobContext {
    pub(super) job: DueJob,
    pub(super) live: Arc<LivePublication>,
    pub(super) clock: Clock,
    /// The publication as it could be read last: what an open batch is carried with.
    pub(super) app: App,
    pub(super) store: Arc<dyn Store>,
    pub(super) teller: Arc<dyn EventSink>,
    /// What the issue's mail is made of.
    pub(super) files: IssueFiles,
    /// Its files don't stand still for long: what reads twice alike is taken.
    pub(super) is_alike_enough: bool,
    pub(super) stop: StopSignal,
    pub(super) progress: Arc<Progress>,
    /// By which holding of the calendar it is done.
    pub(super) term: Option<LeaseTerm>,
}

/// What a job came to.
#[derive(Debug)]
pub(super) enum JobOutcome {
    /// The batch was carried as far as it went.
    Carried(Box<CarriedBatches>),
    /// The batch was paused: nobody had begun it in time.
    Shelved(String),
    /// The ledger is another by now, or the issue is gone: to be decided again.
    Outdated,
    /// Its files changed while they were read: to be looked at again.
    Disturbed,
}

/// What reading and freezing an issue came to.
enum PreparedJob {
    Batch(App, Box<Batch>, SenderGuard),
    Not(JobOutcome),
}

impl JobContext {
    /// Does it.
    pub(super) async fn execute(self) -> Result<JobOutcome, AppError> {
        let guard = self.app.right_to_send(self.store.as_ref(), "serve").await?;
        match self.job.clone() {
            DueJob::Begin { issue, .. } => self.begin(&issue, guard).await,
            DueJob::Carry { issue } => self.carry(&issue, guard).await,
            DueJob::Shelve { issue, until } => self.shelve(&issue, until).await,
        }
    }

    /// Reads the issue afresh, so that what goes out is what stands in the file now; knocks; and takes
    /// what was read only if the files of this issue say the same afterwards. A relay may take long to
    /// answer: what changed meanwhile is read once more, at once.
    async fn begin(self, issue: &str, guard: SenderGuard) -> Result<JobOutcome, AppError> {
        let mut way = None;
        let begun = self.freeze(issue, guard, &mut way).await;
        match (begun, way) {
            (Ok(PreparedJob::Batch(app, batch, guard)), Some(way)) => {
                self.tell_of(&batch).await;
                self.carry_by(app, *batch, guard, way).await
            }
            (begun, way) => {
                if let Some(way) = way {
                    way.close().await;
                }
                match begun? {
                    PreparedJob::Not(done) => Ok(done),
                    PreparedJob::Batch(..) => Ok(JobOutcome::Outdated),
                }
            }
        }
    }

    async fn freeze(
        &self,
        issue: &str,
        mut guard: SenderGuard,
        way: &mut Option<MailTransport>,
    ) -> Result<PreparedJob, AppError> {
        for _ in 0..READINGS {
            let before = self.look().await;
            let snapshot = self.live.read_now().await;
            let snapshot = snapshot.map_err(AppError::Configuration)?;
            let app = App::of(&snapshot, self.clock);
            let Some(found) = snapshot
                .archive
                .issues_where(|own| own.id == issue)
                .next()
                .cloned()
            else {
                return Ok(PreparedJob::Not(JobOutcome::Outdated));
            };
            // The plan that it was begun by may be older than the hold.
            if app.hold_on(self.store.as_ref(), &found).await?.is_some() {
                return Ok(PreparedJob::Not(JobOutcome::Outdated));
            }
            let store = Arc::clone(&self.store);
            let mut sending = match app
                .prepare(store, guard, &snapshot.archive, found, false)
                .await
            {
                Ok(sending) => sending,
                // What was read in halves is wrong for that reason.
                Err(_) if !self.says_the_same(&before, &self.look().await) => {
                    return Ok(PreparedJob::Not(JobOutcome::Disturbed));
                }
                Err(error) => return Err(error),
            };
            sending.is_by_calendar = true;
            sending.term = self.term;
            if sending.batch.is_some() {
                return Ok(PreparedJob::Not(JobOutcome::Outdated));
            }
            sending.refuse_nothing_to_do()?;
            if way.is_none() {
                *way = Some(sending.open_way().await?);
            }
            let after = self.look().await;
            if self.says_the_same(&before, &after) {
                let issue = sending.issue.as_ref();
                if let Some(issue) = issue
                    && app.hold_on(self.store.as_ref(), issue).await?.is_some()
                {
                    return Ok(PreparedJob::Not(JobOutcome::Outdated));
                }
                let batch = Box::new(sending.begin().await?);
                let folded = sending.folded.as_ref();
                if let Some(held_back) = folded.and_then(|it| it.held_back.as_ref()) {
                    let who = held_back.masked();
                    tracing::warn!(
                        "subscribers.yaml ends in the middle of a line: its last entry, {who}, waits; {}",
                        held_back_hint()
                    );
                }
                let dropped = sending.drop_rehearsals().await?;
                if dropped > 0 {
                    // A warning, so that whoever keeps a log hears of it: something was thrown away.
                    tracing::warn!("what was tried out before is dropped (rehearsals: {dropped})");
                }
                let guard = sending.into_guard();
                return Ok(PreparedJob::Batch(app, batch, guard));
            }
            if !self.may_read_again(&before, &after) {
                break;
            }
            guard = sending.into_guard();
        }
        Ok(PreparedJob::Not(JobOutcome::Disturbed))
    }

    /// How the issue's files are.
    async fn look(&self) -> PartsFingerprint {
        let files = self.files.clone();
        off_thread(move || PartsFingerprint::of(&files, &PartsFingerprint::default())).await
    }

    /// Whether what was read between two looks was read whole.
    fn says_the_same(&self, before: &PartsFingerprint, after: &PartsFingerprint) -> bool {
        self.changed_between(before, after).next().is_none()
    }

    /// Whether a second reading may be the whole one: the change is over, as far as its files show.
    fn may_read_again(&self, before: &PartsFingerprint, after: &PartsFingerprint) -> bool {
        self.changed_between(before, after).all(|path| {
            let print = after.0.get(path);
            let is_whole = print.is_some_and(|it| !it.is_cut && !it.is_open);
            let is_by_git = print.is_some_and(|it| it.is_written_by_git);
            is_by_git || is_whole && (self.is_alike_enough || self.files.is_list(path))
        })
    }

    fn changed_between<'a>(
        &'a self,
        before: &'a PartsFingerprint,
        after: &'a PartsFingerprint,
    ) -> impl Iterator<Item = &'a PathBuf> {
        let content = |looks: &'a PartsFingerprint, path| looks.0.get(path).map(|it| it.content);
        // A list to which somebody adds all the time was folded in as far as it was read.
        let is_growing = |path: &PathBuf| {
            let is_whole = after.0.get(path).is_some_and(|print| !print.is_cut);
            self.is_alike_enough && is_whole && self.files.is_list(path)
        };
        let paths = before.0.keys().chain(after.0.keys());
        paths.filter(move |path| {
            content(before, *path) != content(after, *path) && !is_growing(path)
        })
    }

    async fn tell_of(&self, batch: &Batch) {
        let event = Event::BatchBegan {
            issue: batch.issue.clone(),
            edition: batch.edition.clone(),
            slot: batch.slot,
            audience: batch.audience,
        };
        self.teller.tell(&event, self.clock.now()).await;
    }

    async fn carry(self, issue: &str, guard: SenderGuard) -> Result<JobOutcome, AppError> {
        let Some(batch) = self.open_batch(issue).await? else {
            return Ok(JobOutcome::Outdated);
        };
        let way = self.app.way().await?;
        if let Err(error) = way.knock().await {
            way.close().await;
            return Err(error);
        }
        let app = self.app.clone();
        self.carry_by(app, batch, guard, way).await
    }

    async fn carry_by(
        self,
        app: App,
        batch: Batch,
        guard: SenderGuard,
        way: MailTransport,
    ) -> Result<JobOutcome, AppError> {
        let hours = CohortHours {
            store: Arc::clone(&self.store),
            teller: Arc::clone(&self.teller),
            clock: self.clock,
            app: app.clone(),
            batch: batch.clone(),
            between_looks: BETWEEN_LOOKS,
        };
        let alarms = BatchAlarms {
            issue: batch.issue.clone(),
            progress: Arc::clone(&self.progress),
            teller: Arc::clone(&self.teller),
            clock: self.clock,
        };
        let carried = async {
            hours.come().await?;
            let carrying = app.carry(self.store, guard, &batch, &way, self.stop, self.progress);
            hours.beside(alarms.beside(carrying)).await
        };
        let report = carried.await;
        way.close().await;
        Ok(JobOutcome::Carried(Box::new((batch, report?))))
    }

    async fn shelve(self, issue: &str, until: DateTime<Utc>) -> Result<JobOutcome, AppError> {
        let Some(batch) = self.open_batch(issue).await? else {
            return Ok(JobOutcome::Outdated);
        };
        let zone = self.app.publication.timezone;
        let reason = phrased!(
            "nobody got it by {at}, the end of `schedule.late`; it waits for a person",
            at = until.with_timezone(&zone).format("%Y-%m-%d %H:%M")
        );
        let state = BatchState::Paused {
            reason: reason.clone(),
            over_refusals: false,
        };
        let now = self.clock.now();
        self.store.set_batch_state(batch.id, &state, now).await?;
        Ok(JobOutcome::Shelved(reason))
    }

    async fn open_batch(&self, issue: &str) -> Result<Option<Batch>, AppError> {
        let batch = self.store.batch(issue).await?;
        Ok(batch.filter(|batch| batch.state == BatchState::Open))
    }
}

/// The hours of a batch's waves, as they come: while somebody carries it none is missed, however long
/// the waves before take.
struct CohortHours {
    store: Arc<dyn Store>,
    teller: Arc<dyn EventSink>,
    clock: Clock,
    app: App,
    batch: Batch,
    between_looks: Duration,
}

impl CohortHours {
    async fn come(&self) -> Result<(), StoreError> {
        if self.batch.waves == 0 {
            return Ok(());
        }
        let now = self.clock.now();
        let earliest = self.app.publication.schedule.earliest(now);
        let readers = self
            .store
            .waves_come_due(self.batch.id, earliest, now)
            .await?;
        if readers > 0 {
            let issue = self.batch.issue.clone();
            let event = Event::ReadersMissed { issue, readers };
            self.teller.tell(&event, now).await;
        }
        Ok(())
    }

    /// Lets the hours come while a batch is carried. A look that fails is not the carrying's end:
    /// what is on the wire would be lost with it, and the next look comes soon. Where the state is
    /// gone for good the ledger says so itself.
    async fn beside<T>(&self, carrying: impl Future<Output = T>) -> T {
        tokio::select! {
            carried = carrying => carried,
            never = self.keep_coming() => match never {},
        }
    }

    async fn keep_coming(&self) -> Infallible {
        loop {
            tokio::time::sleep(self.between_looks).await;
            if let Err(error) = self.come().await {
                let why = with_causes(&error);
                tracing::warn!(
                    issue = self.batch.issue,
                    "the hours can't be looked at: {why}"
                );
            }
        }
    }
}

/// Whether an error is the content's or the configuration's, so that a change of files fixes it.
pub(super) fn is_fixed_by_a_file(error: &AppError) -> bool {
    match error {
        AppError::Configuration(_)
        | AppError::Content(_)
        | AppError::Findings(_)
        | AppError::Archive(_)
        | AppError::Render(_)
        | AppError::Compose(_)
        | AppError::Frozen(_)
        | AppError::Dkim(_)
        | AppError::State(
            StoreError::FoldLosesTooMany { .. } | StoreError::FoldCut { .. } | StoreError::Entry(_),
        ) => true,
        AppError::Refused { kind, .. } => {
            matches!(
                kind,
                RefusalKind::Content | RefusalKind::Configuration | RefusalKind::Nothing
            )
        }
        AppError::State(_)
        | AppError::Relay(_)
        | AppError::Inbox(_)
        | AppError::PagesAway { .. }
        | AppError::Doubt(_)
        | AppError::Io { .. } => false,
    }
}

#[cfg(test)]
mod tests;
