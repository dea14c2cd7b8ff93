//! A group of people on their way through a merge, found by address and written back on PostgreSQL, a statement a group
//! and not a person. How they are merged is `store::person_group`'s.

use chrono::{DateTime, Utc};

use super::{
    past_consents,
    person::{PERSON, person_from},
};
use crate::{
    audience::{
        Origin, Profile, SubscriberId, SubscriberState,
        membership::{MembershipAct, MembershipChange, Standing},
    },
    store::{
        codes,
        hash_keys::HashKeys,
        history_note::{HistoryNote, source_of},
        merge::StoredPerson,
        person_group::{GroupMember, PersonGroup},
        postgres::{
            columns, fault::PostgresFault, history, suppression_list::suppression,
            transaction::StoreTransaction, values::values,
        },
    },
};

/// Finds those of `profiles` whom the list or the suppressions know.
pub(crate) async fn load(
    tx: &StoreTransaction,
    hash_keys: &HashKeys,
    profiles: &[Profile],
) -> Result<PersonGroup, PostgresFault> {
    let keys: Vec<String> = profiles.iter().map(|profile| profile.email.key()).collect();
    let suppressed = suppression::among(tx, hash_keys, &keys).await?;
    let known = tx
        .all(
            &format!("SELECT {PERSON} FROM subscribers WHERE key = ANY($1)"),
            values![keys],
            person_from,
        )
        .await?;
    let mut group = PersonGroup::new(suppressed);
    for (id, person) in known {
        group.add(person.profile.email.key(), Some(id), person);
    }
    Ok(group)
}

/// Writes what is new or changed.
pub(crate) async fn write(
    tx: &StoreTransaction,
    group: &PersonGroup,
    origin: Origin,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let new = group.new_members();
    if !new.is_empty() {
        let new: Vec<&StoredPerson> = new.iter().map(|member| &member.person).collect();
        let added = insert(tx, &new, origin, now, now).await?;
        let added_note = HistoryNote::quiet(MembershipChange::Added, source_of(origin), now);
        history::note_arrivals(tx, &added, added_note).await?;
    }
    let changed = group.changed();
    if !changed.is_empty() {
        update(tx, &changed, origin, now).await?;
    }
    Ok(())
}

/// Adds people who were known elsewhere since `created_at`; answers their numbers in their order.
pub(crate) async fn insert(
    tx: &StoreTransaction,
    people: &[&StoredPerson],
    origin: Origin,
    created_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<i64>, PostgresFault> {
    let rows = PersonRows::of(people);
    let domains: Vec<&str> = people
        .iter()
        .map(|person| person.profile.email.domain())
        .collect();
    know_domains(tx, &domains).await?;
    let emails: Vec<&str> = people
        .iter()
        .map(|person| person.profile.email.as_str())
        .collect();
    let keys: Vec<String> = people
        .iter()
        .map(|person| person.profile.email.key())
        .collect();
    let mut added = tx
        .values(
            "INSERT INTO subscribers (email, key, domain, name, editions, tags, timezone, language, \
             consent_at, consent_source, state, vouched_by, set_by, origin, created_at, updated_at) \
             SELECT n.email, n.key, d.id, n.name, n.editions::text[], n.tags::text[], n.timezone, \
             n.language, n.consent_at, n.consent_source, n.state, n.vouched_by, n.set_by, $14, $15, $16 \
             FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) WITH ORDINALITY \
             AS n(email, key, domain, name, editions, tags, timezone, language, consent_at, \
             consent_source, state, vouched_by, set_by, place) \
             JOIN domains AS d ON d.name = n.domain ORDER BY n.place RETURNING id",
            values![
                emails,
                keys,
                domains,
                rows.names,
                rows.editions,
                rows.tags,
                rows.timezones,
                rows.languages,
                rows.consents_at,
                rows.consent_sources,
                rows.states,
                rows.vouched_by,
                rows.set_by,
                codes::origin_code(origin),
                codes::millis(created_at),
                codes::millis(now)
            ],
        )
        .await?;
    added.sort_unstable();
    Ok(added)
}

/// Adds one person, who was known elsewhere since then.
pub(crate) async fn insert_one(
    tx: &StoreTransaction,
    person: &StoredPerson,
    origin: Origin,
    created_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<SubscriberId, PostgresFault> {
    let added = insert(tx, &[person], origin, created_at, now).await?;
    Ok(SubscriberId(added.first().copied().unwrap_or_default()))
}

/// Gives domains their numbers that have none.
pub(crate) async fn know_domains(
    tx: &StoreTransaction,
    names: &[&str],
) -> Result<(), PostgresFault> {
    // In one order, so that two who give the same ones wait for each other and never in a ring.
    tx.run(
        "INSERT INTO domains (name) SELECT DISTINCT n.name FROM unnest($1) AS n(name) \
         WHERE NOT EXISTS (SELECT 1 FROM domains AS d WHERE d.name = n.name COLLATE \"C\") \
         ORDER BY n.name ON CONFLICT DO NOTHING",
        values![names],
    )
    .await
    .map(drop)
}

async fn update(
    tx: &StoreTransaction,
    changed: &[(SubscriberId, &GroupMember)],
    origin: Origin,
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let people: Vec<_> = changed
        .iter()
        .map(|(id, member)| (*id, &member.person))
        .collect();
    rewrite(tx, &people, now).await?;
    let source = source_of(origin);
    let mut notes = Vec::new();
    for (id, member) in changed {
        let from = Standing {
            state: Some(member.before),
            suppression: None,
        };
        if let Some(step) = from.after(MembershipAct::Name)
            && member.person.state == SubscriberState::Active
        {
            let note = HistoryNote::of(step.change, source, (from, step.to), now);
            notes.push((*id, note));
        }
        if !member.replaced_consents.is_empty() {
            let note = HistoryNote::quiet(MembershipChange::Reconsented, source, now);
            notes.push((*id, note));
        }
        for consent in &member.replaced_consents {
            past_consents::keep(tx, *id, consent, now).await?;
        }
    }
    history::note_each(tx, &notes).await
}

/// Writes people down as they are now.
pub(crate) async fn rewrite(
    tx: &StoreTransaction,
    people: &[(SubscriberId, &StoredPerson)],
    now: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    let ids: Vec<i64> = people.iter().map(|(id, _)| id.0).collect();
    let persons: Vec<&StoredPerson> = people.iter().map(|(_, person)| *person).collect();
    let rows = PersonRows::of(&persons);
    tx.run(
        "UPDATE subscribers AS s SET name = n.name, editions = n.editions::text[], \
         tags = n.tags::text[], timezone = n.timezone, language = n.language, \
         consent_at = n.consent_at, consent_source = n.consent_source, state = n.state, \
         vouched_by = n.vouched_by, set_by = n.set_by, updated_at = $12 \
         FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS n(id, name, editions, tags, \
         timezone, language, consent_at, consent_source, state, vouched_by, set_by) \
         WHERE s.id = n.id",
        values![
            ids,
            rows.names,
            rows.editions,
            rows.tags,
            rows.timezones,
            rows.languages,
            rows.consents_at,
            rows.consent_sources,
            rows.states,
            rows.vouched_by,
            rows.set_by,
            codes::millis(now)
        ],
    )
    .await
    .map(drop)
}

/// What people say and who vouches for them, a column a list.
#[derive(Default)]
struct PersonRows<'a> {
    names: Vec<Option<String>>,
    editions: Vec<Option<String>>,
    tags: Vec<Option<String>>,
    timezones: Vec<Option<&'static str>>,
    languages: Vec<Option<&'a str>>,
    consents_at: Vec<Option<String>>,
    consent_sources: Vec<Option<String>>,
    states: Vec<i64>,
    vouched_by: Vec<i64>,
    set_by: Vec<i64>,
}

impl<'a> PersonRows<'a> {
    fn of(people: &[&'a StoredPerson]) -> Self {
        let mut rows = Self::default();
        for person in people {
            let profile = &person.profile;
            let consent = profile.consent.as_ref();
            rows.names.push(profile.name.as_deref().map(columns::text));
            let editions = profile.editions.as_ref();
            rows.editions.push(editions.map(columns::list_text));
            let tags = Some(&profile.tags).filter(|tags| !tags.is_empty());
            rows.tags.push(tags.map(columns::list_text));
            rows.timezones
                .push(profile.timezone.map(|zone| zone.name()));
            rows.languages.push(profile.language.as_deref());
            let at = consent.and_then(|consent| consent.at);
            rows.consents_at.push(at.map(|at| at.to_rfc3339()));
            let source = consent.and_then(|consent| consent.source.as_deref());
            rows.consent_sources.push(source.map(columns::text));
            rows.states.push(codes::subscriber_state_code(person.state));
            rows.vouched_by.push(i64::from(person.vouched_by.0));
            rows.set_by.push(i64::from(person.set_by.0));
        }
        rows
    }
}
