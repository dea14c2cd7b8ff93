//! The database file: made private, opened durable, checked to be ours, brought up to date.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    ConnectOptions, Connection, SqlSafeStr, SqliteConnection, SqlitePool,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::Fault;
use crate::store::StoreError;

/// "DNot" in ASCII: how `file` and we tell our databases from others'.
const APPLICATION_ID: i64 = 0x444E_6F74;

/// A writer may have to wait for another process's freeze of a long list.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// Readers of progress and of pages; the sending itself reads little.
const READERS: u32 = 4;

/// The one writer, and the readers, of an opened database.
pub(super) struct Pools {
    pub(super) writer: SqlitePool,
    pub(super) readers: SqlitePool,
}

/// Opens the database, making the folder and the file where they are missing.
pub(super) async fn open(state_dir: &Path, file: &Path) -> Result<Pools, Fault> {
    make_private_folder(state_dir).map_err(|error| fault(state_dir, error))?;
    // Two first runs at once must not both make the tables.
    let opening = lock(state_dir.join("opening.lock"))
        .await
        .map_err(|error| fault(state_dir, error))?;
    make_private_file(file).map_err(|error| fault(file, error))?;

    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(600))
        .test_before_acquire(false)
        .before_acquire(|connection, _| {
            // After an error of COMMIT or ROLLBACK (a full disk) nobody knows where the connection
            // stands: another one takes its place, and the next verb goes on.
            let is_clean = !connection.is_in_transaction();
            Box::pin(async move { Ok(is_clean) })
        })
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options(file))
        .await?;
    let mut connection = writer.acquire().await?;
    check_ours(&mut connection).await?;
    migrate(&mut connection).await?;
    drop(connection);
    drop(opening);

    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .test_before_acquire(false)
        .max_lifetime(None)
        .connect_lazy_with(
            options(file)
                .pragma("query_only", "ON")
                .pragma("cache_size", "-2048"),
        );
    Ok(Pools { writer, readers })
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        // Durable on return: an outcome that `record` answered for survives a power cut.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        // Hostile bytes: the file may have come from anywhere.
        .pragma("trusted_schema", "OFF")
        .pragma("cache_size", "-16384")
        // A freeze writes hundreds of megabytes of log once: don't keep them for ever.
        .pragma("journal_size_limit", "67108864")
        .statement_cache_capacity(200)
        .disable_statement_logging()
}

async fn check_ours(connection: &mut SqliteConnection) -> Result<(), Fault> {
    let id: i64 = sqlx::query_scalar("PRAGMA application_id")
        .fetch_one(&mut *connection)
        .await?;
    if id == APPLICATION_ID {
        return Ok(());
    }
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema")
        .fetch_one(&mut *connection)
        .await?;
    if id != 0 || tables != 0 {
        return Err(Fault::Told(StoreError::Foreign));
    }
    sqlx::raw_sql("PRAGMA application_id = 0x444E6F74")
        .execute(connection)
        .await?;
    Ok(())
}

async fn migrate(connection: &mut SqliteConnection) -> Result<(), Fault> {
    // `run` itself makes futures whose `Send` the compiler can't see; sqlx keeps this door for it.
    match migrations().run_direct(None, connection, false).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..)) => {
            Err(Fault::Told(StoreError::Newer))
        }
        Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
            Err(error.into())
        }
        Err(error) => Err(Fault::Told(StoreError::Outdated(error.into()))),
    }
}

fn migrations() -> Migrator {
    let migration = |version, description: &'static str, sql: &'static str| {
        Migration::new(
            version,
            description.into(),
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        )
    };
    Migrator::with_migrations(vec![
        migration(
            1,
            "the list and the ledger",
            include_str!("migrations/0001_list_and_ledger.sql"),
        ),
        migration(2, "steps", include_str!("migrations/0002_steps.sql")),
        migration(3, "notices", include_str!("migrations/0003_notices.sql")),
        migration(4, "calendar", include_str!("migrations/0004_calendar.sql")),
    ])
}

/// Makes a folder that its owner alone may look into, with the folders above it.
///
/// # Errors
/// What the system says.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes the file where there is none, and never opens one that is there: POSIX locks belong to the
/// process and go when it closes *any* descriptor of the file, those of SQLite's open connections
/// with them (<https://www.sqlite.org/howtocorrupt.html>, 2.2). SQLite gives its log and its index
/// the rights of the database file.
pub(super) fn make_private_file(file: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    private(&mut options);
    match options.open(file) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Opens a lock file and waits for its lock, which goes with the handle. On a thread that may
/// block: who holds it may be a task of this very runtime.
pub(super) async fn lock(file: PathBuf) -> io::Result<File> {
    let waiting = tokio::task::spawn_blocking(move || {
        let handle = open_lock_file(&file)?;
        handle.lock()?;
        Ok(handle)
    });
    waiting.await.map_err(io::Error::other)?
}

/// Opens a file whose only use is its lock, private to its owner.
pub(super) fn open_lock_file(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    private(&mut options);
    options.open(file)
}

fn private(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

pub(super) fn fault(place: &Path, error: io::Error) -> Fault {
    Fault::Told(StoreError::Unusable {
        place: place.display().to_string(),
        source: error.into(),
    })
}
