//! The state's database as another program sees it.

use std::path::Path;

use sqlx::{ConnectOptions, Connection, Executor, sqlite::SqliteConnectOptions};

/// Runs SQL on a database, which is made where there is none.
pub(crate) fn sqlite3(database: &Path, sql: &'static str) {
    let options = SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    // On a thread of its own: the test may run in a runtime already.
    std::thread::spawn(move || {
        runtime.block_on(async {
            let mut connection = options.connect().await.unwrap();
            connection.execute(sql).await.unwrap();
            connection.close().await.unwrap();
        });
    })
    .join()
    .unwrap();
}
