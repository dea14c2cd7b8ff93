//! A copy of the state as one file, made while others write, and the way back. The file is the
//! database itself, with the few small files of the state folder in a table of their own, so that
//! one integrity check covers everything.

use std::{fs, io, path::Path};

use chrono::{DateTime, Utc};
use sqlx::{
    ConnectOptions, Connection, Row, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};

use super::{FILE, Fault, SqliteStore, codes, home, open, told, witness::Witness};
use crate::store::StoreError;

/// A small file of the state folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateFile {
    /// Relative to the state folder.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// People on the list, whatever their state.
    pub subscribers: u64,
    /// Batches in the ledger.
    pub batches: u64,
    /// The issues whose batches were under way, and how far each had come.
    pub open: Vec<(String, u64)>,
    /// All issues that have a batch.
    pub known: Vec<String>,
    /// The small files.
    pub files: Vec<StateFile>,
}

impl SqliteStore {
    /// Writes the state, as it is at one moment, into a new file that only its owner can read.
    /// Nobody has to stop for it.
    ///
    /// # Errors
    /// A file that is there already, a disk that is full.
    pub async fn back_up(
        &self,
        to: &Path,
        files: &[StateFile],
        now: DateTime<Utc>,
    ) -> Result<Backup, StoreError> {
        let made = self.write_backup(to, files, now).await;
        if made.is_err() {
            // Half a backup is none.
            let _ = fs::remove_file(to);
        }
        made.map_err(|fault| told(to, fault))
    }

    /// Says that this database is the one and only from now on, though it was brought here: nothing
    /// was sent since the copy was made, and nobody sends from another.
    ///
    /// # Errors
    /// The store's.
    pub async fn make_at_home(&self) -> Result<(), StoreError> {
        let made = async {
            let mut tx = self.write().await?;
            home::settle(self, &mut tx).await?;
            tx.commit().await?;
            Ok(())
        };
        self.told(made.await)
    }

    async fn write_backup(
        &self,
        to: &Path,
        files: &[StateFile],
        now: DateTime<Utc>,
    ) -> Result<Backup, Fault> {
        // SQLite writes into an empty file, and it has its rights before it has a secret.
        open::make_private_file(to).map_err(|error| open::fault(to, error))?;
        sqlx::query("VACUUM INTO ?1")
            .bind(text_of(to)?)
            .execute(&self.writer)
            .await?;
        let mut copy = connect(to, false).await?;
        sqlx::raw_sql(
            "CREATE TABLE backup (made_at INTEGER NOT NULL); \
             CREATE TABLE backup_files (name TEXT PRIMARY KEY, bytes BLOB NOT NULL);",
        )
        .execute(&mut copy)
        .await?;
        sqlx::query("INSERT INTO backup VALUES (?1)")
            .bind(codes::millis(now))
            .execute(&mut copy)
            .await?;
        for file in files {
            sqlx::query("INSERT INTO backup_files VALUES (?1, ?2)")
                .bind(&file.name)
                .bind(&file.bytes)
                .execute(&mut copy)
                .await?;
        }
        let backup = read(&mut copy).await?;
        copy.close().await?;
        fs::File::open(to)
            .and_then(|file| file.sync_all())
            .map_err(|error| open::fault(to, error))?;
        Ok(backup)
    }
}

/// Reads and checks a backup, every page of it.
///
/// # Errors
/// [`StoreError::NoBackup`] or [`StoreError::DamagedBackup`] where it is none, or not whole.
pub async fn inspect(file: &Path) -> Result<Backup, StoreError> {
    let inspected = async {
        // SQLite would make a file that is not there.
        fs::metadata(file).map_err(|error| open::fault(file, error))?;
        let mut copy = connect(file, true).await?;
        let backup = checked(&mut copy).await;
        copy.close().await?;
        backup
    };
    inspected.await.map_err(|fault| told(file, fault))
}

/// Puts the database of a backup into a state folder that has none, brought up to date, and notes
/// there how far batches must be believed to have come since (`doubtful`: an issue, its steps).
/// The small files are the caller's.
///
/// # Errors
/// A folder that has a database already; a backup that is none; a disk that is full.
pub async fn restore(
    file: &Path,
    state_dir: &Path,
    doubtful: &[(String, u64)],
) -> Result<(), StoreError> {
    let place = state_dir.join(FILE);
    put_back(file, state_dir, doubtful)
        .await
        .map_err(|fault| told(&place, fault))
}

async fn put_back(file: &Path, state_dir: &Path, doubtful: &[(String, u64)]) -> Result<(), Fault> {
    let place = state_dir.join(FILE);
    let failed = |error: io::Error| open::fault(&place, error);
    open::make_private_folder(state_dir).map_err(failed)?;
    // Nobody opens a state in the making: whoever tries waits for this lock, as for a first run's.
    let opening = open::lock(state_dir.join("opening.lock"))
        .await
        .map_err(failed)?;
    if place.exists() {
        return Err(Fault::Told(StoreError::StateExists {
            place: state_dir.display().to_string(),
        }));
    }
    let making = state_dir.join("restoring.sqlite");
    let _ = fs::remove_file(&making);
    open::make_private_file(&making).map_err(failed)?;
    fs::copy(file, &making).map_err(failed)?;
    let mut copy = connect(&making, false).await?;
    checked(&mut copy).await?;
    sqlx::raw_sql("DROP TABLE backup; DROP TABLE backup_files;")
        .execute(&mut copy)
        .await?;
    copy.close().await?;
    fs::File::open(&making)
        .and_then(|file| file.sync_all())
        .map_err(failed)?;
    let witness = Witness::beside(state_dir);
    for (issue, steps) in doubtful {
        witness.note(issue, *steps)?;
    }
    fs::rename(&making, &place).map_err(failed)?;
    drop(opening);
    Ok(())
}

/// What is in a backup, once every page of it is found sound.
async fn checked(copy: &mut SqliteConnection) -> Result<Backup, Fault> {
    let tables: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM sqlite_schema WHERE name IN ('instance', 'backup', 'backup_files')",
    )
    .fetch_one(&mut *copy)
    .await
    .map_err(|_| Fault::Told(StoreError::NoBackup))?;
    if tables != 3 {
        return Err(Fault::Told(StoreError::NoBackup));
    }
    let sound: String = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_one(&mut *copy)
        .await
        .map_err(|_| Fault::Told(StoreError::DamagedBackup))?;
    if sound != "ok" {
        return Err(Fault::Told(StoreError::DamagedBackup));
    }
    read(copy).await
}

async fn read(copy: &mut SqliteConnection) -> Result<Backup, Fault> {
    let made_at: i64 = sqlx::query_scalar("SELECT made_at FROM backup")
        .fetch_one(&mut *copy)
        .await?;
    let row = sqlx::query(
        "SELECT (SELECT count(*) FROM subscribers WHERE email IS NOT NULL) AS subscribers, \
         (SELECT count(*) FROM batches) AS batches",
    )
    .fetch_one(&mut *copy)
    .await?;
    let open = sqlx::query(
        "SELECT issue, steps FROM batches WHERE audience > accepted + rejected + unknown + skipped",
    )
    .fetch_all(&mut *copy)
    .await?;
    let known = sqlx::query_scalar("SELECT issue FROM batches ORDER BY id")
        .fetch_all(&mut *copy)
        .await?;
    let files = sqlx::query("SELECT name, bytes FROM backup_files ORDER BY name")
        .fetch_all(&mut *copy)
        .await?;
    Ok(Backup {
        made_at: codes::time(made_at)?,
        subscribers: codes::count(&row, "subscribers")?,
        batches: codes::count(&row, "batches")?,
        open: open
            .iter()
            .map(|row| Ok((row.try_get("issue")?, codes::count(row, "steps")?)))
            .collect::<sqlx::Result<_>>()?,
        known,
        files: files
            .iter()
            .map(|row| {
                Ok(StateFile {
                    name: row.try_get("name")?,
                    bytes: row.try_get("bytes")?,
                })
            })
            .collect::<sqlx::Result<_>>()?,
    })
}

/// Opens a copy: one file, no log beside it.
async fn connect(file: &Path, is_read_only: bool) -> sqlx::Result<SqliteConnection> {
    SqliteConnectOptions::new()
        .filename(file)
        .read_only(is_read_only)
        .journal_mode(SqliteJournalMode::Delete)
        .pragma("trusted_schema", "OFF")
        .disable_statement_logging()
        .connect()
        .await
}

fn text_of(path: &Path) -> Result<String, Fault> {
    path.to_str()
        .map(str::to_owned)
        .ok_or(Fault::Told(StoreError::BackupName))
}
