//! A copy of the state as one file, made while others write, and the way back. The file is the
//! database itself, with the few small files of the state folder in a table of their own, so that
//! one integrity check covers everything.

use std::{fs, io, path::Path};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags, Row, params};
use tokio::task::spawn_blocking;

use super::{
    SqliteStore, codes,
    database::{
        open::{self, ConnectionAccess},
        place::FILE,
    },
    fault::SqliteFault,
    high_water_mark::HighWaterMark,
    realm,
    state_instance::instance,
    statement::Statements,
};
use crate::{
    private_files::{lock, make_private_file, make_private_folder},
    store::{Realm, StoreError},
};

/// A small file of the state folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StateFile {
    /// Relative to the state folder.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// How far an issue's batch must be believed to have come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DoubtfulBatch {
    /// In which realm.
    pub realm: Realm,
    /// The issue's identity.
    pub issue: String,
    /// Steps.
    pub steps: u64,
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Backup {
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// People on the list, whatever their state.
    pub subscribers: u64,
    /// Batches in the ledger.
    pub batches: u64,
    /// The issues whose batches were under way, and how far each had come.
    pub open: Vec<DoubtfulBatch>,
    /// All issues that have a batch, and in which realm.
    pub known: Vec<(Realm, String)>,
    /// The small files.
    pub files: Vec<StateFile>,
}

impl SqliteStore {
    /// Writes the state, as it is at one moment, into a new file that only its owner can read.
    /// Nobody has to stop for it.
    ///
    /// # Errors
    /// A file that is there already, a disk that is full.
    pub(crate) async fn back_up(
        &self,
        to: &Path,
        files: &[StateFile],
        now: DateTime<Utc>,
    ) -> Result<Backup, StoreError> {
        let database = self.owner.place.state_dir.join(FILE);
        let (copy, files) = (to.to_owned(), files.to_vec());
        let made = apart(move || {
            // SQLite writes into an empty file, and it has its rights before it has a secret.
            make_private_file(&copy).map_err(|error| SqliteFault::unusable(&copy, error))?;
            let made = write_backup(&database, &copy, &files, now);
            if made.is_err() {
                // Half a backup is none.
                let _ = fs::remove_file(&copy);
            }
            made
        });
        made.await.map_err(|fault| fault.of_file(to))
    }

    /// Says that this database is the one and only from now on, though it was brought here: nothing
    /// was sent since the copy was made, and nobody sends from another.
    ///
    /// # Errors
    /// The store's.
    pub async fn make_at_home(&self) -> Result<(), StoreError> {
        self.note_run(|tx, place| Ok(((), instance::settle(tx, &place.state_dir)?)))
            .await
    }
}

/// Does what takes long on a thread of its own, with a connection of its own: nobody waits for it.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SqliteFault> + Send + 'static,
) -> Result<T, SqliteFault> {
    let done = spawn_blocking(work).await;
    done.map_err(|error| SqliteFault::unusable(Path::new(FILE), io::Error::other(error)))?
}

fn write_backup(
    database: &Path,
    to: &Path,
    files: &[StateFile],
    now: DateTime<Utc>,
) -> Result<Backup, SqliteFault> {
    open::connect(database, ConnectionAccess::Writer)?
        .run("VACUUM INTO ?1", params![text_of(to)?])?;
    let copy = connect(to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    copy.execute_batch(
        "CREATE TABLE backup (made_at INTEGER NOT NULL); \
         CREATE TABLE backup_files (name TEXT PRIMARY KEY, bytes BLOB NOT NULL);",
    )?;
    copy.run(
        "INSERT INTO backup VALUES (?1)",
        params![codes::millis(now)],
    )?;
    for file in files {
        copy.run(
            "INSERT INTO backup_files VALUES (?1, ?2)",
            params![file.name, file.bytes],
        )?;
    }
    let backup = read(&copy)?;
    close(copy)?;
    sync(to)?;
    Ok(backup)
}

/// Reads and checks a backup, every page of it.
///
/// # Errors
/// [`StoreError::NoBackup`] or [`StoreError::DamagedBackup`] where it is none, or not whole.
pub(crate) async fn inspect(file: &Path) -> Result<Backup, StoreError> {
    let copy = file.to_owned();
    let inspected = apart(move || {
        // SQLite says no more than that it can't.
        fs::metadata(&copy).map_err(|error| SqliteFault::unusable(&copy, error))?;
        let copy = connect(&copy, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let backup = checked(&copy)?;
        close(copy)?;
        Ok(backup)
    });
    inspected.await.map_err(|fault| fault.of_file(file))
}

/// Puts the database of a backup into a state folder that has none, brought up to date, and notes
/// there how far batches must be believed to have come since.
/// The small files are the caller's.
///
/// # Errors
/// A folder that has a database already; a backup that is none; a disk that is full.
pub(crate) async fn restore(
    file: &Path,
    state_dir: &Path,
    doubtful: &[DoubtfulBatch],
) -> Result<(), StoreError> {
    let place = state_dir.join(FILE);
    let (file, state_dir, doubtful) = (file.to_owned(), state_dir.to_owned(), doubtful.to_vec());
    apart(move || put_back(&file, &state_dir, &doubtful))
        .await
        .map_err(|fault| fault.of_file(&place))
}

fn put_back(file: &Path, state_dir: &Path, doubtful: &[DoubtfulBatch]) -> Result<(), SqliteFault> {
    let place = state_dir.join(FILE);
    let failed = |error: io::Error| SqliteFault::unusable(&place, error);
    make_private_folder(state_dir).map_err(failed)?;
    // Nobody opens a state in the making: whoever tries waits for this lock, as for a first run's.
    let opening = lock(&open::opening_lock(state_dir)).map_err(failed)?;
    if place.exists() {
        return Err(SqliteFault::Told(StoreError::StateExists {
            place: state_dir.display().to_string(),
        }));
    }
    let making = state_dir.join("restoring.sqlite");
    let _ = fs::remove_file(&making);
    make_private_file(&making).map_err(failed)?;
    fs::copy(file, &making).map_err(failed)?;
    let copy = connect(&making, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    checked(&copy)?;
    copy.execute_batch("DROP TABLE backup; DROP TABLE backup_files;")?;
    // Wherever it is put, it is no home: a person has to adopt it. (The oldest states know of none.)
    let _ = copy.run("UPDATE instance SET home = 'a backup'", []);
    close(copy)?;
    sync(&making)?;
    let witness = HighWaterMark::beside(state_dir);
    for doubt in doubtful {
        witness.note(doubt.realm, &doubt.issue, doubt.steps)?;
    }
    fs::rename(&making, &place).map_err(failed)?;
    drop(opening);
    Ok(())
}

/// What is in a backup, once every page of it is found sound.
fn checked(copy: &Connection) -> Result<Backup, SqliteFault> {
    let tables: Result<i64, SqliteFault> = copy.value(
        "SELECT count(*) FROM sqlite_schema WHERE name IN ('instance', 'backup', 'backup_files')",
        [],
    );
    if !matches!(tables, Ok(3)) {
        return Err(StoreError::NoBackup.into());
    }
    let sound: Result<String, SqliteFault> = copy.value("PRAGMA integrity_check", []);
    if !sound.is_ok_and(|sound| sound == "ok") {
        return Err(StoreError::DamagedBackup.into());
    }
    read(copy)
}

fn read(copy: &Connection) -> Result<Backup, SqliteFault> {
    let count = |sql: &str| copy.value::<i64>(sql, []).map(i64::unsigned_abs);
    Ok(Backup {
        made_at: codes::time(copy.value("SELECT made_at FROM backup", [])?)?,
        subscribers: count("SELECT count(*) FROM subscribers WHERE email IS NOT NULL")?,
        batches: count("SELECT count(*) FROM batches")?,
        open: copy.all(
            "SELECT * FROM batches WHERE audience > accepted + rejected + unknown + skipped",
            [],
            |row| {
                Ok(DoubtfulBatch {
                    realm: realm::of_batch(realm::is_rehearsal(mark_of(row)?)),
                    issue: row.get("issue")?,
                    steps: codes::count(row, "steps")?,
                })
            },
        )?,
        known: known(copy)?,
        files: copy.all(
            "SELECT name, bytes FROM backup_files ORDER BY name",
            [],
            |row| {
                Ok(StateFile {
                    name: row.get("name")?,
                    bytes: row.get("bytes")?,
                })
            },
        )?,
    })
}

fn known(copy: &Connection) -> Result<Vec<(Realm, String)>, SqliteFault> {
    let marked: Vec<(i64, String)> = copy.all("SELECT * FROM batches ORDER BY id", [], |row| {
        Ok((mark_of(row)?, row.get("issue")?))
    })?;
    let mut known = Vec::new();
    for realm in [Realm::Real, Realm::Rehearsal] {
        let own = marked.iter().filter(|(mark, _)| realm::has(realm, *mark));
        known.extend(own.map(|(_, issue)| (realm, issue.clone())));
    }
    Ok(known)
}

/// In a backup made before the realms were told apart, no batch has a mark.
fn mark_of(row: &Row<'_>) -> Result<i64, SqliteFault> {
    match row.get("realm") {
        Err(rusqlite::Error::InvalidColumnName(_)) => Ok(realm::UNTOLD),
        mark => Ok(mark?),
    }
}

/// Opens a copy: one file, no log beside it.
fn connect(file: &Path, access: OpenFlags) -> Result<Connection, SqliteFault> {
    let copy = Connection::open_with_flags(file, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    copy.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA journal_mode = DELETE;")?;
    Ok(copy)
}

fn close(copy: Connection) -> Result<(), SqliteFault> {
    copy.close().map_err(|(_, error)| SqliteFault::Sql(error))
}

/// Brings a copy that nobody has open to the disk.
fn sync(copy: &Path) -> Result<(), SqliteFault> {
    fs::File::open(copy)
        .and_then(|file| file.sync_all())
        .map_err(|error| SqliteFault::unusable(copy, error))
}

fn text_of(path: &Path) -> Result<String, SqliteFault> {
    path.to_str()
        .map(str::to_owned)
        .ok_or(SqliteFault::Told(StoreError::BackupName))
}
