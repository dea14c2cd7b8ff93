//! People of another list of ours: who is new comes with all that it knew of them, those without an address as hashes.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{
    SqliteFault, codes, departures,
    group::{self, MergedProfile, PersonGroup},
    hash_keys::HashKeys,
    past_consents,
    statement::Statements,
    suppression,
};
use crate::{
    audience::{HashedDeparture, Newcomer, Origin, SubscriberId, Suppression},
    store::{
        JoinOutcome, Upsert,
        merge::{Origins, StoredPerson},
    },
};

pub(super) fn join(
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
                Upsert::Added
            }
            MergedProfile::Known(merge) => {
                let mut is_news = merge.changed;
                let known = group.known(&person.profile);
                group.write(tx, Origin::Import, now)?;
                if let Some((id, _)) = known {
                    is_news |= past_consents::take_over(tx, id, &person.past_consents)?;
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
    joined.newly_suppressed += suppression::insert(tx, &keys, &suppressed, now)?;
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
    let profile = &person.profile;
    let consent = profile.consent.as_ref();
    let id = tx.value(
        "INSERT INTO subscribers (email, domain, name, editions, tags, timezone, language, \
         consent_at, consent_source, state, origin, vouched_by, set_by, created_at, updated_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) RETURNING id",
        params![
            profile.email.as_str(),
            group::domain_id(tx, profile.email.domain())?,
            profile.name,
            profile.editions.as_ref().map(codes::set_text),
            group::tags_text(profile),
            profile.timezone.map(|zone| zone.name()),
            profile.language,
            consent
                .and_then(|consent| consent.at)
                .map(|at| at.to_rfc3339()),
            consent.and_then(|consent| consent.source.as_deref()),
            codes::subscriber_state_code(newcomer.state),
            codes::origin_code(newcomer.origin),
            person.vouched_by.0,
            person.set_by.0,
            codes::millis(newcomer.created_at),
            codes::millis(now)
        ],
    )?;
    Ok(SubscriberId(id))
}
