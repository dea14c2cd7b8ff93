//! The state into one file and back: the database with the small files beside it, and what must be
//! doubted after a restore.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    app::{App, AppError, FileAction, RefusalKind},
    issue::IssueStatus,
    private_files::write_new,
    publication::ZONES_APART,
    store::{
        Realm,
        sqlite::{
            Departures, SqliteStore,
            backup::{self, Backup, DoubtfulBatch, StateFile},
        },
    },
    words::{phrase, phrased},
};

/// What is copied beside the database. The locks are the OS's, the inbox is for trying things out.
const FILES: [&str; 2] = ["secret", "witness"];
/// The folder of the signing keys.
const KEYS: &str = "dkim";
/// No key and no witness is larger.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// What a restore brought back.
#[derive(Debug, serde::Serialize)]
pub struct RestoreSummary {
    /// When the backup was made.
    pub made_at: DateTime<Utc>,
    /// People on the list.
    pub subscribers: u64,
    /// Batches in the ledger.
    pub batches: u64,
    /// Readers who left since it was made, and are out now. None: nobody knows, and nothing is sent before
    /// a person has said more.
    pub departed: Option<u64>,
    /// Issues whose readers may have got them since, and of whom nobody knows.
    pub doubtful: Vec<String>,
}

impl App {
    /// Writes the state into a new file.
    ///
    /// # Errors
    /// A file that is there already, a state that can't be read, a disk that is full.
    pub(crate) async fn back_up(&self, to: &Path) -> Result<Backup, AppError> {
        self.refuse_server()?;
        if to.symlink_metadata().is_ok() {
            return Err(refused(
                phrased!("{path} is there already", path = to.display()),
                phrase!("a backup overwrites nothing: choose another name"),
            ));
        }
        if !self.has_state() {
            return Err(AppError::Refused {
                kind: RefusalKind::Nothing,
                message: phrase!("there is no state yet").into(),
                hint: phrase!("it is made by the first command that needs one").into(),
            });
        }
        let store = SqliteStore::open(&self.publication.state_dir()).await?;
        // The witness first: it may know less than the database, never more.
        let files = self.state_files()?;
        let made = store.back_up(to, &files, self.clock.now()).await?;
        store.close().await;
        let checked = backup::inspect(to).await?;
        if checked != made {
            let place = to.display().to_string();
            return Err(refused(
                phrased!("{place} does not hold what was written into it"),
                phrase!("the disk may be failing: write it elsewhere"),
            ));
        }
        Ok(checked)
    }

    /// Brings a backup back where no state is: a copy, which a person has to adopt. `was_stopped`:
    /// nothing was sent since it was made, so that nothing has to be doubted, and it is at home at once.
    ///
    /// # Errors
    /// A state that is there already; a file that is no backup, or is damaged.
    pub(crate) async fn restore(
        &self,
        from: &Path,
        was_stopped: bool,
        departures: Option<Departures>,
    ) -> Result<RestoreSummary, AppError> {
        self.refuse_server()?;
        let state_dir = self.publication.state_dir();
        let backup = backup::inspect(from).await?;
        for file in &backup.files {
            refuse_file(&state_dir, file)?;
        }
        let doubtful = match was_stopped {
            true => Vec::new(),
            false => self.doubtful(&backup)?,
        };
        if self.has_state() {
            return Err(refused(
                phrased!(
                    "there is a state in {folder} already",
                    folder = state_dir.display()
                ),
                phrase!(
                    "a restore overwrites nothing: stop what uses it, and move the folder away first"
                ),
            ));
        }
        for file in &backup.files {
            write_file(&state_dir, file)?;
        }
        backup::restore(from, &state_dir, &doubtful).await?;
        // Opens it as every command does: a backup of an older version is brought up to date.
        let store = SqliteStore::open(&state_dir)
            .await?
            .with_outside(self.outside());
        if was_stopped {
            store.make_at_home().await?;
        }
        // Nobody left a list that was stopped.
        let departures = departures.unwrap_or(match was_stopped {
            true => Departures::Nobody,
            false => Departures::KeptOutside,
        });
        let departed = store.learn_departures(&departures).await?;
        store.close().await;
        Ok(RestoreSummary {
            made_at: backup.made_at,
            subscribers: backup.subscribers,
            batches: backup.batches,
            departed,
            doubtful: issues_of(doubtful),
        })
    }

    /// Learns who left since the backup was made that this state was restored from.
    ///
    /// # Errors
    /// A place that is no copy of this list's state.
    pub(crate) async fn learn_departures(
        &self,
        from: &Departures,
    ) -> Result<Option<u64>, AppError> {
        self.refuse_server()?;
        let store = SqliteStore::open(&self.publication.state_dir()).await?;
        let store = store.with_outside(self.outside());
        let departed = store.learn_departures(from).await?;
        store.close().await;
        Ok(departed)
    }

    /// The issues that may have been sent after the backup was made, each with the steps that its
    /// batch must be believed to have come: more than the database knows of.
    fn doubtful(&self, backup: &Backup) -> Result<Vec<DoubtfulBatch>, AppError> {
        let mut doubtful = backup.open.clone();
        for doubt in &mut doubtful {
            doubt.steps = doubt.steps.saturating_add(1);
        }
        let known: BTreeSet<(Realm, &str)> = backup
            .known
            .iter()
            .map(|(realm, issue)| (*realm, issue.as_str()))
            .collect();
        // What really went out is doubted whatever the relay is now; a disaster can be rehearsed too.
        let mut realms = BTreeSet::from([self.realm()]);
        if backup.known.iter().any(|(realm, _)| *realm == Realm::Real) {
            realms.insert(Realm::Real);
        }
        let from = self.publication.schedule.earliest(backup.made_at);
        let early = match self.publication.schedule.by_reader_timezone {
            true => ZONES_APART,
            false => TimeDelta::zero(),
        };
        let to = self.clock.now() + early;
        for issue in self.archive()?.heads() {
            let head = issue.front_matter();
            let hour = self.publication.hour_of(&head.edition, head.date);
            let is_between = hour.is_some_and(|hour| from <= hour && hour <= to);
            let is_ready = head.status == IssueStatus::Ready;
            if !is_ready || !is_between {
                continue;
            }
            let unheard = |realm: &&Realm| !known.contains(&(**realm, issue.id.as_str()));
            doubtful.extend(realms.iter().filter(unheard).map(|realm| DoubtfulBatch {
                realm: *realm,
                issue: issue.id.clone(),
                steps: 1,
            }));
        }
        Ok(doubtful)
    }

    fn state_files(&self) -> Result<Vec<StateFile>, AppError> {
        let state_dir = self.publication.state_dir();
        let mut names: Vec<String> = FILES.iter().map(|name| (*name).to_owned()).collect();
        if let Ok(keys) = fs::read_dir(state_dir.join(KEYS)) {
            let keys = keys.filter_map(|key| key.ok()?.file_name().into_string().ok());
            names.extend(keys.map(|key| format!("{KEYS}/{key}")));
        }
        let mut files = Vec::new();
        for name in names.into_iter().filter(|name| is_ours(name)) {
            let path = state_dir.join(&name);
            let read = fs::metadata(&path).and_then(|metadata| {
                if metadata.len() > MAX_FILE_BYTES {
                    return Err(io::Error::other(phrase!("it is larger than any such file")));
                }
                fs::read(&path)
            });
            match read {
                Ok(bytes) => files.push(StateFile { name, bytes }),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => {
                    return Err(AppError::Io {
                        action: FileAction::Read,
                        path,
                        source,
                    });
                }
            }
        }
        Ok(files)
    }
}

/// A backup may come from anywhere: it writes no file but the state's.
fn is_ours(name: &str) -> bool {
    let is_key = |key: &str| {
        !key.starts_with('.')
            && key.len() <= 200
            && key
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    FILES.contains(&name)
        || name
            .strip_prefix(KEYS)
            .and_then(|rest| rest.strip_prefix('/'))
            .is_some_and(|key| !key.is_empty() && is_key(key))
}

/// A file that differs from the one that is there belongs to another state. The witness is none
/// such: what it knows beside a database that is gone stays.
fn refuse_file(state_dir: &Path, file: &StateFile) -> Result<(), AppError> {
    if !is_ours(&file.name) {
        return Err(refused(
            phrased!(
                "the backup has a file `{name}` in it",
                name = file.name.escape_debug()
            ),
            phrase!("no backup of ours has; who made it?"),
        ));
    }
    let path = state_dir.join(&file.name);
    match fs::read(&path) {
        Ok(bytes) if bytes != file.bytes && file.name != "witness" => Err(refused(
            phrased!(
                "{path} is there already, and is another one",
                path = path.display()
            ),
            phrase!("a restore overwrites nothing: move the folder away first"),
        )),
        _ => Ok(()),
    }
}

fn write_file(state_dir: &Path, file: &StateFile) -> Result<(), AppError> {
    let path = state_dir.join(&file.name);
    let written = match write_new(&path, &file.bytes) {
        // The one that is there is the same, or knows more.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        written => written,
    };
    written.map_err(|source| AppError::Io {
        action: FileAction::Written,
        path: PathBuf::from(&path),
        source,
    })
}

/// Each issue once, in their order.
fn issues_of(doubtful: Vec<DoubtfulBatch>) -> Vec<String> {
    let mut issues: Vec<String> = Vec::new();
    for doubt in doubtful {
        if !issues.contains(&doubt.issue) {
            issues.push(doubt.issue);
        }
    }
    issues
}

fn refused(message: String, hint: &str) -> AppError {
    AppError::Refused {
        kind: RefusalKind::Configuration,
        message: message.into(),
        hint: hint.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_writes_no_file_but_the_state_s() {
        for name in ["secret", "witness", "dkim/note.pem", "dkim/note-2026_e.pem"] {
            assert!(is_ours(name), "{name}");
        }
        for name in [
            "../secret",
            "/etc/passwd",
            "dkim/../secret",
            "dkim/",
            "dkim/.hidden",
            "dkim/a/b",
            "dkimx",
            "daily-note.sqlite",
            "",
        ] {
            assert!(!is_ours(name), "{name}");
        }
    }
}
