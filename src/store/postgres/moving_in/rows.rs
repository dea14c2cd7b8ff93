//! Rows of a list that moves in: written a column at a time, and read back in their order.

use tokio_postgres::{Row, types::Type};

use super::arrived;
use crate::store::{
    StoreError,
    moving_house::{
        cells::{Cell, CellKind, MovedRow, TableHash, WholeTable},
        columns::{MovedColumn, MovedTable},
    },
    postgres::{
        columns,
        fault::PostgresFault,
        transaction::StoreTransaction,
        values::{SqlValue, TypedValue, values},
    },
};

/// Rows that are read back at once.
const PAGE: u32 = 5_000;

/// Writes rows of a table that has come as far as `behind`, and says so beside them.
pub(super) async fn write(
    tx: &StoreTransaction,
    table: &MovedTable,
    behind: u64,
    rows: &[MovedRow],
) -> Result<(), PostgresFault> {
    if !arrived::grow(tx, table, behind, rows.len() as u64).await? {
        return Err(StoreError::Abandoned.into());
    }
    let held: Vec<ColumnValues> = table
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| ColumnValues::of(column.kind, rows, at))
        .collect();
    let values: Vec<TypedValue<'_>> = held.iter().map(ColumnValues::typed).collect();
    let names: Vec<String> = table.columns.iter().map(quoted).collect();
    let numbers: Vec<String> = (1..=names.len()).map(|n| format!("${n}")).collect();
    let read = table.columns.iter().map(|column| match column.kind {
        // A list of lists is none to the server.
        CellKind::Texts => format!("{}::text[]", quoted(column)),
        CellKind::Ints => format!("{}::int8[]", quoted(column)),
        _ => quoted(column),
    });
    let sql = format!(
        "INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {read} \
         FROM unnest({numbers}) AS moved({names})",
        table = table.name,
        names = names.join(", "),
        read = read.collect::<Vec<_>>().join(", "),
        numbers = numbers.join(", "),
    );
    tx.run(&sql, &values).await.map(drop)
}

/// Some columns are called as SQL's own words are.
fn quoted(column: &MovedColumn) -> String {
    format!("\"{}\"", column.name)
}

/// One column of many rows.
enum ColumnValues {
    Ints(Vec<Option<i64>>),
    Bools(Vec<Option<bool>>),
    Texts(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

impl ColumnValues {
    fn of(kind: CellKind, rows: &[MovedRow], at: usize) -> Self {
        let cells = rows.iter().map(|row| row.get(at).unwrap_or(&Cell::Null));
        match kind {
            CellKind::Int => Self::Ints(cells.map(int).collect()),
            CellKind::Bool => Self::Bools(cells.map(flag).collect()),
            CellKind::Text | CellKind::Texts | CellKind::Ints => {
                Self::Texts(cells.map(text).collect())
            }
            CellKind::Bytes => Self::Bytes(cells.map(bytes).collect()),
        }
    }

    fn typed(&self) -> TypedValue<'_> {
        match self {
            Self::Ints(values) => of_list(values),
            Self::Bools(values) => of_list(values),
            Self::Texts(values) => of_list(values),
            Self::Bytes(values) => of_list(values),
        }
    }
}

fn of_list<T: SqlValue>(values: &T) -> TypedValue<'_> {
    let kind: Type = T::sql_type();
    (values, kind)
}

fn int(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Int(value) => Some(*value),
        _ => None,
    }
}

fn flag(cell: &Cell) -> Option<bool> {
    match cell {
        Cell::Bool(value) => Some(*value),
        _ => None,
    }
}

fn text(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text.clone()),
        Cell::Texts(texts) => Some(columns::list_text(texts)),
        Cell::Ints(numbers) => {
            let numbers: Vec<String> = numbers.iter().map(i64::to_string).collect();
            Some(format!("{{{}}}", numbers.join(",")))
        }
        _ => None,
    }
}

fn bytes(cell: &Cell) -> Option<Vec<u8>> {
    match cell {
        Cell::Bytes(bytes) => Some(bytes.clone()),
        _ => None,
    }
}

/// Reads a table to its end, in the order in which its rows came.
pub(super) async fn read_back(
    tx: &StoreTransaction,
    table: &MovedTable,
) -> Result<WholeTable, PostgresFault> {
    let columns = table.columns.iter().map(|column| match column.kind {
        CellKind::Int => format!("{}::int8", quoted(column)),
        _ => quoted(column),
    });
    let key = table.key.iter().map(|key| {
        let column = table.columns.iter().find(|column| column.name == *key);
        match column.map(|column| column.kind) {
            // By its bytes, whatever the server's language is.
            Some(CellKind::Text) => format!("\"{key}\" COLLATE \"C\""),
            _ => format!("\"{key}\""),
        }
    });
    let sql = format!(
        "DECLARE arrived NO SCROLL CURSOR FOR SELECT {} FROM {} ORDER BY {}",
        columns.collect::<Vec<_>>().join(", "),
        table.name,
        key.collect::<Vec<_>>().join(", ")
    );
    tx.script(&sql).await?;
    let (next, mut hash) = (format!("FETCH {PAGE} FROM arrived"), TableHash::new());
    loop {
        let page = tx.rows(&next, values![]).await?;
        for row in &page {
            hash.add(&cells(row, table.columns)?);
        }
        if page.is_empty() {
            break;
        }
    }
    tx.script("CLOSE arrived").await?;
    Ok(hash.end())
}

fn cells(row: &Row, columns: &[MovedColumn]) -> Result<MovedRow, PostgresFault> {
    let of = |(at, column): (usize, &MovedColumn)| cell(row, at, column.kind);
    columns.iter().enumerate().map(of).collect()
}

fn cell(row: &Row, at: usize, kind: CellKind) -> Result<Cell, PostgresFault> {
    let cell = match kind {
        CellKind::Int => row.try_get::<_, Option<i64>>(at)?.map(Cell::Int),
        CellKind::Bool => row.try_get::<_, Option<bool>>(at)?.map(Cell::Bool),
        CellKind::Text => row.try_get::<_, Option<String>>(at)?.map(Cell::Text),
        CellKind::Bytes => row.try_get::<_, Option<Vec<u8>>>(at)?.map(Cell::Bytes),
        CellKind::Texts => row.try_get::<_, Option<Vec<String>>>(at)?.map(Cell::Texts),
        CellKind::Ints => row.try_get::<_, Option<Vec<i64>>>(at)?.map(Cell::Ints),
    };
    Ok(cell.unwrap_or(Cell::Null))
}
