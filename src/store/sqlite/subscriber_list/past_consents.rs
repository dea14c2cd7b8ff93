//! Consents that later ones replaced: kept, read, and taken over from another list.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::{
    audience::{Consent, PastConsent, SubscriberId},
    store::sqlite::{codes, fault::SqliteFault, statement::Statements},
};

/// Keeps a consent that a later one has replaced.
pub(crate) fn keep(
    tx: &Connection,
    subscriber: SubscriberId,
    consent: &Consent,
    replaced_at: DateTime<Utc>,
) -> Result<(), SqliteFault> {
    tx.run(
        "INSERT INTO past_consents (subscriber, at, source, replaced_at) VALUES (?1, ?2, ?3, ?4)",
        params![
            subscriber.0,
            consent.at.map(|at| at.to_rfc3339()),
            consent.source,
            codes::millis(replaced_at)
        ],
    )?;
    Ok(())
}

/// Takes over those that another list of ours kept, as far as they are not here yet; answers whether any
/// was news.
pub(crate) fn take_over(
    tx: &Connection,
    subscriber: SubscriberId,
    past: &[PastConsent],
) -> Result<bool, SqliteFault> {
    let mut is_news = false;
    for one in past {
        let is_known: bool = tx.value(
            "SELECT EXISTS (SELECT 1 FROM past_consents WHERE subscriber = ?1 AND at IS ?2 \
             AND source IS ?3 AND replaced_at = ?4)",
            params![
                subscriber.0,
                one.consent.at.map(|at| at.to_rfc3339()),
                one.consent.source,
                codes::millis(one.replaced_at)
            ],
        )?;
        if !is_known {
            keep(tx, subscriber, &one.consent, one.replaced_at)?;
            is_news = true;
        }
    }
    Ok(is_news)
}

/// Those of people with these numbers, each person's first one first.
pub(crate) fn of(
    tx: &Connection,
    people: RangeInclusive<SubscriberId>,
) -> Result<Vec<(SubscriberId, PastConsent)>, SqliteFault> {
    tx.all(
        "SELECT subscriber, at, source, replaced_at FROM past_consents \
         WHERE subscriber BETWEEN ?1 AND ?2 ORDER BY subscriber, replaced_at, id",
        params![people.start().0, people.end().0],
        |row| {
            let at: Option<String> = row.get(1)?;
            let consent = Consent {
                at: at.as_deref().map(codes::consent_time).transpose()?,
                source: row.get(2)?,
            };
            let replaced_at = codes::time(row.get(3)?)?;
            let past = PastConsent {
                consent,
                replaced_at,
            };
            Ok((SubscriberId(row.get(0)?), past))
        },
    )
}
