//! An export of another service into the list of record: batch after batch, in flat memory, and a
//! report of what became of every row.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{BuildHasher, RandomState},
};

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio::sync::mpsc;

use super::AppError;
use crate::{
    address::Address,
    audience::{
        Origin, Profile, Suppression,
        import::{Entry, Import, Plan, Row},
    },
    source::SourceError,
    store::{Store, Upsert},
};

/// Rows that become one transaction.
const BATCH_ROWS: usize = 5_000;
/// Problems that a report carries; `on_problem` hears of all.
const KEPT_PROBLEMS: usize = 100;

/// What became of the rows.
#[derive(Debug, Clone, Serialize)]
pub struct ImportReport {
    /// How the file was read.
    #[serde(flatten)]
    pub plan: Plan,
    /// True: nothing was changed, this is what would be.
    pub dry_run: bool,
    /// Rows with something in them, the header apart.
    pub rows: u64,
    /// New readers.
    pub added: u64,
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
    pub problems: Vec<Problem>,
    /// How many there are beyond those.
    pub further_problems: u64,
}

/// A row that did not simply become a reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Its number in the sheet.
    pub row: u64,
    /// Whom it is about.
    pub email: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why.
    pub why: String,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Not taken.
    Refused,
    /// Neither put on the list nor kept off it.
    Skipped,
    /// Kept off by an earlier departure.
    KeptOff,
    /// Taken, with something left out.
    Note,
}

impl ImportReport {
    /// Whether anything is different now (or would be).
    #[must_use]
    pub fn changed_anything(&self) -> bool {
        self.added + self.merged + self.newly_suppressed > 0
    }
}

/// Takes a file into the list. `on_problem` hears of every row that is not plain, `on_progress`
/// how many rows are done.
///
/// # Errors
/// When the file breaks off or the store fails. What came before is in the list then, and the same
/// import again is harmless.
pub async fn import(
    store: &dyn Store,
    import: Import,
    dry_run: bool,
    now: DateTime<Utc>,
    on_problem: &mut (dyn FnMut(&Problem) -> Result<(), AppError> + Send),
    on_progress: &mut (dyn FnMut(u64) + Send),
) -> Result<ImportReport, AppError> {
    let mut intake = Intake {
        store,
        now,
        on_problem,
        seen: HashSet::new(),
        hasher: RandomState::new(),
        report: ImportReport::new(import.plan().clone(), dry_run),
    };
    // Reading and writing take turns on two threads: the next batch is ready when this is written.
    let (sender, mut batches) = mpsc::channel(2);
    let reading = tokio::task::spawn_blocking(move || read_batches(import, &sender));
    while let Some(batch) = batches.recv().await {
        let batch = batch.map_err(|error| AppError::Content(vec![error]))?;
        intake.take(batch).await?;
        on_progress(intake.report.rows);
    }
    reading
        .await
        .map_err(|error| AppError::Content(vec![SourceError::new(error.to_string())]))?;
    Ok(intake.report)
}

fn read_batches(import: Import, batches: &mpsc::Sender<Result<Vec<Row>, SourceError>>) {
    let mut batch = Vec::with_capacity(BATCH_ROWS);
    for row in import {
        match row {
            Ok(row) => batch.push(row),
            Err(error) => {
                // What was read before the error is still good.
                let _ = batches.blocking_send(Ok(batch));
                let _ = batches.blocking_send(Err(error));
                return;
            }
        }
        if batch.len() == BATCH_ROWS {
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH_ROWS));
            if batches.blocking_send(Ok(full)).is_err() {
                return;
            }
        }
    }
    let _ = batches.blocking_send(Ok(batch));
}

impl ImportReport {
    fn new(plan: Plan, dry_run: bool) -> Self {
        Self {
            plan,
            dry_run,
            rows: 0,
            added: 0,
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
struct Intake<'s> {
    store: &'s dyn Store,
    now: DateTime<Utc>,
    on_problem: &'s mut (dyn FnMut(&Problem) -> Result<(), AppError> + Send),
    /// In a dry run: addresses that earlier rows would have added or suppressed, as hashes.
    seen: HashSet<u64>,
    hasher: RandomState,
    report: ImportReport,
}

/// The people of a batch, each once.
#[derive(Default)]
struct People {
    readers: Vec<(u64, Profile)>,
    places: HashMap<String, usize>,
    suppressions: Vec<Suppression>,
    suppressed: HashSet<String>,
}

impl Intake<'_> {
    async fn take(&mut self, batch: Vec<Row>) -> Result<(), AppError> {
        let mut people = People::default();
        for row in batch {
            self.sort(row, &mut people)?;
        }
        let keeps =
            |(_, profile): &(u64, Profile)| !people.suppressed.contains(&profile.email.key());
        let (readers, departed): (Vec<_>, Vec<_>) = people.readers.into_iter().partition(keeps);
        for (row, profile) in departed {
            self.kept_off(
                row,
                &profile.email,
                "another row of the file takes them off",
            )?;
        }
        // Departures first: whatever happens between the two, nobody who left gets mail.
        self.suppress(&people.suppressions).await?;
        self.subscribe(readers).await
    }

    fn sort(&mut self, row: Row, people: &mut People) -> Result<(), AppError> {
        self.report.rows += 1;
        let number = row.number;
        match row.entry {
            Entry::Subscribe(profile) => {
                for why in row.notes {
                    self.report.notes += 1;
                    self.problem(number, profile.email.as_str(), Outcome::Note, why)?;
                }
                match people.places.get(&profile.email.key()) {
                    Some(place) => {
                        self.report.merged += 1;
                        merge(&mut people.readers[*place].1, *profile);
                    }
                    None => {
                        let place = people.readers.len();
                        people.places.insert(profile.email.key(), place);
                        people.readers.push((number, *profile));
                    }
                }
            }
            Entry::Suppress(suppression) => {
                *self
                    .report
                    .suppressed
                    .entry(suppression.reason.word())
                    .or_default() += 1;
                if let Some(email) = &suppression.email {
                    people.suppressed.insert(email.key());
                }
                people.suppressions.push(*suppression);
            }
            Entry::Skip { email, why } => {
                self.report.skipped += 1;
                self.problem(number, email.as_str(), Outcome::Skipped, why)?;
            }
            Entry::Refuse { email, why } => {
                self.report.refused += 1;
                self.problem(number, &email, Outcome::Refused, why)?;
            }
        }
        Ok(())
    }

    async fn suppress(&mut self, suppressions: &[Suppression]) -> Result<(), AppError> {
        if suppressions.is_empty() {
            return Ok(());
        }
        if self.report.dry_run {
            for email in suppressions.iter().filter_map(|it| it.email.as_ref()) {
                let is_known = self.store.suppression(email).await?.is_some();
                if !is_known && self.seen.insert(self.hasher.hash_one(("off", email.key()))) {
                    self.report.newly_suppressed += 1;
                }
            }
        } else {
            self.report.newly_suppressed += self.store.suppress(suppressions, self.now).await?;
        }
        Ok(())
    }

    async fn subscribe(&mut self, readers: Vec<(u64, Profile)>) -> Result<(), AppError> {
        let (rows, profiles): (Vec<u64>, Vec<Profile>) = readers.into_iter().unzip();
        let outcomes = if self.report.dry_run {
            self.foresee(&profiles).await?
        } else if profiles.is_empty() {
            Vec::new()
        } else {
            self.store
                .upsert(&profiles, Origin::Import, self.now)
                .await?
        };
        for ((row, profile), outcome) in rows.into_iter().zip(&profiles).zip(outcomes) {
            match outcome {
                Upsert::Added => self.report.added += 1,
                Upsert::Merged => self.report.merged += 1,
                Upsert::Unchanged => self.report.unchanged += 1,
                Upsert::Suppressed(reason) => {
                    let why = format!("is kept off the list ({})", reason.word());
                    self.kept_off(row, &profile.email, &why)?;
                }
            }
        }
        Ok(())
    }

    /// What `upsert` would answer. Whether something of a known reader would change is not looked
    /// into: they count as merged.
    async fn foresee(&mut self, profiles: &[Profile]) -> Result<Vec<Upsert>, AppError> {
        let mut outcomes = Vec::with_capacity(profiles.len());
        for profile in profiles {
            let email = &profile.email;
            outcomes.push(if let Some(it) = self.store.suppression(email).await? {
                Upsert::Suppressed(it.reason)
            } else if self.seen.insert(self.hasher.hash_one(("on", email.key())))
                && self.store.subscriber(email).await?.is_none()
            {
                Upsert::Added
            } else {
                Upsert::Merged
            });
        }
        Ok(outcomes)
    }

    fn kept_off(&mut self, row: u64, email: &Address, why: &str) -> Result<(), AppError> {
        self.report.kept_off += 1;
        self.problem(row, email.as_str(), Outcome::KeptOff, why.to_owned())
    }

    fn problem(
        &mut self,
        row: u64,
        email: &str,
        outcome: Outcome,
        why: String,
    ) -> Result<(), AppError> {
        let problem = Problem {
            row,
            email: email.to_owned(),
            outcome,
            why,
        };
        (self.on_problem)(&problem)?;
        if self.report.problems.len() < KEPT_PROBLEMS {
            self.report.problems.push(problem);
        } else {
            self.report.further_problems += 1;
        }
        Ok(())
    }
}

/// A later row of the same person: what it says goes over what was said before.
fn merge(profile: &mut Profile, later: Profile) {
    profile.name = later.name.or(profile.name.take());
    profile.timezone = later.timezone.or(profile.timezone);
    profile.language = later.language.or(profile.language.take());
    profile.consent = later.consent.or(profile.consent.take());
    profile.editions = later.editions.or(profile.editions.take());
    profile.tags.extend(later.tags);
}
