//! Refusals that nobody believed when they came: kept by reader until the reader is taken, so that no
//! doubt lasts for ever, and how a domain's readers fared in a batch.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::{SqliteFault, codes, realm, statement::Statements};
use crate::store::{
    BatchId, DeliveryStep, DomainRecord, Realm, RefusedStep, Transition, is_beyond_doubt,
    machine::RowState,
};

/// The transition that is due instead, where a doubted refusal is one too many.
pub(super) fn without_doubt(
    tx: &Connection,
    realm: Realm,
    transition: &Transition,
    now: DateTime<Utc>,
) -> Result<Option<Transition>, SqliteFault> {
    let (DeliveryStep::Deferred { reply, .. }, true) =
        (&transition.to, is_doubted_as_dead(transition))
    else {
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
    Ok(Some(Transition {
        to: DeliveryStep::Rejected {
            reply: reply.clone(),
            suppress: true,
        },
        ..transition.clone()
    }))
}

fn is_doubted_as_dead(transition: &Transition) -> bool {
    matches!(&transition.to, DeliveryStep::Deferred { doubted, .. } if *doubted == Some(true))
}

/// Notes who was refused and not believed, and forgets it of those who were taken.
pub(super) fn note(
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

/// How the readers of these domains have fared in a batch.
pub(super) fn fared(
    tx: &Connection,
    batch: BatchId,
    domains: &[String],
) -> Result<Vec<DomainRecord>, SqliteFault> {
    let (first, last) = codes::deliveries_of(batch);
    let state = codes::state_code;
    tx.all(
        "SELECT m.name, count(*) FILTER (WHERE d.state = ?4), \
         count(*) FILTER (WHERE d.state = ?5 AND d.reply NOT LIKE 'gave_up%' \
           OR d.state IN (?5, ?6) AND EXISTS (SELECT 1 FROM refusals AS r \
             WHERE r.subscriber = d.subscriber AND r.batch = ?7)), \
         count(*) FILTER (WHERE d.state IN (?8, ?9) AND d.attempts = 0) \
         FROM deliveries AS d JOIN domains AS m ON m.id = d.domain \
         WHERE d.id BETWEEN ?1 AND ?2 \
         AND (?3 = '[]' OR m.name IN (SELECT value FROM json_each(?3))) \
         GROUP BY m.id",
        params![
            first,
            last,
            codes::rows(domains)?,
            state(RowState::Accepted),
            state(RowState::Rejected),
            state(RowState::Deferred),
            batch.0,
            state(RowState::Pending),
            state(RowState::Claimed)
        ],
        fared_from,
    )
}

/// How the readers of these domains fared in the other batches since then.
pub(super) fn fared_before(
    tx: &Connection,
    realm: Realm,
    batch: BatchId,
    domains: &[String],
    since: DateTime<Utc>,
) -> Result<Vec<DomainRecord>, SqliteFault> {
    tx.all(
        "SELECT m.name, count(*) FILTER (WHERE d.state = ?4), count(*) FILTER (WHERE d.state <> ?4), 0 \
         FROM batches AS b CROSS JOIN deliveries AS d \
           ON d.id BETWEEN (b.id << 40) AND (b.id << 40 | 0xFFFFFFFFFF) \
         JOIN domains AS m ON m.id = d.domain \
         WHERE b.id <> ?1 AND b.realm IN (?5, ?6) AND b.frozen_at >= ?3 \
         AND d.first_attempt_at IS NOT NULL \
         AND (?2 = '[]' OR m.name IN (SELECT value FROM json_each(?2))) \
         GROUP BY m.id",
        params![
            batch.0,
            codes::rows(domains)?,
            codes::millis(since),
            codes::state_code(RowState::Accepted),
            realm::code(realm),
            realm::UNTOLD
        ],
        fared_from,
    )
}

fn fared_from(row: &Row<'_>) -> Result<DomainRecord, SqliteFault> {
    let count = |column: usize| -> Result<usize, SqliteFault> {
        let count: i64 = row.get(column)?;
        Ok(usize::try_from(count).unwrap_or_default())
    };
    Ok(DomainRecord {
        domain: row.get(0)?,
        taken: count(1)?,
        refused: count(2)?,
        untried: count(3)?,
    })
}
