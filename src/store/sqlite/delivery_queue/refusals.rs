//! Refusals that nobody believed when they came: kept by reader until the reader is taken, so that no
//! doubt lasts for ever.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::store::{
    DeliveryStep, Realm, RefusedStep, Transition, is_beyond_doubt,
    sqlite::{codes, fault::SqliteFault, realm, statement::Statements},
};

/// The transition that is due instead, where a doubted refusal is one too many.
pub(crate) fn without_doubt(
    tx: &Connection,
    realm: Realm,
    transition: &Transition,
    now: DateTime<Utc>,
) -> Result<Option<Transition>, SqliteFault> {
    let Some(reply) = transition.doubted_as_dead() else {
        return Ok(None);
    };
    let subscriber = codes::subscriber_of(transition.delivery).0;
    let batch = codes::batch_of(transition.delivery).0;
    let (others, since): (i64, Option<i64>) = tx.one(
        "SELECT count(*), min(at) FROM refusals \
         WHERE subscriber = ?1 AND batch <> ?2 AND realm = ?3 AND is_dead",
        params![subscriber, batch, realm::code(realm)],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let since = since.map(codes::time).transpose()?.unwrap_or(now);
    if !is_beyond_doubt(usize::try_from(others).unwrap_or_default() + 1, since, now) {
        return Ok(None);
    }
    Ok(Some(transition.believed(reply)))
}

/// Notes who was refused and not believed, and forgets it of those who were taken.
pub(crate) fn note(
    tx: &Connection,
    realm: Realm,
    transitions: &[Transition],
    refused: &[RefusedStep],
    now: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    let has_any: bool = tx.value("SELECT EXISTS (SELECT 1 FROM refusals)", [])?;
    for transition in transitions {
        let subscriber = codes::subscriber_of(transition.delivery).0;
        let is_applied = |it: &Transition| !refused.iter().any(|no| no.delivery == it.delivery);
        match &transition.to {
            DeliveryStep::Accepted { .. } if has_any => {
                tx.run(
                    "DELETE FROM refusals WHERE subscriber = ?1 AND realm = ?2",
                    params![subscriber, realm::code(realm)],
                )?;
            }
            DeliveryStep::Deferred {
                doubted: Some(is_dead),
                ..
            } if is_applied(transition) => {
                tx.run(
                    "INSERT INTO refusals (subscriber, batch, realm, at, is_dead) \
                     VALUES (?1, ?2, ?5, ?3, ?4) \
                     ON CONFLICT DO UPDATE SET is_dead = is_dead OR excluded.is_dead",
                    params![
                        subscriber,
                        codes::batch_of(transition.delivery).0,
                        codes::millis(now),
                        is_dead,
                        realm::code(realm)
                    ],
                )?;
            }
            _ => {}
        }
    }
    Ok(())
}
