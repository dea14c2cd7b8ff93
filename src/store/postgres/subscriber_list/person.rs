//! A person as a row of `subscribers`.

use tokio_postgres::Row;

use crate::{
    audience::{Consent, Profile, Subscriber, SubscriberId},
    store::{
        codes,
        merge::{Origins, OwnedField, SetBy, StoredPerson},
        postgres::{columns, fault::PostgresFault},
    },
};

/// The columns of a person, as [`person_from`] reads them.
pub(crate) const PERSON: &str = "id, email, name, editions, tags, timezone, language, consent_at, \
    consent_source, state, vouched_by::int8, set_by::int8";

/// A row of `subscribers` that has an address.
pub(crate) fn person_from(row: &Row) -> Result<(SubscriberId, StoredPerson), PostgresFault> {
    let text = |column: &str| row.try_get::<_, Option<String>>(column);
    let bits = |column: &str| -> Result<u32, PostgresFault> {
        let bits: i64 = row.try_get(column)?;
        Ok(u32::try_from(bits).map_err(|_| codes::NotOurs::number("set of bits", bits))?)
    };
    let set_by = SetBy(bits("set_by")?);
    let email: String = row.try_get("email")?;
    let consent = Consent {
        at: text("consent_at")?
            .as_deref()
            .map(codes::consent_time)
            .transpose()?,
        source: text("consent_source")?,
    };
    let person = StoredPerson {
        profile: Profile {
            email: codes::address(&email)?,
            name: text("name")?,
            editions: columns::maybe_set(row, "editions")?,
            tags: columns::maybe_set(row, "tags")?.unwrap_or_default(),
            timezone: text("timezone")?
                .as_deref()
                .map(codes::timezone)
                .transpose()?,
            language: text("language")?,
            consent: set_by.get(OwnedField::Consent).map(|_| consent),
        },
        state: codes::subscriber_state(columns::code(row, "state")?)?,
        // Only the lowest bits are ever set.
        vouched_by: Origins(bits("vouched_by")? as u8),
        set_by,
    };
    Ok((columns::subscriber(row, "id")?, person))
}

/// The same with `origin` and `created_at` beside those columns.
pub(crate) fn subscriber_from(row: &Row) -> Result<Subscriber, PostgresFault> {
    let (id, person) = person_from(row)?;
    Ok(Subscriber {
        id,
        profile: person.profile,
        state: person.state,
        origin: codes::origin(columns::code(row, "origin")?)?,
        created_at: columns::time(row, "created_at")?,
    })
}
