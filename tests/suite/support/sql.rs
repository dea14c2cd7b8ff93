//! The state's database as another program sees it.

use std::path::Path;

use rusqlite::Connection;

/// Runs SQL on a database, which is made where there is none.
pub(crate) fn sqlite3(database: &Path, sql: &str) {
    let connection = Connection::open(database).unwrap();
    connection.execute_batch(sql).unwrap();
    connection.close().unwrap();
}
