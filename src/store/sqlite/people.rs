//! People on the list: one found, a page read, groups added and merged.

use chrono::{DateTime, FixedOffset, Utc};
use rusqlite::{Connection, Row, params};

use super::{
    SqliteFault,
    bulk_insert::BulkInsert,
    codes,
    group::{GROUP, MergedProfile, PersonGroup},
    hash_keys::HashKeys,
    intake::{GroupFeed, ListIntake},
    statement::Statements,
    suppression,
};
use crate::{
    address::Address,
    audience::{Consent, Origin, Profile, Subscriber, SubscriberId, SubscriberState},
    store::{
        KnownAddress, Upsert,
        merge::{Origins, OwnedField, SetBy, StoredPerson},
    },
};

/// Hands people over to [`upsert`], each with their place in the answer.
pub(super) async fn feed(profiles: &[Profile], feed: GroupFeed<Vec<(usize, Profile)>>) {
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
pub(super) fn upsert(
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
        strangers.learn(&group);
        if origin == Origin::Person {
            group.let_back_in(tx, keys)?;
        }
        merge(&mut group, &mut answers);
        group.write(tx, origin, now)?;
    }
    Ok(answers.into_iter().flatten().collect())
}

pub(super) fn subscriber(
    tx: &Connection,
    email: &Address,
) -> Result<Option<Subscriber>, SqliteFault> {
    tx.maybe(
        &format!("SELECT {PERSON}, origin, created_at FROM subscribers WHERE email = ?1"),
        params![email.as_str()],
        subscriber_from,
    )
}

pub(super) fn known(tx: &Connection, emails: &[Address]) -> Result<Vec<KnownAddress>, SqliteFault> {
    let keys: Vec<String> = emails.iter().map(Address::key).collect();
    let suppressed = suppression::among(tx, &HashKeys::load(tx)?, &keys)?;
    let known = |key: &String| {
        Ok(KnownAddress {
            is_listed: tx.value(
                "SELECT EXISTS (SELECT 1 FROM subscribers WHERE email = ?1)",
                params![key],
            )?,
            suppression: suppressed.get(key).copied(),
        })
    };
    keys.iter().map(known).collect()
}

pub(super) fn page(
    tx: &Connection,
    state: Option<SubscriberState>,
    after: SubscriberId,
    limit: u32,
) -> Result<Vec<Subscriber>, SqliteFault> {
    tx.all(
        &format!(
            "SELECT {PERSON}, origin, created_at FROM subscribers \
             WHERE id > ?1 AND email IS NOT NULL AND (?2 IS NULL OR state = ?2) \
             ORDER BY id LIMIT ?3"
        ),
        params![after.0, state.map(codes::subscriber_state_code), limit],
        subscriber_from,
    )
}

fn subscriber_from(row: &Row<'_>) -> Result<Subscriber, SqliteFault> {
    let (id, person) = person_from(row)?;
    Ok(Subscriber {
        id,
        profile: person.profile,
        state: person.state,
        origin: codes::origin(row.get("origin")?)?,
        created_at: codes::time_at(row, "created_at")?,
    })
}

/// The columns of a person, as [`person_from`] reads them.
pub(super) const PERSON: &str = "id, email, name, editions, tags, timezone, language, \
    consent_at, consent_source, state, vouched_by, set_by";

/// A row of `subscribers` that has an address.
pub(super) fn person_from(row: &Row<'_>) -> Result<(SubscriberId, StoredPerson), SqliteFault> {
    let text = |column: usize| row.get::<_, Option<String>>(column);
    let (set_by, email) = (SetBy(row.get(11)?), row.get::<_, String>(1)?);
    let consent = Consent {
        at: text(7)?.as_deref().map(consent_time).transpose()?,
        source: text(8)?,
    };
    let person = StoredPerson {
        profile: Profile {
            email: codes::address(&email)?,
            name: text(2)?,
            editions: text(3)?.as_deref().map(codes::set).transpose()?,
            tags: text(4)?
                .as_deref()
                .map(codes::set)
                .transpose()?
                .unwrap_or_default(),
            timezone: text(5)?.as_deref().map(codes::timezone).transpose()?,
            language: text(6)?,
            consent: set_by.get(OwnedField::Consent).map(|_| consent),
        },
        state: codes::subscriber_state(row.get(9)?)?,
        vouched_by: Origins(row.get(10)?),
        set_by,
    };
    Ok((SubscriberId(row.get(0)?), person))
}

pub(super) fn consent_time(text: &str) -> Result<DateTime<FixedOffset>, SqliteFault> {
    DateTime::parse_from_rfc3339(text).map_err(|error| SqliteFault::Damaged(error.to_string()))
}
