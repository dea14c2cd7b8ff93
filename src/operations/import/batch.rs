//! Rows of an import gathered for one transaction: each person once, departures apart from
//! arrivals. Made beside the reading, on its thread.

use std::{
    collections::{BTreeMap, HashMap},
    hash::{BuildHasher, Hasher, RandomState},
};

use super::problem::{RowOutcome, RowPlace, RowProblem};
use crate::{
    address::Address,
    audience::{
        HashedDeparture, Newcomer, Profile, Suppression, SuppressionReason,
        import::{CsvRow, RowDecision},
    },
    words::phrase,
};

/// What is hashed of an address at once: nearly all have no more.
const KEY_PIECE: usize = 64;

/// What became of the rows of a batch so far, and the people that the store is to hear of.
#[derive(Default)]
pub(super) struct RowGroup {
    pub(super) rows: u64,
    /// Readers, and the row that each came with.
    pub(super) readers: Vec<Profile>,
    pub(super) reader_rows: Vec<RowPlace>,
    pub(super) suppressions: Vec<Suppression>,
    /// People of another list of ours, and the row that each came with.
    pub(super) newcomers: Vec<Newcomer>,
    pub(super) newcomer_rows: Vec<RowPlace>,
    pub(super) hashed: Vec<HashedDeparture>,
    pub(super) problems: Vec<RowProblem>,
    /// Rows of suppressions by their reason.
    pub(super) reasons: BTreeMap<&'static str, u64>,
    pub(super) merged: u64,
    pub(super) notes: u64,
    pub(super) skipped: u64,
    pub(super) refused: u64,
    pub(super) kept_off: u64,
    /// Rows that put nobody on the list and keep nobody off it.
    about_nobody: u64,
    places: HashMap<u64, usize>,
    hasher: RandomState,
}

impl RowGroup {
    /// A row, and whom it is about.
    pub(super) fn add(&mut self, row: CsvRow) {
        self.rows += 1;
        self.tell(&row);
        self.take(row);
    }

    /// What is to be told of a row, whatever becomes of the people in it.
    pub(super) fn tell(&mut self, row: &CsvRow) {
        let place = RowPlace::of(row);
        match &row.entry {
            RowDecision::Subscribe(profile) => {
                for why in &row.notes {
                    self.notes += 1;
                    let email = profile.email.as_str();
                    self.problems.push(RowProblem::new(
                        place,
                        email,
                        RowOutcome::Note,
                        why.clone(),
                    ));
                }
            }
            RowDecision::Suppress(suppressions) => {
                self.count(suppressions.first().map(|it| it.reason));
            }
            RowDecision::Join(newcomer) => {
                self.count(newcomer.suppression.as_ref().map(|it| it.reason));
            }
            RowDecision::Hashed(departure) => self.count(Some(departure.reason)),
            RowDecision::Wording => self.about_nobody += 1,
            RowDecision::Skip { email, why } => {
                self.about_nobody += 1;
                self.skipped += 1;
                let email = email.as_str();
                self.problems.push(RowProblem::new(
                    place,
                    email,
                    RowOutcome::Skipped,
                    why.clone(),
                ));
            }
            RowDecision::Refuse { email, why } => {
                self.about_nobody += 1;
                self.refused += 1;
                self.problems.push(RowProblem::new(
                    place,
                    email,
                    RowOutcome::Refused,
                    why.clone(),
                ));
            }
        }
    }

    /// The people of a row of which all is told.
    pub(super) fn take(&mut self, row: CsvRow) {
        let place = RowPlace::of(&row);
        match row.entry {
            RowDecision::Subscribe(profile) => self.reader(*profile, place),
            RowDecision::Suppress(suppressions) => self.suppressions.extend(suppressions),
            RowDecision::Join(newcomer) => {
                self.newcomers.push(*newcomer);
                self.newcomer_rows.push(place);
            }
            RowDecision::Hashed(departure) => self.hashed.push(departure),
            RowDecision::Wording | RowDecision::Skip { .. } | RowDecision::Refuse { .. } => {}
        }
    }

    /// What is to be told, without the people: they are kept elsewhere, and their rows count when it is their turn.
    pub(super) fn told(self) -> Self {
        Self {
            rows: self.about_nobody,
            about_nobody: self.about_nobody,
            problems: self.problems,
            reasons: self.reasons,
            notes: self.notes,
            skipped: self.skipped,
            refused: self.refused,
            ..Self::default()
        }
    }

    fn count(&mut self, reason: Option<SuppressionReason>) {
        if let Some(reason) = reason {
            *self.reasons.entry(reason.word()).or_default() += 1;
        }
    }

    /// The batch without the readers whom another of its rows takes off.
    pub(super) fn settled(mut self) -> Self {
        let departures = std::mem::take(&mut self.suppressions);
        for email in departures.iter().filter_map(|it| it.email.as_ref()) {
            if let Some(place) = self.place_of(email) {
                let why = phrase!("another row of the file takes them off").to_owned();
                let row = self.reader_rows[place];
                self.kept_off += 1;
                self.problems.push(RowProblem::kept_off(row, email, why));
                self.remove(place);
            }
        }
        self.suppressions = departures;
        self.problems.sort_by_key(|problem| problem.row);
        self
    }

    fn reader(&mut self, profile: Profile, row: RowPlace) {
        match self.place_of(&profile.email) {
            Some(place) => {
                self.merged += 1;
                merge(&mut self.readers[place], profile);
            }
            None => {
                let hash = self.hash(&profile.email);
                self.places.insert(hash, self.readers.len());
                self.readers.push(profile);
                self.reader_rows.push(row);
            }
        }
    }

    fn remove(&mut self, place: usize) {
        let gone = self.readers.swap_remove(place);
        self.reader_rows.swap_remove(place);
        self.places.remove(&self.hash(&gone.email));
        if let Some(moved) = self.readers.get(place) {
            self.places.insert(self.hash(&moved.email), place);
        }
    }

    /// Where the reader of that address is; two addresses of one hash are not taken for one.
    fn place_of(&self, email: &Address) -> Option<usize> {
        let place = *self.places.get(&self.hash(email))?;
        let found = self.readers.get(place)?.email.as_str();
        found.eq_ignore_ascii_case(email.as_str()).then_some(place)
    }

    /// A hash of the address's key, without making the key.
    fn hash(&self, email: &Address) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        for piece in email.as_str().as_bytes().chunks(KEY_PIECE) {
            let mut key = [0; KEY_PIECE];
            let key = &mut key[..piece.len()];
            key.copy_from_slice(piece);
            key.make_ascii_lowercase();
            hasher.write(key);
        }
        hasher.finish()
    }
}

/// A later row of the same person: what it says goes over what was said before.
fn merge(profile: &mut Profile, later: Profile) {
    profile.name = later.name.or(profile.name.take());
    profile.timezone = later.timezone.or(profile.timezone);
    profile.language = later.language.or(profile.language.take());
    profile.consent = later.consent.or(profile.consent.take());
    profile.editions = later.editions.or(profile.editions.take());
    profile.tags.extend(later.tags);
}
