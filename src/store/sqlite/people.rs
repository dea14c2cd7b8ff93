//! People on the list: one found, a page read, groups added and merged.

use std::collections::HashSet;

use chrono::{DateTime, FixedOffset, Utc};
use sqlx::{Row, sqlite::SqliteRow};

use super::{
    Fault, SqliteStore, codes,
    group::{GROUP, Group, Merged},
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
    let mut answers = Vec::with_capacity(profiles.len());
    let mut tx = store.write().await?;
    for chunk in profiles.chunks(GROUP) {
        let mut group = Group::load(&mut tx, &store.erasure_key, chunk).await?;
        if origin == Origin::Person {
            group.let_back_in(&mut tx, &store.erasure_key).await?;
        }
        for profile in chunk {
            answers.push(match group.merge(profile, origin) {
                Merged::Suppressed(reason) => Upsert::Suppressed(reason),
                Merged::New => Upsert::Added,
                Merged::Known(merge) if merge.changed => Upsert::Merged,
                Merged::Known(_) => Upsert::Unchanged,
            });
        }
        group.write(&mut tx, origin, now).await?;
    }
    tx.commit().await?;
    Ok(answers)
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
    let person = person_from(row)?;
    Ok(Subscriber {
        id: SubscriberId(row.try_get("id")?),
        profile: person.profile,
        state: person.state,
        origin: codes::origin(row.try_get("origin")?)?,
        created_at: codes::time_at(row, "created_at")?,
    })
}

/// A row of `subscribers` that has an address.
pub(super) fn person_from(row: &SqliteRow) -> sqlx::Result<Person> {
    let set_by = SetBy(codes::small(row, "set_by")?);
    let editions: Option<&str> = row.try_get("editions")?;
    let tags: Option<&str> = row.try_get("tags")?;
    let timezone: Option<&str> = row.try_get("timezone")?;
    Ok(Person {
        profile: Profile {
            email: codes::address(row.try_get("email")?)?,
            name: row.try_get("name")?,
            editions: editions.map(codes::set).transpose()?,
            tags: tags.map(codes::set).transpose()?.unwrap_or_default(),
            timezone: timezone.map(codes::timezone).transpose()?,
            language: row.try_get("language")?,
            consent: match set_by.get(Field::Consent) {
                Some(_) => Some(consent_from(row)?),
                None => None,
            },
        },
        state: codes::subscriber_state(row.try_get("state")?)?,
        vouched_by: Origins(codes::bits(row, "vouched_by")?),
        set_by,
    })
}

fn consent_from(row: &SqliteRow) -> sqlx::Result<Consent> {
    let at: Option<&str> = row.try_get("consent_at")?;
    let parse = |text| {
        DateTime::<FixedOffset>::parse_from_rfc3339(text)
            .map_err(|error| sqlx::Error::Decode(error.into()))
    };
    Ok(Consent {
        at: at.map(parse).transpose()?,
        source: row.try_get("consent_source")?,
    })
}
