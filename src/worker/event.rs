//! What a worker does, for whoever reads along.

use serde::Serialize;

use crate::store::DeliveryCounts;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum WorkerEvent {
    /// It has the database, and looks for what is open.
    Ready,
    /// It carries an issue now, among others.
    Carries {
        /// The issue's identity.
        issue: String,
        /// How many readers it is frozen for.
        audience: u64,
    },
    /// It does so no more, for this turn.
    Left {
        /// The issue's identity.
        issue: String,
        /// Where its rows stand.
        counts: DeliveryCounts,
        /// Every row has its end.
        is_finished: bool,
    },
    /// Somebody must look before anybody goes on.
    Paused {
        /// The issue's identity.
        issue: String,
        /// Why.
        reason: String,
    },
    /// It can't carry an issue, and claims nothing of it for a while.
    Rests {
        /// The issue's identity.
        issue: String,
        /// Why.
        reason: String,
    },
    /// The database can't be asked; it goes on by itself once it can.
    Away {
        /// Why.
        reason: String,
    },
}
