//! A state folder as transactions know it: where it is, and what beside the tables they need of it.

use std::{
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::presence::HeldPresence;
use crate::store::{
    Realm,
    sqlite::{fault::SqliteFault, high_water_mark::HighWaterMark, outside::OutsideFolder},
};

/// The name of the database in the state folder.
pub(crate) const FILE: &str = "daily-note.sqlite";

/// A state folder whose database is open.
#[derive(Debug)]
pub(crate) struct StatePlace {
    pub(crate) state_dir: PathBuf,
    /// How far batches had come, as the folder knows it.
    witness: HighWaterMark,
    /// The same outside the folder; no reason to stop where it can't be read or written.
    outer_witness: Mutex<Option<HighWaterMark>>,
    /// Held as long as the database is open: see [`super::open::first`].
    _presence: HeldPresence,
    departures_told: Mutex<Option<ToldDepartures>>,
}

/// What the place outside was told of who left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ToldDepartures {
    /// The last entry, and whose hash it is: of a transaction that failed after it was told, the number goes to
    /// somebody else.
    pub(crate) last: Option<(i64, Vec<u8>)>,
    /// How long its journal was then: while it is, nobody else wrote, and nobody has to read it again.
    pub(crate) bytes: u64,
}

impl StatePlace {
    pub(crate) fn new(state_dir: PathBuf, presence: HeldPresence) -> Self {
        Self {
            witness: HighWaterMark::beside(&state_dir),
            state_dir,
            _presence: presence,
            outer_witness: Mutex::default(),
            departures_told: Mutex::default(),
        }
    }

    /// Reads the witnesses anew, the one of that list outside too: another process may have sent since.
    pub(crate) fn read_witnesses_again(&self, outside: Option<(&OutsideFolder, &str)>) {
        self.witness.forget();
        *self.outer() = outside.map(|(outside, list)| outside.witness_of(list));
    }

    /// How far that issue's batch had come, whoever knows most. None: nobody heard of it.
    pub(crate) fn steps(&self, realm: Realm, issue: &str) -> Result<Option<u64>, SqliteFault> {
        let outer = self
            .outer()
            .as_ref()
            .and_then(|outer| outer.steps(realm, issue).ok()?);
        Ok(self.witness.steps(realm, issue)?.max(outer))
    }

    /// Notes how far a batch has come, after its transaction and before anything follows from it.
    pub(crate) fn note_steps(
        &self,
        realm: Realm,
        issue: &str,
        steps: u64,
    ) -> Result<(), SqliteFault> {
        if let (Realm::Real, Some(outer)) = (realm, self.outer().as_ref()) {
            // Who can't be told this now hears of the next step.
            let _ = outer.note(realm, issue, steps);
        }
        self.witness.note(realm, issue, steps)
    }

    /// A rehearsal is dropped: it may be played again from its beginning.
    pub(crate) fn forget_rehearsal(&self, issue: &str) -> Result<(), SqliteFault> {
        self.witness.forget_rehearsal(issue)
    }

    /// Takes over how far the batches of another list had come.
    pub(crate) fn learn_steps(&self, outside: &OutsideFolder, other: &str) {
        let other = outside.witness_of(other);
        // A list that never sent has no witness there.
        let _ = self.witness.learn_from(&other);
        if let Some(outer) = self.outer().as_ref() {
            let _ = outer.learn_from(&other);
        }
    }

    fn outer(&self) -> MutexGuard<'_, Option<HighWaterMark>> {
        self.outer_witness
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// What the place outside was told of who left; None: nobody has looked yet.
    pub(crate) fn departures_told(&self) -> MutexGuard<'_, Option<ToldDepartures>> {
        self.departures_told
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
