//! People added and merged, a group at a time.

use chrono::{DateTime, Utc};

use super::group;
use crate::{
    audience::{Origin, Profile, membership::MembershipChange},
    store::{
        Upsert,
        history_note::{LiftNote, source_of},
        person_group::{GROUP, MergedProfile},
        postgres::{
            fault::PostgresFault,
            list_lock,
            suppression_list::{hash_keys, suppression},
            transaction::StoreTransaction,
        },
    },
};

/// Adds or merges people; answers in their order.
pub(crate) async fn upsert(
    tx: &StoreTransaction,
    profiles: &[Profile],
    origin: Origin,
    now: DateTime<Utc>,
) -> Result<Vec<Upsert>, PostgresFault> {
    list_lock::be_the_only_one_who_adds(tx).await?;
    let keys = hash_keys::load(tx).await?;
    let mut answers = Vec::with_capacity(profiles.len());
    for chunk in profiles.chunks(GROUP) {
        let mut people = group::load(tx, &keys, chunk).await?;
        if origin == Origin::Person {
            let by = LiftNote {
                change: MembershipChange::Confirmed,
                source: source_of(origin),
                at: now,
            };
            for key in people.open_to_returning() {
                suppression::lift(tx, &keys, &key, by).await?;
            }
        }
        for profile in chunk {
            answers.push(match people.merge(profile, origin) {
                MergedProfile::Suppressed(reason) => Upsert::Suppressed(reason),
                MergedProfile::New => Upsert::Added,
                MergedProfile::Known(merge) if merge.changed => Upsert::Merged,
                MergedProfile::Known(_) => Upsert::Unchanged,
            });
        }
        group::write(tx, &people, origin, now).await?;
    }
    Ok(answers)
}
