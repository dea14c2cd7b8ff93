//! The database file: made private, opened durable, checked to be ours, brought up to date.
//!
//! A database that is there is opened by SQLite and by nobody else: POSIX takes all of a process's
//! locks on a file away when the process closes any handle of it, whoever opened that one.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use super::{
    page_room,
    place::{FILE, StatePlace},
    presence::OpenPresence,
};
use crate::private_files::{lock, make_private_file, make_private_folder};
use crate::store::{
    StoreError,
    sqlite::{fault::SqliteFault, migrations, statement::Statements},
};

/// "DNot" in ASCII: how `file` and we tell our databases from others'.
const APPLICATION_ID: i64 = 0x444E_6F74;

/// A writer may have to wait for another process's freeze of a long list.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// More statements than there are in the code.
const STATEMENTS: usize = 200;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConnectionAccess {
    /// The one that writes.
    Writer,
    /// Progress, pages, a backup.
    Reader,
}

/// A database that was opened for the first time in this process.
pub(crate) struct FirstOpening {
    pub(crate) place: StatePlace,
    pub(crate) connection: Connection,
    /// A process died that had it open: its pages are to be looked at beside the work.
    pub(crate) is_to_be_looked_at: bool,
}

/// Opens a database for the first time in this process, making folder and file where they are missing.
pub(crate) fn first(state_dir: &Path) -> Result<FirstOpening, SqliteFault> {
    let file = state_dir.join(FILE);
    make_private_folder(state_dir).map_err(|error| SqliteFault::unusable(state_dir, error))?;
    // Two first runs at once must not both make the tables.
    let opening =
        lock(&opening_lock(state_dir)).map_err(|error| SqliteFault::unusable(state_dir, error))?;
    match make_private_file(&file) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(SqliteFault::unusable(&file, error));
        }
        _ => {}
    }
    let presence = OpenPresence::of(state_dir, &file)
        .map_err(|error| SqliteFault::unusable(state_dir, error))?;
    // Whoever closes a database in good order folds its log in; one that is left, with nobody there, is of
    // a process that died. Where the machine died with it, or nobody can tell, its pages may be torn: nothing is built on
    // them before they were looked at.
    let was_left = presence.is_alone() && fs::metadata(log(&file)).is_ok_and(|log| log.len() > 0);
    let is_to_be_looked_at = was_left && presence.was_left_in_this_running();
    let mut connection = connect(&file, ConnectionAccess::Writer)?;
    if was_left && !is_to_be_looked_at {
        refuse_damage(&connection)?;
    }
    migrations::run(&mut connection)?;
    drop(opening);
    let presence = presence
        .shared()
        .map_err(|error| SqliteFault::unusable(state_dir, error))?;
    Ok(FirstOpening {
        place: StatePlace::new(state_dir.to_owned(), presence),
        connection,
        is_to_be_looked_at,
    })
}

/// SQLite's log beside a database.
fn log(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Looks at every page: nothing is built on a database that a failing disk or a copy in the middle of a write
/// has torn.
pub(super) fn refuse_damage(connection: &Connection) -> Result<(), SqliteFault> {
    let found: String = connection.value("PRAGMA quick_check(1)", [])?;
    match found.as_str() {
        "ok" => Ok(()),
        _ => Err(StoreError::Damaged { what: found }.into()),
    }
}

/// How many bytes sending leaves free on the disk: room for what is on the wire to be recorded, for the log
/// to be folded in, and for other programs to go on.
const RESERVE: u64 = 32 << 20;

/// Stops before the disk is full.
pub(crate) fn refuse_full_disk(state_dir: &Path) -> Result<(), StoreError> {
    // Where it can't be known, the write itself will tell.
    let Ok(room) = rustix::fs::statvfs(state_dir) else {
        return Ok(());
    };
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    match free < RESERVE {
        true => Err(StoreError::NoRoom {
            place: state_dir.display().to_string(),
            free_mib: free >> 20,
            reserve_mib: RESERVE >> 20,
        }),
        false => Ok(()),
    }
}

/// A connection to a database that is there.
pub(crate) fn connect(file: &Path, access: ConnectionAccess) -> Result<Connection, SqliteFault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Plans don't depend on the values that are bound: without this SQLite compiles the statement that looks
    // at a row again for each row, since a partial index might fit its value.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Hostile bytes: the file may have come from anywhere.
    connection.execute_batch("PRAGMA trusted_schema = OFF")?;
    check_ours(&connection)?;
    // FULL, durable on return: an outcome that `record` answered for survives a power cut. A freeze
    // writes hundreds of megabytes of log once: they are not kept for ever.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA journal_size_limit = 67108864;",
    )?;
    connection.execute_batch(match access {
        // What is deleted is overwritten: an erased person must not be read out of the free pages.
        ConnectionAccess::Writer => "PRAGMA secure_delete = ON",
        ConnectionAccess::Reader => "PRAGMA query_only = ON",
    })?;
    connection.execute_batch(match access {
        ConnectionAccess::Writer => page_room::USUAL,
        ConnectionAccess::Reader => page_room::OF_READER,
    })?;
    Ok(connection)
}

fn check_ours(connection: &Connection) -> Result<(), SqliteFault> {
    let id: i64 = connection.value("PRAGMA application_id", [])?;
    if id == APPLICATION_ID {
        return Ok(());
    }
    let tables: i64 = connection.value("SELECT count(*) FROM sqlite_schema", [])?;
    if id != 0 || tables != 0 {
        return Err(StoreError::Foreign.into());
    }
    connection.execute_batch("PRAGMA application_id = 0x444E6F74")?;
    Ok(())
}

/// Whoever makes a database, or puts one in place, holds the lock on this file meanwhile.
pub(crate) fn opening_lock(state_dir: &Path) -> PathBuf {
    state_dir.join("opening.lock")
}
