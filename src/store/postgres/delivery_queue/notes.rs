//! What this machine notes of whose messages begin to leave, as far as a sender's own process and whoever recovers its
//! rows ask for it. What follows where the database is set back: `state_instance::handing_in`.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::store::{
    BatchId, SenderId, StoreError, TransferNotes,
    notes_place::NotesPlace,
    postgres::{
        columns,
        fault::PostgresFault,
        state_instance::{home, leases},
        transaction::StoreTransaction,
        values::values,
    },
    step_notes::NotedSteps,
};

/// The folder of this machine, where it has one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NotesFolder<'a>(Option<&'a Path>);

impl<'a> NotesFolder<'a> {
    pub(crate) fn of(folder: Option<&'a Path>) -> Self {
        Self(folder)
    }

    /// By what the notes here are known, once there can be some. A folder that can't be used is told, and done without:
    /// of this sender's rows nobody knows more than the database then.
    pub(crate) fn mark(self) -> Option<String> {
        let folder = self.0?;
        match NotesPlace::take(folder) {
            Ok(place) => Some(place?.mark().to_owned()),
            Err(error) => {
                tracing::warn!(
                    folder = %folder.display(),
                    "what leaves is not noted on this machine: {error}"
                );
                None
            }
        }
    }

    /// Goes on with the notes of a batch, or begins them, where the sender was named with that mark.
    pub(crate) fn open(
        self,
        home: &str,
        mark: Option<&str>,
        batch: BatchId,
    ) -> Result<TransferNotes, StoreError> {
        let (Some(folder), Some(mark)) = (self.0, mark) else {
            return Ok(TransferNotes::none());
        };
        let unusable = |error| StoreError::Unusable {
            place: PathBuf::from(folder).display().to_string(),
            source: Box::new(error),
        };
        let place = NotesPlace::take(folder).map_err(unusable)?;
        let Some(mut place) = place.filter(|place| place.mark() == mark) else {
            return Err(unusable(std::io::ErrorKind::NotFound.into()));
        };
        let rows_from = columns::delivery_id(batch, 0);
        let steps = place.open(home, batch, rows_from).map_err(unusable)?;
        Ok(steps.map_or_else(TransferNotes::none, TransferNotes::of_every_row))
    }

    /// What a sender with that mark noted of a batch; None: nobody here knows.
    pub(crate) fn read(self, home: &str, mark: Option<&str>, batch: BatchId) -> Option<NotedSteps> {
        let place = NotesPlace::take_known(self.0?).ok()??;
        (place.mark() == mark?).then(|| place.read(home, batch))?
    }
}

/// Names a sender's notes, so that its rows are known by them, and answers where the database is.
pub(crate) async fn name(
    tx: &StoreTransaction,
    sender: &SenderId,
    mark: Option<&str>,
) -> Result<String, PostgresFault> {
    home::require(tx).await?;
    let sender = leases::number(tx, sender).await?;
    let sql = "UPDATE leases SET notes = $2 WHERE id = $1";
    tx.run(sql, values![sender, mark]).await?;
    home::known(tx).await
}

/// Of rows that a dead sender holds, with their fences, those that had begun to leave.
pub(crate) fn begun(noted: &NotedSteps, batch: BatchId, held: &[(i64, i64)]) -> BTreeSet<i64> {
    let begun = held
        .iter()
        .filter(|(ord, fence)| noted.fence_of(*ord) == Some(*fence));
    begun
        .map(|(ord, _)| columns::delivery_id(batch, *ord).0)
        .collect()
}
