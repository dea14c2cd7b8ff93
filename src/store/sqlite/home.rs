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
use sqlx::SqliteConnection;

use super::{FILE, Fault, SqliteStore, codes, open::open_lock_file};
use crate::store::{BatchState, StoreError};

/// The file beside the database; it holds nothing.
const MARK: &str = "home";

/// Finds the database at home; the first time, makes this its home.
pub(super) async fn check(store: &SqliteStore) -> Result<(), Fault> {
    let mut tx = store.write().await?;
    let known: Option<String> = sqlx::query_scalar("SELECT home FROM instance")
        .fetch_one(&mut *tx)
        .await?;
    let here = here(&store.state_dir).map_err(|error| unusable(&store.state_dir, error))?;
    let is_at_home = match (&known, &here) {
        (Some(known), Some(here)) => known == here,
        (Some(_), None) => false,
        // Of a state that sent nothing yet, no copy does harm.
        (None, Some(_)) => !has_batches(&mut tx).await?,
        (None, None) => true,
    };
    if !is_at_home {
        return Err(Fault::Told(StoreError::Copied));
    }
    if known.is_none() {
        settle(store, &mut tx).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// A person vouches for this copy: it is at home here from now on. What was open in it waits for that
/// person; answers how many batches those are.
pub(super) async fn adopt(store: &SqliteStore, now: DateTime<Utc>) -> Result<u64, Fault> {
    let mut tx = store.write().await?;
    settle(store, &mut tx).await?;
    sqlx::query("UPDATE instance SET adopted_at = ?1")
        .bind(codes::millis(now))
        .execute(&mut *tx)
        .await?;
    let reason =
        "the state was put here from a copy; who got it since that was made, it can't know";
    let paused = BatchState::Paused {
        reason: reason.to_owned(),
        over_refusals: false,
    };
    let done = sqlx::query("UPDATE batches SET state = ?1, reason = ?2 WHERE state = ?3")
        .bind(codes::batch_state_code(&paused))
        .bind(reason)
        .bind(codes::batch_state_code(&BatchState::Open))
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(done.rows_affected())
}

/// Since when a person has vouched for this copy; None: it is no copy.
pub(super) async fn adopted_at(store: &SqliteStore) -> Result<Option<DateTime<Utc>>, Fault> {
    let millis: Option<i64> = sqlx::query_scalar("SELECT adopted_at FROM instance")
        .fetch_one(&store.readers)
        .await?;
    Ok(millis.map(codes::time).transpose()?)
}

/// Makes the mark anew and remembers it.
pub(super) async fn settle(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
) -> Result<(), Fault> {
    let place = store.state_dir.join(MARK);
    let made = remove(&place)
        .and_then(|()| open_lock_file(&place)?.sync_all())
        .and_then(|()| here(&store.state_dir));
    let here = made.map_err(|error| unusable(&place, error))?;
    sqlx::query("UPDATE instance SET home = ?1")
        .bind(here)
        .execute(connection)
        .await?;
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

async fn has_batches(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM batches)")
        .fetch_one(connection)
        .await
}

fn unusable(place: &Path, error: io::Error) -> Fault {
    Fault::Told(StoreError::Unusable {
        place: place.display().to_string(),
        source: error.into(),
    })
}
