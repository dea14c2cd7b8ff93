//! Real or played: which of the two ledgers of a state a command works in.

use serde::{Deserialize, Serialize};

/// Which ledger: what really went out, or what was tried out through the embedded inbox or under
/// a pretended clock. They share the list and its departures, and nothing else.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Realm {
    /// What went out to readers.
    #[default]
    Real,
    /// What was tried out: no reader got it, and the real ledger does not know of it.
    Rehearsal,
}

impl Realm {
    /// Whether it is the one of try-outs.
    #[must_use]
    pub(crate) fn is_rehearsal(self) -> bool {
        self == Self::Rehearsal
    }
}
