//! What proves consents: read, and taken over from another list.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use crate::{
    audience::{
        SubscriberId,
        membership::signup::{ConsentProof, ConsentWording, KeptProof},
    },
    store::sqlite::{codes, fault::SqliteFault, membership::wishes, statement::Statements},
};

/// Those of people with these numbers, each person's first one first.
pub(crate) fn of(
    tx: &Connection,
    people: RangeInclusive<SubscriberId>,
) -> Result<Vec<(SubscriberId, KeptProof)>, SqliteFault> {
    tx.all(
        "SELECT p.*, w.text AS wording_text, w.language AS wording_language \
         FROM consent_proofs AS p LEFT JOIN wordings AS w ON w.hash = p.wording \
         WHERE subscriber BETWEEN ?1 AND ?2 ORDER BY subscriber, confirmed_at",
        params![people.start().0, people.end().0],
        |row| Ok((SubscriberId(row.get("subscriber")?), kept_from(row)?)),
    )
}

fn kept_from(row: &Row<'_>) -> Result<KeptProof, SqliteFault> {
    let (consent_at, editions): (String, Option<String>) =
        (row.get("consent_at")?, row.get("editions")?);
    Ok(KeptProof {
        consent_at: codes::consent_time(&consent_at)?,
        proof: ConsentProof {
            asked_at: codes::time_at(row, "asked_at")?,
            confirmed_at: codes::time_at(row, "confirmed_at")?,
            wording: wishes::wording_from(row)?,
            page: row.get("page")?,
            editions: editions.as_deref().map(codes::set).transpose()?,
            agreed_to_ads: row.get("agreed_to_ads")?,
            network: row.get("network")?,
        },
    })
}

/// All words that somebody agreed to, in the order of their hashes.
pub(crate) fn wordings(tx: &Connection) -> Result<Vec<ConsentWording>, SqliteFault> {
    tx.all(
        "SELECT hash, text, language FROM wordings ORDER BY hash",
        [],
        |row| {
            Ok(ConsentWording {
                hash: row.get(0)?,
                text: row.get(1)?,
                language: row.get(2)?,
            })
        },
    )
}

/// Keeps a proof beside the consent of its moment; false: it is kept already.
pub(crate) fn keep(
    tx: &Connection,
    subscriber: SubscriberId,
    kept: &KeptProof,
) -> Result<bool, SqliteFault> {
    let proof = &kept.proof;
    let new = tx.run(
        "INSERT OR IGNORE INTO consent_proofs (subscriber, consent_at, asked_at, confirmed_at, \
         wording, page, editions, agreed_to_ads, network) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            subscriber.0,
            kept.consent_at.to_rfc3339(),
            codes::millis(proof.asked_at),
            codes::millis(proof.confirmed_at),
            proof.wording.hash,
            proof.page,
            proof.editions.as_ref().map(codes::set_text),
            proof.agreed_to_ads,
            proof.network
        ],
    )?;
    Ok(new > 0)
}

/// Takes over those that another list of ours kept, with their words; answers whether any was news.
pub(crate) fn take_over(
    tx: &Connection,
    subscriber: SubscriberId,
    proofs: &[KeptProof],
    now: DateTime<Utc>,
) -> Result<bool, SqliteFault> {
    let mut is_news = false;
    for kept in proofs {
        wishes::keep_wording(tx, &kept.proof.wording, now)?;
        is_news |= keep(tx, subscriber, kept)?;
    }
    Ok(is_news)
}
