//! People of another list of ours: who is new comes with all that it knew of them, those without an address as hashes.

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::{
    group::{self, MergedProfile, PersonGroup},
    past_consents,
};
use crate::{
    audience::{
        HashedDeparture, Newcomer, Origin, SubscriberId, SubscriberState, Suppression,
        membership::{ChangeSource, MembershipChange},
    },
    store::{
        JoinOutcome, Upsert,
        merge::{Origins, StoredPerson},
        sqlite::{
            consent_record::proofs,
            fault::SqliteFault,
            history::{self, HistoryNote},
            suppression_list::{departures, hash_keys::HashKeys, suppression},
        },
    },
};

pub(crate) fn join(
    tx: &Connection,
    departures: &[HashedDeparture],
    people: &[Newcomer],
    now: DateTime<Utc>,
) -> Result<JoinOutcome, SqliteFault> {
    let mut joined = JoinOutcome {
        newly_suppressed: departures::join(tx, departures)?,
        ..JoinOutcome::default()
    };
    let keys = HashKeys::load(tx)?;
    for person in people {
        let mut group = PersonGroup::load(tx, &keys, &[&person.profile])?;
        let outcome = match group.merge(&person.profile, Origin::Import) {
            MergedProfile::Suppressed(reason) => Upsert::Suppressed(reason),
            MergedProfile::New => {
                let id = insert(tx, person, now)?;
                past_consents::take_over(tx, id, &person.past_consents)?;
                proofs::take_over(tx, id, &person.proofs, now)?;
                Upsert::Added
            }
            MergedProfile::Known(merge) => {
                let mut is_news = merge.changed;
                let known = group.known(&person.profile);
                group.write(tx, Origin::Import, now)?;
                if let Some((id, _)) = known {
                    is_news |= past_consents::take_over(tx, id, &person.past_consents)?;
                    is_news |= proofs::take_over(tx, id, &person.proofs, now)?;
                }
                if is_news {
                    Upsert::Merged
                } else {
                    Upsert::Unchanged
                }
            }
        };
        joined.outcomes.push(outcome);
    }
    let suppressed: Vec<Suppression> = people
        .iter()
        .filter_map(|person| person.suppression.clone())
        .collect();
    joined.newly_suppressed +=
        suppression::insert(tx, &keys, &suppressed, ChangeSource::Import, now)?;
    Ok(joined)
}

/// As they were there; whoever imports them vouches for them, too.
fn insert(
    tx: &Connection,
    newcomer: &Newcomer,
    now: DateTime<Utc>,
) -> Result<SubscriberId, SqliteFault> {
    let mut person = StoredPerson::new(newcomer.profile.clone(), newcomer.origin);
    person.vouched_by = Origins::only(newcomer.origin);
    person.vouched_by.add(Origin::Import);
    person.state = newcomer.state;
    let id = group::insert_one(tx, &person, newcomer.origin, newcomer.created_at, now)?;
    let added = HistoryNote {
        gain: i64::from(newcomer.state == SubscriberState::Active),
        ..HistoryNote::quiet(MembershipChange::Added, ChangeSource::Import, now)
    };
    history::note(tx, id, added)?;
    Ok(id)
}
