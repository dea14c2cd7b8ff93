//! An export of another service into the list of record: batch after batch, in flat memory, and a
//! report of what became of every row.

mod batch;
mod problem;
mod reading;

use std::{collections::BTreeMap, path::Path, sync::Arc};

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio::sync::mpsc;

pub use self::problem::{RowOutcome, RowProblem};
use self::{batch::RowGroup, problem::RowPlace, reading::read};
use crate::{
    address::Address,
    app::{App, AppError},
    audience::{
        HashedDeparture, Newcomer, Origin, Profile,
        import::{OpenedExport, ReadingPlan},
        membership::ChangeSource,
    },
    operations::welcome::welcome,
    source::SourceError,
    store::{Store, Upsert},
    words::phrased,
};

/// Problems that a report carries; `on_problem` hears of all.
const KEPT_PROBLEMS: usize = 100;

/// Hears of every row that is not plain.
pub type ProblemSink<'s> = dyn FnMut(&RowProblem) -> Result<(), AppError> + Send + 's;
/// Hears how many rows are done.
pub type ProgressSink<'s> = dyn FnMut(u64) + Send + 's;

/// How an import goes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportRules {
    /// Say what would become of every row, and change nothing.
    pub is_dry_run: bool,
    /// New readers get a welcome.
    pub welcomes: bool,
}

/// What became of the rows.
#[derive(Debug, Clone, Serialize)]
pub struct ImportReport {
    /// How the file was read.
    #[serde(flatten)]
    pub plan: ReadingPlan,
    /// True: nothing was changed, this is what would be.
    pub dry_run: bool,
    /// Rows with something in them, the header apart.
    pub rows: u64,
    /// New readers.
    pub added: u64,
    /// Of those, the ones whom a welcome goes to.
    pub welcomed: u64,
    /// Readers known before (or on an earlier row) of whom something changed.
    pub merged: u64,
    /// Readers known before of whom nothing changed.
    pub unchanged: u64,
    /// Rows of people who get no mail from now on, by reason.
    pub suppressed: BTreeMap<&'static str, u64>,
    /// Of those rows, the ones that were news.
    pub newly_suppressed: u64,
    /// Rows of readers whom their own earlier departure, or another row, keeps off the list.
    pub kept_off: u64,
    /// Rows of people who are not to be on the list, nor kept off it.
    pub skipped: u64,
    /// Rows that can't be taken.
    pub refused: u64,
    /// Values that were not understood and left out.
    pub notes: u64,
    /// The first of everything that is not plain.
    pub problems: Vec<RowProblem>,
    /// How many there are beyond those.
    pub further_problems: u64,
}

impl ImportReport {
    /// Whether anything is different now (or would be).
    #[must_use]
    pub fn changed_anything(&self) -> bool {
        self.added + self.merged + self.newly_suppressed > 0
    }
}

impl App {
    /// Takes a file into the list of record: see [`import`].
    ///
    /// # Errors
    /// As [`import`].
    pub(crate) async fn import_list(
        &self,
        import: OpenedExport,
        rules: ImportRules,
        now: DateTime<Utc>,
        telling: (&mut ProblemSink<'_>, &mut ProgressSink<'_>),
    ) -> Result<ImportReport, AppError> {
        let store = self.store().await?;
        let scratch = self.publication.state_dir();
        self::import(store.as_ref(), import, rules, &scratch, now, telling).await
    }
}

/// Takes a file into the list. The first of `telling` hears of every row that is not plain, the second how many rows
/// are done. A long table is sorted in a file in the folder `scratch`, which is the list's own.
///
/// # Errors
/// When the file breaks off or the store fails. What came before is in the list then, and the same
/// import again is harmless.
pub async fn import(
    store: &dyn Store,
    import: OpenedExport,
    rules: ImportRules,
    scratch: &Path,
    now: DateTime<Utc>,
    (on_problem, on_progress): (&mut ProblemSink<'_>, &mut ProgressSink<'_>),
) -> Result<ImportReport, AppError> {
    let mut intake = ImportRun {
        store,
        now,
        on_problem,
        newcomers: rules.welcomes.then(Vec::new),
        report: ImportReport::new(import.plan().clone(), rules.is_dry_run),
    };
    // Reading and writing take turns on two threads: the next batch is ready when this is written.
    let (sender, mut batches) = mpsc::channel(1);
    let scratch = scratch.to_owned();
    let reading = tokio::task::spawn_blocking(move || read(import, scratch, &sender));
    while let Some(batch) = batches.recv().await {
        intake.take(batch?).await?;
        on_progress(intake.report.rows);
    }
    reading
        .await
        .map_err(|error| AppError::Content(vec![SourceError::new(error.to_string())]))?;
    Ok(intake.report)
}

impl ImportReport {
    fn new(plan: ReadingPlan, dry_run: bool) -> Self {
        Self {
            plan,
            dry_run,
            rows: 0,
            added: 0,
            welcomed: 0,
            merged: 0,
            unchanged: 0,
            suppressed: BTreeMap::new(),
            newly_suppressed: 0,
            kept_off: 0,
            skipped: 0,
            refused: 0,
            notes: 0,
            problems: Vec::new(),
            further_problems: 0,
        }
    }
}

/// An import under way.
struct ImportRun<'s> {
    store: &'s dyn Store,
    now: DateTime<Utc>,
    on_problem: &'s mut ProblemSink<'s>,
    /// Who is new in the batch under way; None: nobody is welcomed.
    newcomers: Option<Vec<Address>>,
    report: ImportReport,
}

impl ImportRun<'_> {
    async fn take(&mut self, batch: RowGroup) -> Result<(), AppError> {
        let report = &mut self.report;
        report.rows += batch.rows;
        report.merged += batch.merged;
        report.notes += batch.notes;
        report.skipped += batch.skipped;
        report.refused += batch.refused;
        report.kept_off += batch.kept_off;
        for (reason, count) in batch.reasons {
            *report.suppressed.entry(reason).or_default() += count;
        }
        for problem in batch.problems {
            self.problem(problem)?;
        }
        self.join(&batch.hashed, &batch.newcomers, &batch.newcomer_rows)
            .await?;
        let (departures, readers) = (&batch.suppressions, Arc::<[Profile]>::from(batch.readers));
        let (new, outcomes) = if self.report.dry_run {
            let trying = self
                .store
                .try_import(departures, Arc::clone(&readers), self.now);
            trying.await?
        } else {
            // Departures first: whatever happens between the two, nobody who left gets mail.
            let new = self
                .store
                .suppress(departures, ChangeSource::Import, self.now)
                .await?;
            let adding = self
                .store
                .upsert(Arc::clone(&readers), Origin::Import, self.now);
            (new, adding.await?)
        };
        self.report.newly_suppressed += new;
        for ((reader, place), outcome) in readers.iter().zip(&batch.reader_rows).zip(outcomes) {
            self.count(*place, &reader.email, outcome)?;
        }
        self.welcome().await
    }

    /// Writes to who came with the last batch.
    async fn welcome(&mut self) -> Result<(), AppError> {
        let newcomers = self.newcomers.as_mut().map(std::mem::take);
        let newcomers = newcomers.unwrap_or_default();
        self.report.welcomed += match self.report.dry_run {
            true => newcomers.len() as u64,
            false => welcome(self.store, &newcomers, self.now).await?,
        };
        Ok(())
    }

    /// Takes in who was on another list of ours: those known by a hash first, so that none is let in.
    async fn join(
        &mut self,
        hashed: &[HashedDeparture],
        newcomers: &[Newcomer],
        places: &[RowPlace],
    ) -> Result<(), AppError> {
        if hashed.is_empty() && newcomers.is_empty() {
            return Ok(());
        }
        let is_trial = self.report.dry_run;
        let joined = self
            .store
            .join(hashed, newcomers, is_trial, self.now)
            .await?;
        self.report.newly_suppressed += joined.newly_suppressed;
        let rows = newcomers.iter().zip(places);
        for ((newcomer, place), outcome) in rows.zip(joined.outcomes) {
            // One who is kept off already is told by their reason.
            if newcomer.suppression.is_none() {
                self.count(*place, &newcomer.profile.email, outcome)?;
            }
        }
        Ok(())
    }

    fn count(&mut self, place: RowPlace, email: &Address, outcome: Upsert) -> Result<(), AppError> {
        match outcome {
            Upsert::Added => {
                self.report.added += 1;
                self.newcomers
                    .iter_mut()
                    .for_each(|it| it.push(email.clone()));
            }
            Upsert::Merged => self.report.merged += 1,
            Upsert::Unchanged => self.report.unchanged += 1,
            Upsert::Suppressed(reason) => {
                self.report.kept_off += 1;
                let why = phrased!("is kept off the list ({word})", word = reason.word());
                self.problem(RowProblem::kept_off(place, email, why))?;
            }
        }
        Ok(())
    }

    fn problem(&mut self, problem: RowProblem) -> Result<(), AppError> {
        (self.on_problem)(&problem)?;
        if self.report.problems.len() < KEPT_PROBLEMS {
            self.report.problems.push(problem);
        } else {
            self.report.further_problems += 1;
        }
        Ok(())
    }
}
