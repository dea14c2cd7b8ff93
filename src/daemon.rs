//! The daemon: looks at files, ledger and clock, asks [`plan`] what is due, does it, tells of it, and
//! sleeps until something changes. `send --due` is the same without the sleep.
//!
//! A beat in its order:
//!
//! 1. `live` reads again what has changed in the files, and `reading` takes it in;
//! 2. the ledger says which batches there are;
//! 3. [`plan`] decides;
//! 4. `held` holds back what rests after a failure, and issues whose files somebody is changing, by the
//!    judgement of `settling` on what `parts`, `git` and `writers` saw;
//! 5. `job` does the first of what is due, beside the next beats;
//! 6. `outcome` tells of it, and `backoff` keeps what failed from being tried at once again.

mod alarms;
mod backoff;
mod clock_skew;
mod heartbeat;
mod held;
mod job;
mod outcome;
mod pages;
mod pages_watch;
mod parts;
mod reading;
mod run;
mod settling;
mod upkeep;
mod vitals;
mod writers;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

pub(crate) use self::heartbeat::{HealthReason, Heartbeat};
pub(crate) use self::job::CarriedBatches;
pub(crate) use self::vitals::DaemonVitals;
use self::{
    backoff::RetryBackoffs, clock_skew::ClockSkew, job::is_fixed_by_a_file,
    pages_watch::PagesWatch, reading::CalendarReading, settling::SettlingFiles, upkeep::Upkeep,
};
use crate::{
    app::{App, AppError, fold_file},
    clock::Clock,
    delivery::{BatchDue, BatchTurns, Progress, StopSignal},
    live::LivePublication,
    publication::SecretUse,
    schedule::{
        BeatPlan, CarriedBatch, DueJob, Event, EventKey, EventSink, PlanInput, ReaderZones, codes,
        plan,
    },
    store::{BatchState, DeliveryLedger, LeaseTerm, SenderGuard, Store, StoreError},
};

/// Batches looked at: more than any `late` reaches back.
const RECENT: u32 = 100;

/// How a server waits.
#[derive(Debug, Clone, Copy)]
pub struct BeatIntervals {
    /// The longest sleep: how soon a changed file or a clock that jumped is noticed.
    pub glance: Duration,
    /// The unit of time in which files must be left alone before an issue is frozen from them.
    pub quiet: Duration,
}

impl Default for BeatIntervals {
    fn default() -> Self {
        Self {
            glance: Duration::from_secs(5),
            quiet: Duration::from_secs(1),
        }
    }
}

/// Keeps the calendar of one publication.
pub struct Server {
    clock: Clock,
    pace: BeatIntervals,
    store: Arc<dyn Store>,
    teller: Arc<dyn EventSink>,
    live: Arc<LivePublication>,
    reading: CalendarReading,
    backoffs: RetryBackoffs,
    settling: SettlingFiles,
    pages: PagesWatch,
    clocks: ClockSkew,
    /// Issues held up by their files, and why, once that has lasted.
    held: BTreeMap<String, String>,
    /// Issues whose files never stand still: readings that are alike are enough.
    alike: BTreeSet<String>,
    /// How soon what is due is looked at again, though it can't be done now; None: nothing is.
    again: Option<Duration>,
    /// The keys of events that were told.
    told: BTreeSet<EventKey>,
    turns: BatchTurns,
    /// Issues that were under way at the last look: others may carry them to their end.
    under_way: BTreeSet<String>,
    /// An issue was on its way at the last look.
    is_any_open: bool,
    /// It has the right to keep the calendar, and may change the state.
    is_keeper: bool,
    /// Which holding of that right, where it can be lost.
    term: Option<LeaseTerm>,
    /// subscribers.yaml may have changed since it was folded in.
    is_list_new: bool,
    heartbeat: Arc<Heartbeat>,
    upkeep: Upkeep,
    /// Issues that wait for what only a person can decide.
    doubts: BTreeSet<String>,
    /// Issues whose last try failed for the state's sake.
    refused_by_state: BTreeSet<String>,
    /// Something that was due waits for a person's word.
    pub has_doubt: bool,
    /// An issue that was due did not pass.
    pub has_refused: bool,
    /// Something that was due could not be done, for a reason that time may fix.
    has_failed: bool,
}

impl Server {
    /// Opens the publication's state.
    ///
    /// # Errors
    /// A state that can't be used; secrets that are not set; a pretended clock with a real relay.
    pub async fn open(
        live: Arc<LivePublication>,
        clock: Clock,
        pace: BeatIntervals,
        teller: Arc<dyn EventSink>,
    ) -> Result<Self, AppError> {
        let reading = CalendarReading::new(live.snapshot());
        let app = reading.app(clock);
        app.refuse_pretended_time()?;
        app.require_secrets(&SecretUse::SENDING)?;
        let store = app.store().await?;
        Ok(Self {
            clock,
            pace,
            store,
            teller,
            live,
            reading,
            backoffs: RetryBackoffs::default(),
            settling: SettlingFiles::default(),
            pages: PagesWatch::default(),
            clocks: ClockSkew::default(),
            held: BTreeMap::new(),
            alike: BTreeSet::new(),
            again: None,
            told: BTreeSet::new(),
            turns: BatchTurns::default(),
            under_way: BTreeSet::new(),
            is_any_open: false,
            is_keeper: false,
            term: None,
            is_list_new: true,
            heartbeat: Arc::default(),
            upkeep: Upkeep::default(),
            doubts: BTreeSet::new(),
            refused_by_state: BTreeSet::new(),
            has_doubt: false,
            has_refused: false,
            has_failed: false,
        })
    }

    /// Whether something that was due could not be done.
    #[must_use]
    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed || self.has_refused
    }

    /// Whether something that was due could not be done for the state's sake.
    #[must_use]
    pub(crate) fn is_refused_by_state(&self) -> bool {
        !self.refused_by_state.is_empty()
    }

    /// How it is, for whoever watches.
    #[must_use]
    pub(crate) fn heartbeat(&self) -> Arc<Heartbeat> {
        Arc::clone(&self.heartbeat)
    }

    /// The list and the ledger.
    #[must_use]
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    /// Takes another time to be now, for playing a calendar through.
    pub fn set_clock(&mut self, clock: Clock) {
        self.clock = clock;
    }

    /// Takes the right to keep the calendar, as that command.
    ///
    /// # Errors
    /// [`StoreError::Kept`] where another process has it.
    pub async fn take_schedule(&mut self, command: &str) -> Result<SenderGuard, AppError> {
        let app = App::of(&self.live.snapshot(), self.clock);
        let right = app.right_to_schedule(self.store.as_ref(), command).await?;
        self.store.keep_calendar(self.clock.now()).await?;
        self.is_keeper = true;
        self.term = right.lease().term();
        Ok(right)
    }

    /// One beat: looks, decides and tells. What rests is left out of the plan's jobs.
    ///
    /// # Errors
    /// A state that can't be read, which was told: nobody knows then what went out already.
    pub async fn look(&mut self) -> Result<BeatPlan, AppError> {
        let planned = self.plan().await;
        if let Err(error) = &planned {
            let reason = error.problems().join("\n");
            self.tell(Event::StateRefused { reason }).await;
        }
        planned
    }

    async fn plan(&mut self) -> Result<BeatPlan, AppError> {
        if self.reading.take_up(self.live.look().await) {
            if self.reading.trouble.is_none() {
                self.reading.app(self.clock).keep_as_last_good();
            }
            self.is_list_new = true;
            // What was wrong once may be wrong again.
            self.told
                .retain(|key| !key.is_of(codes::CONFIGURATION_REFUSED));
        }
        // Half a file is wrong in its own way, and whole a moment later.
        let stirs = self.reading.unsettled(self.pace.quiet);
        self.again = stirs.filter(|_| self.reading.trouble.is_some());
        if let (Some(problems), None) = (self.reading.trouble.clone(), stirs) {
            self.tell(Event::ConfigurationRefused { problems }).await;
        }
        let batches = self.batches().await?;
        self.is_any_open = batches.iter().any(|it| it.batch.state == BatchState::Open);
        self.tell_of_ends(&batches).await?;
        let zones = self.zones().await?;
        let adopted_at = self.store.adopted_at().await?;
        let kept_since = self.store.kept_since().await?;
        let holds = self.store.holds().await?;
        let holds = holds.into_iter().map(|hold| hold.name).collect();
        let now = self.clock.now();
        let mut plan = plan(&PlanInput {
            publication: &self.reading.snapshot.publication,
            candidates: &self.reading.candidates,
            broken: &self.reading.broken,
            batches: &batches,
            zones: &zones,
            adopted_at,
            kept_since,
            holds: &holds,
            now,
        });
        for event in std::mem::take(&mut plan.news) {
            match stirs {
                None => self.tell(event).await,
                Some(_) if self.told.contains(&event.key()) => {}
                Some(rest) => self.again = Some(rest),
            }
        }
        let waits = |issue: &String| plan.jobs.iter().any(|job| job.issue() == issue);
        self.doubts.retain(waits);
        self.refused_by_state.retain(waits);
        self.hold_back(&mut plan).await;
        Ok(plan)
    }

    /// Does the due jobs one after the other until nothing is due, and answers what was carried. Waits
    /// for files that somebody is changing, as long as it takes until that is an alarm.
    ///
    /// # Errors
    /// A state that can't be read.
    pub async fn do_all_due(&mut self, stop: &StopSignal) -> Result<Vec<CarriedBatches>, AppError> {
        let mut sent = Vec::new();
        loop {
            let plan = self.look().await?;
            if stop.is_requested() {
                return Ok(sent);
            }
            let Some(job) = self.first_of(&plan.jobs).cloned() else {
                let Some(again) = self.again else {
                    self.has_failed |= !self.held.is_empty();
                    return Ok(sent);
                };
                tokio::time::sleep(again.max(Duration::from_millis(5))).await;
                continue;
            };
            let work = self.work(job.clone(), stop.clone(), Arc::new(Progress::default()));
            let done = work.execute().await;
            sent.extend(self.settle(&job, done).await);
        }
    }

    /// The job whose batch waited longest; one that never had a turn goes before all.
    fn first_of<'a>(&self, jobs: &'a [DueJob]) -> Option<&'a DueJob> {
        self.turns.first_of(jobs, DueJob::issue)
    }

    async fn batches(&self) -> Result<Vec<CarriedBatch>, StoreError> {
        let settings = &self.reading.snapshot.publication.delivery;
        let mut carried = Vec::new();
        for batch in self.store.batches(RECENT).await? {
            let (mut next_due, mut is_untouched) = (None, false);
            if batch.state == BatchState::Open {
                let ledger: &dyn DeliveryLedger = &*self.store;
                let due = BatchDue::of(ledger, settings, &batch, self.clock.now()).await?;
                (next_due, is_untouched) = (due.next, due.is_untouched);
            }
            carried.push(CarriedBatch {
                batch,
                next_due,
                is_untouched,
            });
        }
        Ok(carried)
    }

    /// Where the readers are: those of subscribers.yaml too, who otherwise come to the list with the
    /// freeze, which may be too late for the earliest of them.
    async fn zones(&mut self) -> Result<ReaderZones, AppError> {
        let app = self.reading.app(self.clock);
        if app.publication.schedule.by_reader_timezone && self.is_keeper && self.is_list_new {
            self.fold(&app).await?;
        }
        Ok(app.zones(self.store.as_ref()).await?)
    }

    /// Folds subscribers.yaml in. One that can't be folded keeps no batch from going on: the list of
    /// record stands as it was.
    async fn fold(&mut self, app: &App) -> Result<(), AppError> {
        let folded = fold_file(self.store.as_ref(), &app.publication, self.clock.true_now()).await;
        match folded {
            Err(error) if is_fixed_by_a_file(&error) => {
                let problems = error.problems();
                self.tell(Event::ConfigurationRefused { problems }).await;
            }
            folded => {
                folded?;
                self.is_list_new = false;
            }
        }
        Ok(())
    }

    /// What keeps it from its work, after a look at all that there is.
    fn ailments(&self, is_state_read: bool) -> BTreeSet<HealthReason> {
        let ails = [
            (self.reading.trouble.is_some(), HealthReason::Configuration),
            (!self.doubts.is_empty(), HealthReason::Doubt),
            (
                !is_state_read || !self.refused_by_state.is_empty(),
                HealthReason::State,
            ),
            (!self.held.is_empty(), HealthReason::Held),
            (self.pages.is_away, HealthReason::Pages),
            (self.clocks.is_askew, HealthReason::Clock),
        ];
        let ailing = ails.into_iter().filter(|(ails, _)| *ails);
        ailing.map(|(_, ailment)| ailment).collect()
    }

    /// Tells an event, once.
    async fn tell(&mut self, event: Event) {
        if self.told.insert(event.key()) {
            self.teller.tell(&event, self.clock.now()).await;
        }
    }
}
