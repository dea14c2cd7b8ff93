//! SQL put to a connection: statements compiled once and kept, rows read as they are stepped, errors
//! in the store's own type. No SQL of its own.

use rusqlite::{Connection, OptionalExtension, Params, Row, types::FromSql};

use super::Fault;

/// What verbs ask of a connection. Every statement is a text that stands in the code, so that the few
/// there are stay compiled.
pub(super) trait Statements {
    /// Changes rows; answers how many.
    fn run(&self, sql: &str, parameters: impl Params) -> Result<u64, Fault>;

    /// The one row that there must be.
    fn one<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault>;

    /// The row that there may be.
    fn maybe<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault>;

    /// All rows there are.
    fn all<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault>;

    /// The first column of the one row that there must be.
    fn value<T: FromSql>(&self, sql: &str, parameters: impl Params) -> Result<T, Fault> {
        self.one(sql, parameters, |row| Ok(row.get(0)?))
    }

    /// The first column of the row that there may be.
    fn maybe_value<T: FromSql>(
        &self,
        sql: &str,
        parameters: impl Params,
    ) -> Result<Option<T>, Fault> {
        self.maybe(sql, parameters, |row| Ok(row.get(0)?))
    }

    /// The first column of all rows there are.
    fn values<T: FromSql>(&self, sql: &str, parameters: impl Params) -> Result<Vec<T>, Fault> {
        self.all(sql, parameters, |row| Ok(row.get(0)?))
    }
}

impl Statements for Connection {
    fn run(&self, sql: &str, parameters: impl Params) -> Result<u64, Fault> {
        let changed = self.prepare_cached(sql)?.execute(parameters)?;
        Ok(changed as u64)
    }

    fn one<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.maybe(sql, parameters, read)?
            .ok_or(Fault::Sql(rusqlite::Error::QueryReturnedNoRows))
    }

    fn maybe<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let mut statement = self.prepare_cached(sql)?;
        let read = statement.query_row(parameters, |row| Ok(read(row)));
        read.optional()?.transpose()
    }

    fn all<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let mut statement = self.prepare_cached(sql)?;
        let mut rows = statement.query(parameters)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(read(row)?);
        }
        Ok(all)
    }
}
