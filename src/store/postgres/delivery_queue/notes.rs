//! Where a machine notes whose message begins to leave, and the token by which the ledger believes its notes: each
//! sender has a file of its own a batch, in a folder that no other machine has.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};

use crate::store::{
    BatchId, SenderId, StoreError, TransferNotes,
    postgres::{
        fault::PostgresFault, state_instance::leases, transaction::StoreTransaction, values::values,
    },
    transfer_notes,
};

/// Notes that have a name; they are not there yet.
pub(crate) struct NamedNotes {
    sender: i64,
    token: String,
}

/// Names new notes of a sender.
pub(crate) async fn name(
    tx: &StoreTransaction,
    sender: &SenderId,
) -> Result<NamedNotes, PostgresFault> {
    let sender = leases::number(tx, sender).await?;
    let token = tx
        .value(
            "UPDATE leases SET notes = replace(gen_random_uuid()::text, '-', '') WHERE id = $1 \
             RETURNING notes",
            values![sender],
        )
        .await?;
    Ok(NamedNotes { sender, token })
}

impl NamedNotes {
    /// Begins them.
    pub(crate) fn begin(
        &self,
        folder: &Path,
        batch: BatchId,
        connections: u32,
        now: DateTime<Utc>,
    ) -> Result<TransferNotes, StoreError> {
        let path = file(folder, batch, self.sender);
        TransferNotes::begin(&path, &self.token, connections, now).map_err(|error| {
            StoreError::Unusable {
                place: path.display().to_string(),
                source: Box::new(error),
            }
        })
    }
}

/// The folder of this machine, where it has one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NotesFolder<'a>(Option<&'a Path>);

impl<'a> NotesFolder<'a> {
    pub(crate) fn of(folder: Option<&'a Path>) -> Self {
        Self(folder)
    }

    /// The rows of a batch whose messages may have left with that sender; None: nobody here knows.
    pub(crate) fn begun(
        self,
        batch: BatchId,
        sender: i64,
        token: Option<&str>,
    ) -> Option<BTreeSet<i64>> {
        transfer_notes::read(&file(self.0?, batch, sender), token?)
    }

    /// What that sender noted of the batch is settled.
    pub(crate) fn forget(self, batch: BatchId, sender: i64) {
        if let Some(folder) = self.0 {
            // What stays is believed for nobody: no row is held by that sender any more.
            let _ = std::fs::remove_file(file(folder, batch, sender));
        }
    }
}

fn file(folder: &Path, batch: BatchId, sender: i64) -> PathBuf {
    folder.join(format!("transfers-{}-{sender}", batch.0))
}
