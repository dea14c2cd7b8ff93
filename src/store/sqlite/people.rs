//! People on the list: one found, a page read, groups added and merged.

use std::collections::HashSet;

use chrono::{DateTime, FixedOffset, Utc};
use serde::Deserialize;
use sqlx::{Row, sqlite::SqliteRow};

use super::{
    Fault, SqliteStore, codes,
    group::{GROUP, Group, Merged},
    strangers::Strangers,
    suppression,
};
use crate::{
    address::Address,
    audience::{Consent, Origin, Profile, Subscriber, SubscriberId, SubscriberState},
    store::{
        Known, Upsert,
        merge::{Field, Origins, Person, SetBy},
    },
};

pub(super) async fn upsert(
    store: &SqliteStore,
    profiles: &[Profile],
    origin: Origin,
    now: DateTime<Utc>,
) -> Result<Vec<Upsert>, Fault> {
    let mut order: Vec<(String, usize)> = profiles
        .iter()
        .enumerate()
        .map(|(at, profile)| (profile.email.key(), at))
        .collect();
    // Many go in the order of the index, which then is walked once instead of jumped about in.
    if order.len() > GROUP {
        order.sort_unstable();
    }
    let mut answers: Vec<Option<Upsert>> = profiles.iter().map(|_| None).collect();
    let mut tx = store.write().await?;
    let mut strangers = Strangers::expect(&mut tx, profiles.len()).await?;
    for chunk in order.chunks(GROUP) {
        let people: Vec<&Profile> = chunk.iter().map(|(_, at)| &profiles[*at]).collect();
        let merge = |group: &mut Group, answers: &mut [Option<Upsert>]| {
            for (profile, (_, at)) in people.iter().zip(chunk) {
                answers[*at] = Some(match group.merge(profile, origin) {
                    Merged::Suppressed(reason) => Upsert::Suppressed(reason),
                    Merged::New => Upsert::Added,
                    Merged::Known(merge) if merge.changed => Upsert::Merged,
                    Merged::Known(_) => Upsert::Unchanged,
                });
            }
        };
        if origin != Origin::Person && strangers.are_likely() {
            let mut group = Group::of_strangers(&mut tx, &store.erasure_key, &people).await?;
            merge(&mut group, &mut answers);
            if strangers.write(&group, &mut tx, origin, now).await? {
                continue;
            }
        }
        let mut group = Group::load(&mut tx, &store.erasure_key, &people).await?;
        strangers.learn(&group);
        if origin == Origin::Person {
            group.let_back_in(&mut tx, &store.erasure_key).await?;
        }
        merge(&mut group, &mut answers);
        group.write(&mut tx, origin, now).await?;
    }
    tx.commit().await?;
    Ok(answers.into_iter().flatten().collect())
}

pub(super) async fn subscriber(
    store: &SqliteStore,
    email: &Address,
) -> Result<Option<Subscriber>, Fault> {
    let row = sqlx::query("SELECT * FROM subscribers WHERE email = ?1")
        .bind(email.as_str())
        .fetch_optional(&store.readers)
        .await?;
    Ok(row.as_ref().map(subscriber_from).transpose()?)
}

pub(super) async fn known(store: &SqliteStore, emails: &[Address]) -> Result<Vec<Known>, Fault> {
    let mut reader = store.readers.acquire().await?;
    let mut known = Vec::with_capacity(emails.len());
    for chunk in emails.chunks(GROUP) {
        let keys: Vec<String> = chunk.iter().map(Address::key).collect();
        let suppressed = suppression::among(&mut reader, &store.erasure_key, &keys).await?;
        let listed: HashSet<String> = sqlx::query_scalar(
            "SELECT said.value FROM json_each(?1) AS said CROSS JOIN subscribers AS s \
             ON s.email = said.value",
        )
        .bind(codes::rows(&keys)?)
        .fetch_all(&mut *reader)
        .await?
        .into_iter()
        .collect();
        known.extend(keys.iter().map(|key| Known {
            is_listed: listed.contains(key),
            suppression: suppressed.get(key).copied(),
        }));
    }
    Ok(known)
}

pub(super) async fn page(
    store: &SqliteStore,
    state: Option<SubscriberState>,
    after: SubscriberId,
    limit: u32,
) -> Result<Vec<Subscriber>, Fault> {
    let rows = sqlx::query(
        "SELECT * FROM subscribers \
         WHERE id > ?1 AND email IS NOT NULL AND (?2 IS NULL OR state = ?2) \
         ORDER BY id LIMIT ?3",
    )
    .bind(after.0)
    .bind(state.map(codes::subscriber_state_code))
    .bind(limit)
    .fetch_all(&store.readers)
    .await?;
    Ok(rows
        .iter()
        .map(subscriber_from)
        .collect::<sqlx::Result<_>>()?)
}

fn subscriber_from(row: &SqliteRow) -> sqlx::Result<Subscriber> {
    let person = PersonRow::from_columns(row)?.into_person()?;
    Ok(Subscriber {
        id: SubscriberId(row.try_get("id")?),
        profile: person.profile,
        state: person.state,
        origin: codes::origin(row.try_get("origin")?)?,
        created_at: codes::time_at(row, "created_at")?,
    })
}

/// A row of `subscribers` that has an address, by its columns' names.
#[derive(Deserialize)]
pub(super) struct PersonRow {
    pub(super) id: i64,
    email: String,
    name: Option<String>,
    editions: Option<String>,
    tags: Option<String>,
    timezone: Option<String>,
    language: Option<String>,
    consent_at: Option<String>,
    consent_source: Option<String>,
    state: i64,
    vouched_by: u8,
    set_by: u32,
}

/// A [`PersonRow`] out of `subscribers AS s`, as JSON.
pub(super) const PERSON_AS_JSON: &str = "json_object('id', s.id, 'email', s.email, \
    'name', s.name, 'editions', s.editions, 'tags', s.tags, 'timezone', s.timezone, \
    'language', s.language, 'consent_at', s.consent_at, 'consent_source', s.consent_source, \
    'state', s.state, 'vouched_by', s.vouched_by, 'set_by', s.set_by)";

impl PersonRow {
    /// By hand: sqlx's derive would compile SQLite and sqlx once more, for the compiler's own use.
    fn from_columns(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            email: row.try_get("email")?,
            name: row.try_get("name")?,
            editions: row.try_get("editions")?,
            tags: row.try_get("tags")?,
            timezone: row.try_get("timezone")?,
            language: row.try_get("language")?,
            consent_at: row.try_get("consent_at")?,
            consent_source: row.try_get("consent_source")?,
            state: row.try_get("state")?,
            vouched_by: row.try_get("vouched_by")?,
            set_by: row.try_get("set_by")?,
        })
    }

    pub(super) fn into_person(self) -> sqlx::Result<Person> {
        let set_by = SetBy(self.set_by);
        let set = |text: Option<String>| text.as_deref().map(codes::set).transpose();
        let consent = Consent {
            at: self.consent_at.as_deref().map(consent_time).transpose()?,
            source: self.consent_source,
        };
        Ok(Person {
            profile: Profile {
                email: codes::address(&self.email)?,
                name: self.name,
                editions: set(self.editions)?,
                tags: set(self.tags)?.unwrap_or_default(),
                timezone: self.timezone.as_deref().map(codes::timezone).transpose()?,
                language: self.language,
                consent: set_by.get(Field::Consent).map(|_| consent),
            },
            state: codes::subscriber_state(self.state)?,
            vouched_by: Origins(self.vouched_by),
            set_by,
        })
    }
}

fn consent_time(text: &str) -> sqlx::Result<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(text).map_err(|error| sqlx::Error::Decode(error.into()))
}
