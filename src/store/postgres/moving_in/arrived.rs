//! How far the tables of a list that moves in have come.

use std::collections::BTreeMap;

use crate::store::{
    codes,
    moving_house::{cells::WholeTable, columns::MovedTable},
    postgres::{columns, fault::PostgresFault, transaction::StoreTransaction, values::values},
};

/// A table of which rows have come.
#[derive(Debug, Clone, Default)]
pub(crate) struct ArrivedTable {
    pub(crate) rows: u64,
    /// What it is known by; None: it was not found equal yet.
    pub(crate) hash: Option<Vec<u8>>,
}

pub(super) async fn all(
    tx: &StoreTransaction,
) -> Result<BTreeMap<String, ArrivedTable>, PostgresFault> {
    let sql = "SELECT name, rows, hash FROM moved_tables";
    let all = tx.all(sql, values![], |row| {
        let arrived = ArrivedTable {
            rows: columns::count(row, "rows")?,
            hash: row.try_get("hash")?,
        };
        Ok((row.try_get("name")?, arrived))
    });
    Ok(all.await?.into_iter().collect())
}

/// Says that so many more rows of a table are there; false: it had not come as far as `behind`, for somebody else moves
/// the same.
pub(super) async fn grow(
    tx: &StoreTransaction,
    table: &MovedTable,
    behind: u64,
    rows: u64,
) -> Result<bool, PostgresFault> {
    let (behind, rows) = (codes::signed(behind), codes::signed(rows));
    let grown = tx
        .run(
            "INSERT INTO moved_tables AS t (name, rows) SELECT $1, $3 WHERE $2 = 0 \
             OR EXISTS (SELECT 1 FROM moved_tables WHERE name = $1) \
             ON CONFLICT (name) DO UPDATE SET rows = t.rows + $3, hash = NULL WHERE t.rows = $2",
            values![table.name, behind, rows],
        )
        .await?;
    Ok(grown == 1)
}

/// A table is there as it was.
pub(super) async fn note(
    tx: &StoreTransaction,
    table: &MovedTable,
    whole: &WholeTable,
    last_id: Option<i64>,
) -> Result<(), PostgresFault> {
    tx.run(
        "INSERT INTO moved_tables (name, rows, hash, last_id) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (name) DO UPDATE SET hash = excluded.hash, last_id = excluded.last_id",
        values![
            table.name,
            codes::signed(whole.rows),
            whole.hash.as_slice(),
            last_id
        ],
    )
    .await
    .map(drop)
}

/// The next row of each table gets a number that none ever had.
pub(super) async fn go_on_counting(tx: &StoreTransaction) -> Result<(), PostgresFault> {
    tx.rows(
        "SELECT setval(pg_get_serial_sequence(name, 'id'), greatest(last_id, 1), last_id > 0) \
         FROM moved_tables WHERE last_id IS NOT NULL",
        values![],
    )
    .await
    .map(drop)
}
