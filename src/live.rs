//! The one live publication. Its files are looked at; what could be read of them last, and what is wrong with
//! them now, is handed out as a snapshot that never changes again.
//!
//! - `scan` looks: a stamp a file, and what is other than it was at the last look;
//! - `snapshot` reads again what has changed, and keeps what could be read before;
//! - `watch` says when to look, by the system's notices, for those who follow every save.
//!
//! Whoever has a beat of his own, as the daemon, looks with it; whoever shows what people write follows. Both
//! hand on the same snapshots, and everybody else (notices, vitals) takes the last one.

mod changed;
mod issue_files;
mod scan;
mod snapshot;
mod watch;

use std::{
    collections::BTreeSet, convert::Infallible, panic::resume_unwind, path::PathBuf, sync::Arc,
    time::Duration,
};

use tokio::{
    sync::{
        Mutex,
        watch::{Receiver, Sender},
    },
    task::spawn_blocking,
};

use self::{changed::ChangedFiles, scan::FileScan, watch::FileWatch};
pub(crate) use self::{issue_files::IssueFiles, scan::FileStat};
pub(crate) use self::{scan::FilesFingerprint, snapshot::PublicationSnapshot};
use crate::{clock::Stopwatch, publication::Publication, source::SourceError};

/// How often files are looked at where the system gives no notice: on a network's disk, in a container.
const GLANCE: Duration = Duration::from_secs(1);
/// Files put into a new folder before it was watched are found by a second look.
const SECOND_LOOK: Duration = Duration::from_millis(150);

/// A publication whose files may change at any time.
#[derive(Debug)]
pub struct LivePublication {
    root: PathBuf,
    /// How the files were at the last look; None: all of them are to be read.
    seen: Mutex<Option<FileScan>>,
    snapshots: Sender<Arc<PublicationSnapshot>>,
}

impl LivePublication {
    /// Reads the files of a publication that was opened, or could be opened once: what can't be read now
    /// stays as it is there.
    pub async fn start(publication: Arc<Publication>) -> Arc<Self> {
        let live = Self {
            root: publication.root.clone(),
            seen: Mutex::default(),
            snapshots: Sender::new(Arc::new(PublicationSnapshot::unread(publication))),
        };
        live.look().await;
        Arc::new(live)
    }

    /// The publication as it could be read last.
    #[must_use]
    pub(crate) fn snapshot(&self) -> Arc<PublicationSnapshot> {
        Arc::clone(&self.snapshots.borrow())
    }

    /// The same, and word of every further one.
    #[must_use]
    pub(crate) fn subscribe(&self) -> Receiver<Arc<PublicationSnapshot>> {
        self.snapshots.subscribe()
    }

    /// Looks at the files, and reads again what has changed since the last look.
    pub(crate) async fn look(&self) -> Arc<PublicationSnapshot> {
        self.look_at(None, Stopwatch::start()).await
    }

    /// Reads everything again at the next look, changed or not.
    pub(crate) async fn forget(&self) {
        *self.seen.lock().await = None;
    }

    /// Looks whenever the system gives notice of a change, and now and then where it gives none, for as long
    /// as this is polled.
    pub(crate) async fn follow(&self) -> Infallible {
        let mut watch = FileWatch::start();
        // What has changed before the folders were watched shows at the first look.
        let mut wait = Duration::ZERO;
        loop {
            watch.arm(&self.root, self.snapshot().outside());
            let notice = watch.next(wait).await;
            wait = match notice.has_folder() {
                true => SECOND_LOOK,
                false => GLANCE,
            };
            let files = watch.files_of(&notice, &self.root);
            self.look_at(files, notice.since).await;
        }
    }

    /// Reads everything as it is at this moment, for what must not be a look old. Nobody else hears of it.
    ///
    /// # Errors
    /// What is wrong with daily-note.yaml or the folder of issues.
    pub(crate) async fn read_now(&self) -> Result<PublicationSnapshot, Vec<SourceError>> {
        let last = self.snapshot();
        let now = off_thread(move || {
            let mut scan = FileScan::of(&last.publication.root, last.outside(), None);
            last.renewed(&ChangedFiles::All, &mut scan, Stopwatch::start())
        });
        let now = now.await;
        let trouble = now.trouble();
        trouble.is_empty().then_some(now).ok_or(trouble)
    }

    /// Looks at these files alone, where there was a look at all of them before.
    async fn look_at(
        &self,
        files: Option<BTreeSet<PathBuf>>,
        noticed: Stopwatch,
    ) -> Arc<PublicationSnapshot> {
        let mut seen = self.seen.lock().await;
        let (root, last, before) = (self.root.clone(), self.snapshot(), seen.take());
        let (scan, next) = off_thread(move || {
            let mut scan = match (&before, &files) {
                (Some(before), Some(files)) => FileScan::of_these(before, files),
                _ => FileScan::of(&root, last.outside(), before.as_ref()),
            };
            let changed = scan.changes(before);
            let next = (!changed.is_empty()).then(|| last.renewed(&changed, &mut scan, noticed));
            (scan, next)
        })
        .await;
        *seen = Some(scan);
        if let Some(next) = next {
            self.snapshots.send_replace(Arc::new(next));
        }
        self.snapshot()
    }
}

/// Work with files, off the threads that answer: years of issues take their time.
pub(crate) async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(work).await {
        Ok(done) => done,
        Err(panic) => resume_unwind(panic.into_panic()),
    }
}

#[cfg(test)]
mod tests;
