//! People added and merged, a group at a time.

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::{
    bulk_insert::BulkInsert,
    group::{GROUP, MergedProfile, PersonGroup},
    intake::{GroupFeed, ListIntake},
};
use crate::{
    audience::{Origin, Profile},
    store::{
        Upsert,
        sqlite::{fault::SqliteFault, suppression_list::hash_keys::HashKeys},
    },
};

/// Hands people over to [`upsert`], each with their place in the answer.
pub(crate) async fn feed(profiles: &[Profile], feed: GroupFeed<Vec<(usize, Profile)>>) {
    let mut order: Vec<(String, usize)> = profiles
        .iter()
        .enumerate()
        .map(|(at, profile)| (profile.email.key(), at))
        .collect();
    // Many go in the order of the index, which then is walked once instead of jumped about in.
    if order.len() > GROUP {
        order.sort_unstable();
    }
    for chunk in order.chunks(GROUP) {
        let group = chunk.iter().map(|(_, at)| (*at, profiles[*at].clone()));
        if !feed.hand_over(group.collect()).await {
            return;
        }
    }
    feed.end().await;
}

/// Adds or merges so many people; answers in their order.
pub(crate) fn upsert(
    tx: &Connection,
    people: usize,
    mut intake: ListIntake<Vec<(usize, Profile)>>,
    origin: Origin,
    now: DateTime<Utc>,
) -> Result<Vec<Upsert>, SqliteFault> {
    let keys = &HashKeys::load(tx)?;
    let mut answers: Vec<Option<Upsert>> = vec![None; people];
    let mut strangers = BulkInsert::expect(tx, people)?;
    while let Some(chunk) = intake.next()? {
        let people: Vec<&Profile> = chunk.iter().map(|(_, profile)| profile).collect();
        let merge = |group: &mut PersonGroup, answers: &mut [Option<Upsert>]| {
            for (at, profile) in &chunk {
                answers[*at] = Some(match group.merge(profile, origin) {
                    MergedProfile::Suppressed(reason) => Upsert::Suppressed(reason),
                    MergedProfile::New => Upsert::Added,
                    MergedProfile::Known(merge) if merge.changed => Upsert::Merged,
                    MergedProfile::Known(_) => Upsert::Unchanged,
                });
            }
        };
        if origin != Origin::Person && strangers.are_likely() {
            let mut group = PersonGroup::of_strangers(tx, keys, &people)?;
            merge(&mut group, &mut answers);
            if strangers.write(&group, tx, origin, now)? {
                continue;
            }
        }
        let mut group = PersonGroup::load(tx, keys, &people)?;
        if origin == Origin::Person {
            group.let_back_in(tx, keys, now)?;
        }
        merge(&mut group, &mut answers);
        strangers.learn(&group);
        group.write(tx, origin, now)?;
    }
    Ok(answers.into_iter().flatten().collect())
}
