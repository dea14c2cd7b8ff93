//! A list that moves into PostgreSQL: its rows written in groups, each with how far its table has come, read back, and
//! given the list's name once all of it is there. Not: where they come from.

mod arrived;
mod rows;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

pub(crate) use self::arrived::ArrivedTable;
use super::{PostgresStore, fault::PostgresFault, transaction::StoreTransaction, values::values};
use crate::store::{
    MovingTrouble, StoreError, codes,
    moving_house::{
        cells::{MovedRow, WholeTable},
        columns::MovedTable,
        identity::ListIdentity,
        tables::tables,
    },
};

/// How far a move into a database has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MovingStage {
    /// No list has moved there.
    NotBegun,
    /// Rows are on their way.
    UnderWay,
    /// All of it is there, and equal.
    Whole,
    /// It lives there.
    Finished,
}

impl PostgresStore {
    /// Refuses a database into which a list is moving.
    pub(super) async fn refuse_half(&self) -> Result<(), StoreError> {
        let tx = self.reading().await?;
        let sql = "SELECT EXISTS (SELECT 1 FROM moving_in WHERE finished_at IS NULL)";
        let is_half = tx.value::<bool>(sql, values![]).await;
        match tx.end(is_half).await? {
            true => Err(MovingTrouble::HalfWay.into()),
            false => Ok(()),
        }
    }

    /// How far that list has come.
    ///
    /// # Errors
    /// [`MovingTrouble::Inhabited`] where another list is, or moves, there.
    pub(crate) async fn stage_of(&self, mark: &str) -> Result<MovingStage, StoreError> {
        let tx = self.reading().await?;
        let stage = stage_of(&tx, mark).await;
        tx.end(stage).await
    }

    /// Begins the move of that list, or goes on with it; answers how far its tables have come.
    ///
    /// # Errors
    /// [`MovingTrouble::Inhabited`] where another list is, [`MovingTrouble::AtWork`] where somebody sends.
    pub(crate) async fn begin_to_move_in(
        &self,
        mark: &str,
        now: DateTime<Utc>,
    ) -> Result<BTreeMap<String, ArrivedTable>, StoreError> {
        let tx = self.writing().await?;
        let begun = begin(&tx, mark, now).await;
        tx.end(begun).await
    }

    /// Forgets what has come so far: the list has changed since.
    pub(crate) async fn begin_anew(&self) -> Result<(), StoreError> {
        let tx = self.writing().await?;
        let names = tables().map(|table| table.name);
        let all = names.collect::<Vec<_>>().join(", ");
        let emptied = tx
            .script(&format!("TRUNCATE {all}; DELETE FROM moved_tables"))
            .await;
        tx.end(emptied).await
    }

    /// Writes rows of a table that has come as far as `behind`.
    pub(crate) async fn move_rows_in(
        &self,
        table: &MovedTable,
        behind: u64,
        rows: &[MovedRow],
    ) -> Result<(), StoreError> {
        let tx = self.writing().await?;
        let written = rows::write(&tx, table, behind, rows).await;
        tx.end(written).await
    }

    /// Reads a table back that all rows have come of.
    pub(crate) async fn read_back(&self, table: &MovedTable) -> Result<WholeTable, StoreError> {
        let tx = self.reading().await?;
        let read = rows::read_back(&tx, table).await;
        tx.end(read).await
    }

    /// A table is there as it was.
    pub(crate) async fn note_equal(
        &self,
        table: &MovedTable,
        whole: &WholeTable,
        last_id: Option<i64>,
    ) -> Result<(), StoreError> {
        let tx = self.writing().await?;
        let noted = arrived::note(&tx, table, whole, last_id).await;
        tx.end(noted).await
    }

    /// All of it is there.
    pub(crate) async fn note_whole(&self) -> Result<(), StoreError> {
        let tx = self.writing().await?;
        let noted = tx
            .run("UPDATE moving_in SET is_whole = TRUE", values![])
            .await;
        tx.end(noted).await.map(drop)
    }

    /// It is that list's database from now on, and whoever comes may use it.
    pub(crate) async fn finish_moving_in(
        &self,
        list: &ListIdentity,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let tx = self.writing().await?;
        let finished = finish(&tx, list, now).await;
        tx.end(finished).await
    }

    /// Where it is, without its password.
    pub(crate) fn place(&self) -> &str {
        self.database.place()
    }
}

async fn stage_of(tx: &StoreTransaction, mark: &str) -> Result<MovingStage, PostgresFault> {
    let sql = "SELECT mark, is_whole, finished_at IS NOT NULL AS is_finished FROM moving_in";
    let moving: Option<(String, bool, bool)> = tx
        .maybe(sql, values![], |row| {
            Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))
        })
        .await?;
    match moving {
        None => Ok(MovingStage::NotBegun),
        Some((other, ..)) if other != mark => Err(inhabited()),
        Some((_, _, true)) => Ok(MovingStage::Finished),
        Some((_, true, false)) => Ok(MovingStage::Whole),
        Some((_, false, false)) => Ok(MovingStage::UnderWay),
    }
}

fn inhabited() -> PostgresFault {
    StoreError::from(MovingTrouble::Inhabited).into()
}

/// Where it is while it moves: nobody finds the database at home, and nobody sends from it.
const ON_ITS_WAY: &str = "on its way";

async fn begin(
    tx: &StoreTransaction,
    mark: &str,
    now: DateTime<Utc>,
) -> Result<BTreeMap<String, ArrivedTable>, PostgresFault> {
    tx.script("LOCK TABLE moving_in IN EXCLUSIVE MODE").await?;
    match stage_of(tx, mark).await? {
        MovingStage::Finished => return Err(inhabited()),
        MovingStage::NotBegun => refuse_inhabited(tx).await?,
        MovingStage::UnderWay | MovingStage::Whole => {}
    }
    let sql = "SELECT holder FROM leases WHERE lease_until > clock_timestamp() LIMIT 1";
    if let Some(holder) = tx.maybe_value(sql, values![]).await? {
        return Err(StoreError::from(MovingTrouble::AtWork { holder }).into());
    }
    tx.run("UPDATE instance SET home = $1", values![ON_ITS_WAY])
        .await?;
    tx.run(
        "INSERT INTO moving_in (id, mark, begun_at) VALUES (1, $1, $2) \
         ON CONFLICT (id) DO UPDATE SET is_whole = FALSE",
        values![mark, codes::millis(now)],
    )
    .await?;
    arrived::all(tx).await
}

async fn refuse_inhabited(tx: &StoreTransaction) -> Result<(), PostgresFault> {
    let of_table = |table: &MovedTable| format!("EXISTS (SELECT 1 FROM {})", table.name);
    let any: Vec<String> = tables().map(of_table).collect();
    let sql = format!("SELECT {}", any.join(" OR "));
    match tx.value::<bool>(&sql, values![]).await? {
        true => Err(inhabited()),
        false => Ok(()),
    }
}

async fn finish(
    tx: &StoreTransaction,
    list: &ListIdentity,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    arrived::go_on_counting(tx).await?;
    tx.run(
        "UPDATE instance SET mark = $1, erasure_key = $2, last_unmarked = $3, \
         last_unnamed_batch = $4, adopted_at = $5, home = NULL",
        values![
            list.mark.as_str(),
            list.erasure_key.as_slice(),
            list.last_unmarked,
            list.last_unnamed_batch,
            list.adopted_at
        ],
    )
    .await?;
    let sql = "UPDATE moving_in SET finished_at = $1";
    tx.run(sql, values![codes::millis(now)]).await?;
    // The server has not looked at any of it yet, and would read whole tables for one row.
    let names: Vec<&str> = tables().map(|table| table.name).collect();
    tx.script(&format!("ANALYZE {}", names.join(", "))).await
}
