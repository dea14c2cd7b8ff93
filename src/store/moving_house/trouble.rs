//! What keeps a list from moving, or from being used while it does: each in one sentence, with what a person does about
//! it.

use crate::words::phrase;

/// Why a list can't move, or can't be used where it was.
#[derive(Debug, thiserror::Error)]
pub enum MovingTrouble {
    /// The folder's list has moved.
    #[error("this list has moved to {to}: what is in the folder is of the time before")]
    MovedAway {
        /// Where it is, without a password.
        to: String,
    },
    /// Not all of it has arrived.
    #[error("a list is moving into this database, and not all of it is there yet")]
    HalfWay,
    /// Something is there already.
    #[error("there is a list in this database already")]
    Inhabited,
    /// Somebody sends from there, or keeps the calendar.
    #[error("another daily-note is at work in this database ({holder})")]
    AtWork {
        /// What it says of itself.
        holder: String,
    },
    /// What arrived is not what left.
    #[error("{table} is not the same in both places: {here} rows left, {there} are there")]
    Unequal {
        /// The table.
        table: &'static str,
        /// Rows that left.
        here: u64,
        /// Rows that are there.
        there: u64,
    },
}

impl MovingTrouble {
    /// What a person does about it.
    pub(crate) fn remedy(&self) -> &'static str {
        match self {
            Self::MovedAway { .. } => {
                phrase!(
                    "name that database as `storage` in daily-note.yaml; to go back for good, restore a backup elsewhere"
                )
            }
            Self::HalfWay => {
                phrase!(
                    "say `daily-note storage move` once more where the list was: it goes on where it stopped"
                )
            }
            Self::Inhabited => {
                phrase!("move into an empty database, or into an empty schema of it")
            }
            Self::AtWork { .. } => phrase!("stop it, then try again"),
            Self::Unequal { .. } => {
                phrase!(
                    "nothing was changed where the list is; try again, and report this if it stays so"
                )
            }
        }
    }
}
