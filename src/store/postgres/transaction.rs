//! One transaction: begun, spoken in, ended. It has its connection to itself; whoever goes away in the middle leaves
//! nothing behind. No SQL of its own but that.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use tokio_postgres::{Row, types::FromSqlOwned};

use super::{fault::PostgresFault, pool::PooledConnection, values::TypedValue};
use crate::store::StoreError;

/// What of a transaction ends with it, said as it begins: nothing is ever set on a session, which a pool would hand on
/// to strangers. A verb that takes longer hangs; a process that stops in the middle holds its locks no longer than
/// that.
const LIMITS: &str = "SET LOCAL statement_timeout = '10min'; SET LOCAL lock_timeout = '1min'; \
    SET LOCAL idle_in_transaction_session_timeout = '1min'";

/// What is said where few rows are found by their keys. Of a batch that was frozen just now the server knows nothing: it
/// takes it for one row, and would read through all of it for every group. So such statements join `unnest($1, …) AS
/// n(batch, …)`, in which no batch is a constant to start from, and nothing else than looking up row by row is left.
const BY_KEYS: &str = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; \
    SET LOCAL jit = off";

/// A transaction under way. What it is asked at once (`tokio::join!(biased; …)`) reaches the server together and is
/// answered in that order, each statement as of its own moment: the way there and back is paid once.
pub(super) struct StoreTransaction {
    connection: PooledConnection,
    place: Arc<str>,
    /// How many have changed something and are durable.
    written: Option<Arc<AtomicU64>>,
}

impl StoreTransaction {
    /// One that writes, and is counted in `written` once it is durable; without that one that reads, everything as of
    /// one moment.
    pub(super) async fn begin(
        connection: PooledConnection,
        place: Arc<str>,
        written: Option<Arc<AtomicU64>>,
    ) -> Result<Self, PostgresFault> {
        let mode = match written {
            Some(_) => "READ COMMITTED READ WRITE",
            None => "REPEATABLE READ READ ONLY",
        };
        let begin = format!("BEGIN ISOLATION LEVEL {mode}; {LIMITS}");
        connection.client().batch_execute(&begin).await?;
        Ok(Self {
            connection,
            place,
            written,
        })
    }

    /// Ends it as the verb did: durable on return, or undone.
    pub(super) async fn end<T>(self, done: Result<T, PostgresFault>) -> Result<T, StoreError> {
        let place = Arc::clone(&self.place);
        let ended = match done {
            Ok(value) => {
                let is_reader = self.written.is_none();
                match self.commit().await {
                    // What was read was read, whatever becomes of the connection.
                    Err(fault) if is_reader && fault.is_lost() => Ok(value),
                    committed => committed.map(|()| value),
                }
            }
            Err(fault) => {
                self.roll_back().await;
                Err(fault)
            }
        };
        ended.map_err(|fault| fault.of_server(&place))
    }

    /// Ends one of which nothing is to stay.
    pub(super) async fn undo<T>(self, done: Result<T, PostgresFault>) -> Result<T, StoreError> {
        let place = Arc::clone(&self.place);
        self.roll_back().await;
        done.map_err(|fault| fault.of_server(&place))
    }

    /// Ends one of which nothing stands any more, for that reason.
    pub(super) async fn abandon(self, fault: &PostgresFault) {
        // A lost connection is dropped with it.
        if !fault.is_lost() {
            self.roll_back().await;
        }
    }

    async fn commit(self) -> Result<(), PostgresFault> {
        self.connection.client().batch_execute("COMMIT").await?;
        if let Some(written) = &self.written {
            written.fetch_add(1, Relaxed);
        }
        self.connection.give_back();
        Ok(())
    }

    async fn roll_back(self) {
        // Where that fails too, the connection is dropped, which undoes as much.
        let undone = self.connection.client().batch_execute("ROLLBACK").await;
        if undone.is_ok() {
            self.connection.give_back();
        }
    }

    /// Rows are looked up one by one from now on, by joins with `unnest` that name their batches too.
    pub(super) async fn by_keys(&self) -> Result<(), PostgresFault> {
        self.script(BY_KEYS).await
    }

    /// Several statements without values.
    pub(super) async fn script(&self, sql: &str) -> Result<(), PostgresFault> {
        Ok(self.connection.client().batch_execute(sql).await?)
    }

    /// Changes rows; answers how many.
    pub(super) async fn run(
        &self,
        sql: &str,
        values: &[TypedValue<'_>],
    ) -> Result<u64, PostgresFault> {
        Ok(self.connection.client().execute_typed(sql, values).await?)
    }

    /// All rows there are.
    pub(super) async fn rows(
        &self,
        sql: &str,
        values: &[TypedValue<'_>],
    ) -> Result<Vec<Row>, PostgresFault> {
        Ok(self.connection.client().query_typed(sql, values).await?)
    }

    /// All rows there are, read.
    pub(super) async fn all<T>(
        &self,
        sql: &str,
        values: &[TypedValue<'_>],
        read: impl Fn(&Row) -> Result<T, PostgresFault>,
    ) -> Result<Vec<T>, PostgresFault> {
        self.rows(sql, values).await?.iter().map(read).collect()
    }

    /// The row that there may be.
    pub(super) async fn maybe<T>(
        &self,
        sql: &str,
        values: &[TypedValue<'_>],
        read: impl Fn(&Row) -> Result<T, PostgresFault>,
    ) -> Result<Option<T>, PostgresFault> {
        let client = self.connection.client();
        let row = client.query_typed_opt(sql, values).await?;
        row.as_ref().map(read).transpose()
    }

    /// The one row that there must be.
    pub(super) async fn one<T>(
        &self,
        sql: &str,
        values: &[TypedValue<'_>],
        read: impl Fn(&Row) -> Result<T, PostgresFault>,
    ) -> Result<T, PostgresFault> {
        let client = self.connection.client();
        read(&client.query_typed_one(sql, values).await?)
    }

    /// The first column of the one row that there must be.
    pub(super) async fn value<T: FromSqlOwned>(
        &self,
        sql: &str,
        values: &[TypedValue<'_>],
    ) -> Result<T, PostgresFault> {
        self.one(sql, values, |row| Ok(row.try_get(0)?)).await
    }

    /// The first column of the row that there may be.
    pub(super) async fn maybe_value<T: FromSqlOwned>(
        &self,
        sql: &str,
        values: &[TypedValue<'_>],
    ) -> Result<Option<T>, PostgresFault> {
        self.maybe(sql, values, |row| Ok(row.try_get(0)?)).await
    }

    /// The first column of all rows there are.
    pub(super) async fn values<T: FromSqlOwned>(
        &self,
        sql: &str,
        values: &[TypedValue<'_>],
    ) -> Result<Vec<T>, PostgresFault> {
        self.all(sql, values, |row| Ok(row.try_get(0)?)).await
    }
}
