//! The move itself: what comes out of the folder goes into the database, and is held against it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};

use super::{
    cells::{MovedRow, TableHash},
    columns::MovedTable,
    tables::tables,
    trouble::MovingTrouble,
};
use crate::store::{
    BatchLedger, DeliveryQueue, SenderId, StateInstance, StoreError,
    postgres::{
        PostgresStore,
        moving_in::{ArrivedTable, MovingStage},
    },
    sqlite::{SqliteStore, moving_out::MovingOut},
};

/// Groups of rows that wait for the database: while it writes one, the next is read.
const AHEAD: usize = 2;

/// A list that has moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HouseMove {
    /// Where it lives, without a password.
    pub to: String,
    /// Its tables. Empty where it had moved before, and only the last step was missing.
    pub tables: Vec<MovedRows>,
}

/// A table that was found equal in both places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MovedRows {
    /// The table.
    pub table: &'static str,
    /// Its rows.
    pub rows: u64,
}

/// Moves a list out of its folder into a database that is empty, or goes on where an earlier move stopped. `told` hears
/// of each table that is there.
///
/// # Errors
/// [`StoreError::Held`] or [`StoreError::Kept`] while somebody sends or keeps the calendar, [`StoreError::Moving`] for
/// what keeps it from moving, and the stores' own.
pub async fn move_house(
    from: &SqliteStore,
    to: &PostgresStore,
    mover: &SenderId,
    now: DateTime<Utc>,
    told: &mut (dyn FnMut(&MovedRows) + Send),
) -> Result<HouseMove, StoreError> {
    let place = to.place().to_owned();
    let mark = from.mark().await?;
    if let Some(moved_to) = from.moved_to().await? {
        finish(from, to, (&mark, moved_to), now).await?;
        let tables = Vec::new();
        return Ok(HouseMove { to: place, tables });
    }
    let _sends = from.hold(mover).await?;
    let _keeps = from.hold_schedule(mover).await?;
    settle(from, now).await?;
    let arrived = to.begin_to_move_in(&mark, now).await?;
    let tables = match carry(from, to, arrived, now, told).await {
        Err(Carried::Stale) => {
            to.begin_anew().await?;
            let carried = carry(from, to, BTreeMap::new(), now, told).await;
            carried.map_err(Carried::into_error)?
        }
        carried => carried.map_err(Carried::into_error)?,
    };
    to.finish_moving_in(&from.identity().await?, now).await?;
    Ok(HouseMove { to: place, tables })
}

/// The last step of a move that was interrupted before it.
async fn finish(
    from: &SqliteStore,
    to: &PostgresStore,
    (mark, moved_to): (&str, String),
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    match to.stage_of(mark).await {
        Ok(MovingStage::Whole) => to.finish_moving_in(&from.identity().await?, now).await,
        Ok(MovingStage::Finished) => Ok(()),
        // It moved elsewhere.
        Ok(_) | Err(StoreError::Moving(_)) => Err(MovingTrouble::MovedAway { to: moved_to }.into()),
        Err(error) => Err(error),
    }
}

/// What a sender that died left is nobody's: where it goes, nobody could ask what that sender noted.
async fn settle(from: &SqliteStore, now: DateTime<Utc>) -> Result<(), StoreError> {
    for batch in from.batches(u32::MAX).await? {
        let counts = from.counts(batch.id).await?;
        if counts.claimed + counts.sending > 0 {
            from.recover(batch.id, false, now).await?;
        }
    }
    Ok(())
}

/// Why rows did not arrive.
enum Carried {
    /// What had arrived before is not what is there now: the list has changed since.
    Stale,
    Failed(StoreError),
}

impl Carried {
    fn into_error(self) -> StoreError {
        match self {
            Self::Stale => StoreError::Abandoned,
            Self::Failed(error) => error,
        }
    }
}

impl From<StoreError> for Carried {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// Carries all rows over that have not arrived, and marks the folder once all are there.
async fn carry(
    from: &SqliteStore,
    to: &PostgresStore,
    arrived: BTreeMap<String, ArrivedTable>,
    now: DateTime<Utc>,
    told: &mut (dyn FnMut(&MovedRows) + Send),
) -> Result<Vec<MovedRows>, Carried> {
    let (sender, rows) = mpsc::channel(AHEAD);
    let (all_there, hears) = oneshot::channel();
    let arriving = async {
        let tables = take_in(to, rows, arrived, told).await?;
        to.note_whole().await?;
        // Where nobody hears it, the other side says why.
        let _ = all_there.send(to.place().to_owned());
        Ok(tables)
    };
    let (left, tables) = tokio::join!(from.move_out(sender, hears, now), arriving);
    // Of two who fail, the one that writes failed first, but for a sender that is gone.
    match (left, tables) {
        (Ok(()), tables) => tables,
        (Err(StoreError::Abandoned), Err(why)) => Err(why),
        (Err(error), _) => Err(error.into()),
    }
}

async fn take_in(
    to: &PostgresStore,
    mut rows: mpsc::Receiver<MovingOut>,
    arrived: BTreeMap<String, ArrivedTable>,
    told: &mut (dyn FnMut(&MovedRows) + Send),
) -> Result<Vec<MovedRows>, Carried> {
    let mut there = Vec::new();
    let mut arriving: Option<ArrivingTable> = None;
    while let Some(out) = rows.recv().await {
        match out {
            MovingOut::Rows(table, rows) => {
                let table = arriving.get_or_insert_with(|| ArrivingTable::of(table, &arrived));
                table.take(to, rows).await?;
            }
            MovingOut::End(table, last_id) => {
                let arriving = arriving.take();
                let whole = arriving.unwrap_or_else(|| ArrivingTable::of(table, &arrived));
                let moved = whole.end(to, last_id).await?;
                told(&moved);
                there.push(moved);
            }
        }
    }
    match there.len() == tables().count() {
        true => Ok(there),
        false => Err(StoreError::Abandoned.into()),
    }
}

/// A table whose rows arrive.
struct ArrivingTable {
    table: &'static MovedTable,
    hash: TableHash,
    /// What had arrived before.
    before: ArrivedTable,
}

impl ArrivingTable {
    fn of(table: &'static MovedTable, arrived: &BTreeMap<String, ArrivedTable>) -> Self {
        Self {
            table,
            hash: TableHash::new(),
            before: arrived.get(table.name).cloned().unwrap_or_default(),
        }
    }

    /// Writes those that had not arrived.
    async fn take(&mut self, to: &PostgresStore, rows: Vec<MovedRow>) -> Result<(), StoreError> {
        let first = self.hash.rows();
        rows.iter().for_each(|row| self.hash.add(row));
        let known = self.before.rows.saturating_sub(first);
        let known = usize::try_from(known).unwrap_or(usize::MAX);
        match rows.get(known..) {
            Some(new) if !new.is_empty() => {
                let behind = first + known as u64;
                to.move_rows_in(self.table, behind, new).await
            }
            _ => Ok(()),
        }
    }

    /// Holds what is there against what left.
    async fn end(self, to: &PostgresStore, last_id: Option<i64>) -> Result<MovedRows, Carried> {
        let Self {
            table,
            hash,
            before,
        } = self;
        let left = hash.end();
        let is_known = before.hash.as_ref() == Some(&left.hash);
        if !is_known {
            let there = to.read_back(table).await?;
            if there != left {
                return Err(match before.rows {
                    0 => Carried::Failed(
                        MovingTrouble::Unequal {
                            table: table.name,
                            here: left.rows,
                            there: there.rows,
                        }
                        .into(),
                    ),
                    _ => Carried::Stale,
                });
            }
        }
        to.note_equal(table, &left, last_id).await?;
        Ok(MovedRows {
            table: table.name,
            rows: left.rows,
        })
    }
}
