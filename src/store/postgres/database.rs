//! The database as it must be before anything is begun in it: who it is, that what it answers for is durable, that its
//! tables are ours and up to date.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use tokio_postgres::Row;

use super::{
    fault::PostgresFault, migrations, pool::ConnectionPool, settings::PostgresSettings,
    transaction::StoreTransaction, values::values,
};
use crate::store::{ServerTrouble, StoreError};

/// 14, as the server counts.
const OLDEST: i64 = 140_000;

/// A database that is fit to be used.
pub(super) struct PostgresDatabase {
    pool: Arc<ConnectionPool>,
    place: Arc<str>,
    /// Transactions of this process that have changed something and are durable.
    written: Arc<AtomicU64>,
}

impl fmt::Debug for PostgresDatabase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("PostgresDatabase")
            .field(&self.place)
            .finish()
    }
}

impl PostgresDatabase {
    /// Looks at the server, and makes the tables or brings them up to date.
    pub(super) async fn open(settings: &PostgresSettings) -> Result<Self, StoreError> {
        let place: Arc<str> = settings.place().into();
        let wanted = settings.clone();
        // Reading the machine's certificates takes longer than a handshake.
        let pool = tokio::task::spawn_blocking(move || ConnectionPool::new(&wanted)).await;
        let pool = match pool {
            Ok(Ok(pool)) => pool,
            Ok(Err(trouble)) => return Err(PostgresFault::from(trouble).of_server(&place)),
            Err(_) => return Err(StoreError::Abandoned),
        };
        let database = Self {
            pool: Arc::new(pool),
            place,
            written: Arc::default(),
        };
        database.make_ready().await?;
        Ok(database)
    }

    /// The same over a connection of its own, for what must not wait for others.
    pub(super) fn apart(&self) -> Self {
        Self {
            pool: Arc::new(self.pool.apart()),
            place: Arc::clone(&self.place),
            written: Arc::default(),
        }
    }

    async fn make_ready(&self) -> Result<(), StoreError> {
        let tx = self.reading().await?;
        let looked = async {
            look(&tx).await?;
            migrations::are_taken(&tx).await
        }
        .await;
        if tx.end(looked).await? {
            return Ok(());
        }
        let tx = self.writing().await?;
        let taken = migrations::run(&tx).await;
        tx.end(taken).await
    }

    /// Begins a transaction that writes.
    pub(super) async fn writing(&self) -> Result<StoreTransaction, StoreError> {
        self.begin(Some(&self.written)).await
    }

    /// Begins a transaction that reads.
    pub(super) async fn reading(&self) -> Result<StoreTransaction, StoreError> {
        self.begin(None).await
    }

    async fn begin(
        &self,
        written: Option<&Arc<AtomicU64>>,
    ) -> Result<StoreTransaction, StoreError> {
        let begun = match self.try_to_begin(written).await {
            // The server hung up while nobody used that connection, and most likely the others with it: it restarted.
            Err(fault) if fault.is_lost() => {
                self.pool.close_idle();
                self.try_to_begin(written).await
            }
            begun => begun,
        };
        begun.map_err(|fault| fault.of_server(&self.place))
    }

    async fn try_to_begin(
        &self,
        written: Option<&Arc<AtomicU64>>,
    ) -> Result<StoreTransaction, PostgresFault> {
        let (connection, place) = (self.pool.take().await?, Arc::clone(&self.place));
        StoreTransaction::begin(connection, place, written.map(Arc::clone)).await
    }

    /// Where it is, without its password.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    pub(super) fn writes(&self) -> u64 {
        self.written.load(Relaxed)
    }
}

/// Holds the server against what it must be.
async fn look(tx: &StoreTransaction) -> Result<(), PostgresFault> {
    let server = tx
        .one(
            "SELECT current_setting('server_version') AS version, \
             current_setting('server_version_num')::int8 AS number, \
             current_setting('server_encoding') AS encoding, \
             current_setting('synchronous_commit') AS commit, \
             current_setting('fsync') AS fsync, \
             current_setting('default_transaction_read_only') AS read_only, \
             pg_is_in_recovery() AS is_standby",
            values![],
            ServerFacts::read,
        )
        .await?;
    server.check().map_err(PostgresFault::from)
}

/// What a server says of itself.
struct ServerFacts {
    version: String,
    number: i64,
    encoding: String,
    commit: String,
    fsync: String,
    is_read_only: bool,
}

impl ServerFacts {
    fn read(row: &Row) -> Result<Self, PostgresFault> {
        let read_only: String = row.try_get("read_only")?;
        Ok(Self {
            version: row.try_get("version")?,
            number: row.try_get("number")?,
            encoding: row.try_get("encoding")?,
            commit: row.try_get("commit")?,
            fsync: row.try_get("fsync")?,
            is_read_only: row.try_get("is_standby")? || read_only == "on",
        })
    }

    fn check(self) -> Result<(), ServerTrouble> {
        if self.number < OLDEST {
            return Err(ServerTrouble::TooOld {
                version: self.version,
            });
        }
        if self.encoding != "UTF8" {
            return Err(ServerTrouble::Encoding {
                encoding: self.encoding,
            });
        }
        if self.is_read_only {
            return Err(ServerTrouble::ReadOnly);
        }
        if self.commit == "off" {
            return Err(ServerTrouble::AsynchronousCommit);
        }
        match self.fsync.as_str() {
            "off" => Err(ServerTrouble::NoFsync),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_too_old_or_keeps_another_encoding_is_refused() {
        let server = || ServerFacts {
            version: "15.18 (Debian)".to_owned(),
            number: 150_018,
            encoding: "UTF8".to_owned(),
            commit: "on".to_owned(),
            fsync: "on".to_owned(),
            is_read_only: false,
        };
        assert!(server().check().is_ok());
        let old = ServerFacts {
            version: "13.22".to_owned(),
            number: 130_022,
            ..server()
        };
        let told = old.check().unwrap_err().to_string();
        assert!(told.contains("PostgreSQL 13.22"), "{told}");
        let latin = ServerFacts {
            encoding: "SQL_ASCII".to_owned(),
            ..server()
        };
        assert!(matches!(latin.check(), Err(ServerTrouble::Encoding { .. })));
        for level in ["local", "remote_write", "remote_apply"] {
            let server = ServerFacts {
                commit: level.to_owned(),
                ..server()
            };
            assert!(server.check().is_ok(), "{level}");
        }
    }
}
