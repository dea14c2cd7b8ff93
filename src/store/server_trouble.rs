//! What keeps a database server from being used: each in one sentence, with what a person does about it. Not: what the
//! server said in its own words, which is the cause.

use crate::words::phrase;
use std::error::Error;

type Cause = Box<dyn Error + Send + Sync>;

/// Why a server that others keep can't be used as it is.
#[derive(Debug, thiserror::Error)]
pub enum ServerTrouble {
    /// An address that says too little, or something that is not known.
    #[error("its address can't be read: {why}")]
    Address {
        /// What is wrong with it, without its password.
        why: String,
    },
    /// The certificates of `sslrootcert`.
    #[error("the certificates of sslrootcert can't be read")]
    RootFile(#[source] Cause),
    /// Nothing answers, or what answered hung up.
    #[error("the server can't be reached")]
    Unreachable(#[source] Cause),
    /// The handshake fails.
    #[error("no trusted connection can be made to the server")]
    Untrusted(#[source] Cause),
    /// A password is wanted.
    #[error("the server wants a password, and none is given")]
    NoPassword,
    /// It is not the right one.
    #[error("the server refuses the password")]
    Password,
    /// No such user, or not from here.
    #[error("the server lets this user in from nowhere, or not from here")]
    NotLetIn(#[source] Cause),
    /// No such database.
    #[error("the server has no database of that name")]
    NoDatabase,
    /// Older than 14.
    #[error("the server is PostgreSQL {version}, and 14 is the oldest that will do")]
    TooOld {
        /// As it says of itself.
        version: String,
    },
    /// A database in which Korean has no place.
    #[error("the database keeps its text as {encoding}, not as UTF-8")]
    Encoding {
        /// As the server calls it.
        encoding: String,
    },
    /// A standby.
    #[error("the server is a standby, or set to be read only")]
    ReadOnly,
    /// What is answered for may be lost.
    #[error("synchronous_commit is off: mail would be sent twice after the server's next crash")]
    AsynchronousCommit,
    /// What is answered for may be lost.
    #[error("fsync is off: the database would not survive the machine's next crash")]
    NoFsync,
    /// The user may not do what is needed.
    #[error("the user may not make tables in the schema {schema}")]
    NoRights {
        /// Where they would be.
        schema: String,
    },
    /// Nowhere to put a table.
    #[error("the user has no schema to make tables in")]
    NoSchema,
    /// pgbouncer, per statement.
    #[error("the pool in front of the server has no transactions (pool_mode = statement)")]
    StatementPool,
    /// No connection left.
    #[error("the server has no connection left")]
    Full(#[source] Cause),
    /// Its disk.
    #[error("the server's disk is full")]
    DiskFull,
    /// It ended what was asked of it.
    #[error("the server took too long for one of its answers")]
    TooSlow(#[source] Cause),
    /// Anything else.
    #[error("the server answered with an error")]
    Said(#[source] Cause),
    /// A value that we never write.
    #[error("it holds values that daily-note did not write")]
    NotOurs(#[source] Cause),
}

impl ServerTrouble {
    /// What a person does about it.
    pub(super) fn remedy(&self) -> &'static str {
        match self {
            Self::Address { .. } => {
                phrase!("write it as postgres://USER@HOST/DATABASE?sslmode=verify-full")
            }
            Self::RootFile(_) => {
                phrase!("name the file with the certificate, in PEM, that signed the server's own")
            }
            Self::Unreachable(_) => {
                phrase!(
                    "look whether the server runs, listens at that address, and a firewall lets you through"
                )
            }
            Self::Untrusted(_) => {
                phrase!(
                    "name the certificate that signed the server's with sslrootcert=FILE, and the server by the name that its certificate bears"
                )
            }
            Self::NoPassword | Self::Password => {
                phrase!("give it as ${VARIABLE} in the address, in PGPASSWORD, or in ~/.pgpass")
            }
            Self::NotLetIn(_) => {
                phrase!(
                    "make the user with CREATE ROLE … LOGIN, and let it in with a line of pg_hba.conf"
                )
            }
            Self::NoDatabase => {
                phrase!("make it: CREATE DATABASE … OWNER … ENCODING 'UTF8' TEMPLATE template0")
            }
            Self::TooOld { .. } => phrase!("upgrade the server"),
            Self::Encoding { .. } => {
                phrase!("make another: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0")
            }
            Self::ReadOnly => phrase!("name the primary; of a standby, `doctor` can say no more"),
            Self::AsynchronousCommit => {
                phrase!(
                    "take it back: ALTER ROLE … RESET synchronous_commit (or ALTER DATABASE …, or postgresql.conf)"
                )
            }
            Self::NoFsync => phrase!("turn it on in postgresql.conf, and restart the server"),
            Self::NoRights { .. } => phrase!("let it: GRANT CREATE, USAGE ON SCHEMA … TO …"),
            Self::NoSchema => {
                phrase!("make one: CREATE SCHEMA AUTHORIZATION …, or set the user's search_path")
            }
            Self::StatementPool => {
                phrase!("set pool_mode = transaction for this database in pgbouncer.ini")
            }
            Self::Full(_) => {
                phrase!(
                    "raise max_connections, or put a pool in front of the server; what waits goes on by itself"
                )
            }
            Self::DiskFull => phrase!("make room: what was under way goes on where it stopped"),
            Self::TooSlow(_) => {
                phrase!(
                    "look at the server's load and for transactions that were left open (pg_stat_activity); then try again"
                )
            }
            Self::Said(_) => phrase!("look into the server's log; nothing was changed"),
            Self::NotOurs(_) => phrase!("restore a backup; nothing was changed"),
        }
    }
}
