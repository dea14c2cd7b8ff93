//! SQL put to a connection: statements compiled once and kept, rows read as they are stepped, errors
//! in the store's own type. No SQL of its own.

use rusqlite::{Connection, OptionalExtension, Params, Row, types::FromSql};

use super::fault::SqliteFault;

/// What verbs ask of a connection. Every statement is a text that stands in the code, so that the few
/// there are stay compiled.
pub(super) trait Statements {
    /// The connection itself.
    fn connection(&self) -> &Connection;

    /// Changes rows; answers how many.
    fn run(&self, sql: &str, parameters: impl Params) -> Result<u64, SqliteFault> {
        let mut statement = self.connection().prepare_cached(sql)?;
        Ok(statement.execute(parameters)? as u64)
    }

    /// The one row that there must be.
    fn one<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, SqliteFault>,
    ) -> Result<T, SqliteFault> {
        self.maybe(sql, parameters, read)?
            .ok_or(SqliteFault::Sql(rusqlite::Error::QueryReturnedNoRows))
    }

    /// The row that there may be.
    fn maybe<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, SqliteFault>,
    ) -> Result<Option<T>, SqliteFault> {
        let mut statement = self.connection().prepare_cached(sql)?;
        let read = statement.query_row(parameters, |row| Ok(read(row)));
        read.optional()?.transpose()
    }

    /// All rows there are.
    fn all<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        mut read: impl FnMut(&Row<'_>) -> Result<T, SqliteFault>,
    ) -> Result<Vec<T>, SqliteFault> {
        let mut statement = self.connection().prepare_cached(sql)?;
        let mut rows = statement.query(parameters)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(read(row)?);
        }
        Ok(all)
    }

    /// The first column of the one row that there must be.
    fn value<T: FromSql>(&self, sql: &str, parameters: impl Params) -> Result<T, SqliteFault> {
        self.one(sql, parameters, |row| Ok(row.get(0)?))
    }

    /// The first column of the row that there may be.
    fn maybe_value<T: FromSql>(
        &self,
        sql: &str,
        parameters: impl Params,
    ) -> Result<Option<T>, SqliteFault> {
        self.maybe(sql, parameters, |row| Ok(row.get(0)?))
    }

    /// The first column of all rows there are.
    fn values<T: FromSql>(
        &self,
        sql: &str,
        parameters: impl Params,
    ) -> Result<Vec<T>, SqliteFault> {
        self.all(sql, parameters, |row| Ok(row.get(0)?))
    }
}

impl Statements for Connection {
    fn connection(&self) -> &Connection {
        self
    }
}
