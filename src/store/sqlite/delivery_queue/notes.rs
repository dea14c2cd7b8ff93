//! Where the notes of whose message begins to leave lie, and the token by which the ledger believes them.

use std::{collections::BTreeSet, path::PathBuf};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::store::{
    BatchId, TransferNotes,
    sqlite::{database::place::StatePlace, fault::SqliteFault, statement::Statements},
    transfer_notes,
};

/// Names new notes of a batch; they are not there yet.
pub(crate) fn name(tx: &Connection, batch: BatchId) -> Result<String, SqliteFault> {
    let token: String = tx.value("SELECT lower(hex(randomblob(16)))", [])?;
    tx.run(
        "UPDATE batches SET transfer_notes = ?2 WHERE id = ?1",
        params![batch.0, token],
    )?;
    Ok(token)
}

/// Begins the notes that have that name.
pub(crate) fn begin(
    place: &StatePlace,
    batch: BatchId,
    token: &str,
    connections: u32,
    now: DateTime<Utc>,
) -> Result<TransferNotes, SqliteFault> {
    let path = path(place, batch);
    TransferNotes::begin(&path, token, connections, now)
        .map_err(|error| SqliteFault::unusable(&path, error))
}

/// The rows whose messages may have left with the last sender; None: nobody knows.
pub(super) fn begun(
    tx: &Connection,
    place: &StatePlace,
    batch: BatchId,
) -> Result<Option<BTreeSet<i64>>, SqliteFault> {
    let token: Option<Option<String>> = tx.maybe(
        "SELECT transfer_notes FROM batches WHERE id = ?1",
        params![batch.0],
        |row| Ok(row.get(0)?),
    )?;
    let token = token.flatten();
    Ok(token.and_then(|token| transfer_notes::read(&path(place, batch), &token)))
}

fn path(place: &StatePlace, batch: BatchId) -> PathBuf {
    place.state_dir.join(format!("transfers-{}", batch.0))
}
