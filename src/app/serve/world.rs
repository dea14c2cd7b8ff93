//! The publication and its issues as the files have them, read again when the files change.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::files::{Files, Look, git_is_at_work};
use crate::{
    app::{App, AppError},
    clock::{Clock, Stopwatch},
    issue::{Archive, Status},
    schedule::{Broken, Candidate},
    source::{SourceError, shown_path},
};

/// What the files say.
pub(super) struct World {
    root: PathBuf,
    /// The publication as it could be read last.
    pub(super) app: Arc<App>,
    /// Its issues.
    pub(super) candidates: Vec<Candidate>,
    /// Files that should be issues and can't be read.
    pub(super) broken: Vec<Broken>,
    /// What is wrong with daily-note.yaml or the folder of issues as they are now: until it is
    /// mended nothing new begins, since nobody knows what was meant.
    pub(super) trouble: Option<Vec<String>>,
    files: Option<Files>,
    /// The files had just changed at the last look, and are to be read once more.
    was_fresh: bool,
    changed: Stopwatch,
}

impl World {
    pub(super) fn new(app: App) -> Self {
        Self {
            root: app.publication.root.clone(),
            app: Arc::new(app),
            candidates: Vec::new(),
            broken: Vec::new(),
            trouble: None,
            files: None,
            was_fresh: false,
            changed: Stopwatch::start(),
        }
    }

    /// Reads again what has changed since the last look; true where something has.
    pub(super) async fn look(&mut self, clock: Clock) -> bool {
        let look = looked_at(self.root.clone()).await;
        let files = look.map(|look| look.files);
        let is_same = files.is_some() && files == self.files;
        if is_same && !self.was_fresh {
            return false;
        }
        if !is_same {
            self.changed = Stopwatch::start();
        }
        self.was_fresh = look.is_some_and(|look| look.is_fresh);
        self.files = files;
        let read = read(self.root.clone(), clock).await;
        match read {
            Ok((app, archive)) => {
                self.candidates = candidates(&archive);
                self.broken = broken(&archive, &app.publication.root);
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
    pub(super) fn files(&self) -> Option<Files> {
        self.files
    }

    /// How long the files have to be left alone until they are believed. A `git pull`, or an
    /// editor that saves, may be in the middle of them: half an issue must never be frozen.
    pub(super) fn unsettled(&self, quiet: Duration) -> Option<Duration> {
        if git_is_at_work(&self.root) {
            return Some(quiet);
        }
        quiet
            .checked_sub(self.changed.elapsed())
            .filter(|rest| !rest.is_zero())
    }
}

/// A look at the files; None where that fails.
pub(super) async fn looked_at(root: PathBuf) -> Option<Look> {
    tokio::task::spawn_blocking(move || Look::at(&root))
        .await
        .ok()
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

fn candidates(archive: &Archive) -> Vec<Candidate> {
    archive
        .issues()
        .map(|issue| Candidate {
            id: issue.id.clone(),
            edition: issue.front_matter.edition.clone(),
            date: issue.front_matter.date,
            is_ready: issue.front_matter.status == Status::Ready,
        })
        .collect()
}

/// Such a file names no edition that could be believed; the date in its name says which slot it is for.
fn broken(archive: &Archive, root: &Path) -> Vec<Broken> {
    let entries = archive.entries().iter();
    entries
        .filter_map(|entry| {
            let error = entry.issue.as_ref().err()?;
            Some(Broken {
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
