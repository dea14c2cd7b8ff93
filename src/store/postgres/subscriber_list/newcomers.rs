//! People of another list of ours: who is new comes with all that it knew of them, those without an address as hashes.

use chrono::{DateTime, Utc};

use super::{group, past_consents};
use crate::{
    audience::{
        HashedDeparture, Newcomer, Origin, SubscriberId, SubscriberState, Suppression,
        membership::{ChangeSource, MembershipChange},
    },
    store::{
        JoinOutcome, Upsert,
        hash_keys::HashKeys,
        history_note::HistoryNote,
        merge::{Origins, StoredPerson},
        person_group::MergedProfile,
        postgres::{
            consent_record::proofs,
            fault::PostgresFault,
            history, list_lock,
            suppression_list::{departures, hash_keys, suppression},
            transaction::StoreTransaction,
        },
    },
};

pub(crate) async fn join(
    tx: &StoreTransaction,
    departures: &[HashedDeparture],
    people: &[Newcomer],
    now: DateTime<Utc>,
) -> Result<JoinOutcome, PostgresFault> {
    list_lock::be_the_only_one_who_adds(tx).await?;
    let mut joined = JoinOutcome {
        newly_suppressed: departures::join(tx, departures).await?,
        ..JoinOutcome::default()
    };
    let keys = hash_keys::load(tx).await?;
    for person in people {
        joined
            .outcomes
            .push(join_one(tx, &keys, person, now).await?);
    }
    let suppressed: Vec<Suppression> = people
        .iter()
        .filter_map(|person| person.suppression.clone())
        .collect();
    joined.newly_suppressed +=
        suppression::insert(tx, &keys, &suppressed, ChangeSource::Import, now).await?;
    Ok(joined)
}

async fn join_one(
    tx: &StoreTransaction,
    keys: &HashKeys,
    person: &Newcomer,
    now: DateTime<Utc>,
) -> Result<Upsert, PostgresFault> {
    let mut people = group::load(tx, keys, std::slice::from_ref(&person.profile)).await?;
    let known = people.known(&person.profile);
    let is_changed = match people.merge(&person.profile, Origin::Import) {
        MergedProfile::Suppressed(reason) => return Ok(Upsert::Suppressed(reason)),
        MergedProfile::New => None,
        MergedProfile::Known(merge) => Some(merge.changed),
    };
    let (Some((id, _)), Some(is_changed)) = (known, is_changed) else {
        let id = insert(tx, person, now).await?;
        past_consents::take_over(tx, id, &person.past_consents).await?;
        proofs::take_over(tx, id, &person.proofs, now).await?;
        return Ok(Upsert::Added);
    };
    group::write(tx, &people, Origin::Import, now).await?;
    let mut is_news = is_changed;
    is_news |= past_consents::take_over(tx, id, &person.past_consents).await?;
    is_news |= proofs::take_over(tx, id, &person.proofs, now).await?;
    Ok(match is_news {
        true => Upsert::Merged,
        false => Upsert::Unchanged,
    })
}

/// As they were there; whoever imports them vouches for them, too.
async fn insert(
    tx: &StoreTransaction,
    newcomer: &Newcomer,
    now: DateTime<Utc>,
) -> Result<SubscriberId, PostgresFault> {
    let mut person = StoredPerson::new(newcomer.profile.clone(), newcomer.origin);
    person.vouched_by = Origins::only(newcomer.origin);
    person.vouched_by.add(Origin::Import);
    person.state = newcomer.state;
    let (origin, created_at) = (newcomer.origin, newcomer.created_at);
    let id = group::insert_one(tx, &person, origin, created_at, now).await?;
    let added = HistoryNote {
        gain: i64::from(newcomer.state == SubscriberState::Active),
        ..HistoryNote::quiet(MembershipChange::Added, ChangeSource::Import, now)
    };
    history::note(tx, id, added).await?;
    Ok(id)
}
