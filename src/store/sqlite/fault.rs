//! What goes wrong inside: SQLite's errors get their plain words at the edge, the store's own pass as they are.

use std::{io, path::Path};

use super::{
    database::descriptors,
    trouble::{self, DatabaseTrouble},
};
use crate::{
    source::SourceError,
    store::{StoreError, codes::NotOurs},
};

/// Why a transaction failed.
#[derive(Debug)]
pub(crate) enum SqliteFault {
    Sql(rusqlite::Error),
    /// A value that we never write.
    Damaged(String),
    Told(StoreError),
}

impl SqliteFault {
    /// A file or a folder of the state that can't be read or written.
    pub(super) fn unusable(place: &Path, error: io::Error) -> Self {
        let lacks_descriptors = descriptors::are_lacking(&error);
        let place = place.display().to_string();
        Self::Told(match lacks_descriptors {
            true => StoreError::NoDescriptors { place },
            false => StoreError::Unusable {
                place,
                source: error.into(),
            },
        })
    }

    /// As people are told of it, who have the database in that file.
    pub(super) fn of_file(self, file: &Path) -> StoreError {
        let place = file.display().to_string();
        let trouble = match self {
            Self::Told(error) => return error,
            Self::Sql(error) if trouble::is_locked(&error) => return StoreError::Locked { place },
            Self::Sql(error)
                if trouble::is_opening(&error)
                    && file.parent().is_some_and(descriptors::are_used_up) =>
            {
                return StoreError::NoDescriptors { place };
            }
            Self::Sql(error) => DatabaseTrouble::of(error),
            Self::Damaged(what) => DatabaseTrouble::damaged(what),
        };
        StoreError::Unusable {
            place,
            source: Box::new(trouble),
        }
    }
}

impl From<rusqlite::Error> for SqliteFault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for SqliteFault {
    fn from(error: StoreError) -> Self {
        Self::Told(error)
    }
}

impl From<NotOurs> for SqliteFault {
    fn from(error: NotOurs) -> Self {
        Self::Damaged(error.0)
    }
}

impl From<SourceError> for SqliteFault {
    fn from(error: SourceError) -> Self {
        Self::Told(StoreError::Entry(error))
    }
}
