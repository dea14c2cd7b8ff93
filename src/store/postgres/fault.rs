//! What goes wrong inside: the server's errors get their plain words at the edge, the store's own pass as they are.

use std::{error::Error, io};

use tokio_postgres::error::SqlState;

use crate::{
    source::SourceError,
    store::{ServerTrouble, StoreError, codes::NotOurs},
};

/// Why a transaction failed.
#[derive(Debug)]
pub(super) enum PostgresFault {
    Sql(tokio_postgres::Error),
    /// A value that we never write.
    Damaged(NotOurs),
    Trouble(ServerTrouble),
    Told(StoreError),
    /// Somebody was at these rows between the look at them and the write.
    Overtaken,
}

impl PostgresFault {
    /// The connection is gone, and with it what was not committed over it.
    pub(super) fn is_lost(&self) -> bool {
        let Self::Sql(error) = self else {
            return false;
        };
        match error.code() {
            // Class 08 is connections; the others are a server that stops or starts.
            Some(code) => {
                code.code().starts_with("08") || ["57P01", "57P02", "57P03"].contains(&code.code())
            }
            None => {
                let is_io = |it: &(dyn Error + 'static)| it.is::<io::Error>();
                error.is_closed() || error.source().is_some_and(is_io)
            }
        }
    }

    /// Somebody else was in the way, and the whole transaction may be tried again.
    pub(super) fn is_contended(&self) -> bool {
        match self {
            Self::Sql(error) => is_contended(error),
            other => other.is_overtaken(),
        }
    }

    /// Another came first with the same rows, as happens between any two: nobody waits for long.
    pub(super) fn is_overtaken(&self) -> bool {
        match self {
            Self::Sql(error) => has_come_first(error),
            Self::Overtaken => true,
            _ => false,
        }
    }

    /// The server undid it to let others go on.
    pub(super) fn is_undone_for_others(&self) -> bool {
        const UNDONE: [SqlState; 2] = [
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::T_R_SERIALIZATION_FAILURE,
        ];
        match self {
            Self::Sql(error) => error.code().is_some_and(|code| UNDONE.contains(code)),
            _ => false,
        }
    }

    /// As people are told of it, who have the database there.
    pub(super) fn of_server(self, place: &str) -> StoreError {
        let place = place.to_owned();
        let source = match self {
            Self::Told(error) => return error,
            Self::Sql(error) if is_contended(&error) => return StoreError::Locked { place },
            Self::Sql(error) => trouble(error),
            Self::Trouble(trouble) => trouble,
            Self::Damaged(what) => ServerTrouble::NotOurs(Box::new(what)),
            Self::Overtaken => return StoreError::Locked { place },
        };
        StoreError::Server { place, source }
    }
}

/// Somebody else was in the way, and the whole transaction may be tried again.
fn is_contended(error: &tokio_postgres::Error) -> bool {
    const IN_THE_WAY: [SqlState; 3] = [
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::LOCK_NOT_AVAILABLE,
    ];
    error.code().is_some_and(|code| IN_THE_WAY.contains(code)) || has_come_first(error)
}

/// Of who claims a row and who parts it from its chunk at the same moment, the other one has made it.
fn has_come_first(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|said| {
        *said.code() == SqlState::UNIQUE_VIOLATION && said.constraint() == Some(ROW_KEY)
    })
}

/// The key by which a batch has a row for a place once.
const ROW_KEY: &str = "deliveries_pkey";

/// What the server, or the way to it, says.
fn trouble(error: tokio_postgres::Error) -> ServerTrouble {
    match error.as_db_error() {
        Some(said) => said_trouble(said),
        None => way_trouble(error),
    }
}

fn said_trouble(said: &tokio_postgres::error::DbError) -> ServerTrouble {
    let code = said.code();
    let cause = || Box::new(ServerWords::of(said));
    // pgbouncer has no code of its own for it, and hangs up.
    if said.message().contains("statement pooling mode") {
        return ServerTrouble::StatementPool;
    }
    // Nor for whoever it does not know.
    if said.message().contains("password authentication failed") {
        return ServerTrouble::Password;
    }
    match code.code() {
        "28P01" => ServerTrouble::Password,
        "28000" => ServerTrouble::NotLetIn(cause()),
        "3D000" => ServerTrouble::NoDatabase,
        "53300" => ServerTrouble::Full(cause()),
        "53100" => ServerTrouble::DiskFull,
        "25006" => ServerTrouble::ReadOnly,
        "57014" | "25P03" | "57P05" => ServerTrouble::TooSlow(cause()),
        "57P01" | "57P02" | "57P03" | "08006" | "08001" | "08004" => {
            ServerTrouble::Unreachable(cause())
        }
        _ => ServerTrouble::Said(cause()),
    }
}

fn way_trouble(error: tokio_postgres::Error) -> ServerTrouble {
    // The driver keeps its kinds to itself, and says them in these words alone.
    let words = error.to_string();
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    if cause == "password missing" {
        return ServerTrouble::NoPassword;
    }
    let is_unreadable = words.starts_with("error deserializing")
        || words.starts_with("invalid column")
        || words.starts_with("query returned");
    if is_unreadable {
        return ServerTrouble::NotOurs(Box::new(error));
    }
    let source = error.into_source();
    match (words.as_str(), source) {
        ("error performing TLS handshake", Some(source)) => ServerTrouble::Untrusted(source),
        (_, Some(source)) => ServerTrouble::Unreachable(source),
        (_, None) => ServerTrouble::Unreachable(Box::new(io::Error::other(words))),
    }
}

/// A server's own words: never its detail, which has the values of rows in it.
#[derive(Debug, thiserror::Error)]
#[error("{message} ({code})")]
struct ServerWords {
    message: String,
    code: String,
}

impl ServerWords {
    fn of(said: &tokio_postgres::error::DbError) -> Self {
        Self {
            message: said.message().to_owned(),
            code: said.code().code().to_owned(),
        }
    }
}

impl From<tokio_postgres::Error> for PostgresFault {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<NotOurs> for PostgresFault {
    fn from(what: NotOurs) -> Self {
        Self::Damaged(what)
    }
}

impl From<ServerTrouble> for PostgresFault {
    fn from(trouble: ServerTrouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl From<StoreError> for PostgresFault {
    fn from(error: StoreError) -> Self {
        Self::Told(error)
    }
}

impl From<SourceError> for PostgresFault {
    fn from(error: SourceError) -> Self {
        Self::Told(StoreError::Entry(error))
    }
}
