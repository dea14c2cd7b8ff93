//! The publication and its issues as the files have them, read again when the files change.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::{
    files::{FileScan, FilesFingerprint, OutsideFiles},
    parts::{IssueParts, PartsFingerprint},
};
use crate::{
    app::{
        App, AppError,
        git::{AtWork, GitRepository},
    },
    clock::{Clock, Stopwatch},
    issue::{Archive, IssueStatus},
    schedule::{BrokenFile, IssueCandidate},
    source::{SourceError, shown_path},
};

/// Units of time in which the files must be left alone before what they lack is told, and after which
/// it is told all the same.
const SETTLED: u32 = 5;
const STIRRED: u32 = 10;

/// What the files say.
pub(super) struct PublicationSnapshot {
    root: PathBuf,
    /// The publication as it could be read last.
    pub(super) app: Arc<App>,
    /// Its issues.
    pub(super) candidates: Vec<IssueCandidate>,
    /// Files that should be issues and can't be read.
    pub(super) broken: Vec<BrokenFile>,
    /// What is wrong with daily-note.yaml or the folder of issues as they are now: until it is
    /// fixed nothing new begins, since nobody knows what was meant.
    pub(super) trouble: Option<Vec<String>>,
    /// What each issue's mail is made of.
    parts: BTreeMap<String, IssueParts>,
    /// What else is looked at: keys and pictures beside the publication's own folders.
    elsewhere: OutsideFiles,
    files: Option<FilesFingerprint>,
    /// The files had just changed at the last look, and are to be read once more.
    was_fresh: bool,
    /// Since when they are as they are: how long before the look that found them so, and since then.
    changed: (Duration, Stopwatch),
    /// Since when they have not been left alone.
    stirred: Option<Stopwatch>,
    /// What was seen of due issues' files.
    looks: PartsFingerprint,
}

impl PublicationSnapshot {
    pub(super) fn new(app: App) -> Self {
        Self {
            elsewhere: elsewhere(&app, std::iter::empty()),
            root: app.publication.root.clone(),
            app: Arc::new(app),
            candidates: Vec::new(),
            broken: Vec::new(),
            trouble: None,
            parts: BTreeMap::new(),
            files: None,
            was_fresh: false,
            changed: (Duration::ZERO, Stopwatch::start()),
            stirred: None,
            looks: PartsFingerprint::default(),
        }
    }

    /// Reads again what has changed since the last look; true where something has.
    pub(super) async fn look(&mut self, clock: Clock) -> bool {
        let look = looked_at(self.root.clone(), self.elsewhere.clone()).await;
        let files = look.map(|look| look.files);
        let is_same = files.is_some() && files == self.files;
        if is_same && !self.was_fresh {
            return false;
        }
        if !is_same {
            let age = look.map(|look| look.age).unwrap_or_default();
            let since_the_last = self.changed.1.elapsed();
            let is_first = self.files.is_none();
            self.changed = match is_first {
                true => (age, Stopwatch::start()),
                false => (age.min(since_the_last), Stopwatch::start()),
            };
        }
        self.was_fresh = look.is_some_and(|look| look.is_fresh);
        self.files = files;
        let read = read(self.root.clone(), clock).await;
        match read {
            Ok((app, archive)) => {
                app.keep_as_last_good();
                self.candidates = candidates(&archive, &app);
                self.broken = broken(&archive, &app.publication.root);
                self.parts = archive
                    .issues()
                    .map(|issue| (issue.id.clone(), IssueParts::of(&app.publication, issue)))
                    .collect();
                let before =
                    std::mem::replace(&mut self.elsewhere, elsewhere(&app, self.parts.values()));
                // What is new to be looked at may have changed since it was read: once more.
                self.was_fresh |= before != self.elsewhere;
                self.app = Arc::new(app);
                self.trouble = None;
            }
            Err(error) => self.trouble = Some(error.problems()),
        }
        true
    }

    /// Reads everything again at the next look, changed or not.
    pub(super) fn forget(&mut self) {
        self.files = None;
    }

    /// How the files were at the last look.
    pub(super) fn files(&self) -> Option<FilesFingerprint> {
        self.files
    }

    /// How long the whole tree has to be left alone until what it says is told: somebody may be in the
    /// middle of saving. None: it stands, or has been stirred for too long to wait for.
    pub(super) fn unsettled(&mut self, unit: Duration) -> Option<Duration> {
        let (age, since) = &self.changed;
        let age = age.saturating_add(since.elapsed());
        let rest = (unit * SETTLED)
            .checked_sub(age)
            .filter(|rest| !rest.is_zero());
        let Some(rest) = rest else {
            self.stirred = None;
            return None;
        };
        let stirred = self.stirred.get_or_insert_with(Stopwatch::start);
        (stirred.elapsed() < unit * STIRRED).then_some(rest)
    }

    /// What an issue's mail is made of, as it is now; and what git is doing there.
    pub(super) async fn look_at(
        &mut self,
        issue: &str,
    ) -> (IssueParts, PartsFingerprint, Option<AtWork>) {
        let parts = self.parts(issue);
        let (root, before) = (self.root.clone(), self.looks.clone());
        let looking = tokio::task::spawn_blocking(move || {
            let looks = parts.look(&before);
            let at_work = GitRepository::around(&root).and_then(|git| git.at_work());
            (parts, looks, at_work)
        });
        match looking.await {
            Ok((parts, looks, at_work)) => {
                self.looks.0.extend(looks.0.clone());
                (parts, looks, at_work)
            }
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }

    /// What an issue's mail is made of.
    pub(super) fn parts(&self, issue: &str) -> IssueParts {
        self.parts.get(issue).cloned().unwrap_or_default()
    }
}

/// A look at the files; None where that fails.
async fn looked_at(root: PathBuf, elsewhere: OutsideFiles) -> Option<FileScan> {
    tokio::task::spawn_blocking(move || FileScan::at(&root, &elsewhere))
        .await
        .ok()
}

/// What mail is made of, and leaves by, beside the folders that are looked at whole.
fn elsewhere<'p>(app: &App, parts: impl Iterator<Item = &'p IssueParts>) -> OutsideFiles {
    let outlet = app.publication.smtp.files();
    OutsideFiles {
        pictures: parts.flat_map(IssueParts::elsewhere).collect(),
        outlet: outlet.into_iter().map(Path::to_owned).collect(),
    }
}

/// Reads configuration and issues: years of issues take their time, so on a thread of its own.
pub(super) async fn read(root: PathBuf, clock: Clock) -> Result<(App, Archive), AppError> {
    let reading = tokio::task::spawn_blocking(move || {
        let app = App::open(Some(&root), clock)?;
        let archive = app.archive()?;
        Ok((app, archive))
    });
    match reading.await {
        Ok(read) => read,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

fn candidates(archive: &Archive, app: &App) -> Vec<IssueCandidate> {
    archive
        .issues()
        .map(|issue| IssueCandidate {
            id: issue.id.clone(),
            edition: issue.front_matter.edition.clone(),
            date: issue.front_matter.date,
            file: app.file_of(issue),
            is_ready: issue.front_matter.status == IssueStatus::Ready,
        })
        .collect()
}

/// Such a file names no edition that could be believed; the date in its name says which slot it is for.
fn broken(archive: &Archive, root: &Path) -> Vec<BrokenFile> {
    let entries = archive.entries().iter();
    entries
        .filter_map(|entry| {
            let error = entry.issue.as_ref().err()?;
            Some(BrokenFile {
                file: shown_path(root, &entry.path),
                date: entry.name.get(..10)?.parse().ok()?,
                problems: error
                    .to_errors()
                    .iter()
                    .map(SourceError::to_string)
                    .collect(),
            })
        })
        .collect()
}
