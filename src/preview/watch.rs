//! Which files have changed: the system's notices, gathered until an editor is done with its save.
//!
//! Editors save in many ways: in place, by a new file renamed over the old one, by a file aside.
//! Whatever they do ends with a notice that names the file; notices about anything else are dropped.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use notify::{Config, EventKind, PollWatcher, RecursiveMode, Watcher, event::Flag};
use tokio::{sync::mpsc, time::timeout};

use super::{changed::ChangedFiles, service::LivePreview};
use crate::clock::Stopwatch;

/// A save is over when the system has been silent for so long…
const QUIET: Duration = Duration::from_millis(8);
/// …or when it has lasted for so long.
const LONGEST: Duration = Duration::from_millis(40);
/// An empty file is a save in place that has only begun; it is believed after so long.
const BEGUN: Duration = Duration::from_millis(300);
/// Files put into a new folder before it was watched are found by a second look.
const SECOND_LOOK: Duration = Duration::from_millis(150);

/// How often files are looked at where the system gives no notices.
const POLL: Duration = Duration::from_secs(1);

/// Watched with all that is in them.
const FOLDERS: [&str; 2] = ["issues", "templates"];

/// What the system tells of one event.
#[derive(Debug)]
pub(super) struct FileNotice {
    paths: Vec<PathBuf>,
    /// The system has lost count.
    is_blind: bool,
    since: Stopwatch,
}

/// The watcher of a publication's root: by the system's notices, or by looking where it gives none.
pub(super) struct FileWatch {
    root: PathBuf,
    /// Folders of pictures outside the others.
    pictures: BTreeSet<PathBuf>,
    watcher: Box<dyn Watcher + Send>,
    notices: mpsc::UnboundedSender<FileNotice>,
    is_polling: bool,
}

impl FileWatch {
    /// Begins to watch.
    pub(super) fn start(
        root: &Path,
    ) -> notify::Result<(Self, mpsc::UnboundedReceiver<FileNotice>)> {
        let (sender, notices) = mpsc::unbounded_channel();
        // The system names files by their real paths on some machines.
        let root = root.canonicalize().map_err(notify::Error::io)?;
        let mut watch = match notify::recommended_watcher(teller(&root, &sender)) {
            Ok(watcher) => Self {
                root,
                pictures: BTreeSet::new(),
                watcher: Box::new(watcher),
                notices: sender,
                is_polling: false,
            },
            Err(error) => Self::polling(root, sender, &error)?,
        };
        if let Err(error) = watch.arm() {
            watch.poll_instead(&error)?;
        }
        Ok((watch, notices))
    }

    /// The system has no notices left to give (inotify's limits are shared by all programs of a user).
    fn polling(
        root: PathBuf,
        notices: mpsc::UnboundedSender<FileNotice>,
        why: &notify::Error,
    ) -> notify::Result<Self> {
        tracing::warn!("the system tells of no changes ({why}): files are looked at each second");
        // By their times alone it would pass by a second save within a second, and a file put back.
        let config = Config::default()
            .with_poll_interval(POLL)
            .with_compare_contents(true);
        let watcher = PollWatcher::new(teller(&root, &notices), config)?;
        Ok(Self {
            root,
            pictures: BTreeSet::new(),
            watcher: Box::new(watcher),
            notices,
            is_polling: true,
        })
    }

    fn poll_instead(&mut self, why: &notify::Error) -> notify::Result<()> {
        *self = Self::polling(self.root.clone(), self.notices.clone(), why)?;
        self.arm()
    }

    /// Watches what is there by now. A folder that came later may be one too many for the system.
    fn arm_again(&mut self) {
        let Err(error) = self.arm() else { return };
        let armed = match self.is_polling {
            true => Err(error),
            false => self.poll_instead(&error),
        };
        if let Err(error) = armed {
            tracing::warn!(%error, "watching the publication's folders");
        }
    }

    fn arm(&mut self) -> notify::Result<()> {
        self.watcher
            .watch(&self.root, RecursiveMode::NonRecursive)?;
        for folder in FOLDERS {
            let folder = self.root.join(folder);
            if folder.is_dir() {
                self.watcher.watch(&folder, RecursiveMode::Recursive)?;
            }
        }
        Ok(())
    }
}

/// Hands the system's notices on.
fn teller(
    root: &Path,
    notices: &mpsc::UnboundedSender<FileNotice>,
) -> impl FnMut(notify::Result<notify::Event>) + Send + 'static {
    let (base, notices) = (root.to_owned(), notices.clone());
    move |event| {
        if let Some(notice) = notice(&base, event) {
            // Nobody listens any more: the preview is being stopped.
            let _ = notices.send(notice);
        }
    }
}

impl FileWatch {
    /// Watches those folders of pictures too.
    fn watch_pictures(&mut self, folders: BTreeSet<PathBuf>) {
        for folder in folders {
            let path = self.root.join(&folder);
            if self.pictures.contains(&folder) || !path.is_dir() {
                continue;
            }
            match self.watcher.watch(&path, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.pictures.insert(folder);
                }
                Err(error) => tracing::warn!(%error, "watching a folder of pictures"),
            }
        }
    }
}

fn notice(root: &Path, event: notify::Result<notify::Event>) -> Option<FileNotice> {
    let since = Stopwatch::start();
    let blind = FileNotice {
        paths: Vec::new(),
        is_blind: true,
        since,
    };
    let event = match event {
        Ok(event) => event,
        Err(error) => {
            tracing::warn!(%error, "watching the publication's files");
            return Some(blind);
        }
    };
    if event.attrs.flag() == Some(Flag::Rescan) {
        return Some(blind);
    }
    // Our own reading is no change.
    if matches!(event.kind, EventKind::Access(_)) {
        return None;
    }
    let paths: Vec<PathBuf> = event
        .paths
        .iter()
        .filter_map(|path| path.strip_prefix(root).ok())
        .filter(|path| is_ours(path))
        .map(Path::to_owned)
        .collect();
    (!paths.is_empty()).then_some(FileNotice {
        paths,
        is_blind: false,
        since,
    })
}

/// Whether a page may show what is in that file; editors' own files are not ours.
fn is_ours(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_aside = name.starts_with(['.', '#'])
        || name.ends_with(['~', '#'])
        || [".swp", ".tmp", ".part"]
            .iter()
            .any(|end| name.ends_with(end));
    !name.is_empty() && !is_aside
}

/// Hands every change on to the service, for as long as there are any.
pub(super) async fn follow(
    mut watch: FileWatch,
    mut notices: mpsc::UnboundedReceiver<FileNotice>,
    service: Arc<LivePreview>,
) {
    watch.watch_pictures(service.picture_folders().await);
    while let Some((changed, since)) = settled(&watch.root, &mut notices).await {
        let has_folder = changed
            .paths
            .iter()
            .any(|path| watch.root.join(path).is_dir());
        let is_new = changed.everything
            || FOLDERS
                .iter()
                .any(|folder| changed.paths.contains(Path::new(folder)));
        if is_new {
            watch.arm_again();
        }
        service.take_up(changed, since).await;
        watch.watch_pictures(service.picture_folders().await);
        if has_folder {
            tokio::time::sleep(SECOND_LOOK).await;
            let everything = ChangedFiles {
                everything: true,
                ..ChangedFiles::default()
            };
            service.take_up(everything, Stopwatch::start()).await;
        }
    }
}

/// The next change, once its save is over. None: the watcher is gone.
async fn settled(
    root: &Path,
    notices: &mut mpsc::UnboundedReceiver<FileNotice>,
) -> Option<(ChangedFiles, Stopwatch)> {
    let is_empty = |path: &PathBuf| {
        let file = fs::metadata(root.join(path));
        file.is_ok_and(|file| file.is_file() && file.len() == 0)
    };
    let mut changed = ChangedFiles::default();
    let first = notices.recv().await?;
    let since = first.since;
    let mut next = Some(first);
    while let Some(notice) = next {
        changed.everything |= notice.is_blind;
        changed.paths.extend(notice.paths);
        let (quiet, longest) = match changed.paths.iter().any(is_empty) {
            true => (BEGUN, BEGUN),
            false => (QUIET, LONGEST),
        };
        let left = longest.saturating_sub(since.elapsed());
        next = timeout(quiet.min(left), notices.recv())
            .await
            .ok()
            .flatten();
    }
    Some((changed, since))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    async fn after(work: impl FnOnce(&Path)) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("issues")).unwrap();
        fs::write(folder.path().join("issues/a.md"), "one").unwrap();
        let (watch, mut notices) = FileWatch::start(folder.path()).unwrap();
        work(folder.path());
        let wait = timeout(Duration::from_secs(10), settled(&watch.root, &mut notices)).await;
        let (changed, _) = wait.unwrap().unwrap();
        assert!(!changed.everything);
        let paths = changed.paths.iter();
        paths.map(|path| path.display().to_string()).collect()
    }

    #[tokio::test]
    async fn a_save_in_place_names_the_file() {
        let changed = after(|root| fs::write(root.join("issues/a.md"), "two").unwrap()).await;
        assert_eq!(changed, ["issues/a.md"]);
    }

    #[tokio::test]
    async fn a_save_that_has_only_emptied_the_file_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("issues")).unwrap();
        let path = folder.path().join("issues/a.md");
        fs::write(&path, "one").unwrap();
        let (watch, mut notices) = FileWatch::start(folder.path()).unwrap();
        let slow_editor = async {
            fs::write(&path, "").unwrap();
            tokio::time::sleep(Duration::from_millis(80)).await;
            fs::write(&path, "two").unwrap();
        };
        let (settled, ()) = tokio::join!(settled(&watch.root, &mut notices), slow_editor);
        assert!(settled.unwrap().1.elapsed() >= Duration::from_millis(80));
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        // One that stays empty is believed in the end.
        fs::write(&path, "").unwrap();
        let (changed, _) = super::settled(&watch.root, &mut notices).await.unwrap();
        assert!(changed.touches("issues/a.md"));
    }

    #[tokio::test]
    async fn a_save_by_renaming_names_the_file_and_not_the_editors_own() {
        let changed = after(|root| {
            let aside = root.join("issues/.a.md.swp");
            fs::write(&aside, "two").unwrap();
            fs::rename(&aside, root.join("issues/a.md")).unwrap();
        })
        .await;
        assert_eq!(changed, ["issues/a.md"]);
    }

    #[tokio::test]
    async fn a_rename_names_both_and_the_configuration_is_watched_too() {
        let changed = after(|root| {
            fs::rename(root.join("issues/a.md"), root.join("issues/b.md")).unwrap();
            fs::write(root.join("daily-note.yaml"), "x").unwrap();
        })
        .await;
        assert_eq!(changed, ["daily-note.yaml", "issues/a.md", "issues/b.md"]);
    }
}
