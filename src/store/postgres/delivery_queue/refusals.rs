//! Refusals that nobody believed when they came: kept by reader until the reader is taken, so that no
//! doubt lasts for ever.

use chrono::{DateTime, Utc};

use crate::store::{
    DeliveryStep, Realm, RefusedStep, Transition, codes, is_beyond_doubt,
    ledger_rows::LedgerRows,
    postgres::{
        columns, fault::PostgresFault, realm, transaction::StoreTransaction, values::values,
    },
};

/// The transition that is due instead, where a doubted refusal is one too many.
pub(crate) async fn without_doubt(
    tx: &StoreTransaction,
    realm: Realm,
    rows: &LedgerRows,
    transition: &Transition,
    now: DateTime<Utc>,
) -> Result<Option<Transition>, PostgresFault> {
    let (Some(reply), Some(step)) = (transition.doubted_as_dead(), rows.get(transition.delivery))
    else {
        return Ok(None);
    };
    let (others, since) = tx
        .one(
            "SELECT count(*) AS others, min(at) AS since FROM refusals \
             WHERE subscriber = $1 AND batch <> $2 AND realm = $3 AND is_dead",
            values![step.subscriber.0, step.batch.0, realm::code(realm)],
            |row| {
                let others = columns::count(row, "others")?;
                Ok((others, columns::maybe_time(row, "since")?))
            },
        )
        .await?;
    let issues = usize::try_from(others).unwrap_or_default() + 1;
    let is_beyond = is_beyond_doubt(issues, since.unwrap_or(now), now);
    Ok(is_beyond.then(|| transition.believed(reply)))
}

/// Notes who was refused and not believed, and forgets it of those who were taken.
pub(crate) async fn note(
    tx: &StoreTransaction,
    realm: Realm,
    rows: &LedgerRows,
    transitions: &[Transition],
    refused: &[RefusedStep],
) -> Result<(), PostgresFault> {
    let realm = realm::code(realm);
    let mut taken = Vec::new();
    for transition in transitions {
        let Some(step) = rows.get(transition.delivery) else {
            continue;
        };
        let is_applied = !refused.iter().any(|no| no.delivery == transition.delivery);
        match &transition.to {
            DeliveryStep::Accepted { .. } => taken.push(step.subscriber.0),
            DeliveryStep::Deferred {
                doubted: Some(is_dead),
                ..
            } if is_applied => {
                tx.run(
                    "INSERT INTO refusals AS r (subscriber, batch, realm, at, is_dead) \
                     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (subscriber, batch) \
                     DO UPDATE SET is_dead = r.is_dead OR excluded.is_dead",
                    values![
                        step.subscriber.0,
                        step.batch.0,
                        realm,
                        codes::millis(rows.now),
                        *is_dead
                    ],
                )
                .await?;
            }
            _ => {}
        }
    }
    if !taken.is_empty() {
        let sql = "DELETE FROM refusals WHERE subscriber = ANY($1) AND realm = $2";
        tx.run(sql, values![taken, realm]).await?;
    }
    Ok(())
}
