//! People added and merged, a group at a time. Many go in the order of the index, which then is walked once instead of
//! jumped about in.

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::{
    bulk_insert::{self, BulkInsert},
    group::{GROUP, MergedProfile, PersonGroup},
};
use crate::{
    audience::{Origin, Profile},
    store::{
        Upsert,
        sqlite::{fault::SqliteFault, suppression_list::hash_keys::HashKeys},
    },
};

/// Adds or merges people; answers in their order.
pub(crate) fn upsert(
    tx: &Connection,
    profiles: &[Profile],
    origin: Origin,
    now: DateTime<Utc>,
) -> Result<Vec<Upsert>, SqliteFault> {
    let hash_keys = &HashKeys::load(tx)?;
    let mut people: Vec<(String, usize)> = profiles
        .iter()
        .enumerate()
        .map(|(at, profile)| (profile.email.key(), at))
        .collect();
    if people.len() > GROUP && !people.is_sorted() {
        people.sort_unstable();
    }
    let (keys, order): (Vec<String>, Vec<usize>) = people.into_iter().unzip();
    let mut strangers = BulkInsert::expect(tx, profiles.len())?;
    let mut answers = vec![None; profiles.len()];
    for (keys, order) in keys.chunks(GROUP).zip(order.chunks(GROUP)) {
        let group: Vec<&Profile> = order.iter().map(|at| &profiles[*at]).collect();
        let answered = match bulk_insert::into_gap(tx, hash_keys, keys, &group, origin, now)? {
            Some(answered) => answered,
            None => upsert_group(tx, hash_keys, &group, &mut strangers, origin, now)?,
        };
        for (at, answer) in order.iter().zip(answered) {
            answers[*at] = Some(answer);
        }
    }
    Ok(answers.into_iter().flatten().collect())
}

fn upsert_group(
    tx: &Connection,
    hash_keys: &HashKeys,
    people: &[&Profile],
    strangers: &mut BulkInsert,
    origin: Origin,
    now: DateTime<Utc>,
) -> Result<Vec<Upsert>, SqliteFault> {
    if origin != Origin::Person && strangers.are_likely() {
        let mut group = PersonGroup::of_strangers(tx, hash_keys, people)?;
        let answers = merge(&mut group, people, origin);
        if strangers.write(&group, tx, origin, now)? {
            return Ok(answers);
        }
    }
    let mut group = PersonGroup::load(tx, hash_keys, people)?;
    if origin == Origin::Person {
        group.let_back_in(tx, hash_keys, now)?;
    }
    let answers = merge(&mut group, people, origin);
    strangers.learn(&group);
    group.write(tx, origin, now)?;
    Ok(answers)
}

fn merge(group: &mut PersonGroup, people: &[&Profile], origin: Origin) -> Vec<Upsert> {
    let answer = |profile: &&Profile| match group.merge(profile, origin) {
        MergedProfile::Suppressed(reason) => Upsert::Suppressed(reason),
        MergedProfile::New => Upsert::Added,
        MergedProfile::Known(merge) if merge.changed => Upsert::Merged,
        MergedProfile::Known(_) => Upsert::Unchanged,
    };
    people.iter().map(answer).collect()
}
