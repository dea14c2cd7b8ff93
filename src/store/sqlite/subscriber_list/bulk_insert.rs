//! People who are new to the list: added without being looked up one by one first. Those who come in the order of the
//! index are certain to be, where nobody stands between the first and the last of them. Of others it is likely; where
//! one was known after all, nothing was done and the usual way is taken.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::group::{self, PersonColumns, PersonGroup};
use crate::{
    audience::{Origin, Profile},
    store::{
        Upsert,
        sqlite::{
            fault::SqliteFault,
            statement::Statements,
            suppression_list::{hash_keys::HashKeys, suppression},
        },
    },
};

/// Fewer people are looked up: asking whether they are new costs as much.
const MANY: usize = 100;

/// Adds people with these keys, all but those who are kept from mail; answers in their order. None, and nothing was
/// written: they don't come in order, each once, or somebody of the list stands among them.
pub(crate) fn into_gap(
    tx: &Connection,
    hash_keys: &HashKeys,
    keys: &[String],
    people: &[&Profile],
    origin: Origin,
    now: DateTime<Utc>,
) -> Result<Option<Vec<Upsert>>, SqliteFault> {
    let (Some(first), Some(last)) = (keys.first(), keys.last()) else {
        return Ok(None);
    };
    // What a person confirms may lift what stands against them.
    let is_open = origin != Origin::Person && keys.len() >= MANY;
    if !is_open || !keys.is_sorted_by(|one, next| one < next) {
        return Ok(None);
    }
    let is_anybody_there: bool = tx.value(
        "SELECT EXISTS (SELECT 1 FROM subscribers WHERE email BETWEEN ?1 AND ?2)",
        params![first, last],
    )?;
    if is_anybody_there {
        return Ok(None);
    }
    let suppressed = suppression::among(tx, hash_keys, keys)?;
    let answer = |key: &String| match suppressed.get(key) {
        Some(reason) => Upsert::Suppressed(*reason),
        None => Upsert::Added,
    };
    let answers: Vec<Upsert> = keys.iter().map(answer).collect();
    let new: Vec<PersonColumns<'_>> = people
        .iter()
        .zip(&answers)
        .filter(|(_, answer)| **answer == Upsert::Added)
        .map(|(profile, _)| PersonColumns::of_new(profile, origin))
        .collect();
    group::insert(tx, "INSERT", &new, origin, now)?;
    Ok(Some(answers))
}

/// What the people so far let expect of the next ones.
pub(crate) struct BulkInsert {
    are_likely: bool,
}

impl BulkInsert {
    /// Before the first of so many: an empty list knows nobody.
    pub(crate) fn expect(tx: &Connection, people: usize) -> Result<Self, SqliteFault> {
        let are_likely =
            people >= MANY && tx.value("SELECT NOT EXISTS (SELECT 1 FROM subscribers)", [])?;
        Ok(Self { are_likely })
    }

    pub(crate) fn are_likely(&self) -> bool {
        self.are_likely
    }

    /// A group was looked up, and merged.
    pub(crate) fn learn(&mut self, group: &PersonGroup) {
        self.are_likely = group.len() >= MANY && group.count_known() == 0;
    }

    /// Adds a group of strangers. False: some are none, and nothing was written.
    pub(crate) fn write(
        &mut self,
        group: &PersonGroup,
        tx: &Connection,
        origin: Origin,
        now: DateTime<Utc>,
    ) -> Result<bool, SqliteFault> {
        tx.run("SAVEPOINT strangers", [])?;
        let added = group.add_strangers(tx, origin, now)?;
        self.are_likely = added == group.len() as u64;
        if !self.are_likely {
            tx.run("ROLLBACK TO strangers", [])?;
        }
        tx.run("RELEASE strangers", [])?;
        Ok(self.are_likely)
    }
}
