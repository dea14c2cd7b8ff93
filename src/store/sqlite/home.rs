//! Whether this database is the one that kept the calendar last, or a copy put in its place.
//!
//! A copy knows nothing of what was sent since, and two copies in use know nothing of each other. The
//! witness tells of a database that was put back alone; this tells of a whole folder that was put
//! back or moved. The database remembers the number of its own file, and number and change time of a
//! small file beside it: whatever copies files makes new numbers or touches the change time, which no
//! program can set. (A snapshot of a whole file system keeps both, and can't be told from a machine
//! that was off.)

use std::{fs, io, os::unix::fs::MetadataExt, path::Path};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{
    FILE, Fault, codes,
    open::{self, open_lock_file},
    statement::Statements,
};
use crate::store::{BatchState, StoreError};

/// The file beside the database; it holds nothing.
const MARK: &str = "home";

/// Finds the database at home; the first time, makes this its home.
pub(super) fn check(tx: &Connection, state_dir: &Path) -> Result<(), Fault> {
    let known: Option<String> = tx.value("SELECT home FROM instance", [])?;
    let here = here(state_dir).map_err(|error| open::fault(state_dir, error))?;
    let is_at_home = match (&known, &here) {
        (Some(known), Some(here)) => known == here,
        (Some(_), None) => false,
        // Of a state that sent nothing yet, no copy does harm.
        (None, Some(_)) => !has_batches(tx)?,
        (None, None) => true,
    };
    if !is_at_home {
        return Err(Fault::Told(StoreError::Copied));
    }
    if known.is_none() {
        settle(tx, state_dir)?;
    }
    Ok(())
}

/// A person vouches for this copy: it is at home here from now on. What was open in it waits for that
/// person; answers how many batches those are.
pub(super) fn adopt(tx: &Connection, state_dir: &Path, now: DateTime<Utc>) -> Result<u64, Fault> {
    settle(tx, state_dir)?;
    tx.run(
        "UPDATE instance SET adopted_at = ?1",
        params![codes::millis(now)],
    )?;
    let reason =
        "the state was put here from a copy; who got it since that was made, it can't know";
    let paused = BatchState::Paused {
        reason: reason.to_owned(),
        over_refusals: false,
    };
    tx.run(
        "UPDATE batches SET state = ?1, reason = ?2 WHERE state = ?3",
        params![
            codes::batch_state_code(&paused),
            reason,
            codes::batch_state_code(&BatchState::Open)
        ],
    )
}

/// Since when a person has vouched for this copy; None: it is no copy.
pub(super) fn adopted_at(tx: &Connection) -> Result<Option<DateTime<Utc>>, Fault> {
    let millis: Option<i64> = tx.value("SELECT adopted_at FROM instance", [])?;
    millis.map(codes::time).transpose()
}

/// Makes the mark anew and remembers it.
pub(super) fn settle(tx: &Connection, state_dir: &Path) -> Result<(), Fault> {
    let place = state_dir.join(MARK);
    let made = remove(&place)
        .and_then(|()| open_lock_file(&place)?.sync_all())
        .and_then(|()| here(state_dir));
    let here = made.map_err(|error| open::fault(&place, error))?;
    tx.run("UPDATE instance SET home = ?1", params![here])?;
    Ok(())
}

fn remove(place: &Path) -> io::Result<()> {
    match fs::remove_file(place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The database's file and the mark, as the file system knows them; None: there is no mark.
fn here(state_dir: &Path) -> io::Result<Option<String>> {
    let mark = match fs::metadata(state_dir.join(MARK)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        mark => mark?,
    };
    let database = fs::metadata(state_dir.join(FILE))?;
    Ok(Some(format!(
        "{} {} {}.{:09}",
        database.ino(),
        mark.ino(),
        mark.ctime(),
        mark.ctime_nsec()
    )))
}

fn has_batches(tx: &Connection) -> Result<bool, Fault> {
    tx.value("SELECT EXISTS (SELECT 1 FROM batches)", [])
}
