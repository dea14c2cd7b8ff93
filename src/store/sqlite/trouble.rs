//! SQLite's errors in plain words for the person who must fix them.

use crate::words::phrase;
use std::error::Error;

/// Why the database can't be used.
#[derive(Debug, thiserror::Error)]
#[error("{words}")]
pub(super) struct DatabaseTrouble {
    words: String,
    #[source]
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl DatabaseTrouble {
    /// What SQLite said.
    pub(super) fn of(error: rusqlite::Error) -> Self {
        match plain(&error) {
            Some(words) => Self {
                words: words.to_owned(),
                source: Some(error.into()),
            },
            None => Self {
                words: error.to_string(),
                source: None,
            },
        }
    }

    /// A value that can't be ours.
    pub(super) fn damaged(what: String) -> Self {
        Self {
            words: NOT_OURS.to_owned(),
            source: Some(what.into()),
        }
    }
}

const NOT_OURS: &str = phrase!("it holds values that daily-note did not write");

/// The primary result code (sqlite.org/rescode.html) of what SQLite said.
fn code(error: &rusqlite::Error) -> Option<i32> {
    let error = match error {
        rusqlite::Error::SqliteFailure(error, _) | rusqlite::Error::SqlInputError { error, .. } => {
            error
        }
        _ => return None,
    };
    // Extended codes carry theirs in the low byte.
    Some(error.extended_code & 0xFF)
}

/// Somebody else has the lock, and kept it for longer than we wait.
pub(super) fn is_locked(error: &rusqlite::Error) -> bool {
    matches!(code(error), Some(5 | 6))
}

/// A file could not be opened, whatever the reason.
pub(super) fn is_opening(error: &rusqlite::Error) -> bool {
    matches!(code(error), Some(14))
}

/// What was read is not what was written: the disk answers with errors, or pages make no sense.
pub(super) fn is_of_pages(error: &rusqlite::Error) -> bool {
    matches!(code(error), Some(10 | 11 | 26))
}

/// A disk, rights or another process are what is in the way, and not the statement.
pub(super) fn is_of_machine(error: &rusqlite::Error) -> bool {
    matches!(code(error), Some(3 | 5 | 6 | 8 | 10 | 11 | 13 | 14 | 26))
}

fn plain(error: &rusqlite::Error) -> Option<&'static str> {
    use rusqlite::Error as E;
    if let E::FromSqlConversionFailure(..)
    | E::IntegralValueOutOfRange(..)
    | E::InvalidColumnType(..)
    | E::Utf8Error(..) = error
    {
        return Some(NOT_OURS);
    }
    Some(match code(error)? {
        3 | 8 => phrase!("it may not be written: look at its owner and its rights"),
        10 => phrase!("the disk answered with an error: nothing more is written to it"),
        11 => {
            phrase!(
                "what was read makes no sense: it is damaged, or its disk fails; look at the disk first, then restore a backup"
            )
        }
        13 => phrase!("the disk is full"),
        14 => phrase!("it can't be opened: look at the folder's owner and rights"),
        26 => phrase!("it is damaged, or not a database"),
        _ => return None,
    })
}
