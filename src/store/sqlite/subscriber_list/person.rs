//! A person as a row of `subscribers`.

use rusqlite::Row;

use crate::{
    audience::{Consent, Profile, Subscriber, SubscriberId},
    store::{
        merge::{Origins, OwnedField, SetBy, StoredPerson},
        sqlite::{codes, fault::SqliteFault},
    },
};

/// The columns of a person, as [`person_from`] reads them.
pub(crate) const PERSON: &str = "id, email, name, editions, tags, timezone, language, \
    consent_at, consent_source, state, vouched_by, set_by";

/// A row of `subscribers` that has an address.
pub(crate) fn person_from(row: &Row<'_>) -> Result<(SubscriberId, StoredPerson), SqliteFault> {
    let text = |column: usize| row.get::<_, Option<String>>(column);
    let (set_by, email) = (SetBy(row.get(11)?), row.get::<_, String>(1)?);
    let consent = Consent {
        at: text(7)?.as_deref().map(codes::consent_time).transpose()?,
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

/// The same with `origin` and `created_at` beside those columns.
pub(crate) fn subscriber_from(row: &Row<'_>) -> Result<Subscriber, SqliteFault> {
    let (id, person) = person_from(row)?;
    Ok(Subscriber {
        id,
        profile: person.profile,
        state: person.state,
        origin: codes::origin(row.get("origin")?)?,
        created_at: codes::time_at(row, "created_at")?,
    })
}
