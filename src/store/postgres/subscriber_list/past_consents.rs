//! Consents that later ones replaced: kept, read, and taken over from another list.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};

use crate::{
    audience::{Consent, PastConsent, SubscriberId},
    store::{
        codes,
        postgres::{columns, fault::PostgresFault, transaction::StoreTransaction, values::values},
    },
};

/// Keeps a consent that a later one has replaced.
pub(crate) async fn keep(
    tx: &StoreTransaction,
    subscriber: SubscriberId,
    consent: &Consent,
    replaced_at: DateTime<Utc>,
) -> Result<(), PostgresFault> {
    tx.run(
        "INSERT INTO past_consents (subscriber, at, source, replaced_at) VALUES ($1, $2, $3, $4)",
        values![
            subscriber.0,
            consent.at.map(|at| at.to_rfc3339()),
            columns::maybe_text(consent.source.as_deref()),
            codes::millis(replaced_at)
        ],
    )
    .await
    .map(drop)
}

/// Takes over those that another list of ours kept, as far as they are not here yet; answers whether any
/// was news.
pub(crate) async fn take_over(
    tx: &StoreTransaction,
    subscriber: SubscriberId,
    past: &[PastConsent],
) -> Result<bool, PostgresFault> {
    let mut is_news = false;
    for one in past {
        let added = tx
            .run(
                "INSERT INTO past_consents (subscriber, at, source, replaced_at) \
                 SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT 1 FROM past_consents \
                 WHERE subscriber = $1 AND at IS NOT DISTINCT FROM $2 \
                 AND source IS NOT DISTINCT FROM $3 AND replaced_at = $4)",
                values![
                    subscriber.0,
                    one.consent.at.map(|at| at.to_rfc3339()),
                    one.consent.source.as_deref(),
                    codes::millis(one.replaced_at)
                ],
            )
            .await?;
        is_news |= added > 0;
    }
    Ok(is_news)
}

/// Those of people with these numbers, each person's first one first.
pub(crate) async fn of(
    tx: &StoreTransaction,
    people: RangeInclusive<SubscriberId>,
) -> Result<Vec<(SubscriberId, PastConsent)>, PostgresFault> {
    tx.all(
        "SELECT subscriber, at, source, replaced_at FROM past_consents \
         WHERE subscriber BETWEEN $1 AND $2 ORDER BY subscriber, replaced_at, id",
        values![people.start().0, people.end().0],
        |row| {
            let at: Option<String> = row.try_get("at")?;
            let consent = Consent {
                at: at.as_deref().map(codes::consent_time).transpose()?,
                source: row.try_get("source")?,
            };
            let past = PastConsent {
                consent,
                replaced_at: columns::time(row, "replaced_at")?,
            };
            Ok((columns::subscriber(row, "subscriber")?, past))
        },
    )
    .await
}
