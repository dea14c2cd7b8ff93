//! A list that moves out of SQLite: its rows read in one order while nobody may write, and the folder marked as moved
//! away in the same transaction. Not: where they go.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params, types::ValueRef};
use tokio::sync::{mpsc, oneshot};

use super::{SqliteStore, codes, fault::SqliteFault, statement::Statements};
use crate::{
    store::{
        StoreError,
        moving_house::{
            cells::{Cell, CellKind, MovedRow},
            columns::{MovedColumn, MovedTable},
            identity::ListIdentity,
            tables::tables,
        },
    },
    words::phrase,
};

/// Rows that go together: so many, or so many bytes.
const MOST_ROWS: usize = 5_000;
const MOST_BYTES: usize = 4 << 20;

/// What comes out, table by table in their order.
pub(crate) enum MovingOut {
    /// Some rows of a table.
    Rows(&'static MovedTable, Vec<MovedRow>),
    /// That table is at its end. With the highest number that one of its rows ever had, where they have numbers.
    End(&'static MovedTable, Option<i64>),
}

fn moved_to(tx: &Connection) -> Result<Option<String>, SqliteFault> {
    tx.value("SELECT moved_to FROM instance", [])
}

impl SqliteStore {
    /// Where the list has moved; None: it lives here. (Over the connection that is open already: every command asks.)
    pub(crate) async fn moved_to(&self) -> Result<Option<String>, StoreError> {
        let asked = self.owner.database.maintain(moved_to).await;
        self.told(asked)
    }

    /// Who the list is.
    pub(crate) async fn identity(&self) -> Result<ListIdentity, StoreError> {
        self.read(|tx, _| {
            tx.one(
                "SELECT mark, erasure_key, last_unmarked, last_unnamed_batch, adopted_at \
                 FROM instance",
                [],
                |row| {
                    Ok(ListIdentity {
                        mark: row.get(0)?,
                        erasure_key: row.get(1)?,
                        last_unmarked: row.get(2)?,
                        last_unnamed_batch: row.get(3)?,
                        adopted_at: row.get(4)?,
                    })
                },
            )
        })
        .await
    }

    /// Hands all rows out. Nobody writes meanwhile; once `arrived` says where they are, the folder is marked as moved
    /// there and opens for nobody any more. Where it says nothing, nothing has changed.
    pub(crate) async fn move_out(
        &self,
        rows: mpsc::Sender<MovingOut>,
        arrived: oneshot::Receiver<String>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let verb = move |tx: &Connection| {
            for table in tables() {
                hand_out(tx, table, &rows)?;
            }
            drop(rows);
            let to = arrived.blocking_recv().map_err(|_| given_up())?;
            mark_as_moved(tx, &to, now)
        };
        // What is outside the folder was told as the right to send was taken.
        self.told(self.owner.database.write(verb).await)
    }
}

/// Whoever takes the rows went away.
fn given_up() -> SqliteFault {
    StoreError::Abandoned.into()
}

fn hand_out(
    tx: &Connection,
    table: &'static MovedTable,
    rows: &mpsc::Sender<MovingOut>,
) -> Result<(), SqliteFault> {
    let mut group = RowsInHand::new(table, rows);
    match table.is_per_batch {
        true => {
            let sql = "SELECT id FROM batches ORDER BY id";
            for batch in tx.values::<i64>(sql, [])? {
                read(tx, table, params![batch], &mut group)?;
            }
        }
        false => read(tx, table, [], &mut group)?,
    }
    group.hand_over()?;
    let last = match table.is_counted {
        true => Some(last_id(tx, table.name)?),
        false => None,
    };
    let end = MovingOut::End(table, last);
    rows.blocking_send(end).map_err(|_| given_up())
}

fn read(
    tx: &Connection,
    table: &MovedTable,
    parameters: impl rusqlite::Params,
    group: &mut RowsInHand<'_>,
) -> Result<(), SqliteFault> {
    let columns: Vec<&str> = table.columns.iter().map(|column| column.source).collect();
    let places = table.key.iter().filter_map(|key| {
        let place = table
            .columns
            .iter()
            .position(|column| column.name == *key)?;
        Some((place + 1).to_string())
    });
    let sql = format!(
        "SELECT {} FROM {} ORDER BY {}",
        columns.join(", "),
        table.from,
        places.collect::<Vec<_>>().join(", ")
    );
    let mut statement = tx.prepare(&sql)?;
    let mut found = statement.query(parameters)?;
    while let Some(row) = found.next()? {
        group.add(cells(row, table.columns)?)?;
    }
    Ok(())
}

fn cells(row: &Row<'_>, columns: &[MovedColumn]) -> Result<MovedRow, SqliteFault> {
    let of = |(at, column): (usize, &MovedColumn)| cell(row.get_ref(at)?, column);
    columns.iter().enumerate().map(of).collect()
}

fn cell(value: ValueRef<'_>, column: &MovedColumn) -> Result<Cell, SqliteFault> {
    Ok(match (column.kind, value) {
        (_, ValueRef::Null) => Cell::Null,
        (CellKind::Int, ValueRef::Integer(number)) => Cell::Int(number),
        (CellKind::Bool, ValueRef::Integer(number)) => Cell::Bool(number != 0),
        (CellKind::Text, ValueRef::Text(text) | ValueRef::Blob(text)) => {
            Cell::Text(Cell::text(&String::from_utf8_lossy(text)))
        }
        (CellKind::Bytes, ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => {
            Cell::Bytes(bytes.to_vec())
        }
        (CellKind::Texts, ValueRef::Text(json)) => {
            let texts: Vec<String> = codes::set(&String::from_utf8_lossy(json))?;
            Cell::Texts(texts.iter().map(|text| Cell::text(text)).collect())
        }
        (CellKind::Ints, ValueRef::Text(json)) => {
            let numbers = serde_json::from_slice(json);
            Cell::Ints(numbers.map_err(|error| SqliteFault::Damaged(error.to_string()))?)
        }
        (_, other) => {
            let name = column.name;
            let kind = other.data_type();
            return Err(SqliteFault::Damaged(format!("{name} holds {kind}")));
        }
    })
}

/// The highest number that a row of that table ever had.
fn last_id(tx: &Connection, table: &str) -> Result<i64, SqliteFault> {
    tx.value(
        &format!(
            "SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?1), 0), \
             coalesce((SELECT max(id) FROM {table}), 0))"
        ),
        params![table],
    )
}

/// Rows on their way, a group at a time.
struct RowsInHand<'a> {
    table: &'static MovedTable,
    rows: &'a mpsc::Sender<MovingOut>,
    held: Vec<MovedRow>,
    bytes: usize,
}

impl<'a> RowsInHand<'a> {
    fn new(table: &'static MovedTable, rows: &'a mpsc::Sender<MovingOut>) -> Self {
        Self {
            table,
            rows,
            held: Vec::new(),
            bytes: 0,
        }
    }

    fn add(&mut self, row: MovedRow) -> Result<(), SqliteFault> {
        self.bytes += row.iter().map(Cell::bytes).sum::<usize>();
        self.held.push(row);
        match self.held.len() >= MOST_ROWS || self.bytes >= MOST_BYTES {
            true => self.hand_over(),
            false => Ok(()),
        }
    }

    fn hand_over(&mut self) -> Result<(), SqliteFault> {
        if self.held.is_empty() {
            return Ok(());
        }
        self.bytes = 0;
        let group = MovingOut::Rows(self.table, std::mem::take(&mut self.held));
        self.rows.blocking_send(group).map_err(|_| given_up())
    }
}

/// Marks the database, and closes it to whoever has it open still: what is written here from now on would be lost.
fn mark_as_moved(tx: &Connection, to: &str, now: DateTime<Utc>) -> Result<(), SqliteFault> {
    tx.run(
        "UPDATE instance SET moved_to = ?1, moved_at = ?2",
        params![to, codes::millis(now)],
    )?;
    let tables: Vec<String> = tx.values(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
        [],
    )?;
    for table in tables {
        for verb in ["INSERT", "UPDATE", "DELETE"] {
            tx.execute_batch(&format!(
                "CREATE TRIGGER \"moved_{table}_{verb}\" BEFORE {verb} ON \"{table}\" \
                 BEGIN SELECT raise(ABORT, '{CLOSED}'); END"
            ))?;
        }
    }
    Ok(())
}

/// What SQLite tells whoever writes to a list that has moved.
const CLOSED: &str = phrase!("this list has moved away: nothing is written here any more");
