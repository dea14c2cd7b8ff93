//! What the calendar makes of the files as they could be read last: issues that may go out, files that should
//! be issues, and whether somebody is in the middle of saving.

use std::{path::Path, sync::Arc, time::Duration};

use super::parts::PartsFingerprint;
use crate::{
    app::{
        App, AppError,
        git::{AtWork, GitRepository},
    },
    clock::{Clock, Stopwatch},
    issue::{Archive, IssueStatus},
    live::{IssueFiles, PublicationSnapshot, off_thread},
    schedule::{BrokenFile, IssueCandidate},
    source::{SourceError, shown_path},
};

/// Units of time in which the files must be left alone before what they lack is told, and after which
/// it is told all the same.
const SETTLED: u32 = 5;
const STIRRED: u32 = 10;

/// The last reading.
pub(super) struct CalendarReading {
    pub(super) snapshot: Arc<PublicationSnapshot>,
    /// The publication's issues.
    pub(super) candidates: Vec<IssueCandidate>,
    /// Files that should be issues and can't be read.
    pub(super) broken: Vec<BrokenFile>,
    /// What is wrong with daily-note.yaml or the folder of issues as they are now: until it is
    /// fixed nothing new begins, since nobody knows what was meant.
    pub(super) trouble: Option<Vec<String>>,
    /// Nothing was taken from it yet.
    is_unread: bool,
    /// Since when the files have not been left alone.
    stirred: Option<Stopwatch>,
    /// What was seen of due issues' files.
    looks: PartsFingerprint,
}

impl CalendarReading {
    pub(super) fn new(snapshot: Arc<PublicationSnapshot>) -> Self {
        Self {
            snapshot,
            candidates: Vec::new(),
            broken: Vec::new(),
            trouble: None,
            is_unread: true,
            stirred: None,
            looks: PartsFingerprint::default(),
        }
    }

    /// Takes in what the files say now; false where that is what it was.
    pub(super) fn take_up(&mut self, snapshot: Arc<PublicationSnapshot>) -> bool {
        if Arc::ptr_eq(&self.snapshot, &snapshot) && !self.is_unread {
            return false;
        }
        self.is_unread = false;
        self.snapshot = snapshot;
        let trouble = self.snapshot.trouble();
        self.trouble = match trouble.is_empty() {
            true => None,
            false => Some(AppError::Configuration(trouble).problems()),
        };
        if self.trouble.is_none() {
            let root = &self.snapshot.publication.root;
            self.candidates = candidates(&self.snapshot);
            self.broken = broken(&self.snapshot.archive, root);
        }
        true
    }

    /// The publication, at that time.
    pub(super) fn app(&self, clock: Clock) -> App {
        App::of(&self.snapshot, clock)
    }

    /// How long the whole tree has to be left alone until what it says is told: somebody may be in the
    /// middle of saving. None: it stands, or has been stirred for too long to wait for.
    pub(super) fn unsettled(&mut self, unit: Duration) -> Option<Duration> {
        let rest = (unit * SETTLED)
            .checked_sub(self.snapshot.stood_for())
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
    ) -> (IssueFiles, PartsFingerprint, Option<AtWork>) {
        let files = self.snapshot.issue_files(issue);
        let (root, before) = (self.snapshot.publication.root.clone(), self.looks.clone());
        let looking = off_thread(move || {
            let looks = PartsFingerprint::of(&files, &before);
            let at_work = GitRepository::around(&root).and_then(|git| git.at_work());
            (files, looks, at_work)
        });
        let (files, looks, at_work) = looking.await;
        self.looks.0.extend(looks.0.clone());
        (files, looks, at_work)
    }
}

fn candidates(snapshot: &PublicationSnapshot) -> Vec<IssueCandidate> {
    let root = &snapshot.publication.root;
    snapshot
        .archive
        .readable_heads()
        .map(|head| IssueCandidate {
            id: head.id.clone(),
            edition: head.front_matter().edition.clone(),
            date: head.front_matter().date,
            file: head.file_below(root),
            is_ready: head.front_matter().status == IssueStatus::Ready,
        })
        .collect()
}

/// Such a file names no edition that could be believed; the date in its name says which slot it is for.
fn broken(archive: &Archive, root: &Path) -> Vec<BrokenFile> {
    let unreadable = archive.entries().filter_map(|entry| {
        let error = entry.glimpse().err()?;
        let problems = error.to_errors();
        Some(BrokenFile {
            file: shown_path(root, &entry.path),
            date: entry.name.get(..10)?.parse().ok()?,
            problems: problems.iter().map(SourceError::to_string).collect(),
        })
    });
    unreadable.collect()
}
